"""The functions expressions use for time: `work days(3)`, `limit("whistle.emergency.check_in")`, ...

They look everything up through the port of outside reads (see `providers`), so that a replay answers from the log.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any, ClassVar, Final, NoReturn, Protocol

from engine.calendars.limit import Limit, Unit
from engine.calendars.providers import CALENDAR_DUE, LIMIT_DUE
from engine.errors import InvalidInput
from engine.feel import FeelError

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_WHOLE: Final = 100


class Reads(Protocol):
    """Looks outside facts up and records them."""

    def read(self, kind: str, key: Any) -> Any:
        """The value of an outside fact, in wire form."""


class Asking(Protocol):
    """The running command of a case: its clock, its zone, its port to the outside."""

    now: int
    reads: Reads

    @property
    def zone(self) -> tzinfo:
        """The zone moments are shown in."""


class LimitError(FeelError):
    """An expression asked for a limit or a working time there is not."""

    default_code: ClassVar[str] = "feel.limit"


def functions(case: Asking) -> Mapping[str, Callable[..., Any]]:
    """The functions for the expressions of one command.

    - `work days(n)`, `work days(n, from)`: the close of the n-th working day after now, or after `from`
    - `work hours(n)`, `work hours(n, from)`: when n working hours have passed
    - `limit(name)`: when a limit starting now ends; `due(name, start)`: when one started at `start` ends
    - `limit duration(name)`: how long until then, by the clock
    - `limit reminder(name, percent)`, `limit reminder(name, percent, start)`: when that much of it has passed
    - `limit info(name)`, `limit info(name, start)`: a context with due, provisional, row, calendar, profile

    A null argument gives null. They raise LimitError for a name, number or moment that is none.
    """

    def at(micros: int) -> datetime:
        return (_EPOCH + timedelta(microseconds=micros)).astimezone(case.zone)

    def since(moment: Any) -> int:
        return case.now if moment is None else _micros(moment, case.zone)

    def counted(number: Any, unit: Unit, moment: Any) -> Any:
        if number is None:
            return None
        return at(
            _found(case.reads.read(CALENDAR_DUE, [None, since(moment), _limit(number, unit)]), "")["at"]
        )

    def look_up(name: Any, start: int, percent: int = _WHOLE) -> Any:
        if not isinstance(name, str):
            _wrong(f"时限名应是文本：{name}", f"the name of a limit must be text: {name}")
        return _found(case.reads.read(LIMIT_DUE, [name, start, percent]), name)

    def work_days(n: Any, start: Any = None) -> Any:
        return counted(n, Unit.WORK_DAY, start)

    def work_hours(n: Any, start: Any = None) -> Any:
        return counted(n, Unit.WORK_HOUR, start)

    def limit(name: Any) -> Any:
        return None if name is None else at(look_up(name, case.now)["at"])

    def due(name: Any, start: Any) -> Any:
        return None if name is None or start is None else at(look_up(name, since(start))["at"])

    def limit_duration(name: Any) -> Any:
        return None if name is None else timedelta(microseconds=look_up(name, case.now)["at"] - case.now)

    def limit_reminder(name: Any, percent: Any, start: Any = None) -> Any:
        if name is None or percent is None:
            return None
        return at(look_up(name, since(start), _percent(percent))["at"])

    def limit_info(name: Any, start: Any = None) -> Any:
        if name is None:
            return None
        found = look_up(name, since(start))
        return {
            "due": at(found["at"]),
            "provisional": found["provisional"],
            "row": found["row"],
            "calendar": found["calendar"],
            "profile": found["profile"],
        }

    return {
        "work days": work_days,
        "work hours": work_hours,
        "limit": limit,
        "due": due,
        "limit duration": limit_duration,
        "limit reminder": limit_reminder,
        "limit info": limit_info,
    }


def _limit(number: Any, unit: Unit) -> str:
    if isinstance(number, bool) or not isinstance(number, int | Decimal):
        _wrong(f"应是数值：{number}", f"must be a number: {number}")
    try:
        return str(Limit.of(number, unit))
    except InvalidInput as error:
        _wrong(error.message_zh, error.message_en)


def _percent(percent: Any) -> int:
    number = isinstance(percent, int | Decimal) and not isinstance(percent, bool)
    if not number or percent != int(percent) or not 0 < percent <= _WHOLE:
        _wrong(f"百分数应是 1 到 100 的整数：{percent}", f"a percentage must be whole, 1 to 100: {percent}")
    return int(percent)


def _micros(moment: Any, zone: tzinfo) -> int:
    if not isinstance(moment, datetime):
        _wrong(f"起点应是日期时间：{moment}", f"the start must be a date and time: {moment}")
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
    return (aware - _EPOCH) // _MICROSECOND


def _found(answer: Any, name: str) -> Any:
    if answer is None:
        _wrong(
            f"没有名为“{name}”的时限或当时尚未生效" if name else "没有默认日历",
            f"there is no limit named {name!r}, or none then" if name else "there is no default calendar",
        )
    return answer


def _wrong(message_zh: str, message_en: str) -> NoReturn:
    raise LimitError(message_zh=message_zh, message_en=message_en)
