"""From values to their wire form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Context, Decimal, Inexact, InvalidOperation
from typing import Any, Final
from zoneinfo import ZoneInfo

from engine.canonical.values import (
    MAX_DEPTH,
    MAX_DIGITS,
    MAX_INT,
    MAX_SIZE,
    Refused,
    VaultRef,
    Wire,
    too_deep,
    too_large,
    too_many_digits,
    years_months_type,
)

_EXACT: Final = Context(prec=MAX_DIGITS, capitals=1, traps=[Inexact, InvalidOperation])


def to_wire(value: Any, *, max_size: int = MAX_SIZE) -> Wire:
    """The wire form of a value: JSON kinds, numbers, temporals, durations and vault references.

    max_size: bound on the sum of all string lengths (characters) and container lengths (items).

    Raises InvalidInput, naming the path of the offending part, for NaN and infinities, bytes and other unknown
    types, keys that are no strings, NUL characters, lone surrogates, nesting beyond MAX_DEPTH and oversize.
    """
    try:
        return _Encoder(max_size).encode(value, 0)
    except Refused as refused:
        raise refused.as_input() from None


class _Encoder:
    """One walk over a value; `left` is what remains of its size."""

    __slots__ = ("left",)

    def __init__(self, max_size: int) -> None:
        self.left = max_size

    def encode(self, value: Any, depth: int) -> Wire:
        kind = type(value)
        if kind is str:
            return self.text(value)
        if value is None or kind is bool:
            plain: Wire = value
            return plain
        if kind is int:
            return int(value) if -MAX_INT <= value <= MAX_INT else _number_text(_decimal_of(value))
        if kind is dict:
            return self.mapping(value, depth)
        if kind is list or kind is tuple:
            return self.items(value, depth)
        return self.other(value, depth)

    def text(self, value: str) -> str:
        self.left -= len(value)
        if self.left < 0:
            raise too_large()
        if "\0" in value:
            raise Refused("文本含有空字符（NUL）", "the text holds a NUL character")
        if not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError:
                raise Refused("文本含有不成对的代理字符", "the text holds a lone surrogate") from None
        return "@" + value if value[:1] == "@" else value

    def mapping(self, value: Mapping[Any, Any], depth: int) -> Wire:
        self.enter(value, depth)
        wire: dict[str, Wire] = {}
        key: Any = None
        try:
            for key, item in value.items():
                if not isinstance(key, str):
                    raise Refused("键必须是文本", "keys must be text")
                self.text(key)
                wire[str(key)] = self.encode(item, depth + 1)
        except Refused as refused:
            refused.path.append(key if isinstance(key, str) else repr(key)[:40])
            raise
        return wire

    def items(self, value: list[Any] | tuple[Any, ...], depth: int) -> Wire:
        self.enter(value, depth)
        wire: list[Wire] = []
        try:
            for item in value:
                wire.append(self.encode(item, depth + 1))
        except Refused as refused:
            refused.path.append(len(wire))
            raise
        return wire

    def enter(self, container: Mapping[Any, Any] | list[Any] | tuple[Any, ...], depth: int) -> None:
        if depth >= MAX_DEPTH:
            raise too_deep()
        self.left -= len(container)
        if self.left < 0:
            raise too_large()

    def other(self, value: Any, depth: int) -> Wire:
        write = _WRITERS.get(type(value))
        if write is not None:
            return write(value)
        if isinstance(value, str):
            return self.text(str.__str__(value))
        if isinstance(value, Mapping):
            return self.mapping(value, depth)
        if isinstance(value, (list, tuple)):
            return self.items(value, depth)
        if isinstance(value, years_months_type()):
            return f"@ym:{_years_months_text(value.months)}"
        name = type(value).__name__
        raise Refused(f"不支持的类型 {name}", f"values of type {name} are not supported")


def _decimal_of(number: int) -> Decimal:
    if number.bit_length() > 3 * MAX_DIGITS:
        raise too_many_digits()
    return Decimal(number)


def _number(value: Decimal) -> Wire:
    if not value.is_finite():
        raise Refused("数值不是有限数", "the number is not finite")
    if value.adjusted() <= 15:
        whole = int(value)
        if whole == value and -MAX_INT <= whole <= MAX_INT:
            return whole
    return _number_text(value)


def _number_text(value: Decimal) -> str:
    if abs(value.adjusted()) > 10 * MAX_DIGITS:
        raise too_many_digits()
    try:
        return "@dec:" + _EXACT.to_sci_string(value.normalize(_EXACT))
    except Inexact:
        raise too_many_digits() from None


def _float(value: float) -> Wire:
    return _number(Decimal(repr(value)))


def _zoned(value: datetime) -> str:
    zone = value.tzinfo
    # RFC 9557 keeps both: the offset says which of two equal wall times is meant, the name which rules apply.
    return f"@dt:{value.isoformat()}" + (f"[{zone.key}]" if isinstance(zone, ZoneInfo) else "")


def _time(value: time) -> str:
    zone = value.tzinfo
    if isinstance(zone, ZoneInfo):
        return f"@time:{value.replace(tzinfo=None).isoformat()}[{zone.key}]"
    return f"@time:{value.isoformat()}"


def _duration(value: timedelta) -> str:
    sign, size = ("-", -value) if value.days < 0 else ("", value)
    minutes, seconds = divmod(size.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    fraction = f".{size.microseconds:06d}".rstrip("0") if size.microseconds else ""
    clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    if seconds or fraction or not (size.days or clock):
        clock += f"{seconds}{fraction}S"
    days = f"{size.days}D" if size.days else ""
    return f"@dur:{sign}P{days}" + (f"T{clock}" if clock else "")


def _years_months_text(months: int) -> str:
    years, rest = divmod(abs(months), 12)
    text = (f"{years}Y" if years else "") + (f"{rest}M" if rest or not years else "")
    return ("-P" if months < 0 else "P") + text


_WRITERS: Final[dict[type, Callable[[Any], Wire]]] = {
    Decimal: _number,
    float: _float,
    datetime: _zoned,
    date: lambda value: f"@date:{value.isoformat()}",
    time: _time,
    timedelta: _duration,
    VaultRef: lambda value: f"@vault:{value.entry}:{value.commitment}",
}
