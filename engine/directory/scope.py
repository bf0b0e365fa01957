"""Who may see which cases, as one condition for every query (DOMAIN §2).

Scope = (own subtree ∪ assigned to me ∪ addressed to my unit) ∩ confidentiality:

- *own subtree*: cases whose place or owner unit lies in the subtree that a role of mine sees, up to that role's
  clearance. A case without a row in `case_places` is in nobody's subtree.
- *assigned to me*: I hold or held one of its tasks, own it, submitted it, may take a task by name, or get a
  copy; whatever its confidentiality, for I work on it.
- *addressed to my unit*: it was sent to a unit in which I have a role that acts on cases, or has an open task for
  one of my groups; up to that role's clearance for such cases.

Whoever stands in for somebody sees what they see by their roles, as long as it lasts. Who is not on the staff
sees nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from engine.directory.identity import after_subtree, group_name
from engine.directory.index import Index, Post
from engine.directory.records import Unit
from engine.directory.vocabulary import ANY, Confidentiality, Role, Sees
from engine.store.tables import (
    case_parties_units,
    case_people,
    case_places,
    cases,
    task_candidates,
    tasks,
)

Clearances = Mapping[str, Confidentiality]

WIDE: Final = 0.05
"""From which share of all units on a subtree's cases are looked up one by one as a query comes by them, instead of
being gathered first: gathering costs as much as there are cases in it, looking up as many look-ups for each case found
as the subtree is a part of all. Both give the same."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """What somebody sees at a moment. subtrees: paths, units and groups, each with the clearance there.

    wide: those paths that hold a large share of all units. absent: whom they act for and stand in for in everything.
    """

    person: str
    subtrees: Clearances
    units: Clearances
    groups: Clearances
    wide: frozenset[str] = frozenset()
    absent: str | None = None

    def visible(self, case_id: sa.ColumnElement[Any] = cases.c.case_id) -> sa.ColumnElement[bool]:
        """The condition on a query's case ids: those of cases that the person may see."""
        widest = _widest(self.subtrees)
        narrow = [subtree for subtree in widest if subtree[0] not in self.wide]
        gathered = sa.union_all(*self._assigned(), *self._addressed(), *_gathered(narrow))
        wide = [_looked_up(case_id, *subtree) for subtree in widest if subtree[0] in self.wide]
        return sa.or_(*wide, case_id.in_(gathered))

    def own(self, case_id: sa.ColumnElement[Any] = cases.c.case_id) -> sa.ColumnElement[bool]:
        """The condition for cases in the person's own subtrees, where small counts are not suppressed."""
        if not self.subtrees:
            return sa.false()
        paths = [(path, Confidentiality.CONFIDENTIAL) for path in self.subtrees]
        return sa.or_(*(_looked_up(case_id, *subtree) for subtree in paths))

    def _assigned(self) -> list[sa.Select[Any]]:
        return [*_of_person(self.person), *(() if self.absent is None else _of_person(self.absent))]

    def _addressed(self) -> list[sa.Select[Any]]:
        found = []
        for clearance, names in _by_clearance(self.units):
            table = case_parties_units
            found.append(_cleared(table, clearance).where(table.c.unit_id.in_(names)))
        for clearance, names in _by_clearance(self.groups):
            table = task_candidates
            groups = (table.c.kind == "group", table.c.candidate.in_(names))
            found.append(_cleared(table, clearance).where(*groups))
        return found


@dataclass(frozen=True, kw_only=True, slots=True)
class Everything(Scope):
    """No scope: that of whom the database is entrusted to, and of the service itself."""

    def visible(self, case_id: sa.ColumnElement[Any] = cases.c.case_id) -> sa.ColumnElement[bool]:
        """Every case."""
        return sa.true()

    def own(self, case_id: sa.ColumnElement[Any] = cases.c.case_id) -> sa.ColumnElement[bool]:
        """Every case."""
        return sa.true()


def everything(person: str) -> Everything:
    """The scope of somebody who sees every case."""
    return Everything(person=person, subtrees={}, units={}, groups={})


def scope_of(
    index: Index, person: str, at: int, *, wide: float = WIDE, absent: str | None = None
) -> Scope | None:
    """What somebody sees at a moment; None when they are not on the staff.

    wide: see `WIDE`. absent: for whom they act; what came to that person by name they see if they stand in for them in
    everything.
    """
    if index.person(person, at) is None:
        return None
    subtrees: dict[str, Confidentiality] = {}
    units: dict[str, Confidentiality] = {}
    groups: dict[str, Confidentiality] = {}
    for post in index.posts(person, at):
        unit = index.unit(post.membership.unit, at)
        role = index.vocabulary.roles.by_code.get(post.membership.role)
        if unit is None or role is None:
            continue
        path = _subtree(index, role, unit, at)
        if path is not None:
            _raise_to(subtrees, path, role.clearance)
        if role.acts:
            _raise_to(units, unit.id, role.addressed)
            for name in _groups(post):
                _raise_to(groups, name, role.addressed)
    large = frozenset(path for path in subtrees if index.share(path) >= wide)
    instead = absent if absent is not None and stands_in_for_all(index, person, absent, at) else None
    return Scope(person=person, subtrees=subtrees, units=units, groups=groups, wide=large, absent=instead)


