"""Doing what is due: timers, start timers, the outbox, kept messages.

Everything due is a row, so this can be called at any time, by anybody, any number of times: each row takes
effect once. Workers call it in batches; an embedded engine calls it in a loop.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from engine import canonical
from engine.cases import statements as sql
from engine.cases.clock import Clock
from engine.cases.command import Command
from engine.cases.definitions import Definitions
from engine.cases.executor import Executor
from engine.cases.messages import Messages
from engine.cases.starting import Starter
from engine.errors import BihuanError, Conflict, NotFound, Refusal
from engine.runtime import LiveReads, Session, Settings, moments
from engine.state import CaseState
from engine.store import Database
from engine.store.tables import cases, start_timers

TIMER_ACTOR = "bihuan.timers"
BATCH = 500
MAX_ROUNDS = 500
"""Batches a run does at most; more than cases that do not set each other off without end will ever need."""

_LOG = logging.getLogger(__name__)


class Due:
    """Runs what is due up to a moment."""

    def __init__(
        self,
        database: Database,
        executor: Executor,
        messages: Messages,
        starter: Starter,
        definitions: Definitions,
        settings: Settings,
        clock: Clock,
    ) -> None:
        self._database = database
        self._executor = executor
        self._messages = messages
        self._starter = starter
        self._definitions = definitions
        self._settings = settings
        self._clock = clock

    def run(self, until: int, *, case_id: UUID | None = None) -> int:
        """Run everything due at `until` (microseconds); what becomes due meanwhile too. How many things ran.

        Cases that set each other off without end are left after a while; the next call goes on with them.
        """
        total = 0
        for _ in range(MAX_ROUNDS):
            done = self.fire_timers(until, case_id) + self.send_outbox(until)
            done += self._messages.deliver_waiting(BATCH) + self.start_cases(until)
            total += done
            if not done:
                break
        return total

    def fire_timers(self, until: int, case_id: UUID | None = None) -> int:
        """Fire due timers of active cases, a batch in order of their due time; how many took effect.

        A batch of which none can be fired is passed over, so that nobody waits behind it.
        """
        found = self._due_timers(until, case_id, None)
        fired = sum(self._fire(owner, timer, due) for due, owner, timer in found)
        while not fired and case_id is None and len(found) == BATCH:
            found = self._due_timers(until, None, found[-1])
            fired = sum(self._fire(owner, timer, due) for due, owner, timer in found)
        return fired

    def _due_timers(
        self, until: int, case_id: UUID | None, after: tuple[Any, ...] | None
    ) -> list[tuple[Any, ...]]:
        bounds: dict[str, Any] = {"until": until, "limit": BATCH}
        with self._database.reading() as tx:
            if case_id is not None:
                return tx.rows(sql.due_timers_of_case, {**bounds, "case_id": case_id})
            if after is None:
                return tx.rows(sql.due_timers, bounds)
            places = dict(zip(("after_due", "after_case", "after_timer"), after, strict=True))
            return tx.rows(sql.due_timers_after, {**bounds, **places})

    def _fire(self, case_id: UUID, timer: int, due: int) -> int:
        with self._database.reading() as tx:
            row = tx.execute(
                sa.select(cases.c.provenance, cases.c.effective_at).where(cases.c.case_id == case_id)
            ).first()
        if row is None:
            return 0
        at = None if row[0] == "live" else max(due, row[1])
        command = Command(kind="fire-timer", actor=TIMER_ACTOR, input={"timer": timer}, at=at)
        try:
            outcome = self._executor.execute(case_id, command)
        except (NotFound, Conflict, Refusal):
            # Somebody else fired it, or the case moved on: the row is gone or will be.
            return 0
        except BihuanError as error:
            _LOG.error("timer %s of case %s did not fire: %s", timer, case_id, error.message_en)
            return 0
        self._messages.deliver_awaited(outcome.awaited)
        return 1

    def send_outbox(self, until: int) -> int:
        """Send what cases have put into the outbox; how many rows left it."""
        with self._database.reading() as tx:
            found = tx.rows(sql.due_outbox, {"until": until, "limit": BATCH})
        for case_id, seq, number, kind, payload in found:
            sender = self._senders()[kind]
            sender((case_id, seq, number), canonical.loads(bytes(payload)))
        return len(found)

    def _senders(self) -> dict[str, Callable[[tuple[UUID, int, int], dict[str, Any]], None]]:
        return {"message": self._send_message, "signal": self._send_signal}

    def _send_message(self, row: tuple[UUID, int, int], payload: dict[str, Any]) -> None:
        self._messages.send(
            payload["name"], payload["key"], payload["variables"], message_id=_row_id(row), outbox=row
        )

    def _send_signal(self, row: tuple[UUID, int, int], payload: dict[str, Any]) -> None:
        self._messages.broadcast(payload["name"], payload["variables"], signal_id=_row_id(row), source=row[0])
        with self._database.transaction() as tx:
            tx.write(sql.delete_outbox, {"key_case_id": row[0], "key_seq": row[1], "key_n": row[2]})

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
        for key, element, digest, due_at, remaining in due:
            self._starter.start(
                bytes(digest).hex(),
                {},
                actor=TIMER_ACTOR,
                start_event=element,
                idempotency_key=f"{key}/{element}/{due_at}",
            )
            self._plan_next(key, element, bytes(digest).hex(), due_at, remaining)
        return len(due)

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


def _row_id(row: tuple[UUID, int, int]) -> str:
    return f"{row[0]}/{row[1]}/{row[2]}"
