"""What belongs to a case beside its tasks, and who looked at what."""

from __future__ import annotations

import sqlalchemy as sa

from engine.store.tables.metadata import (
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

case_comments = keyed_table(
    "case_comments",
    case_id(),
    # The event that made it.
    key_number("seq"),
    moment("made_at"),
    text("author"),
    sa.Column("on_behalf_of", sa.Text),
    sa.Column("task_id", sa.Integer),
    text("audience"),
    # Whose unit sees it, where the audience is one.
    sa.Column("unit_id", sa.Text),
    # A reference into the vault.
    text("content"),
    # People mentioned, a JSON list.
    text("mentioned"),
    one_of("audience", "case", "unit", "mediators"),
)

case_attachments = keyed_table(
    "case_attachments",
    case_id(),
    key_number("seq"),
    moment("made_at"),
    text("author"),
    sa.Column("on_behalf_of", sa.Text),
    sa.Column("task_id", sa.Integer),
    text("audience"),
    sa.Column("unit_id", sa.Text),
    # The name is a reference into the vault; the digest is of the plain content.
    text("filename"),
    text("kind"),
    text("content_type"),
    sa.Column("size", sa.BigInteger, nullable=False),
    octets("digest"),
    text("blob"),
    # Set when it was hidden; nothing is deleted.
    sa.Column("detached_seq", sa.Integer),
    one_of("audience", "case", "unit", "mediators"),
    sa.Index(None, "blob"),
)

document_numbers = keyed_table(
    "document_numbers",
    key_text("unit"),
    key_number("year"),
    key_text("kind"),
    number("last"),
)
"""The last number given to a document of a kind by a unit in a year."""

task_drafts = keyed_table(
    "task_drafts",
    case_id(),
    key_number("task_id"),
    key_text("person_id"),
    moment("saved_at"),
    octets("ciphertext"),
    text("commitment"),
)
"""What somebody has filled in but not sent; no part of the log."""

saved_views = keyed_table(
    "saved_views",
    key_text("person_id"),
    key_text("name"),
    text("box"),
    # A JSON object.
    text("filters"),
    moment("saved_at"),
)

case_links = keyed_table(
    "case_links",
    case_id(),
    sa.Column("other_id", sa.Uuid, primary_key=True),
    key_text("kind"),
    # Whether the case was linked to the other one, or the other one to it.
    key_text("direction"),
    moment("made_at"),
    text("author"),
    one_of("kind", "related", "duplicate", "merged-into", "referral", "supervision"),
    one_of("direction", "out", "in"),
)

unmask_grants = keyed_table(
    "unmask_grants",
    case_id(),
    sa.Column("grant_id", sa.Uuid, primary_key=True),
    text("person_id"),
    text("granted_by"),
    text("reason"),
    moment("granted_at"),
    moment("expires_at"),
    moment("revoked_at", nullable=True),
    sa.Index(None, "person_id", "expires_at"),
)
"""For a time, somebody sees the personal data of a case as they are."""

access_log = keyed_table(
    "access_log",
    case_id(),
    # Sorts by time.
    sa.Column("access_id", sa.Uuid, primary_key=True),
    moment("seen_at"),
    text("person_id"),
    # What was shown or done, a JSON list of fields.
    text("fields"),
    text("basis"),
    text("reason"),
    text("request_id"),
    # Until then the row cannot be removed.
    moment("keep_until"),
    one_of("basis", "role", "grant", "granted", "revoked", "denied"),
    sa.Index(None, "access_id"),
    sa.Index(None, "person_id", "access_id"),
    sa.Index(None, "keep_until"),
)
"""Who saw which field of which case and why. Rows are only added, and removed when their time is over."""
