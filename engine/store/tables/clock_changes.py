"""Changes of rules and calendars that move clocks which run already."""

from __future__ import annotations

import sqlalchemy as sa

from engine.store.tables.metadata import METADATA, key_number, moment, number, one_of, text

clock_changes = sa.Table(
    "clock_changes",
    METADATA,
    key_number("change"),
    text("kind"),
    # The limit's or the calendar's name, and the version its clocks go over to.
    text("subject"),
    text("version"),
    text("reason"),
    text("proposed_by"),
    moment("proposed_at"),
    text("decided_by", nullable=True),
    moment("decided_at", nullable=True),
    text("status"),
    # The last case that was looked at: whoever goes on begins after it.
    sa.Column("reached", sa.Uuid, nullable=True),
    number("moved"),
    number("failed"),
    moment("finished_at", nullable=True),
    one_of("kind", "limit", "calendar"),
    one_of("status", "proposed", "rejected", "approved", "done"),
    sa.Index(None, "status", "change"),
    sa.Index(None, "kind", "subject"),
)
"""A limit's other rule for running clocks, decided by two people; a corrected calendar, found by the engine."""