def stands_in_for_all(index: Index, person: str, absent: str, at: int) -> bool:
    """Whether somebody stands in for another in all their roles, and so for what came to them by name too."""
    return any(row.absent == absent and row.role == ANY for row in index.standing_in(person, at))


def visible_cases(
    index: Index, person: str, at: int, case_id: sa.ColumnElement[Any] = cases.c.case_id
) -> sa.ColumnElement[bool]:
    """The condition that every query on cases, or on rows with a case id, is read with.

    case_id: the query's column with the case id. It is a condition like any other, to be joined with `and_`.
    """
    scope = scope_of(index, person, at)
    return sa.false() if scope is None else scope.visible(case_id)


def own_cases(
    index: Index, person: str, at: int, case_id: sa.ColumnElement[Any] = cases.c.case_id
) -> sa.ColumnElement[bool]:
    """The condition for cases in somebody's own subtree (see `engine.directory.counts`)."""
    scope = scope_of(index, person, at)
    return sa.false() if scope is None else scope.own(case_id)


def _of_person(person: str) -> list[sa.Select[Any]]:
    """The case ids of what is somebody's, or came to them, by name."""
    by_name = (task_candidates.c.kind == "user", task_candidates.c.candidate == person)
    return [
        sa.select(tasks.c.case_id).where(tasks.c.assignee == person),
        sa.select(case_people.c.case_id).where(case_people.c.person_id == person),
        sa.select(task_candidates.c.case_id).where(*by_name),
    ]


def _groups(post: Post) -> tuple[str, str]:
    row = post.membership
    return group_name(row.unit, row.role), group_name(row.unit, ANY)


def _subtree(index: Index, role: Role, unit: Unit, at: int) -> str | None:
    if role.sees is Sees.NONE:
        return None
    if role.sees is Sees.UNIT:
        return unit.path
    area = index.area(unit.id, at)
    return None if area is None else area.path


def _raise_to(clearances: dict[str, Confidentiality], key: str, clearance: Confidentiality) -> None:
    known = clearances.get(key)
    if known is None or known.rank < clearance.rank:
        clearances[key] = clearance


def _widest(subtrees: Clearances) -> list[tuple[str, Confidentiality]]:
    """The subtrees that no other one covers at their clearance or a higher one."""
    return [
        (path, clearance)
        for path, clearance in sorted(subtrees.items())
        if not any(
            path != other and path.startswith(other) and clearance.rank <= higher.rank
            for other, higher in subtrees.items()
        )
    ]


def _gathered(subtrees: Iterable[tuple[str, Confidentiality]]) -> list[sa.Select[Any]]:
    """The case ids of subtrees, from the indexes of paths."""
    columns = (case_places.c.place_path, case_places.c.owner_path)
    return [
        sa.select(case_places.c.case_id).where(_inside(column, path), _allowed(case_places, clearance))
        for path, clearance in subtrees
        for column in columns
    ]


def _looked_up(
    case_id: sa.ColumnElement[Any], path: str, clearance: Confidentiality
) -> sa.ColumnElement[bool]:
    """Whether a case lies in a subtree."""
    # An alias, lest a query that reads the table itself take it for its own.
    places = case_places.alias()
    inside = sa.or_(_inside(places.c.place_path, path), _inside(places.c.owner_path, path))
    here = (places.c.case_id == case_id, inside, _allowed(places, clearance))
    # Not EXISTS: PostgreSQL would answer it by gathering the whole table first.
    return sa.select(places.c.case_id).where(*here).correlate_except(places).scalar_subquery().is_not(None)


def _inside(column: sa.ColumnElement[Any], path: str) -> sa.ColumnElement[bool]:
    return sa.and_(column >= path, column < after_subtree(path))


def _allowed(places: sa.FromClause, clearance: Confidentiality) -> sa.ColumnElement[bool]:
    if clearance is Confidentiality.CONFIDENTIAL:
        return sa.true()
    return places.c.confidentiality.in_(clearance.covers())


def _by_clearance(clearances: Clearances) -> list[tuple[Confidentiality, list[str]]]:
    levels = sorted(set(clearances.values()), key=lambda level: level.rank)
    return [(level, sorted(key for key, value in clearances.items() if value is level)) for level in levels]


def _cleared(table: sa.Table, clearance: Confidentiality) -> sa.Select[Any]:
    """The case ids of a table; below the highest clearance only of cases known to be no more confidential."""
    query = sa.select(table.c.case_id)
    if clearance is Confidentiality.CONFIDENTIAL:
        return query
    joined = query.join(case_places, case_places.c.case_id == table.c.case_id)
    return joined.where(_allowed(case_places, clearance))
