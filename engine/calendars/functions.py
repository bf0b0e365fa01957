"""The functions expressions use for time: `work days(3)`, `limit("whistle.emergency.check_in")`, ...

They look everything up through the port of outside reads (see `providers`), so that a replay answers from the log.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any, ClassVar, Final, NoReturn, Protocol

from engine.calendars.limit import Limit, Unit
from engine.calendars.providers import CALENDAR_DUE, LIMIT_DUE
from engine.errors import InvalidInput
from engine.feel import FeelError

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_WHOLE: Final = 100
_PRESENT: Final = object()
"""Stands for the start where an expression gives none: now."""
_DECIMALS: Final = 6


class Reads(Protocol):
    """Looks outside facts up and records them."""

    def read(self, kind: str, key: Any) -> Any:
        """The value of an outside fact, in wire form."""


class Asking(Protocol):
    """The running command of a case: its clock, its zone, its port to the outside."""

    @property
    def now(self) -> int:
        """The case clock, microseconds since 1970 UTC."""

    @property
    def reads(self) -> Reads:
        """The port."""

    @property
    def zone(self) -> tzinfo:
        """The zone moments are shown in."""


class LimitError(FeelError):
    """An expression asked for a limit or a working time there is not."""

    default_code: ClassVar[str] = "feel.limit"


def functions(case: Asking) -> Mapping[str, Callable[..., Any]]:
    """The functions for the expressions of one command.

    - `work days(n)`, `work days(n, start)`: the close of the n-th working day after now, or after `start`
    - `work hours(n)`, `work hours(n, start)`: when n working hours have passed
    - `limit(name)`: when a limit starting now ends; `due(name, start)`: when one started at `start` ends
    - `limit duration(name)`: how long until then, by the clock
    - `limit reminder(name, percent)`, `limit reminder(name, percent, start)`: when that much of it has passed
    - `limit info(name)`, `limit info(name, start)`: a context with due, provisional, row, calendar, profile

    A null argument gives null. They raise LimitError for a name, number or moment that is none. A start that is a date means its midnight.
    """
    time = _Time(case)
    return {
        "work days": time.work_days,
        "work hours": time.work_hours,
        "limit": time.limit,
        "due": time.due,
        "limit duration": time.limit_duration,
        "limit reminder": time.limit_reminder,
        "limit info": time.limit_info,
    }


class _Time:
    def __init__(self, case: Asking) -> None:
        self._case = case

    def work_days(self, n: Any, start: Any = _PRESENT) -> Any:
        return self._worked(n, Unit.WORK_DAY, start)

    def work_hours(self, n: Any, start: Any = _PRESENT) -> Any:
        return self._worked(n, Unit.WORK_HOUR, start)

    def limit(self, name: Any) -> Any:
        return None if name is None else self._at(self._find(name, self._case.now))

    def due(self, name: Any, start: Any) -> Any:
        return None if name is None or start is None else self._at(self._find(name, self._since(start)))

    def limit_duration(self, name: Any) -> Any:
        if name is None:
            return None
        return timedelta(microseconds=self._find(name, self._case.now)["at"] - self._case.now)

    def limit_reminder(self, name: Any, percent: Any, start: Any = _PRESENT) -> Any:
        if name is None or percent is None or start is None:
            return None
        return self._at(self._find(name, self._since(start), _percent(percent)))

    def limit_info(self, name: Any, start: Any = _PRESENT) -> Any:
        if name is None or start is None:
            return None
        found = self._find(name, self._since(start))
        kept = ("provisional", "row", "calendar", "profile")
        return {"due": self._at(found)} | {key: found[key] for key in kept}

    def _worked(self, number: Any, unit: Unit, start: Any) -> Any:
        if number is None or start is None:
            return None
        key = [None, self._since(start), _limit(number, unit)]
        return self._at(_answer(self._case.reads.read(CALENDAR_DUE, key)))

    def _find(self, name: Any, start: int, percent: int = _WHOLE) -> Any:
        if not isinstance(name, str):
            _wrong(f"时限名应是文本：{name}", f"the name of a limit must be text: {name}")
        return _answer(self._case.reads.read(LIMIT_DUE, [name, start, percent]))

    def _since(self, moment: Any) -> int:
        return self._case.now if moment is _PRESENT else _micros(moment, self._case.zone)

    def _at(self, found: Any) -> datetime:
        return (_EPOCH + timedelta(microseconds=found["at"])).astimezone(self._case.zone)


def _limit(number: Any, unit: Unit) -> str:
    if isinstance(number, bool) or not isinstance(number, int | Decimal):
        _wrong(f"应是数值：{number}", f"must be a number: {number}")
    try:
        return str(Limit.of(round(number, _DECIMALS), unit))
    except InvalidInput as error:
        _wrong(error.message_zh, error.message_en)


def _percent(percent: Any) -> int:
    number = isinstance(percent, int | Decimal) and not isinstance(percent, bool)
    if not number or percent != int(percent) or not 0 < percent <= _WHOLE:
        _wrong(f"百分数应是 1 到 100 的整数：{percent}", f"a percentage must be whole, 1 to 100: {percent}")
    return int(percent)


def _micros(moment: Any, zone: tzinfo) -> int:
    if isinstance(moment, date) and not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day, tzinfo=zone)
    if not isinstance(moment, datetime):
        _wrong(f"起点应是日期或日期时间：{moment}", f"the start must be a date or a date and time: {moment}")
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
    return (aware - _EPOCH) // _MICROSECOND


def _answer(answer: Any) -> Any:
    if "refused" in answer:
        _wrong(*answer["refused"])
    return answer


def _wrong(message_zh: str, message_en: str) -> NoReturn:
    raise LimitError(message_zh=message_zh, message_en=message_en)
