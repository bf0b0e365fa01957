"""Who looks, and what they may see at that moment."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import sqlalchemy as sa

from engine.directory import Confidentiality, Index
from engine.directory.scope import WIDE, Scope, scope_of, stands_in_for_all

ANYBODY: Final = "*"
"""Whom no person of a directory is called: the operator of a database, who sees what is in it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Viewer:
    """Somebody who reads lists, as the directory knows them at `at` (microseconds since 1970 UTC).

    groups: the candidate groups whose tasks they may take, as a stand-in too, each with how confidential a case may
    be. scope: None for who is not on the staff, and sees nothing.
    """

    person: str
    at: int
    groups: Mapping[str, Confidentiality]
    scope: Scope | None
    index: Index = field(repr=False, compare=False)

    def sees(self, case_id: sa.ColumnElement[Any], rank: int = 0) -> sa.ColumnElement[bool]:
        """The condition on a query's case ids.

        rank: how confidential the cases asked for are at least; what the viewer is not cleared for is not even
        looked through then.
        """
        return sees(self.scope, case_id, rank)

    def owns(self, case_id: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
        """The condition for cases in their own subtree, where small counts are not suppressed."""
        return owns(self.scope, case_id)

    @property
    def seen(self) -> Hashable:
        """What they may see, for comparison: two with the same are asked with the same queries."""
        scope = self.scope
        if scope is None:
            return None
        parts = (scope.subtrees, scope.units, scope.groups)
        return (scope.person, *(tuple(sorted(part.items())) for part in parts), scope.wide)

    def path_of(self, unit: str) -> str | None:
        """The path of a unit at that moment; None for an unknown one."""
        row = self.index.unit(unit, self.at)
        return None if row is None else row.path

    def covers(self, path: str) -> bool:
        """Whether all of a subtree is theirs, or they are the operator of the database."""
        if self.scope is None:
            return False
        return self.person == ANYBODY or any(path.startswith(each) for each in self.scope.subtrees)

    def is_wide(self, unit: str) -> bool:
        """Whether a unit's subtree holds so much that its cases are looked up one by one."""
        path = self.path_of(unit)
        return path is not None and self.index.share(path) >= WIDE


def viewer_of(index: Index, person: str, at: int, *, absent: str | None = None) -> Viewer:
    """Who looks: once for each request. at: the moment, in microseconds since 1970 UTC.

    absent: for whom they look; who stands in for that person in everything is shown that person's boxes.
    """
    scope = scope_of(index, person, at, absent=absent)
    groups = {} if scope is None else dict(scope.groups)
    if absent is not None and stands_in_for_all(index, person, absent, at):
        person = absent
    return Viewer(person=person, at=at, groups=groups, scope=scope, index=index)


def sees(scope: Scope | None, case_id: sa.ColumnElement[Any], rank: int = 0) -> sa.ColumnElement[bool]:
    """The condition on a query's case ids that somebody with this scope may see them. rank: see `Viewer.sees`."""
    if scope is None:
        return sa.false()
    cleared = {path: level for path, level in scope.subtrees.items() if level.rank >= rank}
    return replace(scope, subtrees=cleared).visible(case_id)


def owns(scope: Scope | None, case_id: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """The condition for cases in the subtrees of this scope."""
    return sa.false() if scope is None else scope.own(case_id)
