"""Leadership among processes of which only one may act at a time: a row that must be renewed before it ends."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from engine.cases.clock import Clock
from engine.store import Database, Statement
from engine.store.tables import leases

_READ: Final = Statement(
    sa.select(leases.c.owner, leases.c.fence, leases.c.expires_at)
    .where(leases.c.name == sa.bindparam("name"))
    .with_for_update()
)


class Leases:
    """Takes, renews and gives up leases."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def take(self, name: str, owner: str, span: int) -> int | None:
        """Take or renew a lease for `span` microseconds.

        Returns its fencing number, which grows with every change of owner, or None while somebody else has it.
        Raises sqlalchemy.exc.IntegrityError when two take a new lease at the same moment.
        """
        now = self._clock()
        with self._database.transaction() as tx:
            row = tx.row(_READ, {"name": name})
            values = {"owner": owner, "expires_at": now + span}
            if row is None:
                tx.execute(leases.insert().values(name=name, fence=1, **values))
                return 1
            # A clock that jumped back must not keep a lease for longer than it can have been taken for.
            if row[0] != owner and now < row[2] <= now + 2 * span:
                return None
            fence: int = row[1] + (row[0] != owner)
            tx.execute(leases.update().where(leases.c.name == name).values(fence=fence, **values))
            return fence

    def give_up(self, name: str, owner: str) -> None:
        """Let others take a lease at once, if it is still this owner's."""
        with self._database.transaction() as tx:
            tx.execute(
                leases.update().where(leases.c.name == name, leases.c.owner == owner).values(expires_at=0)
            )

    def holder(self, name: str) -> str | None:
        """Who has a lease now, None for nobody."""
        query = sa.select(leases.c.owner).where(leases.c.name == name, leases.c.expires_at > self._clock())
        with self._database.reading() as tx:
            return tx.execute(query).scalar()
