"""Due work that fails: put aside with growing delay, given up at last, and tried again when somebody says so.

What fails is remembered beside the work itself, so that a case that cannot be read, or a connector that is down,
keeps nobody else waiting. Work given up is an incident of the installation: an operator sees it with its reason
and retries it. Success removes the record.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from engine.cases import due_statements as sql
from engine.cases.clock import Clock
from engine.errors import BihuanError, NotFound
from engine.store import NEVER, Database, Transaction
from engine.store.tables import outbox, stuck_work, timers

NO_CASE: Final = UUID(int=0)
SECOND: Final = 1_000_000
FIRST_DELAY: Final = 2 * SECOND
LONGEST_DELAY: Final = 10 * 60 * SECOND
MOST_ATTEMPTS: Final = 12
"""After so many failures, about half an hour, work is given up until an operator retries it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StuckWork:
    """One thing that failed. `retry_at` is None once it was given up; times in microseconds."""

    work: str
    kind: str
    case_id: UUID | None
    attempts: int
    message_zh: str
    message_en: str
    first_at: int
    last_at: int
    retry_at: int | None


class Stuck:
    """What failed and when it is tried again. random: returns as many random bytes as asked for."""

    def __init__(self, database: Database, clock: Clock, random: Callable[[int], bytes]) -> None:
        self._database = database
        self._clock = clock
        self._random = random

    def delay(self, attempts: int) -> int:
        """How long to wait after so many failures, in microseconds: doubled each time, shaken by up to a half."""
        whole = min(FIRST_DELAY << min(attempts - 1, 20), LONGEST_DELAY)
        return whole // 2 + int.from_bytes(self._random(4), "big") * whole // 2**33

    def failed(self, tx: Transaction, work: str, case_id: UUID | None, error: Exception) -> tuple[int, int]:
        """Note a failure; how often it failed by now, and when it is to be tried again (NEVER: given up)."""
        now = self._clock()
        owner = case_id or NO_CASE
        known = tx.row(sql.read_stuck, {"case_id": owner, "work": work})
        attempts = (known[0] if known else 0) + 1
        retry_at = NEVER if attempts >= MOST_ATTEMPTS else now + self.delay(attempts)
        zh, en = _words(error)
        tx.write(
            sql.put_stuck,
            {
                "case_id": owner,
                "work": work,
                "kind": work.partition("/")[0],
                "attempts": attempts,
                "message_zh": zh,
                "message_en": en,
                "first_at": known[1] if known else now,
                "last_at": now,
                "retry_at": retry_at,
            },
        )
        return attempts, retry_at

    def done(self, tx: Transaction, work: str, case_id: UUID | None) -> None:
        """Forget the failures of what has succeeded, or is no longer to be done."""
        tx.write(sql.delete_stuck, {"key_case_id": case_id or NO_CASE, "key_work": work})

    def list(self, *, given_up: bool = False, limit: int = 500) -> list[StuckWork]:
        """What failed, the latest first; only what was given up if asked."""
        query = sa.select(stuck_work).order_by(stuck_work.c.last_at.desc(), stuck_work.c.work).limit(limit)
        if given_up:
            query = query.where(stuck_work.c.retry_at == NEVER)
        with self._database.reading() as tx:
            return [_stuck(row._mapping) for row in tx.execute(query)]

    def retry(self, work: str) -> None:
        """Try given up work again at once. Raises NotFound when nothing of this name is stuck."""
        now = self._clock()
        with self._database.transaction() as tx:
            row = tx.execute(sa.select(stuck_work.c.case_id).where(stuck_work.c.work == work)).first()
            if row is None:
                raise NotFound(
                    code="work.unknown", message_zh="没有这项受阻的工作", message_en="no such work is stuck"
                )
            _release(tx, work, row[0], now)
            tx.execute(stuck_work.delete().where(stuck_work.c.work == work))


def _release(tx: Transaction, work: str, case_id: UUID, now: int) -> None:
    kind, _, rest = work.partition("/")
    if kind == "timers":
        tx.execute(timers.update().where(timers.c.case_id == case_id).values(sweep_at=timers.c.due_at))
    elif kind == "outbox":
        _, seq, number = rest.split("/")
        tx.execute(
            outbox.update()
            .where(outbox.c.case_id == case_id, outbox.c.seq == int(seq), outbox.c.n == int(number))
            .values(due_at=now, attempts=0)
        )


def _words(error: Exception) -> tuple[str, str]:
    if isinstance(error, BihuanError):
        return error.message_zh, error.message_en
    text = f"{type(error).__name__}: {error}"[:1000]
    return text, text


def _stuck(row: Any) -> StuckWork:
    return StuckWork(
        work=row["work"],
        kind=row["kind"],
        case_id=None if row["case_id"] == NO_CASE else row["case_id"],
        attempts=row["attempts"],
        message_zh=row["message_zh"],
        message_en=row["message_en"],
        first_at=row["first_at"],
        last_at=row["last_at"],
        retry_at=None if row["retry_at"] == NEVER else row["retry_at"],
    )
