"""Sign-ins under way with another organisation: what must come back, from the browser that left. Each is used once."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from engine.accounts.lockout import SECOND
from engine.accounts.opaque import Random, digest, new_secret
from engine.cases.clock import Clock
from engine.store import Database, Statement, insert
from engine.store.tables import sign_in_requests as table

SECONDS: Final = 600
"""How long somebody may take to sign in there."""

_ADD: Final = insert(table)
_PURGE: Final = Statement(table.delete().where(table.c.expires_at <= sa.bindparam("now")))
_FIND: Final = Statement(sa.select(*table.c).where(table.c.state_hash == sa.bindparam("state_hash")))
_USE: Final = Statement(table.delete().where(table.c.state_hash == sa.bindparam("state_hash")))


@dataclass(frozen=True, kw_only=True, slots=True)
class Departure:
    """What goes along: `state`, `nonce`, the PKCE `verifier`; `browser` stays in a cookie."""

    state: str
    browser: str
    nonce: str
    verifier: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Return:
    """What was kept for who comes back. return_to: the page they wanted."""

    nonce: str
    verifier: str
    return_to: str


class ForeignSignIns:
    """All that are under way."""

    def __init__(self, database: Database, *, clock: Clock, random: Random) -> None:
        self._database = database
        self._clock = clock
        self._random = random

    def depart(self, provider: str, return_to: str) -> Departure:
        """Somebody goes to sign in there."""
        leaving = Departure(
            state=new_secret(self._random),
            browser=new_secret(self._random),
            nonce=new_secret(self._random),
            # 43 to 128 signs (RFC 7636, section 4.1).
            verifier=new_secret(self._random, 48),
        )
        now = self._clock()
        row = {
            "state_hash": digest("oidc-state", leaving.state),
            "browser_hash": digest("oidc-browser", leaving.browser),
            "provider": provider,
            "nonce": leaving.nonce,
            "verifier": leaving.verifier,
            "return_to": return_to,
            "expires_at": now + SECONDS * SECOND,
        }
        with self._database.transaction() as tx:
            tx.write(_PURGE, {"now": now})
            tx.write(_ADD, row)
        return leaving

    def come_back(self, provider: str, state: str, browser: str) -> Return | None:
        """Somebody comes back; None for who never left, left with another browser, took too long or comes twice."""
        key = {"state_hash": digest("oidc-state", state)}
        with self._database.transaction() as tx:
            row = tx.row(_FIND, key)
            if row is None or tx.change(_USE, key) != 1:
                return None
        _, browser_hash, left_for, nonce, verifier, return_to, expires_at = row
        same = hmac.compare_digest(bytes(browser_hash), digest("oidc-browser", browser))
        if not same or left_for != provider or self._clock() >= expires_at:
            return None
        return Return(nonce=nonce, verifier=verifier, return_to=return_to)
