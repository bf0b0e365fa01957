"""Timers of several cases fire in one transaction: each case as if alone, and one that cannot hinders no other."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from uuid import UUID

import pytest
import sqlalchemy as sa

from engine import Config, Engine, ManualClock
from engine.history import Replayer, Verifier
from engine.store.probe import Counter
from engine.store.tables import cases, timers
from tests.support.bpmn import boundary, catch, diagram, end, start, timer, user

NOON = 1_700_000_000_000_000
HOUR = 3_600_000_000

WAITING = diagram(start("s"), catch("c", timer(duration="PT1H")), end("e"), "s -> c -> e")
TWO = diagram(
    start("s"),
    user("u"),
    boundary("a", "u", timer(duration="PT1H"), interrupting=False),
    boundary("b", "u", timer(duration="PT1H"), interrupting=False),
    end("e"),
    end("f"),
    end("g"),
    "s -> u -> e; a -> f; b -> g",
    key="two",
)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def engine(database_url: str, clock: ManualClock) -> Iterator[Engine]:
    with Engine.open(database_url, clock=clock, config=Config(cache_size=0)) as opened:
        opened.deploy({"p.bpmn": WAITING, "two.bpmn": TWO}, actor="d")
        yield opened


def begin(engine: Engine, count: int, key: str = "p") -> list[UUID]:
    return [engine.start(key, actor="x").case_id for _ in range(count)]


def kinds(engine: Engine, case: UUID) -> list[str]:
    return [event.head.kind for event in engine.queries.events(case)]


def sound(engine: Engine, case: UUID) -> bool:
    reports = (Verifier(engine).verify(case), Replayer(engine).replay(case))
    return not any(report.findings for report in reports)


def test_a_group_writes_what_single_firings_write(engine: Engine, clock: ManualClock) -> None:
    started = begin(engine, 5)
    clock.advance(HOUR)
    assert engine.due.fire_cases(list(reversed(started))) == 5
    for case in started:
        assert engine.case(case).status == "completed"
        assert kinds(engine, case) == ["start", "fire-timer"]
        assert sound(engine, case)


def test_a_group_waits_for_the_database_twice_however_large_it_is(engine: Engine, clock: ManualClock) -> None:
    started = begin(engine, 8)
    clock.advance(HOUR)
    counter = Counter()
    with engine.database.probed(counter):
        engine.due.fire_cases(started)
    if engine.database.dialect == "postgresql":
        assert counter.round_trips == 2


def test_several_timers_of_one_case_all_fire(engine: Engine, clock: ManualClock) -> None:
    started = [*begin(engine, 2, "two"), *begin(engine, 1)]
    clock.advance(HOUR)
    assert engine.due.fire_cases(started) == 5
    assert kinds(engine, started[0]) == ["start", "fire-timer", "fire-timer"]
    assert all(sound(engine, case) for case in started)


def test_one_that_cannot_be_read_hinders_no_other(
    engine: Engine, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    started = begin(engine, 4)
    with engine.database.transaction() as tx:
        tx.execute(sa.update(cases).where(cases.c.case_id == started[1]).values(state=b"{}"))
    clock.advance(HOUR)
    with caplog.at_level(logging.CRITICAL):
        assert engine.due.fire_cases(started) == 3
    assert [engine.case(case).status for case in started] == ["completed", "active", "completed", "completed"]
    assert [stuck.case_id for stuck in engine.stuck.list()] == [started[1]]


def test_suspended_undue_and_ended_cases_are_left_as_they_are(engine: Engine, clock: ManualClock) -> None:
    ended, standing, plain = begin(engine, 3)
    engine.cancel(ended, actor="x")
    engine.suspend(standing, actor="x")
    clock.advance(HOUR)
    [late] = begin(engine, 1)
    assert engine.due.fire_cases([ended, standing, plain, late, UUID(int=5)]) == 1
    assert [engine.case(case).status for case in (ended, standing, plain, late)] == [
        "cancelled",
        "suspended",
        "completed",
        "active",
    ]
    engine.resume(standing, actor="x")
    assert engine.due.fire_cases([standing]) == 1
    with engine.database.reading() as tx:
        assert tx.execute(sa.select(sa.func.count()).select_from(timers)).scalar() == 1
