"""What designers deployed: files, process definitions and what starts them."""

from __future__ import annotations

import sqlalchemy as sa

from engine.store.tables.metadata import (
    METADATA,
    key_octets,
    key_text,
    keyed_table,
    moment,
    number,
    octets,
    one_of,
    text,
)

deployments = sa.Table(
    "deployments",
    METADATA,
    sa.Column("deployment_id", sa.Uuid, primary_key=True),
    moment("deployed_at"),
    text("actor"),
    text("package"),
)

resources = sa.Table("resources", METADATA, key_octets("digest"), octets("content"))
"""Files by the SHA-256 of their content; the same file deployed twice is stored once."""

definitions = sa.Table(
    "definitions",
    METADATA,
    key_octets("digest"),
    text("key"),
    number("version"),
    text("name"),
    sa.Column("deployment_id", sa.ForeignKey("deployments.deployment_id"), nullable=False),
    moment("deployed_at"),
    sa.UniqueConstraint("key", "version"),
)

definition_resources = keyed_table(
    "definition_resources",
    sa.Column("definition", sa.ForeignKey("definitions.digest"), primary_key=True),
    key_text("name"),
    sa.Column("resource", sa.ForeignKey("resources.digest"), nullable=False),
)

start_subscriptions = keyed_table(
    "start_subscriptions",
    key_text("definition_key"),
    key_text("element_id"),
    number("version"),
    octets("definition"),
    text("kind"),
    text("name"),
    one_of("kind", "message", "signal"),
    sa.Index(None, "kind", "name"),
)
"""Message and signal start events of the newest version of each definition."""

start_timers = keyed_table(
    "start_timers",
    key_text("definition_key"),
    key_text("element_id"),
    number("version"),
    octets("definition"),
    moment("due_at"),
    # Repetitions left after this one; NULL repeats for ever.
    sa.Column("remaining", sa.Integer),
    sa.Index(None, "due_at"),
)
"""Timer start events of the newest version of each definition, with their next firing."""

__all__ = [
    "definition_resources",
    "definitions",
    "deployments",
    "resources",
    "start_subscriptions",
    "start_timers",
]
