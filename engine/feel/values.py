"""The values of the language that Python has no type for, and what kind any value is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

from engine.feel.temporal import (
    ExtendedDate,
    ExtendedDateTime,
    ExtendedDuration,
    ExtendedTime,
    YearsMonthsDuration,
)
from engine.feel.types import ANY, Type

if TYPE_CHECKING:
    from engine.feel.run import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """All values from `start` to `end`; an end that is None is open without bound."""

    start: Any
    end: Any
    start_included: bool = True
    end_included: bool = True


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Function:
    """A function as a value: defined in an expression, a business knowledge model, or built in.

    call: takes the running evaluation and one argument for each parameter.
    """

    name: str
    parameters: tuple[str, ...]
    types: tuple[Type, ...] = ()
    result: Type = ANY
    call: Callable[[Run, list[Any]], Any] = field(repr=False)
    call_named: Callable[[Run, dict[str, Any]], Any] | None = field(default=None, repr=False)
    variadic: bool = False


Value: TypeAlias = (
    None
    | bool
    | int
    | Decimal
    | str
    | date
    | time
    | datetime
    | timedelta
    | YearsMonthsDuration
    | ExtendedDate
    | ExtendedTime
    | ExtendedDateTime
    | ExtendedDuration
    | list[Any]
    | Mapping[str, Any]
    | Range
    | Function
)
"""What an expression reads and gives. Floats are not among them: numbers are decimal."""

_KINDS: dict[type, str] = {
    type(None): "null",
    bool: "boolean",
    int: "number",
    Decimal: "number",
    str: "string",
    date: "date",
    ExtendedDate: "date",
    time: "time",
    ExtendedTime: "time",
    datetime: "date and time",
    ExtendedDateTime: "date and time",
    timedelta: "days and time duration",
    ExtendedDuration: "days and time duration",
    YearsMonthsDuration: "years and months duration",
    list: "list",
    tuple: "list",
    dict: "context",
    Range: "range",
    Function: "function",
}


def kind_of(value: Any) -> str:
    """The FEEL kind of a value ("number", "date and time", …); a host's type by its Python name."""
    kind = _KINDS.get(type(value))
    if kind is None:
        return "context" if isinstance(value, Mapping) else type(value).__name__
    return kind
