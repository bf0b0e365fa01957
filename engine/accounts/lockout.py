"""Delays after wrong passwords, per account and per address, that grow with every further one.

An attempt is counted before the password is looked at, and taken back when it was right: a hundred attempts at the
same moment are a hundred, not one. What was tried is kept as a digest only, and unknown logins are treated like
known ones, so that nobody learns which exist.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from engine.accounts.opaque import digest
from engine.accounts.refusals import LockedOut
from engine.accounts.settings import LockoutSettings
from engine.store import Statement, Transaction, upsert
from engine.store.tables import sign_in_failures as table

SECOND: Final = 1_000_000

_FIND: Final = Statement(
    sa.select(table.c.failures, table.c.failed_at, table.c.locked_until).where(
        table.c.subject == sa.bindparam("subject")
    )
)
_KEEP: Final = upsert(table)


def _touch(dialect: str) -> sa.ClauseElement:
    rows: Any = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(table).inline()
    rows = rows.values(subject=sa.bindparam("subject"), failures=0, failed_at=0, locked_until=0)
    return cast(
        "sa.ClauseElement",
        rows.on_conflict_do_update(index_elements=["subject"], set_={"failures": table.c.failures}),
    )


# Locks the row, also one that is not there yet, so that attempts at the same moment are counted one after the other.
_LOCK: Final = Statement(_touch)
_FORGET: Final = Statement(table.delete().where(table.c.subject == sa.bindparam("subject")))
_TAKE_BACK: Final = Statement(
    table.update()
    .where(table.c.subject == sa.bindparam("subject"), table.c.failures > 0)
    .values(failures=table.c.failures - 1)
)
_PRUNE: Final = Statement(table.delete().where(table.c.failed_at < sa.bindparam("before")))


@dataclass(frozen=True, slots=True)
class _Tally:
    subject: bytes
    free: int


class Lockout:
    """Counts attempts. Its methods belong into the caller's transaction; moments are microseconds."""

    def __init__(self, settings: LockoutSettings) -> None:
        self._settings = settings

    def attempt(self, tx: Transaction, login: str, address: str, now: int) -> None:
        """Count an attempt as a failure for now. Raises LockedOut, uncounted, while the delay lasts."""
        found = [(tally, self._failures(tx, tally, now)) for tally in self._tallies(login, address)]
        for tally, failures in found:
            count = failures + 1
            delay = self._delay(count - tally.free)
            row = {
                "subject": tally.subject,
                "failures": count,
                "failed_at": now,
                # No delay is none at all: who came a moment earlier may well be counted a moment later.
                "locked_until": now + delay * SECOND if delay else 0,
            }
            tx.write(_KEEP, row)

    def succeeded(self, tx: Transaction, login: str, address: str) -> None:
        """Take the attempt back: the password was right."""
        account, place = self._tallies(login, address)
        tx.write(_FORGET, {"subject": account.subject})
        tx.write(_TAKE_BACK, {"subject": place.subject})

    def forget(self, tx: Transaction, login: str) -> None:
        """An administrator gave a new password: let the account in."""
        tx.write(_FORGET, {"subject": digest("login", login)})

    def prune(self, tx: Transaction, now: int) -> None:
        """Drop what is forgotten."""
        tx.write(_PRUNE, {"before": now - self._settings.forget * SECOND})

    def _failures(self, tx: Transaction, tally: _Tally, now: int) -> int:
        tx.write(_LOCK, {"subject": tally.subject})
        row = tx.row(_FIND, {"subject": tally.subject})
        assert row is not None
        failures, failed_at, locked_until = row
        if locked_until > now:
            raise LockedOut(-(-(locked_until - now) // SECOND))
        return 0 if failed_at <= now - self._settings.forget * SECOND else int(failures)

    def _delay(self, beyond: int) -> int:
        if beyond <= 0:
            return 0
        return int(min(self._settings.longest, self._settings.first * 2 ** min(beyond - 1, 30)))

    def _tallies(self, login: str, address: str) -> tuple[_Tally, _Tally]:
        return (
            _Tally(digest("login", login), self._settings.account),
            _Tally(digest("address", address), self._settings.address),
        )
