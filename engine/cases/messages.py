"""Messages and signals between cases and from outside (BPMN 2.0 §10.5.5).

A message goes to the oldest subscription with its name and correlation key; if nobody waits, it starts the
process whose message start event has its name; else it is kept until it expires. Whoever subscribes and
whoever sends take the same lock, so that neither misses the other; the sweep of `deliver_waiting` finds what a
crash left in between.
"""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from engine import canonical
from engine.cases import due_statements
from engine.cases import statements as sql
from engine.cases.clock import Clock
from engine.cases.command import Command, Outcome
from engine.cases.executor import Executor
from engine.cases.starting import Starter
from engine.errors import BihuanError, Conflict, NotFound, Refusal
from engine.store import NEVER, Database, Transaction, lock_correlation

_LOG = logging.getLogger(__name__)

HOUR = 3_600_000_000
DEFAULT_TTL = 24 * HOUR
"""How long a message nobody waits for is kept, in microseconds."""

MAX_TRIES = 20
SENDER = "bihuan.messages"
"""The actor of deliveries."""


LIVE = "live"


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """Where a message comes from: a case that it starts is of the same kind, `simulated` by one that is simulated.

    at: the time of the sending case where that is not the present.
    """

    provenance: str = LIVE
    at: int | None = None


OUTSIDE = Origin()


