"""Equality and order of values in three-valued logic (DMN 1.5, 10.3.2.13.1 and 10.3.2.13.2)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine.feel.run import Run, Truth
from engine.feel.temporal import DATE_TIMES, DATES, DURATIONS, TIMES, day_number, duration_nanoseconds
from engine.feel.temporal_arithmetic import at_midnight, instant, time_key
from engine.feel.values import Range, kind_of

_PLAIN = frozenset({str, bool})
_NUMBERS = frozenset({int, Decimal})


def equal(left: Any, right: Any, run: Run) -> Truth:
    """Whether two values are equal; null, with its reason, when they are of different kinds."""
    kind, other = type(left), type(right)
    if (kind is other and kind in _PLAIN) or (kind in _NUMBERS and other in _NUMBERS):
        return bool(left == right)
    if left is None or right is None:
        return left is right
    if kind_of(left) != kind_of(right):
        if kind in DATES and other in DATE_TIMES:
            return _same_moment(at_midnight(left), right)
        if kind in DATE_TIMES and other in DATES:
            return _same_moment(left, at_midnight(right))
        return run.null("compare.kinds", kind_of(left), kind_of(right))
    return _equal_of_kind(left, right, run)


def _same_moment(left: Any, right: Any) -> bool:
    return instant(left) == instant(right)


def _equal_of_kind(left: Any, right: Any, run: Run) -> Truth:
    run.charge(1)
    kind = type(left)
    if kind in DATE_TIMES:
        return _same_moment(left, right)
    if kind in TIMES:
        return time_key(left) == time_key(right)
    if kind in (list, tuple):
        return _equal_lists(left, right, run)
    if isinstance(left, Mapping):
        return _equal_contexts(left, right, run)
    if kind is Range:
        same_ends = left.start_included == right.start_included and left.end_included == right.end_included
        return (
            same_ends
            and equal(left.start, right.start, run) is True
            and equal(left.end, right.end, run) is True
        )
    return bool(left == right)


def _equal_lists(left: Any, right: Any, run: Run) -> Truth:
    run.enter(2)
    result = len(left) == len(right) and all(
        equal(one, other, run) is True for one, other in zip(left, right, strict=True)
    )
    run.leave(2)
    return result


def _equal_contexts(left: Mapping[str, Any], right: Mapping[str, Any], run: Run) -> Truth:
    run.enter(2)
    result = left.keys() == right.keys() and all(equal(left[key], right[key], run) is True for key in left)
    run.leave(2)
    return result


def order_key(value: Any) -> tuple[str, Any] | None:
    """What orders a value among those of its kind; None for kinds without order."""
    kind = type(value)
    if kind in _NUMBERS:
        return "number", value
    if kind is str:
        return "string", value
    if kind in DATES:
        return "date", day_number(value)
    if kind in DATE_TIMES:
        zoned, at = instant(value)
        return ("instant" if zoned else "local"), at
    if kind in TIMES:
        clock, at = time_key(value)
        return f"time {clock}", at
    if kind in DURATIONS:
        return "duration", duration_nanoseconds(value)
    if kind_of(value) == "years and months duration":
        return "months", value.months
    return None


def order_keys(left: Any, right: Any, run: Run) -> tuple[Any, Any] | None:
    """Comparable keys of two values; None, with the reason recorded, when they have no order."""
    if type(left) in DATES and type(right) in DATE_TIMES:
        left = at_midnight(left)
    elif type(left) in DATE_TIMES and type(right) in DATES:
        right = at_midnight(right)
    one, other = order_key(left), order_key(right)
    if one is None or other is None or one[0] != other[0]:
        run.null("compare.kinds", kind_of(left), kind_of(right))
        return None
    return one[1], other[1]


def less(left: Any, right: Any, run: Run) -> Truth:
    """Whether `left` comes before `right`; null when they have no order."""
    keys = order_keys(left, right, run)
    return None if keys is None else bool(keys[0] < keys[1])


def compare(operator: str, left: Any, right: Any, run: Run) -> Truth:
    """The result of `=`, `!=`, `<`, `<=`, `>` or `>=`."""
    if operator == "=":
        return equal(left, right, run)
    if operator == "!=":
        same = equal(left, right, run)
        return None if same is None else not same
    keys = order_keys(left, right, run)
    if keys is None:
        return None
    if operator == "<":
        return bool(keys[0] < keys[1])
    if operator == "<=":
        return bool(keys[0] <= keys[1])
    if operator == ">":
        return bool(keys[0] > keys[1])
    return bool(keys[0] >= keys[1])


def within(value: Any, bounds: Range, run: Run) -> Truth:
    """Whether a value lies in a range; null when it cannot be compared with an end."""
    below = above = True
    if bounds.start is not None:
        result = compare(">=" if bounds.start_included else ">", value, bounds.start, run)
        if result is None:
            return None
        below = result
    if bounds.end is not None:
        result = compare("<=" if bounds.end_included else "<", value, bounds.end, run)
        if result is None:
            return None
        above = result
    return below and above


def belongs(value: Any, test: Any, run: Run) -> Truth:
    """Whether `value in test` holds: in a range, in a list (of values or ranges), or equal."""
    if type(test) is Range:
        return _range_or_equal(value, test, run)
    if type(test) in (list, tuple):
        run.charge(len(test))
        if type(value) in (list, tuple) and equal(value, test, run) is True:
            return True
        found: Truth = False
        for item in test:
            result = _range_or_equal(value, item, run) if type(item) is Range else equal(value, item, run)
            if result is True:
                return True
        return found
    return equal(value, test, run)


def _range_or_equal(value: Any, test: Range, run: Run) -> Truth:
    return equal(value, test, run) if type(value) is Range else within(value, test, run)
