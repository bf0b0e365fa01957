"""Jobs: locked by one worker at a time, reported by the holder alone, found again when a lock ends."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest

from engine import Config, Engine, ManualClock
from engine.errors import Conflict, InvalidInput, NotFound
from tests.support.bpmn import diagram, end, service, start, user

NOON = 1_700_000_000_000_000
SECOND = 1_000_000

WORK = diagram(
    start("s"), service("j", "call", inputs={"to": "=who"}), user("u"), end("e"), "s -> j -> u -> e"
)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def engine(database_url: str, clock: ManualClock) -> Iterator[Engine]:
    with Engine.open(database_url, clock=clock, config=Config(cache_size=0)) as opened:
        opened.deploy({"p.bpmn": WORK}, actor="d")
        yield opened


def begin(engine: Engine, count: int = 1) -> list[UUID]:
    return [engine.start("p", {"who": f"w{n}"}, actor="x").case_id for n in range(count)]


def test_a_job_is_fetched_by_one_worker_with_what_its_task_sees(engine: Engine) -> None:
    (case,) = begin(engine)
    (job,) = engine.jobs.fetch_and_lock("a", ["call"], lock=10 * SECOND)
    assert (job.case_id, job.type, job.element) == (case, "call", "j")
    assert (job.variables["to"], job.locked_until) == ("w0", NOON + 10 * SECOND)
    assert engine.jobs.fetch_and_lock("b", ["call"]) == []
    assert engine.jobs.fetch_and_lock("a", ["other"]) == []


def test_only_the_holder_reports(engine: Engine) -> None:
    (case,) = begin(engine)
    (job,) = engine.jobs.fetch_and_lock("a", ["call"])
    with pytest.raises(Conflict):
        engine.jobs.complete(case, job.job_id, worker="b")
    engine.jobs.complete(case, job.job_id, {"answer": 1}, worker="a")
    assert engine.variables(case)["answer"] == 1
    with pytest.raises(NotFound):
        engine.jobs.complete(case, job.job_id, worker="a")


def test_when_a_lock_ends_another_worker_gets_the_job_with_the_same_key(
    engine: Engine, clock: ManualClock
) -> None:
    (case,) = begin(engine)
    (first,) = engine.jobs.fetch_and_lock("a", ["call"], lock=10 * SECOND)
    clock.advance(10 * SECOND)
    with pytest.raises(Conflict):
        engine.jobs.complete(case, first.job_id, worker="a")
    (second,) = engine.jobs.fetch_and_lock("b", ["call"])
    assert second.key == first.key
    engine.jobs.complete(case, second.job_id, worker="b")


def test_a_lock_can_be_extended_while_it_is_held(engine: Engine, clock: ManualClock) -> None:
    (case,) = begin(engine)
    (job,) = engine.jobs.fetch_and_lock("a", ["call"], lock=10 * SECOND)
    clock.advance(9 * SECOND)
    assert engine.jobs.extend(case, job.job_id, 30 * SECOND, worker="a") == NOON + 39 * SECOND
    clock.advance(20 * SECOND)
    assert engine.jobs.fetch_and_lock("b", ["call"]) == []
    with pytest.raises(Conflict):
        engine.jobs.extend(case, job.job_id, SECOND, worker="b")


def test_a_failed_job_waits_and_becomes_an_incident_when_nothing_is_left(
    engine: Engine, clock: ManualClock
) -> None:
    (case,) = begin(engine)
    (job,) = engine.jobs.fetch_and_lock("a", ["call"])
    engine.jobs.fail(case, job.job_id, "away", worker="a", retry_after=5 * SECOND)
    assert engine.jobs.fetch_and_lock("a", ["call"]) == []
    clock.advance(5 * SECOND)
    (job,) = engine.jobs.fetch_and_lock("a", ["call"])
    engine.jobs.fail(case, job.job_id, "gone", worker="a", retries=0)
    clock.advance(3_600 * SECOND)
    assert engine.jobs.fetch_and_lock("a", ["call"]) == []
    (incident,) = engine.queries.state(case).root.incidents.values()
    engine.retry(case, incident.id, actor="admin")
    (job,) = engine.jobs.fetch_and_lock("a", ["call"])
    engine.jobs.complete(case, job.job_id, worker="a")


def test_jobs_of_suspended_cases_are_left_alone(engine: Engine) -> None:
    first, second = begin(engine, 2)
    engine.suspend(first, actor="boss")
    assert [job.case_id for job in engine.jobs.fetch_and_lock("a", ["call"])] == [second]


@pytest.mark.parametrize(("lock", "limit"), [(0, 1), (10**15, 1), (SECOND, 0), (SECOND, 10**6)])
def test_bounds_of_a_fetch(engine: Engine, lock: int, limit: int) -> None:
    with pytest.raises(InvalidInput):
        engine.jobs.fetch_and_lock("a", ["call"], lock=lock, limit=limit)
    with pytest.raises(InvalidInput):
        engine.jobs.fetch_and_lock("", ["call"])