class Messages:
    """Sends, keeps and delivers messages; broadcasts signals."""

    def __init__(self, database: Database, executor: Executor, starter: Starter, clock: Clock) -> None:
        self._database = database
        self._executor = executor
        self._starter = starter
        self._clock = clock

    def send(
        self,
        name: str,
        key: str,
        variables: dict[str, Any],
        *,
        message_id: str,
        ttl: int = DEFAULT_TTL,
        outbox: tuple[UUID, int, int] | None = None,
        at: int | None = None,
        origin: Origin = OUTSIDE,
    ) -> list[Outcome]:
        """Accept a message once per `message_id`, delivered ones too, and deliver it if anybody waits.

        outbox: the row it came from, removed in the same transaction.
        """
        now = self._clock()
        try:
            with self._database.transaction() as tx:
                lock_correlation(tx, name, key)
                if tx.row(sql.read_key, {"owner": SENDER, "key": _delivered(message_id)}) is not None:
                    _drop_outbox(tx, outbox)
                    return []
                tx.write(
                    sql.insert_message,
                    {
                        "message_id": message_id,
                        "name": name,
                        "correlation_key": key,
                        "variables": canonical.dumps(variables),
                        "received_at": now,
                        "expires_at": now + ttl,
                    },
                )
                _drop_outbox(tx, outbox)
        except sa.exc.IntegrityError:
            # The same message again: it was accepted before and is being delivered or waits.
            with self._database.transaction() as tx:
                _drop_outbox(tx, outbox)
        return self.deliver(message_id, at=at, origin=origin)

    def deliver(self, message_id: str, *, at: int | None = None, origin: Origin = OUTSIDE) -> list[Outcome]:
        """Deliver a kept message to the oldest waiting subscription, or start a process with it.

        A case that then waits for another message gets one that was kept, and so on.
        """
        outcomes = self._deliver_one(message_id, at, origin)
        self._follow_up(outcomes)
        return outcomes

    def deliver_awaited(self, awaited: list[tuple[str, str]]) -> None:
        """Deliver what was kept for subscriptions that a command has just opened.

        The command is done whatever comes of this: what cannot be delivered stays, and the sweep tries again.
        """
        waiting = deque(awaited)
        while waiting:
            name, key = waiting.popleft()
            with self._database.reading() as tx:
                row = tx.row(sql.buffered_for, {"name": name, "key": key, "now": self._clock()})
            if row is not None:
                waiting.extend(pair for outcome in self._try(row[0]) for pair in outcome.awaited)

    def _follow_up(self, outcomes: list[Outcome]) -> None:
        self.deliver_awaited([pair for outcome in outcomes for pair in outcome.awaited])

    def _try(self, message_id: str) -> list[Outcome]:
        """Deliver one message for somebody who did not ask for it."""
        try:
            return self._deliver_one(message_id, None, OUTSIDE)
        except BihuanError as error:
            _LOG.error("message %s was not delivered: %s %s", message_id, error.message_en, dict(error.place))
            return []

    def _deliver_one(self, message_id: str, at: int | None, origin: Origin) -> list[Outcome]:
        for _ in range(MAX_TRIES):
            with self._database.reading() as tx:
                message = tx.row(sql.read_message, {"message_id": message_id})
                if message is None:
                    return []
                name, key = message[0], message[1]
                waiting = tx.row(sql.waiting_for, {"name": name, "key": key})
                starts = [] if waiting else tx.rows(sql.starts_with, {"kind": "message", "name": name})
            variables = canonical.loads(bytes(message[2]))
            if waiting is None:
                return self._start(message_id, starts, variables, origin)
            try:
                return [self._deliver_to(message_id, waiting, variables, at)]
            except (NotFound, Conflict, Refusal):
                continue
        return []

    def deliver_waiting(self, limit: int) -> int:
        """Deliver kept messages that somebody waits for; drop those past their time. How many were delivered.

        That a message expired is reported as work given up: nobody took it, and somebody should know.
        """
        now = self._clock()
        self._expire(now, limit)
        with self._database.reading() as tx:
            found = tx.rows(sql.matches, {"now": now, "limit": limit})
        delivered = 0
        for row in found:
            outcomes = self._try(row[0])
            self._follow_up(outcomes)
            delivered += bool(outcomes)
        return delivered

    def _expire(self, now: int, limit: int) -> None:
        with self._database.reading() as tx:
            expired = tx.rows(due_statements.expired_messages, {"now": now, "limit": limit})
        for message_id, name, key in expired:
            with self._database.transaction() as tx:
                if tx.change(sql.delete_message, {"message_id": message_id}):
                    tx.write(due_statements.put_stuck, _expired(message_id, name, key, now))

    def broadcast(
        self,
        name: str,
        variables: dict[str, Any],
        *,
        signal_id: str,
        source: UUID | None = None,
        origin: Origin = OUTSIDE,
    ) -> list[Outcome]:
        """Give a signal to every case that waits for it, once each, and start the processes it starts.

        source: the case that threw it; its own subscriptions were served when it was thrown.
        """
        with self._database.reading() as tx:
            waiting = [row[0] for row in tx.rows(sql.signal_cases, {"name": name})]
            starts = tx.rows(sql.starts_with, {"kind": "signal", "name": name})
        outcomes = []
        for case_id in waiting:
            if case_id == source:
                continue
            command = Command(
                kind="signal",
                actor=SENDER,
                input={"name": name, "variables": variables},
                key=f"{signal_id}/{case_id}",
            )
            try:
                outcomes.append(self._executor.execute(case_id, command))
            except (NotFound, Conflict, Refusal):
                continue
            except BihuanError as error:
                _LOG.error("signal %s did not reach a case: %s %s", name, error.message_en, dict(error.place))
        self._follow_up(outcomes)
        return outcomes + self._started(signal_id, starts, variables, origin)

    def _deliver_to(
        self, message_id: str, waiting: tuple[Any, ...], variables: dict[str, Any], at: int | None
    ) -> Outcome:
        command = Command(
            kind="message",
            actor=SENDER,
            input={"subscription": waiting[1], "variables": variables, "message": message_id},
            key=_delivered(message_id),
            message=message_id,
            at=at,
        )
        outcome = self._executor.execute(waiting[0], command)
        if outcome.repeated:
            with self._database.transaction() as tx:
                tx.write(sql.delete_message, {"message_id": message_id})
        return outcome

    def _start(
        self, message_id: str, starts: list[tuple[Any, ...]], variables: dict[str, Any], origin: Origin
    ) -> list[Outcome]:
        if not starts:
            return []
        outcomes = self._started(message_id, starts, variables, origin)
        with self._database.transaction() as tx:
            tx.write(sql.delete_message, {"message_id": message_id})
        return outcomes

    def _started(
        self, cause: str, starts: list[tuple[Any, ...]], variables: dict[str, Any], origin: Origin
    ) -> list[Outcome]:
        outcomes = []
        for key, element, digest in starts:
            outcomes.append(
                self._starter.start(
                    bytes(digest).hex(),
                    variables,
                    actor=SENDER,
                    start_event=element,
                    idempotency_key=f"{cause}/{key}/{element}",
                    provenance=origin.provenance,
                    at=origin.at,
                )
            )
        return outcomes


def _expired(message_id: str, name: str, key: str, now: int) -> dict[str, Any]:
    return {
        "case_id": UUID(int=0),
        "work": f"message/{message_id}",
        "kind": "message",
        "attempts": 0,
        "message_zh": f"消息“{name}”（{key}）在有效期内无人等待，已失效",
        "message_en": f"message {name!r} ({key}) expired: nobody waited for it in its time to live",
        "first_at": now,
        "last_at": now,
        "retry_at": NEVER,
    }


def _delivered(message_id: str) -> str:
    """The idempotency key of a message's delivery: what reached a case does not come a second time."""
    return f"message/{message_id}"


def _drop_outbox(tx: Transaction, outbox: tuple[UUID, int, int] | None) -> None:
    if outbox is not None:
        case_id, seq, number = outbox
        tx.write(sql.delete_outbox, {"key_case_id": case_id, "key_seq": seq, "key_n": number})
