"""Work that fails is put aside with growing delay, given up at last, and retried when somebody says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from engine import Config, Engine, ManualClock
from engine.cases.stuck import LONGEST_DELAY, MOST_ATTEMPTS
from engine.errors import NotFound
from engine.store.tables import cases, timers
from tests.support.bpmn import catch, diagram, end, message, start, throw, timer

NOON = 1_700_000_000_000_000
SECOND = 1_000_000
HOUR = 3_600 * SECOND

WAITING = diagram(start("s"), catch("c", timer(duration="PT1H")), end("e"), "s -> c -> e")
SENDING = diagram(start("s"), throw("t", message("nobody", "=1")), end("e"), "s -> t -> e", key="sender")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def engine(database_url: str, clock: ManualClock) -> Iterator[Engine]:
    with Engine.open(database_url, clock=clock, config=Config(cache_size=0)) as opened:
        opened.deploy({"p.bpmn": WAITING, "sender.bpmn": SENDING}, actor="d")
        yield opened


def spoil(engine: Engine, case: UUID) -> bytes:
    with engine.database.transaction() as tx:
        kept = tx.execute(sa.select(cases.c.state).where(cases.c.case_id == case)).scalar_one()
        tx.execute(sa.update(cases).where(cases.c.case_id == case).values(state=b"{}"))
    return bytes(kept)


def mend(engine: Engine, case: UUID, state: bytes) -> None:
    with engine.database.transaction() as tx:
        tx.execute(sa.update(cases).where(cases.c.case_id == case).values(state=state))


def test_a_case_that_cannot_be_read_is_tried_ever_more_rarely_then_given_up(
    engine: Engine, clock: ManualClock
) -> None:
    case = engine.start("p", actor="x").case_id
    state = spoil(engine, case)
    clock.advance(HOUR)
    waits = []
    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert engine.run_due() == 0
        (stuck,) = engine.stuck.list()
        assert (stuck.work, stuck.attempts, stuck.case_id) == (f"timers/{case}", attempt, case)
        if stuck.retry_at is not None:
            waits.append(stuck.retry_at - clock.now)
            clock.now = stuck.retry_at
    assert engine.stuck.list(given_up=True) == [stuck]
    assert all(wait <= LONGEST_DELAY for wait in waits)
    assert waits[6] > 4 * waits[2]
    mend(engine, case, state)
    clock.advance(24 * HOUR)
    assert engine.run_due() == 0
    engine.stuck.retry(stuck.work)
    assert engine.run_due() == 1
    assert engine.case(case).status == "completed"
    assert engine.stuck.list() == []


def test_success_after_failures_leaves_nothing_behind(engine: Engine, clock: ManualClock) -> None:
    case = engine.start("p", actor="x").case_id
    state = spoil(engine, case)
    clock.advance(HOUR)
    engine.run_due()
    mend(engine, case, state)
    clock.advance(HOUR)
    assert engine.run_due() == 1
    assert engine.stuck.list() == []


def test_timers_of_a_suspended_case_are_parked_and_come_back_when_it_goes_on(
    engine: Engine, clock: ManualClock
) -> None:
    case = engine.start("p", actor="x").case_id
    engine.suspend(case, actor="boss")
    clock.advance(HOUR)
    assert engine.run_due() == 0
    with engine.database.reading() as tx:
        assert tx.execute(sa.select(timers.c.sweep_at)).scalar_one() > clock.now + 1000 * HOUR
    engine.resume(case, actor="boss")
    assert engine.run_due() == 1


def test_a_message_nobody_took_in_its_time_is_reported(engine: Engine, clock: ManualClock) -> None:
    engine.start("sender", actor="x")
    engine.run_due()
    clock.advance(25 * HOUR)
    engine.run_due()
    (stuck,) = engine.stuck.list(given_up=True)
    assert stuck.kind == "message"
    assert "nobody" in stuck.message_en


def test_what_leaves_the_database_is_tried_again_with_the_same_key(
    engine: Engine, clock: ManualClock
) -> None:
    keys: list[str] = []

    def send(key: str, payload: Mapping[str, Any]) -> None:
        keys.append(key)
        if len(keys) < 3:
            raise OSError("away")

    engine.outbox.senders["message"] = send
    engine.outbox.senders["probe"] = send
    case = engine.start("sender", actor="x").case_id
    with engine.database.transaction() as tx:
        tx.execute(sa.text("UPDATE outbox SET kind = 'probe'"))
    for _ in range(4):
        engine.run_due()
        clock.advance(HOUR)
    assert len(keys) == 3
    assert set(keys) == {next(iter(keys))}
    assert str(case) in keys[0]
    assert engine.stuck.list() == []


def test_only_stuck_work_can_be_retried(engine: Engine) -> None:
    with pytest.raises(NotFound):
        engine.stuck.retry("timers/nothing")
