"""What is due is done, each thing once and whatever else is wrong."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from uuid import UUID

import pytest
import sqlalchemy as sa

from engine import Config, Engine, ManualClock
from engine.cases import due
from engine.store.tables import cases
from tests.support.bpmn import catch, diagram, end, message, receive, start, throw, timer, user, xor

NOON = 1_700_000_000_000_000
HOUR = 3_600_000_000

WAITING = diagram(start("s"), catch("c", timer(duration="PT1H")), end("e"), "s -> c -> e")
COUNTING = diagram(
    start("s"),
    xor("m"),
    receive("r", "more", '="1"'),
    xor("g"),
    end("e"),
    "s -> m -> r -> g; g -> m if n < 999; g -> e else",
)
STARTING_ITSELF = diagram(
    start("s", message("again")), throw("t", message("again", "=1")), end("e"), "s -> t -> e"
)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def engine(database_url: str, clock: ManualClock) -> Iterator[Engine]:
    with Engine.open(database_url, clock=clock, config=Config(cache_size=0)) as opened:
        yield opened


def begin(engine: Engine, source: bytes, count: int = 1) -> list[UUID]:
    engine.deploy({"p.bpmn": source}, actor="d")
    return [engine.start("p", {"n": 0}, actor="starter").case_id for _ in range(count)]


def alter_state(engine: Engine, case: UUID) -> None:
    with engine.database.transaction() as tx:
        tx.execute(sa.update(cases).where(cases.c.case_id == case).values(state=b"{}"))


def test_a_case_that_cannot_be_read_does_not_keep_others_from_their_timers(
    engine: Engine, clock: ManualClock, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due, "BATCH", 2)
    first, second, third = begin(engine, WAITING, 3)
    alter_state(engine, first)
    alter_state(engine, second)
    clock.advance(HOUR)
    with caplog.at_level(logging.ERROR):
        assert engine.run_due() == 1
    assert engine.case(third).status == "completed"
    assert str(first) in caplog.text
    assert str(second) in caplog.text


def test_a_message_to_a_case_that_cannot_be_read_harms_nobody_else(
    engine: Engine, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    source = diagram(start("s"), user("u"), receive("r", "more", '="1"'), end("e"), "s -> u -> r -> e")
    spoilt, sound = sorted(begin(engine, source, 2))
    (task,) = engine.tasks(case_id=spoilt)
    engine.complete(spoilt, task.id, actor="zhang")
    alter_state(engine, spoilt)
    (task,) = engine.tasks(case_id=sound)
    with engine.database.transaction() as tx:
        tx.execute(
            sa.text("INSERT INTO messages VALUES ('m', 'more', '1', :v, 0, :e)"), {"v": b"{}", "e": NOON * 2}
        )
    with caplog.at_level(logging.ERROR):
        assert engine.complete(sound, task.id, actor="zhang").status == "active"
        engine.run_due()
    assert str(spoilt) in caplog.text


def test_the_timers_of_one_case_fire_however_many_others_are_due(
    engine: Engine, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due, "BATCH", 2)
    started = begin(engine, WAITING, 4)
    clock.advance(HOUR)
    assert engine.run_due(case_id=started[3]) == 1
    assert [engine.case(case).status for case in started] == ["active", "active", "active", "completed"]


def test_a_thousand_kept_messages_reach_a_case_that_takes_one_after_the_other() -> None:
    with Engine.open("sqlite://", clock=ManualClock(NOON)) as engine:
        engine.deploy({"p.bpmn": COUNTING}, actor="d")
        for number in range(1_000):
            engine.send_message("more", "1", {"n": number})
        case = engine.start("p", {"n": 0}, actor="starter").case_id
        assert engine.case(case).status == "completed"
        assert engine.variables(case)["n"] == 999


def test_cases_that_start_each_other_without_end_do_not_hold_a_sweep_for_ever() -> None:
    with Engine.open("sqlite://", clock=ManualClock(NOON)) as engine:
        engine.deploy({"p.bpmn": STARTING_ITSELF}, actor="d")
        engine.send_message("again", "1")
        assert 0 < engine.run_due() < 10_000
        assert engine.run_due() > 0
