"""`Tail`: following what changes in inboxes, for a process that tells browsers about it.

Commands append a row for each change of tasks. A row is written before its transaction commits, so a reader that only
asked for what is newer than the last row would miss one that committed late: it looks back `OVERLAP` and leaves out
what it has seen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from engine import canonical
from engine.inbox.viewer import Viewer
from engine.store import Database
from engine.store.tables import inbox_changes

OVERLAP: Final = 30 * 1_000_000
"""How long a transaction may take to commit and still be noticed, in microseconds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """Tasks of a case changed with its event `seq`. everybody: too many are concerned to name them."""

    case_id: UUID
    seq: int
    recorded_at: int
    people: frozenset[str]
    groups: frozenset[str]
    everybody: bool

    def concerns(self, viewer: Viewer) -> bool:
        """Whether a viewer's inbox may look different now."""
        return self.everybody or viewer.person in self.people or not self.groups.isdisjoint(viewer.groups)


class Tail:
    """Reads changes as they come. One for each process; not for several threads.

    clock: the present in microseconds since 1970 UTC.
    """

    def __init__(self, database: Database, clock: Callable[[], int]) -> None:
        self._database = database
        self._clock = clock
        self._begun = clock()
        self._seen: dict[tuple[UUID, int], int] = {}
        for change in self._after(self._begun - OVERLAP):
            self._seen[change.case_id, change.seq] = change.recorded_at

    def read(self) -> list[Change]:
        """The changes since the last time, oldest first."""
        horizon = self._clock() - OVERLAP
        fresh = [change for change in self._after(horizon) if (change.case_id, change.seq) not in self._seen]
        for change in fresh:
            self._seen[change.case_id, change.seq] = change.recorded_at
        self._seen = {key: at for key, at in self._seen.items() if at > horizon}
        return fresh

    def prune(self, before: int) -> int:
        """As `prune`, of the database it reads."""
        return prune(self._database, before)

    def _after(self, moment: int) -> list[Change]:
        table = inbox_changes.c
        query = (
            sa.select(table.case_id, table.seq, table.recorded_at, table.audience)
            .where(table.recorded_at > moment)
            .order_by(table.recorded_at, table.case_id, table.seq)
        )
        with self._database.reading() as tx:
            return [_change(*row) for row in tx.execute(query)]


def prune(database: Database, before: int) -> int:
    """Drop changes recorded before a moment (microseconds); how many. Nobody follows what is older than `OVERLAP`."""
    with database.transaction() as tx:
        gone = tx.execute(inbox_changes.delete().where(inbox_changes.c.recorded_at < before))
        return gone.rowcount


def _change(case_id: UUID, seq: int, recorded_at: int, audience: bytes) -> Change:
    found = canonical.loads(bytes(audience))
    return Change(
        case_id=case_id,
        seq=seq,
        recorded_at=recorded_at,
        people=frozenset(found.get("people", ())),
        groups=frozenset(found.get("groups", ())),
        everybody=bool(found.get("all")),
    )
