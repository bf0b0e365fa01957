"""Work for machines: jobs, what went wrong with them, and what is to leave the engine."""

from __future__ import annotations

import sqlalchemy as sa

from engine.store.tables.metadata import (
    case_id,
    key_number,
    keyed_table,
    moment,
    number,
    octets,
    one_of,
    text,
)

jobs = keyed_table(
    "jobs",
    case_id(),
    key_number("job_id"),
    number("token_id"),
    text("type"),
    number("retries"),
    text("status"),
    # When it may be fetched: at once, after a pause, when its lock ends; NEVER once it failed.
    moment("due_at"),
    sa.Column("worker", sa.Text),
    moment("locked_until", nullable=True),
    number("lane", server_default=sa.text("1")),
    one_of("status", "ready", "locked", "failed"),
    sa.Index(None, "type", "lane", "due_at"),
)

incidents = keyed_table(
    "incidents",
    case_id(),
    key_number("incident_id"),
    text("kind"),
    text("element_id"),
    text("message_zh"),
    text("message_en"),
    moment("created_at"),
)
"""What stopped a case where a person must look; resolved ones are in the log alone."""

outbox = keyed_table(
    "outbox",
    case_id(),
    key_number("seq"),
    # Several may leave with one event.
    key_number("n"),
    text("kind"),
    octets("payload"),
    moment("due_at"),
    number("attempts"),
    sa.Column("last_error", sa.Text),
    number("lane", server_default=sa.text("1")),
    sa.Index(None, "lane", "due_at"),
)
