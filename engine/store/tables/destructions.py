"""What is due for destruction, what must not be destroyed, and who decided."""

from __future__ import annotations

import sqlalchemy as sa

from engine.store.tables.metadata import case_id, key_number, keyed_table, moment, one_of, text

destructions = keyed_table(
    "destructions",
    case_id(),
    key_number("number"),
    # The rule of retention.toml whose time is over, and when it was.
    text("rule"),
    moment("due_at"),
    text("reason"),
    text("proposed_by"),
    moment("proposed_at"),
    text("status"),
    text("decided_by", nullable=True),
    moment("decided_at", nullable=True),
    moment("finished_at", nullable=True),
    one_of("status", "proposed", "rejected", "approved", "done"),
    sa.Index(None, "number", unique=True),
    sa.Index(None, "status", "number"),
)
"""Destruction of a case, proposed by one person and approved by another."""

legal_holds = keyed_table(
    "legal_holds",
    case_id(),
    key_number("number"),
    text("reason"),
    text("placed_by"),
    moment("placed_at"),
    text("lifted_by", nullable=True),
    moment("lifted_at", nullable=True),
)
"""While one is not lifted, the case is kept whatever its time."""

erasures = keyed_table(
    "erasures",
    case_id(),
    moment("erased_at"),
    text("actor"),
    # The job of the case that asked, or the number of its destruction.
    text("ground"),
)
"""Cases whose keys were destroyed; only grows, and stays when the case goes."""

due_destructions = keyed_table(
    "due_destructions",
    case_id(),
    text("rule"),
    moment("ended_at"),
    moment("due_at"),
    moment("listed_at"),
    sa.Index(None, "due_at", "case_id"),
)
"""The nightly list of cases whose time is over."""
