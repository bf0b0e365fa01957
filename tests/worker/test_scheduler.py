"""Due rows reach the workers, each once, whatever happens to Redis and to the workers in between."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from engine import Config, Engine, ManualClock
from tests.support.bpmn import (
    boundary,
    catch,
    diagram,
    end,
    file,
    message,
    process,
    properties,
    start,
    throw,
    timer,
    user,
)
from worker import tasks
from worker.office import settle
from worker.queues import QueueName, Queues
from worker.scheduler import LEISURELY_ROWS, Pace, Scheduler

NOON = 1_700_000_000_000_000
SECOND = 1_000_000
HOUR = 3_600 * SECOND

PACE = Pace(mark=0.0)

WAITING = diagram(start("s"), catch("c", timer(duration="PT1H")), end("e"), "s -> c -> e")
TWICE = diagram(
    start("s"),
    catch("c", timer(duration="PT1H")),
    catch("d", timer(duration="PT1M")),
    end("e"),
    "s -> c -> d -> e",
)
STARTING = diagram(start("s", timer(cycle="R/PT1H")), end("e"), "s -> e", key="hourly")
SENDING = diagram(start("s"), throw("t", message("ping", "=1")), end("e"), "s -> t -> e", key="sender")
RECEIVING = diagram(start("s", message("ping")), end("e"), "s -> e", key="receiver")

SEALED = file(
    process("p", start("s"), end("e"), "s -> e", extension=properties({"bihuan:dossier": "closing"}))
)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def engine(database_url: str, clock: ManualClock) -> Iterator[Engine]:
    with Engine.open(database_url, clock=clock, config=Config(cache_size=0)) as opened:
        settle(opened)
        yield opened


class Desk:
    """A scheduler, and a worker that does one batch when told to."""

    def __init__(self, engine: Engine, redis: Redis, pace: Pace = PACE) -> None:
        self.redis = redis
        self.scheduler = Scheduler(engine, Queues(redis), "one", pace=pace)

    def sweep(self) -> int:
        assert self.scheduler.leads()
        return self.scheduler.round()

    def waiting(self) -> list[str]:
        """The queue of each batch that waits, in the order of urgency."""
        return [name.value for name in QueueName for _ in range(self._queue(name).count)]

    def work(self) -> int:
        """Do every batch that waits; how many."""
        done = 0
        for name in QueueName:
            queue = self._queue(name)
            while queue.count:
                batch = queue.fetch_job(str(queue.pop_job_id()))
                assert batch is not None
                getattr(tasks, str(batch.func_name).rpartition(".")[2])(*batch.args)
                done += 1
        return done

    def _queue(self, name: QueueName) -> Queue:
        return Queue(name.value, connection=self.redis, serializer=JSONSerializer)


def test_due_timers_are_handed_out_in_batches_and_fire(
    engine: Engine, clock: ManualClock, redis: Redis
) -> None:
    engine.deploy({"p.bpmn": WAITING}, actor="d")
    started = [engine.start("p", actor="x").case_id for _ in range(5)]
    desk = Desk(engine, redis, replace(PACE, batch=2))
    assert desk.sweep() == 0
    clock.advance(HOUR)
    assert desk.sweep() == 5
    assert desk.waiting() == ["timers"] * 3
    assert desk.sweep() == 0
    desk.work()
    assert {engine.case(case).status for case in started} == {"completed"}


def test_what_a_wiped_redis_forgot_is_handed_out_again(
    engine: Engine, clock: ManualClock, redis: Redis
) -> None:
    engine.deploy({"p.bpmn": WAITING}, actor="d")
    case = engine.start("p", actor="x").case_id
    clock.advance(HOUR)
    desk = Desk(engine, redis)
    assert desk.sweep() == 1
    redis.flushall()
    assert desk.sweep() == 1
    desk.work()
    assert engine.case(case).status == "completed"


def test_a_batch_whose_worker_died_is_found_again_after_a_while(
    engine: Engine, clock: ManualClock, redis: Redis
) -> None:
    engine.deploy({"p.bpmn": WAITING}, actor="d")
    engine.start("p", actor="x")
    clock.advance(HOUR)
    desk = Desk(engine, redis, replace(PACE, hold=60.0))
    assert desk.sweep() == 1
    clock.advance(30 * SECOND)
    assert desk.sweep() == 0
    clock.advance(31 * SECOND)
    assert desk.sweep() == 1


def test_queues_are_kept_short(engine: Engine, clock: ManualClock, redis: Redis) -> None:
    engine.deploy({"p.bpmn": WAITING}, actor="d")
    for _ in range(9):
        engine.start("p", actor="x")
    clock.advance(HOUR)
    desk = Desk(engine, redis, replace(PACE, batch=2, depth=2))
    assert desk.sweep() == 4
    assert desk.sweep() == 0
    desk.work()
    assert desk.sweep() == 4
    desk.work()
    assert desk.sweep() == 1


def test_timers_of_one_case_fire_in_the_order_of_their_due_times(
    engine: Engine, clock: ManualClock, redis: Redis
) -> None:
    engine.deploy({"p.bpmn": TWICE}, actor="d")
    case = engine.start("p", actor="x").case_id
    clock.advance(HOUR)
    desk = Desk(engine, redis)
    desk.sweep()
    desk.work()
    clock.advance(HOUR)
    desk.sweep()
    desk.work()
    assert engine.case(case).status == "completed"


def test_messages_between_cases_leave_through_the_outbox(
    engine: Engine, clock: ManualClock, redis: Redis
) -> None:
    engine.deploy({"sender.bpmn": SENDING, "receiver.bpmn": RECEIVING}, actor="d")
    engine.start("sender", actor="x")
    desk = Desk(engine, redis)
    assert desk.sweep() == 1
    assert desk.waiting() == ["outbox"]
    desk.work()
    assert [case.status for case in engine.queries.cases(key="receiver")] == ["completed"]


def test_dossiers_are_sealed_one_a_batch_by_the_patient_worker(
    engine: Engine, clock: ManualClock, redis: Redis
) -> None:
    engine.deploy({"p.bpmn": SEALED}, actor="d")
    ended = [engine.start("p", actor="x").case_id for _ in range(LEISURELY_ROWS + 2)]
    sealed: list[str] = []
    engine.outbox.senders["dossier"] = lambda row, payload: sealed.append(row.partition("/")[0])
    desk = Desk(engine, redis)
    assert desk.sweep() == LEISURELY_ROWS
    assert desk.waiting() == ["reports"] * LEISURELY_ROWS
    assert desk.sweep() == 0
    desk.work()
    assert desk.sweep() == 2
    desk.work()
    assert sorted(sealed) == sorted(str(case) for case in ended)
    assert desk.sweep() == 0


def test_timed_starts_happen_once_a_round(engine: Engine, clock: ManualClock, redis: Redis) -> None:
    engine.deploy({"hourly.bpmn": STARTING}, actor="d")
    desk = Desk(engine, redis)
    for _ in range(3):
        clock.advance(HOUR)
        desk.sweep()
        desk.sweep()
        desk.work()
    assert len(engine.queries.cases(key="hourly")) == 3


def test_only_one_leads_until_its_lease_ends(engine: Engine, clock: ManualClock, redis: Redis) -> None:
    first, second = (Scheduler(engine, Queues(redis), name, pace=Pace(lease=10.0)) for name in "ab")
    assert first.leads()
    assert not second.leads()
    clock.advance(11 * SECOND)
    third = Scheduler(engine, Queues(redis), "c")
    assert third.leads()
    assert engine.leases.holder("scheduler") == "c"


def test_an_emergency_has_its_own_queue(engine: Engine, clock: ManualClock, redis: Redis) -> None:
    urgent = diagram(
        start("s"),
        user("u", extension="<zeebe:priorityDefinition priority='90' />"),
        boundary("b", "u", timer(duration="PT1H")),
        end("e"),
        end("f"),
        "s -> u -> e; b -> f",
        key="urgent",
    )
    engine.deploy({"p.bpmn": WAITING, "urgent.bpmn": urgent}, actor="d")
    engine.start("p", actor="x")
    engine.start("urgent", actor="x")
    clock.advance(HOUR)
    desk = Desk(engine, redis)
    desk.sweep()
    assert desk.waiting() == ["emergency", "timers"]


def test_a_timer_an_older_version_wrote_is_swept_once_and_then_when_it_is_due(
    engine: Engine, clock: ManualClock, redis: Redis
) -> None:
    engine.deploy({"p.bpmn": WAITING}, actor="d")
    case = engine.start("p", actor="x").case_id
    with engine.database.transaction() as tx:
        tx.execute(sa.text("UPDATE timers SET sweep_at = 0"))
    desk = Desk(engine, redis)
    assert desk.sweep() == 1
    desk.work()
    clock.advance(HOUR - SECOND)
    assert desk.sweep() == 0
    clock.advance(SECOND)
    assert desk.sweep() == 1
    desk.work()
    assert engine.case(case).status == "completed"


def test_it_rests_longer_the_longer_there_is_nothing_to_do_but_not_beyond_what_is_due_next(
    engine: Engine, clock: ManualClock, redis: Redis
) -> None:
    engine.deploy({"p.bpmn": WAITING}, actor="d")
    scheduler = Scheduler(engine, Queues(redis), "one", pace=Pace(poll=0.25, idle=1.0))
    scheduler.leads()
    scheduler.round()
    assert [scheduler.rest(quiet) for quiet in (1, 2, 3, 4)] == [0.25, 0.5, 1.0, 1.0]
    engine.start("p", actor="x")
    clock.advance(HOUR - SECOND // 10)
    scheduler.round()
    assert scheduler.rest(9) == pytest.approx(0.1)
