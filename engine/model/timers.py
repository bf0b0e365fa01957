"""The literal forms of timers (ISO 8601, BPMN 2.0 §10.5.5.2)."""

from __future__ import annotations

import re
from datetime import datetime

from engine.model.definition import TimerKind

_DURATION = re.compile(
    r"P(?=[\dT])(?:(?P<weeks>\d{1,9})W|(?:(?P<years>\d{1,9})Y)?(?:(?P<months>\d{1,9})M)?(?:(?P<days>\d{1,9})D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d{1,9})H)?(?:(?P<minutes>\d{1,9})M)?(?:(?P<seconds>\d{1,9})(?:\.\d{1,6})?S)?)?)",
    re.ASCII,
)
_DAYS = {
    "years": 366.0, "months": 31.0, "weeks": 7.0, "days": 1.0,
    "hours": 1 / 24, "minutes": 1 / 1_440, "seconds": 1 / 86_400,
}  # fmt: skip
_LONGEST = 366 * 1_000
"""Days of the longest duration: a thousand years, so that every due date can be written."""

_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)?)?", re.ASCII)
_REPEAT = re.compile(r"R((?:-?\d{1,9})?)", re.ASCII)


class TimerSyntax(Exception):
    """The text is not a timer of its kind; carries the reason in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


def check_timer(kind: TimerKind, text: str) -> None:
    """Refuse a literal that is not the ISO 8601 form of `kind`.

    A date is `YYYY-MM-DD`, optionally with a time (to the second) and offset; a duration has no sign and is
    at most a thousand years; a cycle is `R[n]/[date/]duration` with n of at least 1 and a duration longer
    than nothing.

    Raises:
        TimerSyntax: it is not.
    """
    if kind is TimerKind.DATE:
        _check_date(text)
    elif kind is TimerKind.DURATION:
        _check_duration(text)
    else:
        _check_cycle(text)


def _check_date(text: str) -> None:
    if _DATE.fullmatch(text):
        try:
            datetime.fromisoformat(text)
        except ValueError:
            raise TimerSyntax(f"日期“{text}”不存在", f"there is no date {text!r}") from None
        return
    raise TimerSyntax(f"“{text}”不是 ISO 8601 日期", f"{text!r} is not an ISO 8601 date")


def _check_duration(text: str) -> None:
    if text.startswith("-"):
        raise TimerSyntax(f"时长“{text}”为负", f"the duration {text!r} is negative")
    found = _DURATION.fullmatch(text)
    if found is None:
        raise TimerSyntax(f"“{text}”不是 ISO 8601 时长", f"{text!r} is not an ISO 8601 duration")
    if sum(int(number or 0) * _DAYS[unit] for unit, number in found.groupdict().items()) > _LONGEST:
        raise TimerSyntax(f"时长“{text}”超过一千年", f"the duration {text!r} is longer than a thousand years")


def _check_cycle(text: str) -> None:
    parts = text.split("/")
    repeat = _REPEAT.fullmatch(parts[0])
    if repeat is None or len(parts) not in (2, 3):
        raise TimerSyntax(
            f"“{text}”不是 R[次数]/[开始/]时长 形式的周期", f"{text!r} is not a cycle R[n]/[start/]duration"
        )
    interval = parts[-1]
    if repeat[1] and int(repeat[1]) < 1:
        raise TimerSyntax(f"周期“{text}”一次也不发生", f"the cycle {text!r} never happens")
    for moment in parts[1:-1]:
        _check_date(moment)
    _check_duration(interval)
    if not re.search(r"[1-9]", interval):
        raise TimerSyntax(f"周期“{text}”的间隔为零", f"the interval of the cycle {text!r} is zero")
