"""FEEL texts of a designer, compiled once each."""

from __future__ import annotations

from functools import lru_cache

from engine.feel import Expression, compile_expression


@lru_cache(maxsize=4096)
def compiled(text: str) -> Expression:
    """`text`, without a leading `=`, as an expression; raises FeelSyntaxError.

    Expressions are immutable and designers repeat them a lot, so equal texts share one.
    """
    return compile_expression(text)
