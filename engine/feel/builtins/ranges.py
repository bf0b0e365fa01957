"""Relations between points and ranges (DMN 1.5, 10.3.4.7, table 78).

A point beside a range is the range that holds only it, which makes each relation one rule on two ranges.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.feel.builtins.registry import builtin
from engine.feel.equality import equal, less
from engine.feel.run import NullResult, Run
from engine.feel.values import Range

_POINT = "number|string|date|time|date and time|days and time duration|years and months duration"


def _as_range(value: Any) -> Range:
    return value if type(value) is Range else Range(start=value, end=value)


def _less(one: Any, other: Any, run: Run) -> bool:
    result = less(one, other, run)
    if type(result) is not bool:
        raise NullResult("compare.kinds", "range", "range")
    return result


def _same(one: Any, other: Any, run: Run) -> bool:
    return one is not None and other is not None and equal(one, other, run) is True


def _starts_no_later(one: Range, other: Range, run: Run) -> bool:
    """Whether the start of `one` lies before that of `other` or at the same place."""
    if one.start is None or other.start is None:
        return one.start is None
    if _less(one.start, other.start, run):
        return True
    return _same(one.start, other.start, run) and (one.start_included or not other.start_included)


def _ends_no_later(one: Range, other: Range, run: Run) -> bool:
    if one.end is None or other.end is None:
        return other.end is None
    if _less(one.end, other.end, run):
        return True
    return _same(one.end, other.end, run) and (other.end_included or not one.end_included)


def _before(one: Range, other: Range, run: Run) -> bool:
    if one.end is None or other.start is None:
        return False
    if _less(one.end, other.start, run):
        return True
    return _same(one.end, other.start, run) and not (one.end_included and other.start_included)


def _meets(one: Range, other: Range, run: Run) -> bool:
    return one.end_included and other.start_included and _same(one.end, other.start, run)


def _overlaps(one: Range, other: Range, run: Run) -> bool:
    return not _before(one, other, run) and not _before(other, one, run)


def _overlaps_before(one: Range, other: Range, run: Run) -> bool:
    return (
        _overlaps(one, other, run)
        and not _starts_no_later(other, one, run)
        and _ends_no_later(one, other, run)
    )


def _includes(one: Range, other: Range, run: Run) -> bool:
    return _starts_no_later(one, other, run) and _ends_no_later(other, one, run)


def _starts(one: Range, other: Range, run: Run) -> bool:
    return (
        _same(one.start, other.start, run)
        and one.start_included == other.start_included
        and _ends_no_later(one, other, run)
    )


def _finishes(one: Range, other: Range, run: Run) -> bool:
    return (
        _same(one.end, other.end, run)
        and one.end_included == other.end_included
        and _starts_no_later(other, one, run)
    )


def _coincides(one: Range, other: Range, run: Run) -> bool:
    return (
        _starts_no_later(one, other, run)
        and _starts_no_later(other, one, run)
        and _ends_no_later(one, other, run)
        and _ends_no_later(other, one, run)
    )


_Relation = Callable[[Range, Range, Run], bool]


def _turned(relation: _Relation) -> _Relation:
    return lambda one, other, run: relation(other, one, run)


def _declare(name: str, relation: _Relation, *signatures: tuple[str, str, str, str]) -> None:
    for first, first_kinds, second, second_kinds in signatures:

        def work(run: Run, one: Any, other: Any) -> bool:
            return relation(_as_range(one), _as_range(other), run)

        builtin(name, f"{first}: {first_kinds}, {second}: {second_kinds}")(work)


_POINTS = ("point1", _POINT, "point2", _POINT)
_POINT_RANGE = ("point", _POINT, "range", "range")
_RANGE_POINT = ("range", "range", "point", _POINT)
_RANGES = ("range1", "range", "range2", "range")

_declare("before", _before, _POINTS, _POINT_RANGE, _RANGE_POINT, _RANGES)
_declare("after", _turned(_before), _POINTS, _POINT_RANGE, _RANGE_POINT, _RANGES)
_declare("meets", _meets, _RANGES)
_declare("met by", _turned(_meets), _RANGES)
_declare("overlaps", _overlaps, _RANGES)
_declare("overlaps before", _overlaps_before, _RANGES)
_declare("overlaps after", _turned(_overlaps_before), _RANGES)
_declare("finishes", _finishes, _POINT_RANGE, _RANGES)
_declare("finished by", _turned(_finishes), _RANGE_POINT, _RANGES)
_declare("includes", _includes, _RANGE_POINT, _RANGES)
_declare("during", _turned(_includes), _POINT_RANGE, _RANGES)
_declare("starts", _starts, _POINT_RANGE, _RANGES)
_declare("started by", _turned(_starts), _RANGE_POINT, _RANGES)
_declare("coincides", _coincides, _POINTS, _RANGES)
