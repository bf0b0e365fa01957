"""Sessions of browsers: an opaque random id, of which only the digest is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from engine.accounts.account import Account, account_of
from engine.accounts.lockout import SECOND
from engine.accounts.opaque import Random, derived, digest, new_secret
from engine.accounts.security_log import LONGEST_AGENT, Origin
from engine.accounts.settings import SessionSettings
from engine.directory.rows import VERSION
from engine.store import Database, Statement, Transaction, delete, insert, update
from engine.store.tables import accounts
from engine.store.tables import sessions as table

_STALE: Final = 60 * SECOND
"""How exactly `seen_at` is kept: a write for every request would cost more than it is worth."""

_ADD: Final = insert(table)
_SEEN: Final = update(table, "seen_at")
_END: Final = delete(table)
_FIND: Final = Statement(
    sa.select(*table.c, *accounts.c, VERSION.scalar_subquery())
    .join(accounts, accounts.c.account_id == table.c.account_id)
    .where(table.c.session_hash == sa.bindparam("session_hash"))
)
_OF_ACCOUNT: Final = Statement(
    sa.select(*table.c)
    .where(table.c.account_id == sa.bindparam("account_id"))
    .order_by(table.c.seen_at.desc(), table.c.public_id)
)
_PURGE: Final = Statement(table.delete().where(table.c.expires_at <= sa.bindparam("now")))
_END_PUBLIC: Final = Statement(
    table.delete().where(
        table.c.account_id == sa.bindparam("account_id"), table.c.public_id == sa.bindparam("public_id")
    )
)
_END_ALL: Final = Statement(table.delete().where(table.c.account_id == sa.bindparam("account_id")))
_WIDTH: Final = len(table.c)


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """id: names it and opens nothing. hash: its digest. Moments are microseconds."""

    id: str
    hash: bytes
    account: str
    created_at: int
    seen_at: int
    expires_at: int
    address: str
    agent: str


class Sessions:
    """All sessions. A session ends when it was idle for too long, or is too old, whatever comes first."""

    def __init__(self, database: Database, settings: SessionSettings, random: Random) -> None:
        self._database = database
        self._settings = settings
        self._random = random

    def begin(self, tx: Transaction, account: str, origin: Origin, now: int) -> str:
        """Begin a session; the secret its cookie carries. Ends expired ones, and the idlest of too many."""
        secret = new_secret(self._random)
        tx.write(_PURGE, {"now": now})
        for surplus in self._of(tx, account, now)[max(self._settings.most - 1, 0) :]:
            tx.write(_END, {"key_session_hash": surplus.hash})
        row = {
            "session_hash": digest("session", secret),
            "public_id": new_secret(self._random, 12),
            "account_id": account,
            "created_at": now,
            "seen_at": now,
            "expires_at": now + self._settings.longest * SECOND,
            "address": origin.address,
            "agent": origin.agent[:LONGEST_AGENT],
        }
        tx.write(_ADD, row)
        return secret

    def find(self, secret: str, now: int) -> tuple[Session, Account, int] | None:
        """The session of a cookie, its account, and at which version the directory is; None when it does not hold.

        This is asked with every request, hence all at once.
        """
        with self._database.reading() as tx:
            row = tx.row(_FIND, {"session_hash": digest("session", secret)})
        if row is None:
            return None
        session, account = _session(row[:_WIDTH]), account_of(row[_WIDTH:-1])
        if not self._holds(session, now) or not account.active:
            return None
        if now - session.seen_at >= _STALE:
            with self._database.transaction() as writing:
                writing.write(_SEEN, {"key_session_hash": session.hash, "seen_at": now})
        return session, account, row[-1]

    def of(self, account: str, now: int) -> list[Session]:
        """The sessions of an account that hold, the one seen last first."""
        with self._database.reading() as tx:
            return self._of(tx, account, now)

    def end(self, tx: Transaction, session_hash: bytes) -> None:
        """End a session."""
        tx.write(_END, {"key_session_hash": session_hash})

    def end_by_id(self, tx: Transaction, account: str, public_id: str) -> bool:
        """End a session of an account by its public id; False when there is none."""
        return tx.change(_END_PUBLIC, {"account_id": account, "public_id": public_id}) > 0

    def end_all(self, tx: Transaction, account: str) -> int:
        """End all sessions of an account; how many."""
        return tx.change(_END_ALL, {"account_id": account})

    def ends_at(self, session: Session, now: int) -> int:
        """When the session ends if nothing is asked any more."""
        return min(session.expires_at, now + self._settings.idle * SECOND)

    def _of(self, tx: Any, account: str, now: int) -> list[Session]:
        found = [_session(row) for row in tx.rows(_OF_ACCOUNT, {"account_id": account})]
        return [session for session in found if self._holds(session, now)]

    def _holds(self, session: Session, now: int) -> bool:
        return now < session.expires_at and now - session.seen_at < self._settings.idle * SECOND


def csrf_token(secret: str) -> str:
    """What a request that changes something must carry beside the cookie; it belongs to the one session."""
    return derived("csrf", secret)


def _session(row: tuple[Any, ...]) -> Session:
    hash_, ident, account, created, seen, expires, address, agent = row
    return Session(
        id=ident,
        hash=hash_,
        account=account,
        created_at=created,
        seen_at=seen,
        expires_at=expires,
        address=address,
        agent=agent,
    )
