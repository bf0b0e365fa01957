"""Finding due work and taking it for a while, so that somebody can be told to do it.

What is taken is not found again until the time it was taken for has passed: whoever was told and died is no reason
to lose it. Every sweep is a range of an index and costs what it finds, not what there is.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

import sqlalchemy as sa

from engine.cases import due_statements as sql
from engine.cases.clock import Clock
from engine.cases.lanes import LANES, OUTBOX_LANES
from engine.store import NEVER, Database, Statement
from engine.store.tables import jobs, outbox, start_timers, stuck_work, timers

OutboxRow = tuple[UUID, int, int]
"""Case, event and number of a row that leaves with the event."""

_NEXT: Final = Statement(
    sa.select(
        *(
            sa.select(due).where(lane == number).order_by(due).limit(1).scalar_subquery()
            for due, lane, lanes in (
                (timers.c.sweep_at, timers.c.lane, LANES),
                (outbox.c.due_at, outbox.c.lane, OUTBOX_LANES),
            )
            for number in lanes
        ),
        sa.select(start_timers.c.due_at).order_by(start_timers.c.due_at).limit(1).scalar_subquery(),
    )
)


class Sweeps:
    """Takes due rows in batches. Times in microseconds."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def next_due(self) -> int:
        """When the next timer, outbox row or timed start is due; NEVER when nothing is. One query."""
        with self._database.reading() as tx:
            row = tx.row(_NEXT) or ()
        return min((int(due) for due in row if due is not None), default=NEVER)

    def timers(self, lane: int, limit: int, *, hold: int) -> list[tuple[UUID, int]]:
        """Take up to `limit` due timers of a lane, the longest due first, for `hold` microseconds: case, timer."""
        now = self._clock()
        params = {"lane": lane, "until": now, "limit": limit, "held": now + hold}
        with self._database.transaction() as tx:
            return [(row[0], row[1]) for row in tx.rows(sql.take_timers, params)]

    def outbox(self, lane: int, limit: int, *, hold: int) -> list[OutboxRow]:
        """Take up to `limit` rows that are to leave, in the same way."""
        now = self._clock()
        params = {"lane": lane, "until": now, "limit": limit, "held": now + hold}
        with self._database.transaction() as tx:
            return [(row[0], row[1], row[2]) for row in tx.rows(sql.take_outbox, params)]

    def starts_due(self) -> bool:
        """Whether a timer start event is due that did not fail lately."""
        now = self._clock()
        late = (
            sa.select(stuck_work.c.retry_at)
            .where(
                stuck_work.c.work
                == sa.literal("start/") + start_timers.c.definition_key + "/" + start_timers.c.element_id
            )
            .where(stuck_work.c.retry_at > now)
        )
        query = (
            sa.select(start_timers.c.due_at).where(start_timers.c.due_at <= now, ~sa.exists(late)).limit(1)
        )
        with self._database.reading() as tx:
            return tx.execute(query).first() is not None

    def release(self, hold: int) -> None:
        """Give back what was taken and not done, after those who were told of it have lost their queue."""
        now = self._clock()
        with self._database.transaction() as tx:
            for lane in LANES:
                tx.write(sql.release_timers, {"lane": lane, "until": now + hold})
            tx.execute(
                outbox.update()
                .where(outbox.c.due_at > now, outbox.c.due_at <= now + hold, outbox.c.attempts == 0)
                .values(due_at=now)
            )

    def release_jobs(self, worker: str) -> None:
        """Give back the jobs a worker has locked."""
        now = self._clock()
        with self._database.transaction() as tx:
            tx.execute(
                jobs.update()
                .where(jobs.c.worker == worker, jobs.c.status == "locked")
                .values(status="ready", worker=None, locked_until=None, due_at=now)
            )
