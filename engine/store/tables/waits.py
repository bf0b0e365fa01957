"""What open cases wait for: time, messages and signals."""

from __future__ import annotations

import sqlalchemy as sa

from engine.store.tables.metadata import (
    METADATA,
    case_id,
    key_number,
    key_text,
    keyed_table,
    moment,
    number,
    octets,
    one_of,
    text,
)

timers = keyed_table(
    "timers",
    case_id(),
    key_number("timer_id"),
    text("element_id"),
    moment("due_at"),
    # How urgent it is among all that is due; see `engine.cases.lanes`.
    number("lane", server_default=sa.text("1")),
    # When a sweep takes it next: when due, later while a worker has it or after it failed, NEVER in a case that
    # stands still. 0 where an older version wrote the row.
    moment("sweep_at", server_default=sa.text("0")),
    sa.Index(None, "lane", "sweep_at", "case_id", "timer_id"),
)

subscriptions = keyed_table(
    "subscriptions",
    case_id(),
    key_number("subscription_id"),
    text("kind"),
    text("name"),
    # NULL for signals, which everybody hears.
    sa.Column("correlation_key", sa.Text),
    text("element_id"),
    # Whether its message also reaches a suspended case, which then goes on.
    number("wakes", server_default=sa.text("0")),
    one_of("kind", "message", "signal"),
    sa.Index("ix_subscriptions_correlation", "kind", "name", "correlation_key"),
)

messages = sa.Table(
    "messages",
    METADATA,
    key_text("message_id"),
    text("name"),
    text("correlation_key"),
    octets("variables"),
    moment("received_at"),
    moment("expires_at"),
    sa.Index(None, "name", "correlation_key"),
    sa.Index(None, "expires_at"),
)
"""Messages that came before anybody waited for them, kept until they expire."""
