"""Cutting an expression's text into raw tokens (DMN 1.5, 10.3.1.2, rules 22 to 32 and 65).

FEEL names may hold blanks and operators, so that where a name ends depends on the names known at that
place. The lexer therefore gives only words and symbols; the parser puts names together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.feel.errors import FeelSyntaxError, Position

MOST_CHARACTERS = 32_768
MOST_TOKENS = 10_000

# Full-width punctuation lies inside the specification's range of name characters; typed by mistake for
# "," or "(" it would silently become part of a name, so it is kept apart and only known names may hold it.
_WIDE = "\u3001-\u3003\u3008-\u3011\u3014-\u301f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff3e\uff40\uff5b-\uff65"
_START = (
    "A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_PART = _START + "0-9\u00b7\u0300-\u036f\u203f-\u2040"

_TOKEN = re.compile(
    rf"""
      (?P<space>(?:[\s\u180e\u200b\ufeff]|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)+)
    | (?P<word>(?![{_WIDE}])[{_START}](?:(?![{_WIDE}])[{_PART}])*|\?)
    | (?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    | (?P<string>"(?:[^"\\]|\\.)*")
    | (?P<symbol>\*\*|\.\.|<=|>=|!=|->|[()\[\]{{}},:.+\-*/=<>@'])
    """,
    re.VERBOSE | re.DOTALL,
)

_ESCAPE = re.compile(r'\\(?:(["\\nrt\'])|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{6}))')
_SIMPLE = {'"': '"', "\\": "\\", "n": "\n", "r": "\r", "t": "\t", "'": "'"}


@dataclass(frozen=True, slots=True)
class Token:
    """A raw token: its kind (word, number, string, symbol, other, end), text and offsets."""

    kind: str
    text: str
    start: int
    end: int


def tokenize(text: str) -> list[Token]:
    """The raw tokens of `text`, closed by one of kind "end"; raises FeelSyntaxError when it is too long."""
    if len(text) > MOST_CHARACTERS:
        raise FeelSyntaxError(
            message_zh=f"表达式超过 {MOST_CHARACTERS} 个字符",
            message_en=f"the expression is longer than {MOST_CHARACTERS} characters",
            position=Position.of(text, MOST_CHARACTERS),
        )
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        _refuse_unclosed(text, at, found)
        if found is None:
            tokens.append(Token("other", text[at], at, at + 1))
            at += 1
        else:
            kind = found.lastgroup or "other"
            start, at = at, found.end()
            if kind == "number" and found.group().startswith(".") and _continues_path(tokens, start):
                kind, at = "symbol", start + 1
            if kind != "space":
                tokens.append(Token(kind, text[start:at], start, at))
        if len(tokens) > MOST_TOKENS:
            raise FeelSyntaxError(
                message_zh=f"表达式超过 {MOST_TOKENS} 个词",
                message_en=f"the expression has more than {MOST_TOKENS} tokens",
                position=Position.of(text, at),
            )
    tokens.append(Token("end", "", len(text), len(text)))
    return tokens


def _refuse_unclosed(text: str, at: int, found: re.Match[str] | None) -> None:
    # Going on after an unclosed string or comment would scan to the end once more for every quote in it.
    if text[at] == '"' and found is None:
        zh, en = "字符串没有结束的引号", "the string is not closed"
    elif found is not None and found.lastgroup == "symbol" and text.startswith("/*", at):
        zh, en = "注释没有结束", "the comment is not closed"
    else:
        return
    raise FeelSyntaxError(message_zh=zh, message_en=en, position=Position.of(text, at))


def _continues_path(tokens: list[Token], start: int) -> bool:
    """Whether a dot here follows a value directly, as in `x.5th`, and so is not a decimal point."""
    if not tokens or tokens[-1].end != start:
        return False
    return tokens[-1].kind in ("word", "string") or tokens[-1].text in (")", "]", "}")


def unescape(literal: str) -> str:
    """The value of a string literal given with its quotes.

    A backslash before any other character stays, so that patterns need no doubling (rule 35; the DMN kit
    relies on it). Two escapes that form a surrogate pair are one character.
    """
    if "\\" not in literal:
        return literal[1:-1]
    value = _ESCAPE.sub(_unescape_one, literal[1:-1])
    if any("\ud800" <= char <= "\udfff" for char in value):
        value = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value


def _unescape_one(found: re.Match[str]) -> str:
    simple, short, long = found.groups()
    if simple is not None:
        return _SIMPLE[simple]
    code = int(short or long, 16)
    return chr(code) if code <= 0x10FFFF else found.group()
