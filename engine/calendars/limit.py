"""A limit's length: a value and the unit that says how it is counted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Final

from engine.errors import InvalidInput

MINUTE: Final = 60_000_000
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
SECOND: Final = 1_000_000


class Unit(StrEnum):
    """How time is counted (Civil Code 200, 201): by the clock, by working time, or by whole days."""

    MINUTE = "min"
    HOUR = "h"
    WORK_HOUR = "workHour"
    DAY = "day"
    WORK_DAY = "workDay"
    MONTH = "month"


ELAPSED: Final = frozenset({Unit.MINUTE, Unit.HOUR})
BY_DAY: Final = frozenset({Unit.DAY, Unit.WORK_DAY, Unit.MONTH})
WORKING: Final = frozenset({Unit.WORK_HOUR, Unit.WORK_DAY})

_NAMES: Final = {
    Unit.MINUTE: ("分钟", "min"),
    Unit.HOUR: ("小时", "h"),
    Unit.WORK_HOUR: ("工作小时", "working hours"),
    Unit.DAY: ("日", "days"),
    Unit.WORK_DAY: ("个工作日", "working days"),
    Unit.MONTH: ("个月", "months"),
}
_MICROS: Final = {Unit.MINUTE: MINUTE, Unit.HOUR: HOUR, Unit.WORK_HOUR: HOUR}
_TEXT: Final = re.compile(r"(\d{1,6}(?:\.\d{1,6})?) (\w+)")
_UNITS: Final = frozenset(str(unit) for unit in Unit)
_MOST: Final = 100_000


@dataclass(frozen=True, slots=True)
class Limit:
    """So many of a unit: `Limit(30, Unit.MINUTE)`, `Limit(5, Unit.WORK_DAY)`.

    value: above 0; days, working days and months are whole, the others may have a fraction. Raises InvalidInput
    for anything else.
    """

    value: int | Decimal
    unit: Unit
    micros: int = 0
    """Its length in microseconds for units of the clock and working hours, 0 for those counted by days."""

    def __post_init__(self) -> None:
        if not 0 < self.value <= _MOST:
            raise InvalidInput.at(
                "value",
                message_zh=f"应大于 0，至多 {_MOST}",
                message_en=f"must be above 0 and at most {_MOST}",
            )
        if self.value != int(self.value) and self.unit in BY_DAY:
            raise InvalidInput.at(
                "value",
                message_zh="按日、工作日、月计的时限须为整数",
                message_en="a limit in days, working days or months must be whole",
            )
        value = int(self.value) if self.value == int(self.value) else self.value
        object.__setattr__(self, "value", value)
        object.__setattr__(self, "micros", int(value * _MICROS.get(self.unit, 0)))

    @classmethod
    def parse(cls, text: str) -> Limit:
        """Read `30 min`, `1.5 h`, `3 workDay`. Raises InvalidInput for what is none."""
        match = _TEXT.fullmatch(text.strip())
        if match is None or match[2] not in _UNITS:
            units = ", ".join(Unit)
            raise InvalidInput.at(
                "limit",
                message_zh=f"“{text}”不是时限，应如“30 min”，单位为 {units}",
                message_en=f"{text!r} is no limit such as '30 min' with a unit of {units}",
            )
        return cls.of(match[1], match[2])

    @classmethod
    def of(cls, value: object, unit: str) -> Limit:
        """Make one from a number or a number's text, and a unit's name. Raises InvalidInput."""
        if unit not in _UNITS:
            raise InvalidInput.at(
                "unit",
                message_zh=f"单位“{unit}”不认识，可用 {', '.join(Unit)}",
                message_en=f"unknown unit {unit!r}, known are {', '.join(Unit)}",
            )
        try:
            if isinstance(value, bool):
                raise InvalidOperation
            number = Decimal(str(value))
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite():
            raise InvalidInput.at("value", message_zh="应为数值", message_en="must be a number")
        return cls(int(number) if number == number.to_integral_value() else number, Unit(unit))

    def __str__(self) -> str:
        return f"{self.value} {self.unit}"

    def text(self) -> tuple[str, str]:
        """For people: in Chinese and in English."""
        zh, en = _NAMES[self.unit]
        return f"{self.value}{zh}", f"{self.value} {en}"
