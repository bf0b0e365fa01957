"""A timer's text that the check accepts is one the case can wait for, and the other way round."""

from __future__ import annotations

from itertools import product
from zoneinfo import ZoneInfo

import pytest

from engine.errors import NotFound
from engine.model.definition import Definition, Event, EventKind, Setting, TimerKind
from engine.model.timers import TimerSyntax, check_timer
from engine.runtime import LiveReads, Session, Settings
from engine.runtime.failure import NodeFailure
from engine.runtime.moments import schedule
from engine.runtime.program import Programs
from engine.state import CaseState, Scope

DURATIONS = [
    "P" + "".join(parts)
    for parts in product(
        ("", "0Y", "1Y"),
        ("", "0M", "2M"),
        ("", "0D", "3D"),
        ("", "T", "T0H", "T0M", "T0S", "T0.0S", "T0.5S", "T1.5S", "T2H", "T1H0M0S"),
    )
] + ["P0W", "P1W", "PT36H", "P400D", "-PT1H", "PT"]
DATES = [
    "2026-01-01", "2026-02-30", "2026-01-01T10:00:00", "2026-01-01T10:00:00Z", "2026-01-01T25:00:00",
    "2026-01-01T24:00:00", "2026-01-01T10:00:60", "0000-01-01", "9999-12-31",
]  # fmt: skip


def accepted(kind: TimerKind, text: str) -> bool:
    """What the check says."""
    try:
        check_timer(kind, text)
    except TimerSyntax:
        return False
    return True


def no_definition(digest: str) -> Definition:
    """Nothing is deployed."""
    raise NotFound(code="none", message_zh="没有", message_en=f"none of {digest}")


def waited_for(kind: TimerKind, text: str) -> bool:
    """What a case does with it."""
    state = CaseState(bounds=Settings().bounds())
    session = Session(state, Programs(no_definition), Settings())
    session.begin(1_772_413_200_000_000, LiveReads({}))
    assert session.zone == ZoneInfo("Asia/Shanghai")
    event = Event(kind=EventKind.TIMER, timer_kind=kind, timer=Setting(text=text))
    scope = Scope(id=1, parent=None, owner=None, kind="process", element="p", definition="", index=None)
    try:
        schedule(session, event, scope, None)
    except NodeFailure:
        return False
    return True


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        (TimerKind.DURATION, DURATIONS),
        (TimerKind.CYCLE, [f"R3/{text}" for text in DURATIONS]),
        (TimerKind.CYCLE, [f"R/2026-01-01/{text}" for text in DURATIONS]),
        (TimerKind.DATE, DATES),
    ],
)
def test_both_accept_the_same(kind: TimerKind, texts: list[str]) -> None:
    assert [text for text in texts if accepted(kind, text) != waited_for(kind, text)] == []


def test_nothing_is_a_duration_but_no_interval() -> None:
    assert accepted(TimerKind.DURATION, "PT0S")
    assert not accepted(TimerKind.CYCLE, "R3/PT0S")
