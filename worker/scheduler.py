"""The scheduler: finds due rows, takes them, and tells the workers of them in batches.

Any number may run; the one with the lease leads. What a worker was told of and did not do is found again when the
time it was taken for has passed, or at once when Redis was wiped. The scheduler keeps the queues short, so that
an emergency never waits behind more than a few small batches.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from engine.cases.lanes import EMERGENCY, LANES, LEISURELY
from engine.facade import Engine
from engine.store import NEVER
from engine.store.failures import will_pass
from worker.periodic import Periodic
from worker.queues import LOST, QueueName, Queues

LEASE: Final = "scheduler"
CONNECTORS: Final = "bihuan.connectors"
"""Who holds the locks of jobs that our own workers do."""

LEISURELY_ROWS: Final = 8
"""Batches in the queue of the patient worker with which what takes long may stand in line."""

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """How a scheduler works; times in seconds.

    poll: how long it rests when there was nothing to hand out; doubled each time there is nothing again, up to idle,
    but never beyond the moment the next row is due. lease: for how long it leads without renewing. hold: for how long
    rows are taken. depth: batches in a queue at most. batch: cases or rows in one. sweep: rows taken at a time.
    """

    poll: float = 0.25
    idle: float = 1.0
    lease: float = 15.0
    hold: float = 60.0
    depth: int = 16
    batch: int = 20
    sweep: int = 160
    mark: float = 1.0


class Scheduler:
    """Leads, or waits to lead. types: job types our own connectors do. periodic: what happens at fixed times."""

    def __init__(
        self,
        engine: Engine,
        queues: Queues,
        owner: str,
        *,
        types: Sequence[str] = (),
        periodic: Iterable[Periodic] = (),
        pace: Pace | None = None,
        time_source: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = engine
        self._queues = queues
        self._owner = owner
        self._types = tuple(types)
        self._periodic = tuple(periodic)
        self._pace = pace or Pace()
        self._time = time_source
        self._leads_until = 0.0
        self._renew_at = 0.0
        self._mark_at = 0.0
        self._release = True
        self._next_due = NEVER
        self._hold = int(self._pace.hold * 1_000_000)

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set; give the lease up then. What is lost meanwhile is waited for."""
        away = quiet = 0
        while not stop.is_set():
            try:
                done = self.round() if self.leads() else 0
                away = 0
            except (*LOST, sa.exc.DBAPIError) as error:
                away = min(away + 1, 6)
                self._release = True
                if isinstance(error, sa.exc.DBAPIError) and not will_pass(error):
                    _LOG.error("the database refuses the scheduler's work: %s", error)
                else:
                    _LOG.warning("waiting for what is away: %s", type(error).__name__)
                stop.wait(self._pace.poll * 2**away / 4)
                continue
            quiet = 0 if done else quiet + 1
            if quiet:
                stop.wait(self.rest(quiet))
        try:
            self._engine.leases.give_up(LEASE, self._owner)
        except sa.exc.DBAPIError:
            _LOG.warning("the lease could not be given up; it ends by itself")

    def rest(self, quiet: int) -> float:
        """Seconds to rest after so many rounds without anything to hand out."""
        pace = self._pace
        longest = min(pace.idle, pace.poll * 2 ** min(quiet - 1, 8))
        ahead = (self._next_due - self._engine.clock()) / 1_000_000
        # What is due and was not handed out waits for room in the queues.
        return min(longest, ahead) if ahead > 0 else pace.poll

    def leads(self) -> bool:
        """Whether this one leads; renews the lease when a third of it has passed."""
        now = self._time()
        if now < self._renew_at:
            return now < self._leads_until
        led = now < self._leads_until
        try:
            fence = self._engine.leases.take(LEASE, self._owner, int(self._pace.lease * 1_000_000))
        except sa.exc.IntegrityError:
            fence = None
        self._renew_at = now + self._pace.lease / (3 if fence is not None else 6)
        self._leads_until = now + self._pace.lease if fence is not None else 0.0
        if fence is not None and not led:
            _LOG.info("leads, fence %d", fence)
            self._release = True
        return fence is not None

    def round(self) -> int:
        """Sweep once; how many rows were handed out."""
        now = self._time()
        if now >= self._mark_at:
            self._mark_at = now + self._pace.mark
            if not self._queues.mark() and not self._release:
                _LOG.warning("Redis was wiped: what it was told of is handed out again")
                self._release = True
        if self._release:
            self._engine.sweeps.release(self._hold)
            self._engine.sweeps.release_jobs(CONNECTORS)
            self._release = False
        handed = self._periodically(now)
        self._next_due = self._engine.sweeps.next_due()
        if self._next_due <= self._engine.clock():
            handed += self._sweep()
        return handed + self._lock_jobs()

    def _periodically(self, now: float) -> int:
        handed = 0
        for each in self._periodic:
            if each.due(now):
                self._queues.put(each.queue, each.task, [[]])
                handed += 1
        return handed

    def _sweep(self) -> int:
        waiting = self._queues.waiting()
        handed = 0
        for lane in LANES:
            handed += self._timers(lane, waiting)
            handed += self._outbox(lane, waiting)
        handed += self._outbox(LEISURELY, waiting)
        if waiting[QueueName.TIMERS] == 0 and self._engine.sweeps.starts_due():
            self._queues.put(QueueName.TIMERS, "start_cases", [[]])
            handed += 1
        return handed

    def _room(self, lane: int, queue: QueueName, waiting: dict[QueueName, int]) -> tuple[QueueName, int]:
        name = QueueName.EMERGENCY if lane == EMERGENCY else queue
        free = max(0, self._pace.depth - waiting[name]) * self._pace.batch
        return name, min(free, self._pace.sweep)

    def _timers(self, lane: int, waiting: dict[QueueName, int]) -> int:
        name, room = self._room(lane, QueueName.TIMERS, waiting)
        if not room:
            return 0
        taken = self._engine.sweeps.timers(lane, room, hold=self._hold)
        cases = dict.fromkeys(str(case_id) for case_id, _ in taken)
        return self._hand_out(name, "fire_timers", list(cases), waiting)

    def _outbox(self, lane: int, waiting: dict[QueueName, int]) -> int:
        leisurely = lane == LEISURELY
        queue = QueueName.REPORTS if leisurely else QueueName.OUTBOX
        name, room = self._room(lane, queue, waiting)
        if leisurely:
            # Each takes seconds: a few at a time, one a batch, so that whatever is urgent comes in between.
            room = min(room, LEISURELY_ROWS - waiting[queue])
        if room <= 0:
            return 0
        rows = self._engine.sweeps.outbox(lane, room, hold=self._hold)
        ids = [[str(case_id), seq, number] for case_id, seq, number in sorted(rows)]
        return self._hand_out(name, "send_outbox", ids, waiting, size=1 if leisurely else None)

    def _lock_jobs(self) -> int:
        if not self._types:
            return 0
        waiting = self._queues.waiting()
        _, room = self._room(1, QueueName.JOBS, waiting)
        if not room:
            return 0
        locked: list[tuple[UUID, int]] = self._engine.jobs.lock(
            CONNECTORS, self._types, lock=self._hold, limit=room
        )
        ids = [[str(case_id), job_id] for case_id, job_id in locked]
        return self._hand_out(QueueName.JOBS, "do_jobs", ids, waiting)

    def _hand_out(
        self,
        name: QueueName,
        task: str,
        ids: list[Any],
        waiting: dict[QueueName, int],
        *,
        size: int | None = None,
    ) -> int:
        size = size or self._pace.batch
        batches = [ids[start : start + size] for start in range(0, len(ids), size)]
        try:
            self._queues.put(name, task, batches)
        except LOST:
            self._release = True
            raise
        waiting[name] += len(batches)
        return len(ids)
