"""Reading the log within a transaction."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from engine.cases import statements as sql
from engine.cases.log import EventHead, StoredEvent
from engine.store import Reading

PAGE: Final = 500
"""Events read at once."""


def read_events(tx: Reading, case_id: UUID) -> Iterator[StoredEvent]:
    """A case's whole log as one transaction sees it."""
    after = 0
    while True:
        page = events_page(tx, case_id, after)
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1].head.seq


def events_page(tx: Reading, case_id: UUID, after: int) -> list[StoredEvent]:
    rows = tx.rows(sql.read_events, {"case_id": case_id, "after": after, "limit": PAGE})
    return [
        StoredEvent(
            head=EventHead(
                case_id=case_id,
                seq=row[0],
                recorded_at=row[1],
                effective_at=row[2],
                kind=row[3],
                actor=row[4],
                on_behalf_of=row[5],
            ),
            content=bytes(row[6]),
            hash=bytes(row[7]),
        )
        for row in rows
    ]
