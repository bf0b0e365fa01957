"""The log of sign-ins, refusals and changes of accounts and tokens. Never holds a secret or what was typed as one."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from engine.accounts.opaque import Random
from engine.cases.clock import Clock
from engine.store import Database, Transaction, insert, new_case_id
from engine.store.tables import security_events

_INSERT: Final = insert(security_events)
LONGEST_AGENT: Final = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """Where a request comes from. actor: who does it, where that is known already."""

    address: str = ""
    agent: str = ""
    actor: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SecurityEvent:
    """One line. subject: the account's or token's name then. at: microseconds."""

    id: UUID
    at: int
    kind: str
    account: str | None
    subject: str
    actor: str
    address: str
    agent: str
    detail: str


class SecurityLog:
    """Writes with whatever it tells of, in one transaction."""

    def __init__(self, database: Database, clock: Clock, random: Random) -> None:
        self._database = database
        self._clock = clock
        self._random = random
        self._lock = threading.Lock()
        self._last = 0

    def note(
        self,
        tx: Transaction,
        kind: str,
        origin: Origin,
        *,
        account: str | None = None,
        subject: str = "",
        detail: str = "",
    ) -> None:
        """Add a line. kind: `sign-in`, `sign-in-refused`, `sign-out`, `account-…`, `password-…`, `token-…`."""
        now = self._clock()
        tx.write(
            _INSERT,
            {
                "event_id": self._id(now),
                "at": now,
                "kind": kind,
                "account_id": account,
                "subject": subject,
                "actor": origin.actor or subject,
                "address": origin.address,
                "agent": origin.agent[:LONGEST_AGENT],
                "detail": detail,
            },
        )

    def _id(self, now: int) -> UUID:
        # Lines of one process keep their order, also those of one microsecond.
        with self._lock:
            self._last = max(now, self._last + 1)
            return new_case_id(self._last, self._random(8))

    def read(
        self, *, account: str | None = None, before: UUID | None = None, limit: int = 100
    ) -> list[SecurityEvent]:
        """The newest lines first, of one account when asked; `before`: older than that one."""
        query = sa.select(security_events).order_by(security_events.c.event_id.desc()).limit(limit)
        if account is not None:
            query = query.where(security_events.c.account_id == account)
        if before is not None:
            query = query.where(security_events.c.event_id < before)
        with self._database.reading() as tx:
            return [_event(tuple(row)) for row in tx.execute(query)]


def _event(row: tuple[Any, ...]) -> SecurityEvent:
    event, at, kind, account, subject, actor, address, agent, detail = row
    return SecurityEvent(
        id=event,
        at=at,
        kind=kind,
        account=account,
        subject=subject,
        actor=actor,
        address=address,
        agent=agent,
        detail=detail,
    )
