"""What an evaluation may use: the clock, the host's functions, a budget, and a place for its remarks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """The most one evaluation may use.

    steps: work units; every syntax node evaluated and every element visited counts one.
    depth: nested evaluation levels (syntax levels, summed over nested function calls).
    size: elements of a list or context, characters of a string, elements of the whole result (and a tenth of
        its characters).
    """

    steps: int = 200_000
    depth: int = 250
    size: int = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a part of an expression yielded null."""

    code: str
    message_zh: str
    message_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """What is given to an evaluation beside the variables.

    now: the aware moment that FEEL's `now()` and `today()` answer (the case clock).
    functions: the host's functions by FEEL name, called with evaluated arguments. Blanks in the name of a
        named argument become underscores. What such a function raises passes through unchanged.
    budget: the bounds of each single evaluation.
    warnings: receives the reasons of nulls, in the order met, the first 100 of an evaluation.
    """

    now: datetime
    functions: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    budget: Budget = Budget()
    warnings: list[Reason] = field(default_factory=list)
