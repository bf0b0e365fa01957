"""Tokens of machines: `bihuan_` and 256 random bits, of which only the digest is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from engine.accounts.lockout import SECOND
from engine.accounts.opaque import Random, digest, new_secret
from engine.accounts.scopes import unknown
from engine.accounts.security_log import Origin, SecurityLog
from engine.cases.clock import Clock
from engine.errors import InvalidInput, NotFound
from engine.store import Database, Statement, insert, new_case_id, update
from engine.store.tables import tokens as table

PREFIX: Final = "bihuan_"
LONGEST_DAYS: Final = 366
_SHOWN: Final = 6
_STALE: Final = 60 * SECOND

_ADD: Final = insert(table)
_USED: Final = update(table, "used_at")
_REVOKE: Final = update(table, "revoked_at", "revoked_by")
_FIND: Final = Statement(sa.select(*table.c).where(table.c.token_hash == sa.bindparam("token_hash")))
_BY_ID: Final = Statement(sa.select(*table.c).where(table.c.token_id == sa.bindparam("token_id")))


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """prefix: by which people recognise it. person: whose eyes it sees with. Moments are microseconds."""

    id: str
    name: str
    prefix: str
    scopes: frozenset[str]
    person: str | None
    created_at: int
    created_by: str
    expires_at: int
    used_at: int | None
    revoked_at: int | None
    revoked_by: str | None

    def holds(self, now: int) -> bool:
        """Whether it opens anything (any more)."""
        return self.revoked_at is None and now < self.expires_at


class Tokens:
    """All tokens."""

    def __init__(self, database: Database, log: SecurityLog, *, clock: Clock, random: Random) -> None:
        self._database = database
        self._log = log
        self._clock = clock
        self._random = random

    def make(
        self, name: str, scopes: Iterable[str], days: int, origin: Origin, *, person: str | None = None
    ) -> tuple[Token, str]:
        """A new token and its secret, which is told once.

        days: how long it holds, at most a year. Raises InvalidInput, with errors by field.
        """
        wanted = frozenset(scopes)
        self._check(name, wanted, days)
        secret = PREFIX + new_secret(self._random)
        now = self._clock()
        row = {
            "token_id": str(new_case_id(now, self._random(8))),
            "name": name.strip(),
            "token_hash": digest("token", secret),
            "prefix": secret[: len(PREFIX) + _SHOWN],
            "scopes": " ".join(sorted(wanted)),
            "person": person,
            "created_at": now,
            "created_by": origin.actor,
            "expires_at": now + days * 86_400 * SECOND,
            "used_at": None,
            "revoked_at": None,
            "revoked_by": None,
        }
        with self._database.transaction() as tx:
            tx.write(_ADD, row)
            self._log.note(tx, "token-made", origin, subject=name.strip(), detail=str(row["scopes"]))
        return _token(tuple(row.values())), secret

    def find(self, secret: str) -> Token | None:
        """The token that a request brings; None when it does not hold."""
        if not secret.startswith(PREFIX) or len(secret) > 100:
            return None
        with self._database.reading() as tx:
            row = tx.row(_FIND, {"token_hash": digest("token", secret)})
        if row is None:
            return None
        token, now = _token(row), self._clock()
        if not token.holds(now):
            return None
        # Not with every request: when it was used is of interest by the minute.
        if token.used_at is None or now - token.used_at >= _STALE:
            with self._database.transaction() as tx:
                tx.write(_USED, {"key_token_id": token.id, "used_at": now})
        return token

    def all(self, *, after: str = "", limit: int = 1_000) -> list[Token]:
        """Tokens in the order they were made in, revoked ones too; from the one after an id on."""
        query = sa.select(table).where(table.c.token_id > after).order_by(table.c.token_id).limit(limit)
        with self._database.reading() as tx:
            return [_token(tuple(row)) for row in tx.execute(query)]

    def revoke(self, token_id: str, origin: Origin) -> Token:
        """Make a token open nothing any more. Raises NotFound."""
        with self._database.transaction() as tx:
            row = tx.row(_BY_ID, {"token_id": token_id})
            if row is None:
                raise NotFound(
                    code="accounts.no_token",
                    message_zh="没有这个令牌",
                    message_en="there is no such token",
                )
            if _token(row).revoked_at is None:
                change = {"revoked_at": self._clock(), "revoked_by": origin.actor}
                tx.write(_REVOKE, {"key_token_id": token_id, **change})
                self._log.note(tx, "token-revoked", origin, subject=_token(row).name)
            row = tx.row(_BY_ID, {"token_id": token_id})
        assert row is not None
        return _token(row)

    @staticmethod
    def _check(name: str, scopes: frozenset[str], days: int) -> None:
        if not 1 <= len(name.strip()) <= 80:
            raise InvalidInput.at("name", message_zh="应为 1–80 个字符", message_en="must have 1 to 80 signs")
        wrong = unknown(scopes)
        if wrong or not scopes:
            named = ", ".join(wrong) or "—"
            raise InvalidInput.at(
                "scopes", message_zh=f"没有这些权限：{named}", message_en=f"there are no such scopes: {named}"
            )
        if not 1 <= days <= LONGEST_DAYS:
            raise InvalidInput.at(
                "days",
                message_zh=f"应为 1–{LONGEST_DAYS} 天",
                message_en=f"must be from 1 to {LONGEST_DAYS}",
            )


def _token(row: tuple[Any, ...]) -> Token:
    (ident, name, _, prefix, scopes, person, created, by, expires, used, revoked, revoked_by) = row
    return Token(
        id=ident,
        name=name,
        prefix=prefix,
        scopes=frozenset(scopes.split()),
        person=person,
        created_at=created,
        created_by=by,
        expires_at=expires,
        used_at=used,
        revoked_at=revoked,
        revoked_by=revoked_by,
    )
