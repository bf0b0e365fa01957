"""Expressions and unary tests, parsed and compiled once, evaluated often."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import DecimalException
from typing import Any, Final

from engine.feel import syntax
from engine.feel.analysis import Reads
from engine.feel.bounds import check_result
from engine.feel.compiler import compile_node, compiler
from engine.feel.compiler.tests import Test, compile_tests
from engine.feel.environment import Environment
from engine.feel.errors import FeelBudgetError
from engine.feel.parser import parse_expression, parse_unary_tests
from engine.feel.run import Run, Scope, Truth
from engine.feel.types import TypeNames


class Expression:
    """A compiled expression.

    text: as written. tree: its syntax.
    names: the variables it reads (root names); paths: the dotted paths read, ("case", "grid");
    functions: the names it calls. Names bound inside the expression are left out.
    item_names: those of `names` that occur only inside filters and so may be entries of the items.
    """

    __slots__ = ("_code", "_height", "_weight", "functions", "item_names", "names", "paths", "text", "tree")

    def __init__(self, text: str, tree: syntax.Node, types: TypeNames | None = None) -> None:
        reads = Reads()
        reads.visit(tree, frozenset())
        self.text: Final = text
        self.tree: Final = tree
        self.names: Final = frozenset(reads.names)
        self.paths: Final = frozenset(reads.paths)
        self.functions: Final = frozenset(reads.functions)
        self.item_names: Final = frozenset(reads.names - reads.outside_filters)
        self._code = compile_node(tree, types)
        self._height = tree.height
        self._weight = tree.weight

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"

    def evaluate(self, variables: Mapping[str, Any], env: Environment) -> Any:
        """The value for these variables; `variables` is read only by `in` and `[]`, when a name is needed.

        Whatever cannot be computed is null, its reason in `env.warnings`. Raises FeelBudgetError.
        """
        run = Run(env)
        run.steps -= self._weight
        try:
            value = self._code(Scope(variables, None, run))
        except DecimalException:
            return run.null("value.foreign", "Decimal")
        except RecursionError:
            raise FeelBudgetError("depth", env.budget.depth) from None
        if run.steps < 0:
            raise FeelBudgetError("steps", env.budget.steps)
        return check_result(value, run)

    def value_in(self, scope: Scope) -> Any:
        """The value within a running evaluation, whose budget pays."""
        run = scope.run
        run.charge(self._weight)
        run.enter(self._height)
        value = self._code(scope)
        run.leave(self._height)
        return value


class UnaryTests:
    """A compiled decision table cell. Attributes as those of `Expression`; `?`, the tested value, is no name."""

    __slots__ = ("_test", "_weight", "functions", "item_names", "names", "paths", "text", "tree")

    def __init__(self, text: str, tree: syntax.Tests, types: TypeNames | None = None) -> None:
        reads = Reads()
        reads.visit(tree, frozenset({"?"}))
        self.text: Final = text
        self.tree: Final = tree
        self.names: Final = frozenset(reads.names)
        self.paths: Final = frozenset(reads.paths)
        self.functions: Final = frozenset(reads.functions)
        self.item_names: Final = frozenset(reads.names - reads.outside_filters)
        self._test = compile_tests(tree, compiler(types))
        self._weight = tree.weight

    def __repr__(self) -> str:
        return f"UnaryTests({self.text!r})"

    def test(self, value: Any, variables: Mapping[str, Any], env: Environment) -> Truth:
        """Whether `value` passes: True, False, or None when that cannot be said. Raises FeelBudgetError."""
        run = Run(env)
        try:
            return self.test_in(value, Scope(variables, None, run))
        except DecimalException:
            return run.null("value.foreign", "Decimal")
        except RecursionError:
            raise FeelBudgetError("depth", env.budget.depth) from None

    @property
    def compiled(self) -> Test:
        """The test itself, for callers that pay `weight` from the budget on their own."""
        return self._test

    @property
    def weight(self) -> int:
        """What one test costs in steps, beside what its parts pay themselves."""
        return self._weight

    def test_in(self, value: Any, scope: Scope) -> Truth:
        """The same within a running evaluation, whose budget pays."""
        run = scope.run
        run.steps -= self._weight
        if run.steps < 0:
            raise FeelBudgetError("steps", run.env.budget.steps)
        return self._test(value, scope)


def compile_expression(
    text: str, *, names: Collection[str] = (), types: TypeNames | None = None
) -> Expression:
    """Parse and compile an expression; raises FeelSyntaxError.

    names: the variables known where it stands; needed only for names that hold operators or keywords
        ("pre-bureau risk"), which are then read as one name, the longest first.
    types: named types for `instance of` and typed function parameters.
    """
    return Expression(text, parse_expression(text, names), types)


def compile_unary_tests(
    text: str, *, names: Collection[str] = (), types: TypeNames | None = None
) -> UnaryTests:
    """Parse and compile a decision table cell; an empty text or "-" accepts everything. As `compile_expression`."""
    return UnaryTests(text, parse_unary_tests(text, names), types)
