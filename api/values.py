"""Variables as JSON has them: the wire form of the engine, made plain."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from engine import canonical
from engine.canonical import VaultRef


def plain(wire: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Values by name in wire form as JSON, and the paths of those that are sealed and so left out.

    Numbers that a double cannot hold, dates, times and durations are texts.
    """
    sealed: list[str] = []
    found = {name: _plain(canonical.from_wire(value), name, sealed) for name, value in wire.items()}
    return found, sorted(sealed)


def shown(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values by name in Python form, masked already, as JSON."""
    return {name: _plain(value, name, []) for name, value in values.items()}


def _plain(value: Any, path: str, sealed: list[str]) -> Any:
    if isinstance(value, VaultRef):
        sealed.append(path)
        return None
    if isinstance(value, Mapping):
        return {str(name): _plain(part, f"{path}.{name}", sealed) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part, f"{path}[{place}]", sealed) for place, part in enumerate(value)]
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(canonical.to_wire(value)).removeprefix("@dur:")
    if value is None or isinstance(value, (bool, int, str)):
        return value
    return str(value)


def _number(value: Decimal) -> int | float | str:
    if value == value.to_integral_value() and abs(value) < 2**53:
        return int(value)
    close = float(value)
    return close if Decimal(repr(close)) == value else str(value)
