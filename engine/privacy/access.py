"""The access log: who saw which fields of which case, on what basis and why (DOMAIN §4)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from engine.store import Database, Statement, Transaction, insert, new_case_id
from engine.store.identity import RANDOM_BYTES
from engine.store.tables import access_log

DAY: Final = 86_400_000_000
_ADD: Final = insert(access_log)
_PURGE: Final = Statement(
    access_log.delete().where(access_log.c.keep_until <= sa.bindparam("now", type_=sa.BigInteger))
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Access:
    """One line. at: microseconds. basis: `role`, `grant`, or what was done: `granted`, `revoked`, `denied`."""

    id: UUID
    at: int
    person: str
    case_id: UUID
    fields: tuple[str, ...]
    basis: str
    reason: str
    request: str


class AccessLog:
    """Writes and reads the access log. random: gives random bytes; keep_days: how long lines are kept."""

    def __init__(self, database: Database, random: Callable[[int], bytes], *, keep_days: int) -> None:
        self._database = database
        self._random = random
        self._keep = keep_days * DAY

    def add(
        self,
        tx: Transaction,
        *,
        at: int,
        person: str,
        case_id: UUID,
        fields: Sequence[str],
        basis: str,
        reason: str = "",
        request: str = "",
    ) -> None:
        """Write a line in the transaction of what it is about."""
        tx.write(
            _ADD,
            {
                "access_id": new_case_id(at, self._random(RANDOM_BYTES)),
                "seen_at": at,
                "person_id": person,
                "case_id": case_id,
                "fields": json.dumps(list(fields), ensure_ascii=False),
                "basis": basis,
                "reason": reason,
                "request_id": request,
                "keep_until": at + self._keep,
            },
        )

    def page(
        self,
        *,
        case_id: UUID | None = None,
        person: str | None = None,
        since: int | None = None,
        until: int | None = None,
        before: UUID | None = None,
        limit: int = 100,
        within: Callable[[sa.ColumnElement[Any]], sa.ColumnElement[bool]] | None = None,
    ) -> list[Access]:
        """Lines, newest first: of a case, of a person, of a time.

        before: the last line of the page before. within: the condition on case ids that keeps to a scope.
        """
        table = access_log
        query = sa.select(table).order_by(table.c.access_id.desc()).limit(limit)
        for column, value in ((table.c.case_id, case_id), (table.c.person_id, person)):
            if value is not None:
                query = query.where(column == value)
        if since is not None:
            query = query.where(table.c.seen_at >= since)
        if until is not None:
            query = query.where(table.c.seen_at < until)
        if before is not None:
            query = query.where(table.c.access_id < before)
        if within is not None:
            query = query.where(within(table.c.case_id))
        with self._database.reading() as tx:
            return [_access(row._mapping) for row in tx.execute(query)]

    def purge(self, now: int) -> int:
        """Remove lines that have been kept long enough; how many."""
        with self._database.transaction() as tx:
            return tx.change(_PURGE, {"now": now})


def _access(row: Any) -> Access:
    return Access(
        id=row["access_id"],
        at=row["seen_at"],
        person=row["person_id"],
        case_id=row["case_id"],
        fields=tuple(json.loads(row["fields"])),
        basis=row["basis"],
        reason=row["reason"],
        request=row["request_id"],
    )
