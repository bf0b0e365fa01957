"""The built-in functions of DMN 1.5, 10.3.4, by family."""

from __future__ import annotations

from engine.feel.builtins import aggregates, contexts, conversion, lists, numeric, ranges, strings, temporal
from engine.feel.builtins.registry import BUILT_INS

__all__ = [
    "BUILT_INS",
    "aggregates",
    "contexts",
    "conversion",
    "lists",
    "numeric",
    "ranges",
    "strings",
    "temporal",
]
