"""The case, its log and its state."""

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

cases = sa.Table(
    "cases",
    METADATA,
    case_id(),
    octets("definition"),
    text("definition_key"),
    number("definition_version"),
    sa.Column("business_key", sa.Text),
    text("status"),
    text("provenance"),
    # The version of the engine's semantics that the case runs under, for its whole life.
    number("behaviour"),
    moment("started_at"),
    moment("ended_at", nullable=True),
    # The case clock; it never goes back.
    moment("effective_at"),
    number("seq"),
    octets("head"),
    octets("state_hash"),
    # Header and root scope; NULL once the case is closed, when the log alone is kept.
    octets("state", nullable=True),
    one_of("status", "active", "suspended", "completed", "cancelled"),
    one_of("provenance", "live", "imported", "simulated"),
    sa.Index(None, "definition_key", "status"),
    sa.Index(
        "ix_cases_business_key",
        "business_key",
        postgresql_where=sa.text("business_key IS NOT NULL"),
        sqlite_where=sa.text("business_key IS NOT NULL"),
    ),
)

scopes = keyed_table("scopes", case_id(), key_number("scope_id"), octets("content"))
"""Snapshots of the scopes of open cases beside the root."""

events = keyed_table(
    "events",
    case_id(),
    key_number("seq"),
    moment("recorded_at"),
    moment("effective_at"),
    text("kind"),
    text("actor"),
    sa.Column("on_behalf_of", sa.Text),
    octets("content"),
    octets("hash"),
)
"""The case log. Rows are only ever added: triggers refuse everything else."""

idempotency_keys = keyed_table(
    "idempotency_keys",
    key_text("owner"),
    key_text("key"),
    sa.Column("case_id", sa.Uuid),
    sa.Column("seq", sa.Integer),
    octets("result"),
    moment("created_at"),
)
"""Commands already carried out, by who sent them and the key they came with."""

vault_entries = keyed_table(
    "vault_entries",
    case_id(),
    key_number("entry_id"),
    # The person whose key seals the entry; NULL for text about several.
    sa.Column("party", sa.Text),
    octets("ciphertext"),
    # The masking class of what is sealed, such as `phone`; NULL in entries older than the column.
    sa.Column("kind", sa.Text),
)
