"""Destroying the keys of a case (PIPL 47): the one way, whether its flow asks for it or its time is over.

In one transaction that holds the case: a legal hold refuses, the keys go, and a line says when, by whom and on what
ground. The line stays when the case itself goes. The log and its proofs are not touched here: a case whose flow asked
keeps them, one that is destroyed has got its tombstone before (`engine.history.destruction`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from engine.errors import Conflict, NotFound
from engine.store import Database, Statement, Transaction, insert
from engine.store.tables import cases, erasures, legal_holds
from engine.vault import Keyring

ERASE: Final = "vault.erase"
"""The type of the job that erases its own case, done by the workers that come along."""

_CASE: Final = Statement(
    sa.select(cases.c.case_id).where(cases.c.case_id == sa.bindparam("case_id")).with_for_update()
)
_HOLD: Final = Statement(
    sa.select(legal_holds.c.number).where(
        legal_holds.c.case_id == sa.bindparam("case_id"), legal_holds.c.lifted_at.is_(None)
    )
)
_LINE: Final = Statement(sa.select(erasures.c.erased_at).where(erasures.c.case_id == sa.bindparam("case_id")))
_ADD: Final = insert(erasures)


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """When the keys of a case went (microseconds since 1970 UTC), by whom, on what ground."""

    case_id: UUID
    erased_at: int
    actor: str
    ground: str


class Erasure:
    """Destroys every key of a case, and says which cases were erased."""

    def __init__(self, database: Database, keyring: Keyring, clock: Callable[[], int]) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock

    def erase(self, case_id: UUID, *, actor: str, ground: str) -> None:
        """Erase a case's confidential content, for good. Doing it again changes nothing, not even the line.

        What is sealed in the case later is refused (`vault.erased`): it is for the end of a case. Raises NotFound, and
        Conflict while the case is on legal hold.
        """
        with self._database.transaction() as tx:
            self.erase_within(tx, case_id, actor=actor, ground=ground)

    def erase_within(self, tx: Transaction, case_id: UUID, *, actor: str, ground: str) -> None:
        """As `erase`, in a transaction of the caller's. What fails after it is to be done again: the keys are gone."""
        given = {"case_id": case_id}
        # Whoever places a hold takes the same lock: it comes before the keys go, or finds them gone.
        if tx.row(_CASE, given) is None:
            raise NotFound(code="case.unknown", message_zh="案件不存在", message_en="there is no such case")
        if tx.row(_HOLD, given) is not None:
            raise Conflict(
                code="vault.held",
                message_zh="案件依法保留，不能删除",
                message_en="the case is on legal hold and must not be erased",
            )
        self._keyring.destroy_case(case_id)
        if tx.row(_LINE, given) is None:
            tx.write(_ADD, {**given, "erased_at": self._clock(), "actor": actor, "ground": ground})

    def of(self, case_id: UUID) -> Line | None:
        """What is known of the erasure of a case, also of one that is no more; None when it was not erased."""
        with self._database.reading() as tx:
            row = tx.execute(sa.select(erasures).where(erasures.c.case_id == case_id)).first()
        if row is None:
            return None
        return Line(case_id=row.case_id, erased_at=row.erased_at, actor=row.actor, ground=row.ground)
