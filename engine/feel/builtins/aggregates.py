"""Aggregating functions and the truth functions (DMN 1.5, 10.3.4.2 and 10.3.4.4)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from engine.feel import numbers
from engine.feel.builtins.registry import builtin
from engine.feel.equality import less
from engine.feel.numbers import CONTEXT, Number
from engine.feel.run import NullResult, Run, Truth
from engine.feel.temporal import DURATIONS, YearsMonthsDuration
from engine.feel.temporal_arithmetic import add as add_temporal
from engine.feel.values import kind_of


def _of_numbers(items: list[Any], name: str) -> list[Number]:
    for item in items:
        if type(item) is not int and type(item) is not Decimal:
            raise NullResult("function.argument", name, "list", kind_of(item))
    return items


def _in_range(value: Any) -> Any:
    if value is None:
        raise NullResult("arithmetic.range")
    return value


@builtin("not", "negand: any!")
def negated(_run: Run, negand: Any) -> Truth:
    """The opposite of a truth value; null for anything else."""
    return not negand if type(negand) is bool else None


@builtin("min", "*list: list")
def minimum(run: Run, items: list[Any]) -> Any:
    """The least item; null for an empty list and for items without a common order."""
    return _extreme(run, items, first=True)


@builtin("max", "*list: list")
def maximum(run: Run, items: list[Any]) -> Any:
    """The greatest item; null for an empty list and for items without a common order."""
    return _extreme(run, items, first=False)


def _extreme(run: Run, items: list[Any], *, first: bool) -> Any:
    run.charge(len(items))
    if not items:
        return None
    best = items[0]
    for item in items if len(items) == 1 else items[1:]:
        before = less(item, best, run) if first else less(best, item, run)
        if before is None:
            return None
        best = item if before else best
    return best


@builtin("sum", "*list: list")
def total(run: Run, items: list[Any]) -> Any:
    """The sum of numbers or of durations of one kind; null for an empty list."""
    run.charge(len(items))
    if not items:
        return None
    if type(items[0]) in DURATIONS or type(items[0]) is YearsMonthsDuration:
        result = items[0]
        for item in items[1:]:
            if kind_of(item) != kind_of(result):
                raise NullResult("function.argument", "sum", "list", kind_of(item))
            result = _in_range(add_temporal(result, item))
        return result
    sum_: Number = 0
    for number in _of_numbers(items, "sum"):
        sum_ = _in_range(numbers.add(sum_, number))
    return sum_


@builtin("mean", "*list: list")
def mean(run: Run, items: list[Any]) -> Any:
    """The arithmetic mean; null for an empty list."""
    if not items:
        return None
    sum_: Number = 0
    run.charge(len(items))
    for number in _of_numbers(items, "mean"):
        sum_ = _in_range(numbers.add(sum_, number))
    return _in_range(numbers.divide(sum_, len(items)))


@builtin("product", "*list: list")
def product(run: Run, items: list[Any]) -> Any:
    """The product of numbers; null for an empty list."""
    if not items:
        raise NullResult("value.domain", "product", "[]")
    run.charge(len(items))
    result: Number = 1
    for number in _of_numbers(items, "product"):
        result = _in_range(numbers.multiply(result, number))
    return result


@builtin("median", "*list: list")
def median(run: Run, items: list[Any]) -> Any:
    """The middle number, or the mean of the two in the middle; null for an empty list."""
    if not items:
        return None
    run.charge(4 * len(items))
    ordered = sorted(_of_numbers(items, "median"))
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return _in_range(numbers.divide(_in_range(numbers.add(ordered[middle - 1], ordered[middle])), 2))


@builtin("stddev", "*list: list")
def standard_deviation(run: Run, items: list[Any]) -> Any:
    """The sample standard deviation; null for fewer than two numbers."""
    if len(items) < 2:
        raise NullResult("value.domain", "stddev", len(items))
    average = numbers.decimal(mean(run, items))
    squares = Decimal(0)
    for number in items:
        distance = CONTEXT.subtract(numbers.decimal(number), average)
        squares = CONTEXT.add(squares, CONTEXT.multiply(distance, distance))
    return _in_range(numbers.as_number(CONTEXT.sqrt(CONTEXT.divide(squares, Decimal(len(items) - 1)))))


@builtin("mode", "*list: list")
def mode(run: Run, items: list[Any]) -> list[Any]:
    """The most frequent numbers in ascending order."""
    run.charge(4 * len(items))
    counts: dict[Number, int] = {}
    for number in _of_numbers(items, "mode"):
        counts[number] = counts.get(number, 0) + 1
    most = max(counts.values(), default=0)
    return sorted(number for number, times in counts.items() if times == most)


@builtin("all", "*list: list")
def every(run: Run, items: list[Any]) -> Truth:
    """Conjunction: false when an item is, else null when one is no truth value, else true."""
    return _fold(run, items, deciding=False)


@builtin("any", "*list: list")
def some(run: Run, items: list[Any]) -> Truth:
    """Disjunction: true when an item is, else null when one is no truth value, else false."""
    return _fold(run, items, deciding=True)


def _fold(run: Run, items: list[Any], *, deciding: bool) -> Truth:
    run.charge(len(items))
    answer: Truth = not deciding
    for item in items:
        if item is deciding:
            return deciding
        if type(item) is not bool:
            answer = None
    return answer
