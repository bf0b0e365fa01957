"""What a case is called and where it stands, as lists and its page show it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from engine.store import NEVER, Reading
from engine.store.tables import case_headers


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseHeader:
    """What a case is called and where it stands beside its technical header; see `case_headers`. Microseconds."""

    case_code: str
    title: str
    flow_name: str
    category: str
    lifecycle: str
    source: str
    received_at: int
    due_at: int | None
    settled_at: int | None
    closed_at: int | None


def read_header(tx: Reading, case_id: UUID) -> CaseHeader | None:
    """The header of a case; None where it has no row yet."""
    table = case_headers
    row = tx.execute(sa.select(table).where(table.c.case_id == case_id)).first()
    if row is None:
        return None
    found = row._mapping
    return CaseHeader(
        case_code=found["case_code"],
        title=found["title"],
        flow_name=found["flow_name"],
        category=found["category"],
        lifecycle=found["lifecycle"],
        source=found["source"],
        received_at=found["received_at"],
        due_at=None if found["due_at"] == NEVER else found["due_at"],
        settled_at=found["settled_at"],
        closed_at=found["closed_at"],
    )
