"""The state of one evaluation: what is left of the budget, and the chain of scopes names are read from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from engine.feel.environment import Environment, Reason
from engine.feel.errors import FeelBudgetError
from engine.feel.reasons import describe

_MOST_REASONS = 100


class Run:
    """One evaluation; counts down the budget of its environment.

    observer: told by decision tables which rules matched (table id, input values, index and id of each).
    """

    __slots__ = ("depth", "env", "observer", "reasons", "size", "steps")

    def __init__(self, env: Environment) -> None:
        budget = env.budget
        self.env = env
        self.steps = budget.steps
        self.depth = budget.depth
        self.size = budget.size
        self.reasons = 0
        self.observer: Callable[[str, list[Any], list[tuple[int, str]]], None] | None = None

    def charge(self, steps: int) -> None:
        """Take `steps` from the budget; raises FeelBudgetError when none are left."""
        self.steps -= steps
        if self.steps < 0:
            raise FeelBudgetError("steps", self.env.budget.steps)

    def enter(self, levels: int) -> None:
        """Take nested levels from the budget; the caller gives them back with `leave`."""
        self.depth -= levels
        if self.depth < 0:
            raise FeelBudgetError("depth", self.env.budget.depth)

    def leave(self, levels: int) -> None:
        """Give back levels taken by `enter`."""
        self.depth += levels

    def fits(self, size: int) -> None:
        """Refuse a value of more than the budget's elements or characters."""
        if size > self.size:
            raise FeelBudgetError("size", self.size)

    def null(self, code: str, *details: object) -> Any:
        """Record why the result is null, and be null."""
        self.reasons += 1
        if self.reasons <= _MOST_REASONS:
            zh, en = describe(code, details)
            self.env.warnings.append(Reason(code=code, message_zh=zh, message_en=en))
        return


class Scope:
    """Names bound at one place, and the scope around it."""

    __slots__ = ("bindings", "parent", "run")

    def __init__(self, bindings: Mapping[str, Any], parent: Scope | None, run: Run) -> None:
        self.bindings = bindings
        self.parent = parent
        self.run = run


Truth: TypeAlias = Any
"""True, False or None, where it comes out of compiled code, whose values have no static type."""

Code: TypeAlias = Callable[[Scope], Any]
"""A compiled expression: values are `engine.feel.values.Value`; Any keeps dispatch on types readable."""


class NullResult(Exception):
    """Raised inside built-ins: the result is null for this reason; never leaves the package."""

    def __init__(self, code: str, *details: object) -> None:
        super().__init__(code)
        self.code = code
        self.details = details
