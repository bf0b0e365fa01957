"""What a decision table makes of the rules that match (DMN 1.5, 8.2.10 and 8.2.11)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from engine.dmn.item_definitions import ItemTypes
from engine.feel import Type, UnaryTests, numbers
from engine.feel.equality import equal, less
from engine.feel.run import Code, Run, Scope
from engine.feel.values import Range, kind_of


class HitPolicy(Enum):
    """How many rules may match, and which of them count."""

    UNIQUE = "UNIQUE"
    ANY = "ANY"
    PRIORITY = "PRIORITY"
    FIRST = "FIRST"
    COLLECT = "COLLECT"
    RULE_ORDER = "RULE ORDER"
    OUTPUT_ORDER = "OUTPUT ORDER"


SINGLE_HIT = frozenset({HitPolicy.UNIQUE, HitPolicy.ANY, HitPolicy.PRIORITY, HitPolicy.FIRST})


class Aggregation(Enum):
    """What COLLECT makes of its list."""

    SUM = "SUM"
    MIN = "MIN"
    MAX = "MAX"
    COUNT = "COUNT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One output column; `order`: its allowed values, the most important first."""

    name: str
    kind: Type
    allowed: UnaryTests | None
    order: tuple[Code, ...]


Row = tuple[Any, ...]


def decide(
    policy: HitPolicy,
    aggregation: Aggregation | None,
    outputs: tuple[Output, ...],
    rows: list[Row],
    name: str,
    scope: Scope,
    _types: ItemTypes,
) -> Any:
    """The table's value for the outputs of the matched rules, of which there is at least one."""
    run = scope.run
    _check_allowed(outputs, rows, name, scope)
    if policy is HitPolicy.UNIQUE and len(rows) > 1:
        return run.null("decision.hit", name, len(rows))
    if policy is HitPolicy.ANY and not all(_same_row(rows[0], row, run) for row in rows[1:]):
        return run.null("decision.hit", name, len(rows))
    if policy in (HitPolicy.PRIORITY, HitPolicy.OUTPUT_ORDER):
        ranks = [[_value_of(code, scope) for code in output.order] for output in outputs]
        rows = sorted(
            rows,
            key=lambda row: tuple(_rank(value, rank, run) for value, rank in zip(row, ranks, strict=True)),
        )
    if policy in SINGLE_HIT:
        return _shape(outputs, rows[0])
    if aggregation is None:
        return [_shape(outputs, row) for row in rows]
    if len(outputs) == 1:
        return _aggregate(aggregation, [row[0] for row in rows], name, run)
    return {
        output.name: _aggregate(aggregation, [row[index] for row in rows], name, run)
        for index, output in enumerate(outputs)
    }


def _check_allowed(outputs: tuple[Output, ...], rows: list[Row], name: str, scope: Scope) -> None:
    for index, output in enumerate(outputs):
        if output.allowed is None:
            continue
        for row in rows:
            if row[index] is not None and output.allowed.test_in(row[index], scope) is not True:
                scope.run.null("decision.output", name)


def _shape(outputs: tuple[Output, ...], row: Row) -> Any:
    if len(outputs) == 1:
        return row[0]
    return {output.name: value for output, value in zip(outputs, row, strict=True)}


def _same_row(one: Row, other: Row, run: Run) -> bool:
    return all(
        kind_of(left) == kind_of(right) and equal(left, right, run) is True
        for left, right in zip(one, other, strict=True)
    )


def _value_of(code: Code, scope: Scope) -> Any:
    value = code(scope)
    return value.start if type(value) is Range and value.start == value.end else value


def _rank(value: Any, order: list[Any], run: Run) -> int:
    """The place of a value among the allowed ones; those not among them come last."""
    for rank, allowed in enumerate(order):
        if kind_of(value) == kind_of(allowed) and equal(value, allowed, run) is True:
            return rank
    return len(order)


def _aggregate(aggregation: Aggregation, values: list[Any], name: str, run: Run) -> Any:
    if aggregation is Aggregation.COUNT:
        return len(values)
    if aggregation is Aggregation.SUM:
        total: Any = 0
        for value in values:
            if not numbers.is_number(value):
                return run.null("decision.aggregate", name)
            total = numbers.add(total, value)
            if total is None:
                return run.null("decision.aggregate", name)
        return total
    best = values[0]
    for value in values if len(values) == 1 else values[1:]:
        before = less(value, best, run) if aggregation is Aggregation.MIN else less(best, value, run)
        if before is None:
            return run.null("decision.aggregate", name)
        best = value if before else best
    return best
