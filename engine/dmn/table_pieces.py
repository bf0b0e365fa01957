"""Cutting an input column into the pieces that its cells can tell apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.feel import syntax, to_text
from engine.feel.compiler.literals import at_literal
from engine.feel.equality import order_key

_MOST_LISTED = 8
_CONSTRUCTORS = frozenset({"date", "time", "date and time", "duration"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """A column: the pieces as bits, what they are called, and the pieces each cell accepts.

    cells: None for a cell that cannot be cut.
    """

    whole: int
    labels: tuple[str, ...]
    cells: tuple[int | None, ...]

    def describe(self, pieces: int) -> str:
        """One of the pieces in words."""
        return self.labels[(pieces & -pieces).bit_length() - 1]

    def list_whole(self) -> str:
        """The first of all pieces in words."""
        found = [label for index, label in enumerate(self.labels) if self.whole >> index & 1]
        return ", ".join(found[:_MOST_LISTED]) + (", …" if len(found) > _MOST_LISTED else "")


class _Opaque(Exception):
    """A test whose meaning depends on more than its own input."""


Cells = list[syntax.Tests | None]


def cut(cells: Cells, allowed: syntax.Tests | None, kind: str) -> Pieces:
    """The pieces of a column with these cells; `allowed` bounds what its input can be.

    Null is a piece of its own where a cell names it; elsewhere inputs are taken to be there.
    """
    if not any(_is_null(test) for cell in cells if cell is not None for test in cell.tests):
        return _cut(cells, allowed, kind)
    base = _cut([_without_null(cell) for cell in cells], allowed, kind)
    null = 1 << len(base.labels)
    return Pieces(
        whole=base.whole | null,
        labels=(*base.labels, "null"),
        cells=tuple(
            None
            if bits is None
            else _beside_null(cell, bits, base.whole) | (null if _takes_null(cell) else 0)
            for cell, bits in zip(cells, base.cells, strict=True)
        ),
    )


def _is_null(test: syntax.Node) -> bool:
    if isinstance(test, syntax.UnaryTest):
        return test.operator == "=" and isinstance(test.endpoint, syntax.NullLiteral)
    return isinstance(test, syntax.NullLiteral)


def _without_null(cell: syntax.Tests | None) -> syntax.Tests | None:
    if cell is None:
        return None
    return syntax.Tests(tuple(test for test in cell.tests if not _is_null(test)), cell.negated)


def _beside_null(cell: syntax.Tests | None, bits: int, whole: int) -> int:
    """The pieces a cell accepts of inputs that are there; `bits`: of its tests without those for null."""
    if cell is None or not all(_is_null(test) for test in cell.tests):
        return bits
    return whole if cell.negated else 0


def _takes_null(cell: syntax.Tests | None) -> bool:
    """Whether a cell accepts null: equality with null is decided, its order among values is not."""
    if cell is None:
        return True
    named = any(_is_null(test) for test in cell.tests)
    if not cell.negated:
        return named
    unordered = (_is_null(test) or _test_of(test).equals for test in cell.tests)
    return not named and all(unordered)


def _cut(cells: Cells, allowed: syntax.Tests | None, kind: str) -> Pieces:
    tests: list[list[_Test] | None] = [_tests_of(cell) for cell in cells]
    limits = None if allowed is None else _tests_of(allowed)
    known = [test for group in [*tests, limits] if group is not None for test in group]
    if kind == "boolean" or (known and all(type(point) is bool for test in known for point in test.points)):
        return _truth_pieces(cells, tests)
    ordered = all(test.ordered for test in known)
    if ordered and known and _comparable(known):
        return _ordered_pieces(cells, tests, limits, known)
    return _listed_pieces(cells, tests, limits, known)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Test:
    """One test: equality with its only point, or an interval (None: without end)."""

    low: Any
    high: Any
    low_included: bool
    high_included: bool
    equals: bool

    @property
    def points(self) -> list[Any]:
        return [point for point in (self.low, self.high) if point is not None]

    @property
    def ordered(self) -> bool:
        return all(type(point) is not bool and order_key(point) is not None for point in self.points)


def _tests_of(cell: syntax.Tests | None) -> list[_Test] | None:
    """The tests of a cell; an empty list accepts everything, None cannot be cut."""
    if cell is None:
        return []
    try:
        return [_test_of(node) for node in cell.tests]
    except _Opaque:
        return None


def _test_of(node: syntax.Node) -> _Test:
    if isinstance(node, syntax.UnaryTest):
        return _operator_test(node.operator, _constant(node.endpoint))
    if isinstance(node, syntax.RangeLiteral):
        return _Test(
            low=_constant(node.start),
            high=_constant(node.end),
            low_included=node.start_included,
            high_included=node.end_included,
            equals=False,
        )
    value = _constant(node)
    return _Test(low=value, high=value, low_included=True, high_included=True, equals=True)


def _operator_test(operator: str, value: Any) -> _Test:
    if operator == "=":
        return _Test(low=value, high=value, low_included=True, high_included=True, equals=True)
    if operator in ("<", "<="):
        return _Test(low=None, high=value, low_included=False, high_included=operator == "<=", equals=False)
    if operator in (">", ">="):
        return _Test(low=value, high=None, low_included=operator == ">=", high_included=False, equals=False)
    raise _Opaque


def _constant(node: syntax.Node) -> Any:
    """The value of a literal; null, which no order holds, cannot be cut."""
    value: Any = None
    if isinstance(node, syntax.NumberLiteral | syntax.StringLiteral | syntax.BooleanLiteral):
        value = node.value
    elif isinstance(node, syntax.Negation):
        inner = _constant(node.operand)
        value = -inner if type(inner) in (int, Decimal) else None
    elif isinstance(node, syntax.AtLiteral):
        value = at_literal(node.text)
    elif isinstance(node, syntax.Call) and isinstance(node.callee, syntax.Name) and len(node.arguments) == 1:
        argument = node.arguments[0]
        if node.callee.name in _CONSTRUCTORS and isinstance(argument, syntax.StringLiteral):
            value = at_literal(argument.value)
    if value is None:
        raise _Opaque
    return value


def _comparable(tests: Iterable[_Test]) -> bool:
    classes = {key[0] for test in tests for point in test.points if (key := order_key(point)) is not None}
    return len(classes) == 1 and not (classes == {"string"} and all(test.equals for test in tests))


def _cell_bits(
    cells: Cells, tests: list[list[_Test] | None], whole: int, accepts: Callable[[_Test], int]
) -> tuple[int | None, ...]:
    found: list[int | None] = []
    for cell, group in zip(cells, tests, strict=True):
        if group is None:
            found.append(None)
        elif not group:
            found.append(whole)
        else:
            bits = 0
            for test in group:
                bits |= accepts(test)
            negated = cell is not None and cell.negated
            found.append((whole & ~bits) if negated else (bits & whole))
    return tuple(found)


def _truth_pieces(cells: Cells, tests: list[list[_Test] | None]) -> Pieces:
    def accepts(test: _Test) -> int:
        return (1 if test.low is False else 2) if test.equals and type(test.low) is bool else 0

    return Pieces(whole=3, labels=("false", "true"), cells=_cell_bits(cells, tests, 3, accepts))


def _listed_pieces(
    cells: Cells, tests: list[list[_Test] | None], limits: list[_Test] | None, known: list[_Test]
) -> Pieces:
    """Pieces for texts: one for each value written, and one for all others unless they are not allowed."""
    if any(not test.equals for test in known):
        opaque = tuple(0b1 if cell is None else None for cell in cells)
        return Pieces(whole=1, labels=("…",), cells=opaque)
    values: list[str] = []
    for test in known:
        text = to_text([test.low])
        if text not in values:
            values.append(text)
    labels = (*(text[1:-1] for text in values), "…")
    others = 1 << len(values)
    listed = 0
    for test in limits or []:
        listed |= 1 << values.index(to_text([test.low]))
    whole = listed if limits else 2 * others - 1
    return Pieces(
        whole=whole,
        labels=labels,
        cells=_cell_bits(cells, tests, whole, lambda test: 1 << values.index(to_text([test.low]))),
    )


def _ordered_pieces(
    cells: Cells, tests: list[list[_Test] | None], limits: list[_Test] | None, known: list[_Test]
) -> Pieces:
    """Pieces for ordered kinds: before the first point, each point, each stretch between two, after the last."""
    by_key = {_key(point): point for test in known for point in test.points}
    keys = sorted(by_key)
    places = {key: 2 * index + 1 for index, key in enumerate(keys)}
    count = 2 * len(keys) + 1

    def accepts(test: _Test) -> int:
        first = 0 if test.low is None else places[_key(test.low)] + (not test.low_included)
        last = count - 1 if test.high is None else places[_key(test.high)] - (not test.high_included)
        return sum(1 << piece for piece in range(first, last + 1))

    whole = (1 << count) - 1
    if limits:
        bits = 0
        for test in limits:
            bits |= accepts(test)
        whole = bits
    return Pieces(
        whole=whole,
        labels=tuple(_ordered_labels([by_key[key] for key in keys])),
        cells=_cell_bits(cells, tests, whole, accepts),
    )


def _key(point: Any) -> Any:
    key = order_key(point)
    return None if key is None else key[1]


def _ordered_labels(points: list[Any]) -> Iterator[str]:
    texts = [to_text([point])[1:-1] for point in points]
    yield f"< {texts[0]}"
    for index, text in enumerate(texts):
        yield text
        following = texts[index + 1] if index + 1 < len(texts) else None
        yield f"> {text}" if following is None else f"({text}..{following})"
