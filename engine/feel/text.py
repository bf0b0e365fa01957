"""A value as text, the way FEEL's `string()` gives it (DMN 1.5, 10.3.4.1)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine.feel.numbers import number_text
from engine.feel.run import NullResult, Run
from engine.feel.temporal import DATE_TIMES, DATES, DURATIONS, TIMES, YearsMonthsDuration
from engine.feel.temporal_text import date_text, date_time_text, duration_text, months_text, time_text
from engine.feel.values import Function, Range

_DEEPEST = 100


def to_text(value: Any, run: Run | None = None) -> str:
    """`value` as `string(value)` shows it: strings inside lists and contexts quoted, null as "null".

    run: the evaluation whose budget pays for the elements visited; none outside evaluations.
    """
    return value if type(value) is str else _text(value, run, 0)


def _text(value: Any, run: Run | None, depth: int) -> str:
    if depth > _DEEPEST:
        raise NullResult("value.domain", "string", "depth")
    if run is not None:
        run.charge(1)
    if value is None:
        return "null"
    kind = type(value)
    if kind is bool:
        return "true" if value else "false"
    if kind is str:
        if run is not None:
            run.charge(len(value) // 64)
        return quoted(value)
    if kind is int or kind is Decimal:
        return number_text(value)
    if kind in (list, tuple):
        return f"[{', '.join(_text(item, run, depth + 1) for item in value)}]"
    if isinstance(value, Mapping):
        return (
            "{"
            + ", ".join(f"{_key(key)}: {_text(item, run, depth + 1)}" for key, item in value.items())
            + "}"
        )
    if kind is Range:
        return _range_text(value, run, depth)
    if kind is Function:
        return f"function({', '.join(value.parameters)})"
    return temporal_text(value) or f"<{kind.__name__}>"


def _key(key: str) -> str:
    plain = key.replace(" ", "").replace("_", "")
    return key if plain.isalnum() and not plain[:1].isdigit() else quoted(key)


def _range_text(value: Range, run: Run | None, depth: int) -> str:
    if value.start is None and value.end is not None:
        return f"({'<=' if value.end_included else '<'} {_text(value.end, run, depth + 1)})"
    if value.end is None and value.start is not None:
        return f"({'>=' if value.start_included else '>'} {_text(value.start, run, depth + 1)})"
    opening, closing = "[" if value.start_included else "(", "]" if value.end_included else ")"
    return f"{opening}{_text(value.start, run, depth + 1)}..{_text(value.end, run, depth + 1)}{closing}"


def temporal_text(value: Any) -> str | None:
    """A date, time or duration in its ISO 8601 form; None for anything else."""
    kind = type(value)
    if kind in DATES:
        return date_text(value)
    if kind in DATE_TIMES:
        return date_time_text(value)
    if kind in TIMES:
        return time_text(value)
    if kind in DURATIONS:
        return duration_text(value)
    if kind is YearsMonthsDuration:
        return months_text(value)
    return None


def quoted(text: str) -> str:
    """A FEEL string literal for `text`."""
    return json.dumps(text, ensure_ascii=False) if _plain(text) else _escaped(text)


def _plain(text: str) -> bool:
    return all(char >= " " and char != "\\" for char in text)


def _escaped(text: str) -> str:
    named = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return (
        '"'
        + "".join(named.get(char) or (char if char >= " " else f"\\u{ord(char):04x}") for char in text)
        + '"'
    )
