"""Rows for the tests of the store."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from engine.store import Statement, insert, update
from engine.store.tables import cases, events

INSERT_CASE = insert(cases)
INSERT_EVENT = insert(events)
SET_SEQ = update(cases, "seq")
LOCK_CASE = Statement(
    sa.select(cases.c.seq).where(cases.c.case_id == sa.bindparam("case_id")).with_for_update()
)
SEQ = Statement(sa.select(cases.c.seq).where(cases.c.case_id == sa.bindparam("case_id")))
COUNT_EVENTS = Statement(sa.select(sa.func.count()).select_from(events))
FIRST = UUID("01890000-0000-7000-8000-000000000001")
SECOND = UUID("01890000-0000-7000-8000-000000000002")


def case(case_id: UUID = FIRST, **changes: Any) -> dict[str, Any]:
    return {
        "case_id": case_id, "definition": b"d" * 32, "definition_key": "whistle", "definition_version": 1,
        "business_key": None, "status": "active", "provenance": "live", "behaviour": 1, "started_at": 1,
        "ended_at": None, "effective_at": 1, "seq": 0, "head": b"\0" * 32, "state_hash": b"\xff" * 32,
        "state": b"\0\x01%s", **changes,
    }  # fmt: skip


def event(case_id: UUID = FIRST, seq: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "case_id": case_id, "seq": seq, "recorded_at": 2, "effective_at": 1, "kind": "started", "actor": "li",
        "on_behalf_of": None, "content": b"{}", "hash": b"h" * 32, **changes,
    }  # fmt: skip
