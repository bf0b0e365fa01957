"""Who sweeps, what cannot be done, and what people were told."""

from __future__ import annotations

import sqlalchemy as sa

from engine.store.tables.metadata import (
    METADATA,
    case_id,
    key_text,
    keyed_table,
    moment,
    number,
    octets,
    text,
)

leases = sa.Table(
    "leases",
    METADATA,
    key_text("name"),
    text("owner"),
    # Raised with every change of owner, so that a late one is told from the present one.
    number("fence"),
    moment("expires_at"),
)
"""Who leads among processes of which only one may act."""

stuck_work = keyed_table(
    "stuck_work",
    # All zeros for work that belongs to no case.
    case_id(),
    # What it is and which: `timers/<case>`, `outbox/<case>/<seq>/<n>`, `start/<definition>/<element>`.
    key_text("work"),
    text("kind"),
    number("attempts"),
    text("message_zh"),
    text("message_en"),
    moment("first_at"),
    moment("last_at"),
    # NEVER once it was given up: an operator retries it.
    moment("retry_at"),
    sa.Index(None, "work"),
)
"""Due work that failed, with how often and why; gone as soon as it succeeds."""

notices = keyed_table(
    "notices",
    case_id(),
    # The outbox row it came from: a notice is delivered once.
    key_text("notice_id"),
    text("kind"),
    # A person (`user:zhang`), or everybody of a group (`group:unit/role`).
    text("addressee"),
    octets("content"),
    moment("sent_at"),
    moment("read_at", nullable=True),
    sa.Index(None, "addressee", "sent_at"),
)
"""What the engine told people: reminders, cards, orders of supervision."""
