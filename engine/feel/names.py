"""Names that hold blanks or operators: the longest known one wins (DMN 1.5, 10.3.1.2, rule 27 and text)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from engine.feel.errors import FeelSyntaxError
from engine.feel.lexer import Token, tokenize

KEYWORDS = frozenset(
    {
        "for", "return", "in", "if", "then", "else", "some", "every", "satisfies", "instance", "of",
        "function", "external", "or", "and", "between", "true", "false", "null", "not",
    }
)  # fmt: skip
SYMBOLS = frozenset({".", "/", "-", "'", "’", "+", "*"})
"""What may stand in a name beside words (rule 30)."""
STOPS = KEYWORDS - {"of", "not", "external"}
"""Words that end a name made of several words, unless the whole name is known."""


class NameTable:
    """Known names of more than one token, found by the tokens they begin with."""

    __slots__ = ("_by_first",)

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for name in sorted(set(names)):
            self.add(name)

    def add(self, name: str) -> None:
        """Know `name` from here on; names of a single word need no table."""
        if name.isascii() and name.isalpha():
            return
        try:
            parts = tuple(token.text for token in tokenize(name)[:-1])
        except FeelSyntaxError:
            return  # a quote or comment left open: such a key can be read through `get value` only
        if len(parts) < 2:
            return
        known = self._by_first.setdefault(parts[0], [])
        if (parts, name) not in known:
            known.append((parts, name))
            known.sort(key=lambda entry: -len(entry[0]))

    def match(self, tokens: list[Token], at: int) -> tuple[int, str] | None:
        """The longest known name that begins at token `at`: how many tokens, and its declared form."""
        candidates = self._by_first.get(tokens[at].text)
        if candidates is None:
            return None
        for parts, name in candidates:
            if len(parts) <= len(tokens) - at and all(
                tokens[at + index].text == part for index, part in enumerate(parts)
            ):
                return len(parts), name
        return None


@lru_cache(maxsize=256)
def table_of(names: frozenset[str]) -> NameTable:
    """A shared table of `names`; it must not be added to."""
    return NameTable(names)


def is_nameable(text: str) -> bool:
    """Whether `text` can be written as a name: a key such as `x[` is read through `get value` only."""
    return all(sign.isalnum() or sign in "_? " or sign in SYMBOLS or not sign.isascii() for sign in text)


def normalized(text: str) -> str:
    """A name with every run of blanks made one."""
    return " ".join(text.split())
