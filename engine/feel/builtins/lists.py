"""List functions, `sort` and `is` (DMN 1.5, 10.3.4.4, 10.3.4.8 and 10.3.4.9)."""

from __future__ import annotations

from decimal import Decimal
from functools import cmp_to_key
from typing import Any

from engine.feel import numbers
from engine.feel.builtins.registry import builtin
from engine.feel.equality import equal, less
from engine.feel.numbers import Number
from engine.feel.run import NullResult, Run
from engine.feel.values import Function, kind_of


@builtin("is", "value1: any!, value2: any!")
def is_same(run: Run, value1: Any, value2: Any) -> bool:
    """Whether two values are of one kind and equal, without conversion (10.3.4.9)."""
    if kind_of(value1) != kind_of(value2):
        return False
    if hasattr(value1, "tzinfo") and (value1.tzinfo is None) != (value2.tzinfo is None):
        return False
    return equal(value1, value2, run) is True


@builtin("list contains", "list: list, element: any!")
def list_contains(run: Run, items: list[Any], element: Any) -> bool:
    """Whether an item equals the element."""
    return any(_same(item, element, run) for item in items)


def _same(one: Any, other: Any, run: Run) -> bool:
    run.charge(1)
    return kind_of(one) == kind_of(other) and equal(one, other, run) is True


@builtin("count", "list: list")
def count(_run: Run, items: list[Any]) -> int:
    """The number of items."""
    return len(items)


@builtin("sublist", "list: list, start position: number, length?: number!")
def sublist(run: Run, items: list[Any], start: Number, length: Number | None) -> list[Any]:
    """The items from a position, counted from 1 or from the end."""
    run.charge(len(items) // 16)
    first = _position(items, start, "sublist")
    if length is None:
        return items[first:]
    size = numbers.whole(length)
    if size < 1 or first + size > len(items):
        raise NullResult("value.domain", "sublist", size)
    return items[first : first + size]


def _position(items: list[Any], position: Number, name: str) -> int:
    at = numbers.whole(position)
    if at == 0 or abs(at) > len(items):
        raise NullResult("value.domain", name, at)
    return at - 1 if at > 0 else len(items) + at


@builtin("append", "list: list, **item: any!")
def append(run: Run, items: list[Any], more: list[Any]) -> list[Any]:
    """The list with items added at its end."""
    run.charge(len(items))
    return [*items, *more]


@builtin("concatenate", "**list: list")
def concatenate(run: Run, lists: list[Any]) -> list[Any]:
    """The items of all lists in one."""
    joined: list[Any] = []
    for one in lists:
        if one is None:
            raise NullResult("function.argument", "concatenate", "list", "null")
        part = one if type(one) in (list, tuple) else [one]
        run.charge(len(part))
        joined.extend(part)
        run.fits(len(joined))
    return joined


@builtin("insert before", "list: list, position: number, newItem: any!")
def insert_before(run: Run, items: list[Any], position: Number, item: Any) -> list[Any]:
    """The list with an item put before a position."""
    at = _position(items, position, "insert before")
    run.charge(len(items))
    return [*items[:at], item, *items[at:]]


@builtin("remove", "list: list, position: number")
def remove(run: Run, items: list[Any], position: Number) -> list[Any]:
    """The list without the item at a position."""
    at = _position(items, position, "remove")
    run.charge(len(items))
    return [*items[:at], *items[at + 1 :]]


@builtin("list replace", "list: list, position: number, newItem: any!")
def list_replace(run: Run, items: list[Any], position: Number, item: Any) -> list[Any]:
    """The list with the item at a position replaced."""
    at = _position(items, position, "list replace")
    run.charge(len(items))
    return [*items[:at], item, *items[at + 1 :]]


@builtin("list replace", "list: list, match: function, newItem: any!")
def list_replace_matching(run: Run, items: list[Any], match: Function, item: Any) -> list[Any]:
    """The list with all items replaced for which `match(item, newItem)` holds."""
    replaced = []
    for one in items:
        run.charge(1)
        holds = match.call(run, [one, item])
        if type(holds) is not bool:
            raise NullResult("condition.kind", kind_of(holds))
        replaced.append(item if holds else one)
    return replaced


@builtin("reverse", "list: list")
def reverse(run: Run, items: list[Any]) -> list[Any]:
    """The items from last to first."""
    run.charge(len(items))
    return list(items)[::-1]


@builtin("index of", "list: list, match: any!")
def index_of(run: Run, items: list[Any], match: Any) -> list[int]:
    """The positions, from 1, of the items equal to `match`."""
    return [index for index, item in enumerate(items, start=1) if _same(item, match, run)]


@builtin("union", "**list: list")
def union(run: Run, lists: list[Any]) -> list[Any]:
    """The items of all lists without duplicates."""
    return distinct_values(run, concatenate(run, lists))


@builtin("distinct values", "list: list")
def distinct_values(run: Run, items: list[Any]) -> list[Any]:
    """The items without duplicates, in the order of their first."""
    seen = _Seen(run)
    return [item for item in items if seen.first_time(item)]


@builtin("duplicate values", "list: list")
def duplicate_values(run: Run, items: list[Any]) -> list[Any]:
    """The items that occur more than once, each once, in the order of their first."""
    return [
        item
        for item in distinct_values(run, items)
        if sum(1 for other in items if _same(item, other, run)) > 1
    ]


class _Seen:
    """Items met so far; strings and numbers are looked up, others compared one by one."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._plain: set[Any] = set()
        self._others: list[Any] = []

    def first_time(self, item: Any) -> bool:
        self._run.charge(1)
        if type(item) in (str, int, Decimal):
            known = item in self._plain
            self._plain.add(item)
            return not known
        if any(_same(item, other, self._run) for other in self._others):
            return False
        self._others.append(item)
        return True


@builtin("flatten", "list: list")
def flatten(run: Run, items: list[Any]) -> list[Any]:
    """The items with those of nested lists in their place."""
    flat: list[Any] = []
    _flatten(run, items, flat)
    return flat


def _flatten(run: Run, items: list[Any], flat: list[Any]) -> None:
    run.enter(2)
    for item in items:
        run.charge(1)
        if type(item) in (list, tuple):
            _flatten(run, item, flat)
        else:
            flat.append(item)
            run.fits(len(flat))
    run.leave(2)


@builtin("sort", "list: list, precedes?: function")
def sort(run: Run, items: list[Any], precedes: Function | None) -> list[Any]:
    """The items in the order of `precedes(x, y)`, or of themselves; stable."""
    run.charge(4 * len(items))

    def before(one: Any, other: Any) -> bool:
        run.charge(1)
        holds = less(one, other, run) if precedes is None else precedes.call(run, [one, other])
        if type(holds) is not bool:
            raise NullResult("condition.kind", kind_of(holds))
        return holds

    def order(one: Any, other: Any) -> int:
        if before(one, other):
            return -1
        return 1 if before(other, one) else 0

    return sorted(items, key=cmp_to_key(order))
