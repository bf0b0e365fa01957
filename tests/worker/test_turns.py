"""Work that is not due lets others have their turn."""

from __future__ import annotations

import re
from pathlib import Path

from redis import Redis

from worker.queues import QueueName, Queues, connect
from worker.serve import PATIENT, SWIFT
from worker.turns import LONGEST, Turn


def test_a_turn_ends_when_an_emergency_waits_and_for_nothing_less(redis: Redis) -> None:
    turn, queues = Turn(redis), Queues(redis)
    assert not turn.over()
    for name in (QueueName.TIMERS, QueueName.OUTBOX, QueueName.JOBS, QueueName.REPORTS):
        queues.put(name, "fire_timers", [["a"]])
    assert not turn.over()
    queues.put(QueueName.EMERGENCY, "fire_timers", [["a"]])
    assert turn.over()


def test_a_turn_ends_after_a_while_also_outside_of_a_batch() -> None:
    assert not Turn().over()
    assert Turn(longest=0).over()


def test_a_turn_goes_on_while_redis_is_away() -> None:
    with connect("unix:///nowhere/redis.sock") as away:
        assert not Turn(away).over()


def test_the_worker_for_what_is_due_takes_nothing_that_only_reports_and_the_other_one_does() -> None:
    assert QueueName.REPORTS not in SWIFT.split(",")
    assert set(PATIENT.split(",")) == {name.value for name in QueueName}


def test_a_turn_is_over_before_a_worker_that_is_told_to_stop_is_killed() -> None:
    for unit in Path("deploy/systemd").glob("bihuan-worker-*.service"):
        (seconds,) = re.findall(r"^TimeoutStopSec=(\d+)$", unit.read_text("utf-8"), re.MULTILINE)
        assert int(seconds) > LONGEST
