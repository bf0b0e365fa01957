"""From the wire form back to values."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.canonical.values import MAX_DEPTH, Refused, VaultRef, Wire, too_deep, years_months_type

if TYPE_CHECKING:
    from engine.feel import YearsMonthsDuration


def from_wire(wire: Wire) -> Any:
    """The value behind a wire form; lists stay lists, whole numbers are int, other numbers Decimal.

    Members of a context come in the order of their keys, whatever order they were in.

    `from_wire(to_wire(x)) == x` for every x that has a wire form, tuples being read as lists and floats as the
    Decimal of their shortest representation. Raises InvalidInput for an unknown or malformed tag.
    """
    try:
        return _decode(wire, 0)
    except Refused as refused:
        raise refused.as_input() from None


def _decode(wire: Any, depth: int) -> Any:
    kind = type(wire)
    if kind is str:
        return _untagged(wire) if wire[:1] == "@" else wire
    if wire is None or kind is bool or kind is int:
        return wire
    if depth >= MAX_DEPTH:
        raise too_deep()
    if kind is dict:
        return _decode_members(wire, depth)
    if kind is list:
        return _decode_items(wire, depth)
    raise Refused("不是规范形式", "not a wire form")


def _decode_members(wire: dict[str, Any], depth: int) -> dict[str, Any]:
    # In the order of the keys: whether a context comes from memory or from its canonical bytes must make no
    # difference to whoever walks through it.
    key = ""
    value: dict[str, Any] = {}
    try:
        for key in sorted(wire):
            value[key] = _decode(wire[key], depth + 1)
    except Refused as refused:
        refused.path.append(key)
        raise
    return value


def _decode_items(wire: list[Any], depth: int) -> list[Any]:
    value: list[Any] = []
    try:
        for item in wire:
            value.append(_decode(item, depth + 1))
    except Refused as refused:
        refused.path.append(len(value))
        raise
    return value


def _untagged(text: str) -> Any:
    if text[1:2] == "@":
        return text[1:]
    tag, separator, content = text[1:].partition(":")
    read = _READERS.get(tag)
    if read is None or not separator:
        raise Refused(f"未知的标记 {text[:20]}", f"unknown tag {text[:20]}")
    try:
        return read(content)
    except (ValueError, ArithmeticError, ZoneInfoNotFoundError):
        raise Refused(f"无法读取 {text[:60]}", f"cannot read {text[:60]}") from None


_DECIMAL: Final = re.compile(r"-?[0-9]{1,1000}(\.[0-9]{1,1000})?(E[+-]?[0-9]{1,5})?")
_DURATION: Final = re.compile(
    r"(-)?P(?=[0-9T])(?:([0-9]{1,9})D)?"
    r"(?:T(?=[0-9])(?:([0-9]{1,2})H)?(?:([0-9]{1,2})M)?(?:([0-9]{1,2})(?:\.([0-9]{1,6}))?S)?)?"
)
_YEARS_MONTHS: Final = re.compile(r"(-)?P(?=[0-9])(?:([0-9]{1,12})Y)?(?:([0-9]{1,2})M)?")
_ZONED: Final = re.compile(r"([^\[]+)\[([A-Za-z0-9_+/-]{1,64})\]")
_VAULT: Final = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})")


def _match(pattern: re.Pattern[str], text: str) -> re.Match[str]:
    found = pattern.fullmatch(text)
    if found is None:
        raise ValueError
    return found


def _read_decimal(text: str) -> Decimal:
    return Decimal(_match(_DECIMAL, text).group())


def _read_datetime(text: str) -> datetime:
    if not text.endswith("]"):
        return datetime.fromisoformat(text)
    moment_text, key = _match(_ZONED, text).groups()
    moment, zone = datetime.fromisoformat(moment_text), ZoneInfo(key)
    for fold in (0, 1):
        local = moment.replace(tzinfo=zone, fold=fold)
        if local.utcoffset() == moment.utcoffset():
            return local
    # The zone's rules have changed since: the instant was written down, so the instant stands (RFC 9557 3.4).
    return moment.astimezone(zone)


def _read_time(text: str) -> time:
    if not text.endswith("]"):
        return time.fromisoformat(text)
    clock, key = _match(_ZONED, text).groups()
    return time.fromisoformat(clock).replace(tzinfo=ZoneInfo(key))


def _read_duration(text: str) -> timedelta:
    sign, days, hours, minutes, seconds, fraction = _match(_DURATION, text).groups()
    size = timedelta(
        days=int(days or 0),
        hours=int(hours or 0),
        minutes=int(minutes or 0),
        seconds=int(seconds or 0),
        microseconds=int((fraction or "").ljust(6, "0")),
    )
    return -size if sign else size


def _read_years_months(text: str) -> YearsMonthsDuration:
    sign, years, months = _match(_YEARS_MONTHS, text).groups()
    total = 12 * int(years or 0) + int(months or 0)
    return years_months_type()(months=-total if sign else total)


def _read_vault(text: str) -> VaultRef:
    entry, commitment = _match(_VAULT, text).groups()
    return VaultRef(entry=int(entry), commitment=commitment)


_READERS: Final[dict[str, Callable[[str], Any]]] = {
    "dec": _read_decimal,
    "date": date.fromisoformat,
    "time": _read_time,
    "dt": _read_datetime,
    "dur": _read_duration,
    "ym": _read_years_months,
    "vault": _read_vault,
}
