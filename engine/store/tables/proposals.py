"""What one person hands in and another decides: deployments, and changes of the settings."""

from __future__ import annotations

import sqlalchemy as sa

from engine.store.tables.metadata import (
    METADATA,
    key_number,
    key_text,
    keyed_table,
    moment,
    octets,
    one_of,
    text,
)

submissions = sa.Table(
    "submissions",
    METADATA,
    key_number("number"),
    text("package"),
    text("author"),
    moment("submitted_at"),
    text("status"),
    text("decided_by", nullable=True),
    moment("decided_at", nullable=True),
    text("reason"),
    sa.Column("deployment_id", sa.Uuid, nullable=True),
    one_of("status", "waiting", "published", "rejected"),
    sa.Index(None, "status", "number"),
)
"""Packages that designers handed in; somebody else publishes them."""

submission_files = keyed_table("submission_files", key_number("number"), key_text("name"), octets("content"))

config_changes = sa.Table(
    "config_changes",
    METADATA,
    key_number("number"),
    text("part"),
    text("file"),
    # The whole text; NULL: there was no such file.
    text("before", nullable=True),
    text("after"),
    text("reason"),
    text("author"),
    moment("made_at"),
    text("status"),
    text("decided_by", nullable=True),
    moment("decided_at", nullable=True),
    one_of("status", "waiting", "applied", "rejected"),
    sa.Index(None, "part", "number"),
)
"""Every change of a settings file over HTTP."""
