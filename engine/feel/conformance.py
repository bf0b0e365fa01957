"""Whether a value has a type, and the conversions a type may ask for (DMN 1.5, 10.3.2.9.1 and 10.3.2.9.4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.feel.run import Run
from engine.feel.temporal_arithmetic import at_midnight
from engine.feel.types import Type, TypeNames
from engine.feel.values import Function, Range, kind_of

_DEEPEST = 32


def conforms(value: Any, wanted: Type, types: TypeNames, run: Run, depth: int = 0) -> bool:
    """Whether `value` has the type; null has every type here (`instance of` asks about null itself)."""
    run.charge(1)
    kind = types.resolve(wanted)
    if kind is None or depth > _DEEPEST:
        return False
    if value is None or kind.name == "Any":
        return True
    if kind.name != kind_of(value):
        return False
    if kind.name == "list" and kind.items is not None:
        return all(conforms(item, kind.items, types, run, depth + 1) for item in value)
    if kind.name == "range" and kind.items is not None:
        return _range_conforms(value, kind.items, types, run, depth)
    if kind.name == "context" and kind.members is not None:
        return _context_conforms(value, kind.members, types, run, depth)
    if kind.name == "function" and kind.parameters is not None:
        return _function_conforms(value, kind, types)
    return True


def _range_conforms(value: Range, items: Type, types: TypeNames, run: Run, depth: int) -> bool:
    ends = [end for end in (value.start, value.end) if end is not None]
    return all(conforms(end, items, types, run, depth + 1) for end in ends)


def _context_conforms(
    value: Mapping[str, Any], members: tuple[tuple[str, Type], ...], types: TypeNames, run: Run, depth: int
) -> bool:
    return all(name in value and conforms(value[name], kind, types, run, depth + 1) for name, kind in members)


def _function_conforms(value: Function, wanted: Type, types: TypeNames) -> bool:
    parameters = wanted.parameters or ()
    given = value.types or (Type("Any"),) * len(value.parameters)
    if value.variadic or len(given) != len(parameters):
        return False
    takes = all(type_conforms(asked, own, types) for asked, own in zip(parameters, given, strict=True))
    return takes and (wanted.items is None or type_conforms(value.result, wanted.items, types))


def type_conforms(narrow: Type, wide: Type, types: TypeNames) -> bool:
    """Whether every value of type `narrow` is one of type `wide`."""
    one, other = types.resolve(narrow), types.resolve(wide)
    if one is None or other is None:
        return False
    if other.name == "Any" or one.name == "Null":
        return True
    if one.name != other.name:
        return False
    if other.items is not None and other.parameters is None:
        return one.items is not None and type_conforms(one.items, other.items, types)
    return True


def coerce(value: Any, wanted: Type, types: TypeNames, run: Run) -> tuple[bool, Any]:
    """Fit a value to a type: (True, the value), or (False, None) with the reason recorded.

    A list of one becomes its item, an item a list of one, and a date the beginning of its day in UTC.
    """
    if value is None or conforms(value, wanted, types, run):
        return True, value
    kind = types.resolve(wanted)
    if kind is None:
        return False, run.null("type.unknown", wanted)
    if (
        type(value) is list
        and len(value) == 1
        and kind.name != "list"
        and conforms(value[0], kind, types, run)
    ):
        return True, value[0]
    if kind.name == "list" and type(value) is not list and conforms([value], kind, types, run):
        return True, [value]
    if kind.name == "date and time" and kind_of(value) == "date":
        return True, at_midnight(value)
    return False, run.null("type.mismatch", kind_of(value), wanted)
