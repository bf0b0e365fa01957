"""Who may sign in: accounts, their browser sessions, tokens of machines, and what happened around them.

Secrets are never kept: passwords as Argon2id, session ids and tokens as their SHA-256 (they are 256 random bits, so
nothing slower is needed).
"""

from __future__ import annotations

from typing import Any, Final

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

accounts = sa.Table(
    "accounts",
    METADATA,
    key_text("account_id"),
    # In the form it is compared in: NFKC, case folded.
    text("login", unique=True),
    # Of the directory; NULL for accounts that only administrate.
    sa.Column("person", sa.Text, unique=True),
    # `admin`, `auditor`, `designer`, separated by spaces, sorted.
    text("roles"),
    # NULL: signs in elsewhere only.
    sa.Column("password", sa.Text),
    sa.Column("password_changed_at", sa.BigInteger),
    number("must_change"),
    # A one-time password holds until then.
    moment("password_until"),
    text("state"),
    sa.Column("locale", sa.Text),
    moment("created_at"),
    text("created_by"),
    one_of("state", "active", "disabled"),
)

account_identities = keyed_table(
    "account_identities",
    key_text("issuer"),
    key_text("subject"),
    text("account_id"),
    moment("linked_at"),
    sa.Index(None, "account_id"),
)
"""Under which name other organisations' sign-in knows an account (OpenID Connect)."""

sessions = sa.Table(
    "sessions",
    METADATA,
    key_octets("session_hash"),
    # By which people name a session: it opens nothing.
    text("public_id", unique=True),
    text("account_id"),
    moment("created_at"),
    moment("seen_at"),
    moment("expires_at"),
    text("address"),
    text("agent"),
    sa.Index(None, "account_id"),
    sa.Index(None, "expires_at"),
)

tokens = sa.Table(
    "tokens",
    METADATA,
    key_text("token_id"),
    text("name"),
    octets("token_hash", unique=True),
    # The beginning, by which people recognise it.
    text("prefix"),
    # Separated by spaces, sorted.
    text("scopes"),
    # Whose eyes it sees with: a member of the directory; NULL: it sees no cases.
    sa.Column("person", sa.Text),
    moment("created_at"),
    text("created_by"),
    moment("expires_at"),
    sa.Column("used_at", sa.BigInteger),
    sa.Column("revoked_at", sa.BigInteger),
    sa.Column("revoked_by", sa.Text),
)

sign_in_failures = sa.Table(
    "sign_in_failures",
    METADATA,
    # SHA-256 of what was tried: a login, which may be a password typed into the wrong field, or an address.
    key_octets("subject"),
    number("failures"),
    moment("failed_at"),
    moment("locked_until"),
    sa.Index(None, "failed_at"),
)

sign_in_requests = sa.Table(
    "sign_in_requests",
    METADATA,
    # SHA-256 of the `state` sent along to the other organisation, and of the cookie of the browser that left.
    key_octets("state_hash"),
    octets("browser_hash"),
    text("provider"),
    text("nonce"),
    text("verifier"),
    text("return_to"),
    moment("expires_at"),
    sa.Index(None, "expires_at"),
)
"""Sign-ins under way with another organisation (OpenID Connect); each is used once."""

security_events = sa.Table(
    "security_events",
    METADATA,
    sa.Column("event_id", sa.Uuid, primary_key=True),
    moment("at"),
    text("kind"),
    sa.Column("account_id", sa.Text),
    # The account's or token's name at the time.
    text("subject"),
    # Who did it: an account's login, `cli:<user>` for the command line.
    text("actor"),
    text("address"),
    text("agent"),
    text("detail"),
    sa.Index(None, "account_id", "event_id"),
)
"""Signing in and out, refusals, and changes of accounts and tokens."""

SECURITY_LOG_GUARDS: Final[dict[str, tuple[str, ...]]] = {
    "sqlite": (
        """CREATE TRIGGER security_events_no_update BEFORE UPDATE ON security_events
BEGIN SELECT RAISE(ABORT, 'the security log is append only'); END""",
        """CREATE TRIGGER security_events_no_delete BEFORE DELETE ON security_events
WHEN OLD.at > CAST(strftime('%s', 'now', '-3 years') AS INTEGER) * 1000000
BEGIN SELECT RAISE(ABORT, 'the security log is append only'); END""",
        """CREATE TRIGGER security_events_no_replace BEFORE INSERT ON security_events
WHEN EXISTS (SELECT 1 FROM security_events WHERE event_id = NEW.event_id)
BEGIN SELECT RAISE(ABORT, 'the security log is append only'); END""",
    ),
    "postgresql": (
        """CREATE FUNCTION security_events_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
IF TG_OP = 'DELETE' THEN
IF OLD.at <= extract(epoch FROM now() - interval '3 years') * 1000000 THEN RETURN OLD; END IF;
END IF;
RAISE EXCEPTION 'the security log is append only' USING ERRCODE = 'integrity_constraint_violation';
END $$""",
        """CREATE TRIGGER security_events_append_only BEFORE UPDATE OR DELETE ON security_events
FOR EACH ROW EXECUTE FUNCTION security_events_append_only()""",
        """CREATE TRIGGER security_events_no_truncate BEFORE TRUNCATE ON security_events
FOR EACH STATEMENT EXECUTE FUNCTION security_events_append_only()""",
    ),
}
"""Triggers that let the log only grow, until a line is three years old (DOMAIN §4)."""


def _guard(_: sa.Table, connection: sa.Connection, **__: Any) -> None:
    for statement in SECURITY_LOG_GUARDS[connection.dialect.name]:
        connection.exec_driver_sql(statement)


sa.event.listen(security_events, "after_create", _guard)
