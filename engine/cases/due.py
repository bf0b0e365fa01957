"""Doing what is due: timers, start timers, the outbox, kept messages.

Everything due is a row, so this can be called at any time, by anybody, any number of times: each row takes
effect once. Workers call it for the cases and rows they are told of; an embedded engine calls `run` in a loop.
What fails is put aside with growing delay (`engine.cases.stuck`).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from engine.cases import due_statements as sql
from engine.cases.clock import Clock
from engine.cases.command import Command
from engine.cases.definitions import Definitions
from engine.cases.grouping import GroupExecutor, Locked, Query
from engine.cases.lanes import LANES, OUTBOX_LANES
from engine.cases.messages import Messages
from engine.cases.outbox import Outbox
from engine.cases.starting import Starter
from engine.cases.stuck import Stuck
from engine.errors import BihuanError, Conflict, NotFound, Refusal
from engine.runtime import LiveReads, Session, Settings, moments
from engine.state import CaseState
from engine.state.case import ACTIVE, SUSPENDED
from engine.store import NEVER, Database
from engine.store.failures import will_pass
from engine.store.tables import start_timers, stuck_work

TIMER_ACTOR = "bihuan.timers"
BATCH = 500
MAX_ROUNDS = 500
"""Batches a run does at most; more than cases that do not set each other off without end will ever need."""
MOST_OF_CASE = 200
"""Timers of one case fired in one go."""

_LOG = logging.getLogger(__name__)


class Due:
    """Runs what is due up to a moment."""

    def __init__(
        self,
        database: Database,
        executor: GroupExecutor,
        messages: Messages,
        starter: Starter,
        definitions: Definitions,
        outbox: Outbox,
        stuck: Stuck,
        settings: Settings,
        clock: Clock,
    ) -> None:
        self._database = database
        self._executor = executor
        self._messages = messages
        self._starter = starter
        self._definitions = definitions
        self._outbox = outbox
        self._stuck = stuck
        self._settings = settings
        self._clock = clock

    def run(self, until: int, *, case_id: UUID | None = None) -> int:
        """Run everything due at `until` (microseconds); what becomes due meanwhile too. How many things ran.

        Cases that set each other off without end are left after a while; the next call goes on with them.
        """
        total = 0
        for _ in range(MAX_ROUNDS):
            done = self.fire_timers(until, case_id) + self.send_outbox(until)
            done += self.deliver_messages() + self.start_cases(until)
            total += done
            if not done:
                break
        return total

    def fire_timers(self, until: int, case_id: UUID | None = None) -> int:
        """Fire due timers of active cases, a batch in order of their due time; how many took effect.

        A batch of which none can be fired is put aside, so that nobody waits behind it.
        """
        if case_id is not None:
            return self.fire_case(case_id, until)
        while True:
            found: list[tuple[Any, ...]] = []
            with self._database.reading() as tx:
                for lane in LANES:
                    found += tx.rows(sql.due_timers, {"lane": lane, "until": until, "limit": BATCH})
            found = sorted(found)[:BATCH]
            halted: set[UUID] = set()
            fired = sum(self._fire_one(owner, timer, until, halted) for _, owner, timer in found)
            if fired or len(found) < BATCH or not halted:
                return fired

    def fire_case(self, case_id: UUID, until: int | None = None) -> int:
        """Fire the due timers of one case, the one due first before the others; how many took effect.

        until: the moment up to which they are due, by default now. One that fails keeps the later ones of its
        case waiting, for their order is part of what happened.
        """
        moment = self._clock() if until is None else until
        with self._database.reading() as tx:
            found, failed, standing = tx.rows_of(
                *_about(case_id, moment), (sql.read_standing, {"case_id": case_id})
            )
        if not found or not standing:
            # A row of an older version, swept before its time: it is found again when it is due.
            with self._database.transaction() as tx:
                tx.write(sql.sweep_timers_when_due, {"key_case_id": case_id})
            return 0
        halted: set[UUID] = set()
        due, first = found[0]
        fired = self._fire_known(case_id, first, due, standing[0], bool(failed), moment, halted)
        # What the first one did may have changed how the case stands.
        return fired + sum(self._fire_one(case_id, timer, moment, halted) for _, timer in found[1:])

    def fire_cases(self, cases: Sequence[UUID]) -> int:
        """Fire the due timers of several cases; how many took effect.

        The first ones of all of them in one transaction, which costs a fraction of one each. When it fails, and
        for what is out of the ordinary, case by case.
        """
        later: list[UUID] = []
        moment = self._clock()

        def choose(locked: Locked) -> Command | None:
            due, failed = locked.rows
            plain = bool(due) and not failed and locked.head.status == ACTIVE
            if not plain or len(due) > 1:
                later.append(locked.case_id)
            head = locked.head
            return _firing(due[0][1], due[0][0], head.provenance, head.effective_at) if plain else None

        try:
            outcomes = self._executor.execute_together(cases, lambda each: _about(each, moment), choose)
        except Exception as error:  # noqa: BLE001 - one of them; which one, and what then, is found out one by one
            _LOG.warning("timers of %d cases are fired one by one: %s", len(cases), _text(error))
            return sum(self.fire_case(case_id) for case_id in cases)
        for outcome in outcomes:
            self._messages.deliver_awaited(outcome.awaited)
        return len(outcomes) + sum(self.fire_case(case_id) for case_id in later)

    def fire(self, case_id: UUID, timer: int) -> bool:
        """Fire one timer if it is due; whether it took effect."""
        return bool(self._fire_one(case_id, timer, self._clock(), set()))

    def _fire_one(self, case_id: UUID, timer: int, until: int, halted: set[UUID]) -> int:
        if case_id in halted:
            return 0
        with self._database.reading() as tx:
            standing, row, failed = tx.rows_of(
                (sql.read_standing, {"case_id": case_id}),
                (sql.read_timer, {"case_id": case_id, "timer_id": timer}),
                (sql.read_stuck, {"case_id": case_id, "work": f"timers/{case_id}"}),
            )
        if not standing or not row:
            return 0
        return self._fire_known(case_id, timer, row[0][0], standing[0], bool(failed), until, halted)

    def _fire_known(
        self,
        case_id: UUID,
        timer: int,
        due: int,
        standing: tuple[Any, ...],
        failed: bool,
        until: int,
        halted: set[UUID],
    ) -> int:
        status, provenance, effective_at = standing
        if status == SUSPENDED or due > until:
            # It goes on when the case does, or when it is due.
            halted.add(case_id)
            self._put_aside(case_id, NEVER if status == SUSPENDED else due, timer)
            return 0
        command = _firing(timer, due, provenance, effective_at)
        try:
            outcome = self._executor.execute(case_id, command)
        except (NotFound, Conflict, Refusal):
            # Somebody else fired it, or the case moved on: the row is gone or will be.
            return 0
        except Exception as error:
            if will_pass(error):
                raise
            _LOG.error("timer %s of case %s did not fire: %s", timer, case_id, _text(error))
            halted.add(case_id)
            self._failed(case_id, until, error)
            return 0
        if failed:
            with self._database.transaction() as tx:
                self._stuck.done(tx, f"timers/{case_id}", case_id)
        self._messages.deliver_awaited(outcome.awaited)
        return 1

    def _put_aside(self, case_id: UUID, later: int, timer: int) -> None:
        with self._database.transaction() as tx:
            if later == NEVER:
                tx.write(sql.put_timers_aside, {"key_case_id": case_id, "later": NEVER})
            else:
                tx.write(
                    sql.sweep_timer_later, {"key_case_id": case_id, "key_timer_id": timer, "sweep_at": later}
                )

    def _failed(self, case_id: UUID, until: int, error: Exception) -> None:
        with self._database.transaction() as tx:
            _, retry_at = self._stuck.failed(tx, f"timers/{case_id}", case_id, error)
            # In a run up to a moment still ahead, later means after that moment.
            later = retry_at if retry_at == NEVER else max(retry_at, until + 1)
            tx.write(sql.put_timers_aside, {"key_case_id": case_id, "later": later})

    def send_outbox(self, until: int) -> int:
        """Send what cases have put into the outbox; how many rows left it."""
        found: list[tuple[Any, ...]] = []
        with self._database.reading() as tx:
            for lane in OUTBOX_LANES:
                found += tx.rows(sql.due_outbox, {"lane": lane, "until": until, "limit": BATCH})
        return sum(self._outbox.send(row[1], row[2], row[3]) for row in sorted(found)[:BATCH])

    def deliver_messages(self) -> int:
        """Match kept messages with who waits for them by now, and report those that expired; how many went."""
        return self._messages.deliver_waiting(BATCH)

    def start_cases(self, until: int) -> int:
        """Start the cases whose timer start event is due, and plan the next round; how many started."""
        with self._database.reading() as tx:
            due = tx.execute(
                sa.select(
                    start_timers.c.definition_key,
                    start_timers.c.element_id,
                    start_timers.c.definition,
                    start_timers.c.due_at,
                    start_timers.c.remaining,
                )
                .where(start_timers.c.due_at <= until)
                .order_by(start_timers.c.due_at)
                .limit(BATCH)
            ).fetchall()
            waiting = set(
                tx.execute(
                    sa.select(stuck_work.c.work).where(
                        stuck_work.c.kind == "start", stuck_work.c.retry_at > self._clock()
                    )
                ).scalars()
            )
        return sum(self._start_one(*row) for row in due if f"start/{row[0]}/{row[1]}" not in waiting)

    def _start_one(self, key: str, element: str, digest: bytes, due_at: int, remaining: int | None) -> int:
        work = f"start/{key}/{element}"
        try:
            self._starter.start(
                bytes(digest).hex(),
                {},
                actor=TIMER_ACTOR,
                start_event=element,
                idempotency_key=f"{key}/{element}/{due_at}",
            )
            self._plan_next(key, element, bytes(digest).hex(), due_at, remaining)
        except Exception as error:
            if will_pass(error):
                raise
            _LOG.error("timed start %s of process %s failed: %s", element, key, _text(error))
            with self._database.transaction() as tx:
                self._stuck.failed(tx, work, None, error)
            return 0
        with self._database.transaction() as tx:
            self._stuck.done(tx, work, None)
        return 1

    def _plan_next(self, key: str, element: str, digest: str, due_at: int, remaining: int | None) -> None:
        definition = self._definitions.programs.get(digest).definition
        interval = self._definitions.first_firing(definition, element, due_at).interval
        where = sa.and_(
            start_timers.c.definition_key == key,
            start_timers.c.element_id == element,
            start_timers.c.due_at == due_at,
        )
        with self._database.transaction() as tx:
            if interval is None or remaining == 0:
                tx.execute(start_timers.delete().where(where))
                return
            session = Session(CaseState(), self._definitions.programs, self._settings)
            session.begin(due_at, LiveReads({}))
            following = moments.next_due(session, due_at, interval)
            left = None if remaining is None else remaining - 1
            tx.execute(start_timers.update().where(where).values(due_at=following, remaining=left))


def _about(case_id: UUID, until: int) -> list[Query]:
    """The timers of a case that are due, and whether they failed lately."""
    return [
        (sql.timers_of_case, {"case_id": case_id, "until": until, "limit": MOST_OF_CASE}),
        (sql.read_stuck, {"case_id": case_id, "work": f"timers/{case_id}"}),
    ]


def _firing(timer: int, due: int, provenance: str, effective_at: int) -> Command:
    at = None if provenance == "live" else max(due, effective_at)
    return Command(kind="fire-timer", actor=TIMER_ACTOR, input={"timer": timer}, at=at)


def _text(error: Exception) -> str:
    return error.message_en if isinstance(error, BihuanError) else f"{type(error).__name__}: {error}"
