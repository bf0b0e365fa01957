"""Patterns a designer writes for form fields, matched in time linear in the input."""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol

import re2

MAX_PATTERN = 500
_MEMORY = 1 << 20


class Pattern(Protocol):
    """A compiled pattern."""

    def search(self, text: str) -> object | None:
        """A match anywhere in `text`, or None."""


class PatternError(Exception):
    """The pattern cannot be used; carries the reason in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


def compile_pattern(text: object) -> Pattern:
    """Compile a regular expression in RE2 syntax: no back-references, no look-around, no backtracking.

    Like form-js, it matches anywhere unless anchored.

    Raises:
        PatternError: it is not such a pattern, or longer than `MAX_PATTERN` characters.
    """
    if not isinstance(text, str) or len(text) > MAX_PATTERN:
        raise PatternError(
            f"模式须是至多 {MAX_PATTERN} 字的文字", f"a pattern is text of at most {MAX_PATTERN} characters"
        )
    return _compiled(text)


@lru_cache(maxsize=512)
def _compiled(text: str) -> Pattern:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    try:
        compiled: Pattern = re2.compile(text, options)
    except re2.error:
        raise PatternError(
            f"模式“{text}”有误，或用了反向引用、环视",
            f"the pattern {text!r} is wrong, or uses back-references or look-around",
        ) from None
    return compiled
