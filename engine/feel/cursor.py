"""The place in the raw tokens, and the reading of names from them."""

from __future__ import annotations

from typing import NoReturn

from engine.feel.errors import FeelSyntaxError, Position
from engine.feel.lexer import Token, tokenize, unescape
from engine.feel.names import STOPS, NameTable, normalized

_IN_NAMES = frozenset({".", "/", "-", "'", "+", "*"})
"""Symbols that a declared name may hold (rule 31)."""


class Cursor:
    """Walks over the tokens of `text`; `tables` hold the known names of more than one token."""

    def __init__(self, text: str, tables: tuple[NameTable, ...]) -> None:
        self.text = text
        self.tokens = tokenize(text)
        self.index = 0
        self._tables = tables

    @property
    def token(self) -> Token:
        """The next token; the last is of kind "end"."""
        return self.tokens[self.index]

    def peek(self, ahead: int) -> Token:
        """The token `ahead` places after the next one."""
        return self.tokens[min(self.index + ahead, len(self.tokens) - 1)]

    def advance(self, count: int = 1) -> Token:
        """Step over `count` tokens; the first of them."""
        token = self.tokens[self.index]
        self.index = min(self.index + count, len(self.tokens) - 1)
        return token

    def at(self, symbol: str) -> bool:
        """Whether the next token is this symbol."""
        token = self.tokens[self.index]
        return token.kind == "symbol" and token.text == symbol

    def at_word(self, word: str) -> bool:
        """Whether the next token is this word."""
        token = self.tokens[self.index]
        return token.kind == "word" and token.text == word

    def at_end(self) -> bool:
        """Whether no token is left."""
        return self.tokens[self.index].kind == "end"

    def skip(self, symbol: str) -> bool:
        """Step over `symbol` if it is next."""
        if self.at(symbol):
            self.index += 1
            return True
        return False

    def expect(self, symbol: str) -> None:
        """Step over `symbol` or refuse."""
        if not self.skip(symbol):
            self.refuse(symbol)

    def expect_word(self, word: str) -> None:
        """Step over `word` or refuse."""
        if not self.at_word(word):
            self.refuse(word)
        self.index += 1

    def expect_end(self) -> None:
        """Refuse anything left over."""
        if not self.at_end():
            self.refuse()

    def refuse(self, wanted: str | None = None) -> NoReturn:
        """Raise FeelSyntaxError at the next token."""
        token = self.token
        found_zh = "表达式到此结束" if token.kind == "end" else f"此处不应出现“{token.text[:40]}”"
        found_en = (
            "the expression ends here" if token.kind == "end" else f"'{token.text[:40]}' is not expected here"
        )
        if wanted is not None:
            found_zh += f"，应为“{wanted}”"
            found_en += f", but '{wanted}'"
        raise FeelSyntaxError(
            message_zh=found_zh, message_en=found_en, position=Position.of(self.text, token.start)
        )

    def known(self) -> tuple[int, str] | None:
        """The longest known name of several tokens that begins here: tokens and declared form."""
        best: tuple[int, str] | None = None
        for table in self._tables:
            found = table.match(self.tokens, self.index)
            if found is not None and (best is None or found[0] > best[0]):
                best = found
        return best

    def name(self) -> str:
        """Read a name: the longest known one, else all words up to a keyword, a symbol or the end.

        Two words beside each other have no other meaning in FEEL, so that an unknown name with blanks is
        read whole; one with operators in it must be known.
        """
        known = self.known()
        if known is not None and not self._longer_words(known[0]):
            self.advance(known[0])
            return known[1]
        first = self.token
        if first.kind != "word":
            self.refuse()
        self.index += 1
        last = first
        while (self.token.kind == "word" and self.token.text not in STOPS) or self.token.text.isdecimal():
            last = self.advance()
        return normalized(self.text[first.start : last.end]) if last is not first else first.text

    def _longer_words(self, count: int) -> bool:
        """Whether a plain run of words goes on past a known name of `count` tokens."""
        after = self.peek(count)
        return (
            after.kind == "word"
            and after.text not in STOPS
            and all(
                self.peek(index).kind == "word" and self.peek(index).text not in STOPS
                for index in range(count)
            )
        )

    def name_until(self, *closing: str) -> str:
        """Read a name being declared: everything up to one of the `closing` tokens."""
        first = self.token
        if first.kind != "word":
            self.refuse()
        last = first
        while self.token.text not in closing or self.token is first:
            if self.token.kind not in ("word", "number") and self.token.text not in _IN_NAMES:
                self.refuse(closing[0])
            last = self.advance()
        return normalized(self.text[first.start : last.end])

    def key(self) -> str:
        """Read the key of a context entry: a string, or a name being declared."""
        if self.token.kind == "string":
            return unescape(self.advance().text)
        return self.name_until(":")

    def argument_name(self) -> str | None:
        """Read `name:` before an argument, if it is there."""
        if self.token.kind != "word":
            return None
        ahead = 0
        while self.peek(ahead).kind in ("word", "number"):
            ahead += 1
        if self.peek(ahead).text != ":" or self.peek(ahead).kind != "symbol":
            return None
        first, last = self.token, self.peek(ahead - 1)
        self.advance(ahead + 1)
        return normalized(self.text[first.start : last.end])
