"""Erasing what a case holds of people: their keys are destroyed, and the log and its proofs stay (PIPL 47)."""

from __future__ import annotations

from typing import Final
from uuid import UUID

import sqlalchemy as sa

from engine.errors import Conflict
from engine.store import Database, Statement
from engine.store.tables import legal_holds, vault_entries
from engine.vault import Keyring

ERASE: Final = "vault.erase"
"""The type of the job that erases its own case, done by the workers that come along."""

_PARTIES: Final = Statement(
    sa.select(vault_entries.c.party).where(vault_entries.c.case_id == sa.bindparam("case_id")).distinct()
)

_HOLDS: Final = Statement(
    sa.select(legal_holds.c.number).where(
        legal_holds.c.case_id == sa.bindparam("case_id"), legal_holds.c.lifted_at.is_(None)
    )
)


class Erasure:
    """Destroys the keys of a case: those of everybody something was sealed about, and the case's own."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    def erase(self, case_id: UUID) -> int:
        """Erase a case's confidential content, for good; how many keys went. Doing it again changes nothing.

        What is sealed in the case later is refused (`vault.erased`): it is for the end of a case. Raises Conflict
        while the case is on legal hold.
        """
        with self._database.reading() as tx:
            if tx.row(_HOLDS, {"case_id": case_id}) is not None:
                raise Conflict(
                    code="vault.held",
                    message_zh="案件依法保留，不能删除",
                    message_en="the case is on legal hold and must not be erased",
                )
            parties = {row[0] for row in tx.rows(_PARTIES, {"case_id": case_id})} | {None}
        for party in sorted(parties, key=lambda name: name or ""):
            self._keyring.destroy(case_id, party)
        return len(parties)
