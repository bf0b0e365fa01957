"""The literal forms of timers (ISO 8601, BPMN 2.0 §10.5.5.2)."""

from __future__ import annotations

import re
from datetime import datetime

from engine.model.definition import TimerKind

_DURATION = re.compile(
    r"P(?=[\dT])(?:\d{1,9}W|(?:\d{1,9}Y)?(?:\d{1,9}M)?(?:\d{1,9}D)?"
    r"(?:T(?=\d)(?:\d{1,9}H)?(?:\d{1,9}M)?(?:\d{1,9}(?:\.\d{1,6})?S)?)?)"
)
_DATE = re.compile(
    r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:\d\d)?)?",
)
_REPEAT = re.compile(r"R(-?\d{0,9})")


class TimerSyntax(Exception):
    """The text is not a timer of its kind; carries the reason in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


def check_timer(kind: TimerKind, text: str) -> None:
    """Refuse a literal that is not the ISO 8601 form of `kind`.

    A date is `YYYY-MM-DD`, optionally with a time and offset; a duration has no sign; a cycle is
    `R[n]/[date/]duration[/date]` with n of at least 1 and a duration longer than nothing.

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
    if not _DURATION.fullmatch(text):
        raise TimerSyntax(f"“{text}”不是 ISO 8601 时长", f"{text!r} is not an ISO 8601 duration")


def _check_cycle(text: str) -> None:
    head, *parts = text.split("/")
    repeat = _REPEAT.fullmatch(head)
    if repeat is None or not 1 <= len(parts) <= 2:
        raise TimerSyntax(f"“{text}”不是 ISO 8601 周期", f"{text!r} is not an ISO 8601 repeating interval")
    if repeat[1] and int(repeat[1]) < 1:
        raise TimerSyntax(f"周期“{text}”一次也不发生", f"the cycle {text!r} never happens")
    durations = [part for part in parts if part.startswith(("P", "-P"))]
    if len(durations) != 1:
        raise TimerSyntax(f"周期“{text}”须恰有一个时长", f"the cycle {text!r} needs exactly one duration")
    for part in parts:
        if part in durations:
            _check_duration(part)
        else:
            _check_date(part)
    if not re.search(r"[1-9]", durations[0]):
        raise TimerSyntax(f"周期“{text}”的间隔为零", f"the interval of the cycle {text!r} is zero")
