"""Who looks at a case: with which roles, in which units, for which request."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from engine.directory import Index
from engine.directory.scope import Scope, scope_of
from engine.errors import NotFound
from engine.store import Reading
from engine.store.tables import cases


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """Somebody who reads, built once a request.

    at: the moment, microseconds. roles: codes of their roles, those of people they stand in for included. units:
    where they have them, with paths. groups: whose tasks they may take. scope: None without a directory, when
    everybody sees every case. known: whether the directory knows them. request: id of the request, for the access
    log.
    """

    person: str
    at: int
    roles: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()
    paths: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    index: Index | None = field(default=None, repr=False)
    scope: Scope | None = field(default=None, repr=False)
    request: str = ""

    @property
    def acting(self) -> frozenset[str]:
        """Those of the roles that handle cases."""
        return frozenset() if self.index is None else self.roles & self.index.vocabulary.acting

    def sees(self, case_id: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
        """The condition on a query's case ids: those of cases the person may see (DOMAIN §2)."""
        if self.index is None:
            return sa.true()
        return sa.false() if self.scope is None else self.scope.visible(case_id)

    def check(self, tx: Reading, case_id: UUID) -> None:
        """Raise NotFound unless the person may see the case: that it exists is no more told than anything else."""
        query = sa.select(cases.c.case_id).where(cases.c.case_id == case_id, self.sees(cases.c.case_id))
        if tx.execute(query).first() is None:
            raise unknown_case(case_id)


def reader_of(
    index: Index | None, person: str, at: int, *, request: str = "", absent: str | None = None
) -> Reader:
    """The reader a person is at a moment.

    index: the directory; None or an empty one where there is none. absent: for whom they act.
    """
    if index is None or not index.register.units:
        return Reader(person=person, at=at, request=request)
    posts = index.posts(person, at)
    units = frozenset(post.membership.unit for post in posts)
    found = [index.unit(unit, at) for unit in sorted(units)]
    return Reader(
        person=person,
        at=at,
        roles=frozenset(post.membership.role for post in posts),
        units=units,
        paths=frozenset(unit.path for unit in found if unit is not None),
        groups=frozenset(index.groups_of(person, at)),
        index=index,
        scope=scope_of(index, person, at, absent=absent),
        request=request,
    )


def unknown_case(case_id: UUID) -> NotFound:
    """There is no such case, or not for whoever asks."""
    return NotFound(
        code="case.unknown",
        message_zh=f"案件{case_id}不存在",
        message_en=f"there is no case {case_id}",
        place={"case": str(case_id)},
    )
