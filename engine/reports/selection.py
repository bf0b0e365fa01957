"""Which facts a report is about: within what its reader may see, and what it was narrowed to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

import sqlalchemy as sa

from engine.directory.identity import after_subtree
from engine.errors import InvalidInput
from engine.inbox import Viewer
from engine.reports.days import Period
from engine.reports.indicators import Cohort
from engine.store.tables import case_episodes, case_facts, case_places

PROVENANCES: Final = ("live", "imported", "simulated")


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """What is counted. unit: of the directory, with all below it. snapshot: the moment the facts are about.

    uncounted: processes that are no cases of anybody (meetings, patrols), left out unless one of them is asked for.

    department: whose steps alone. provenance: live, imported and simulated cases, which every report tells apart.
    """

    viewer: Viewer
    snapshot: int
    period: Period | None = None
    unit: str | None = None
    department: str | None = None
    flow: str | None = None
    category: str | None = None
    provenance: tuple[str, ...] = PROVENANCES
    ranked: tuple[str, ...] | None = None
    uncounted: frozenset[str] = frozenset()

    def within(self, period: Period) -> Selection:
        """The same in another period."""
        return replace(self, period=period)

    def path(self) -> str | None:
        """The path of the unit. Raises InvalidInput for an unknown one."""
        if self.unit is None:
            return None
        path = self.viewer.path_of(self.unit)
        if path is None:
            raise InvalidInput.at("unit", message_zh="没有这个单位", message_en="there is no such unit")
        return path

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """All but the period."""
        facts = case_facts.c
        found = [self.viewer.sees(facts.case_id), facts.accepted == 1]
        path = self.path()
        if path is not None:
            found.append(
                sa.or_(
                    *(
                        _inside(column, path)
                        for column in (case_places.c.place_path, case_places.c.owner_path)
                    )
                )
            )
        if self.flow is not None:
            found.append(facts.definition_key == self.flow)
        elif self.uncounted:
            found.append(facts.definition_key.not_in(sorted(self.uncounted)))
        if self.ranked is not None:
            found.append(facts.definition_key.in_(self.ranked))
        if self.category is not None:
            found.append(category_column(self.category.count("/")) == self.category)
        if set(self.provenance) != set(PROVENANCES):
            found.append(facts.provenance.in_(self.provenance))
        return found

    def during(self, cohort: Cohort) -> list[sa.ColumnElement[bool]]:
        """That a cohort's moment lies in the period and, where that matters, before the snapshot."""
        column, found = cohort.column, []
        if self.period is not None:
            found = [column >= self.period.start, column < self.period.end]
        if cohort.past_only:
            found.append(column < self.snapshot)
        if self.department is not None and cohort.of_steps:
            found.append(case_episodes.c.unit == self.department)
        return found

    def source(self, *, steps: bool) -> sa.FromClause:
        """The tables to read."""
        joined = case_facts.outerjoin(case_places, case_places.c.case_id == case_facts.c.case_id)
        return (
            joined.join(case_episodes, case_episodes.c.case_id == case_facts.c.case_id) if steps else joined
        )


def category_column(depth: int) -> sa.ColumnElement[Any]:
    """The column of a level of categories, the first being 0; beyond the last one the last."""
    facts = case_facts.c
    return (facts.category, facts.category_second, facts.category_third)[min(depth, 2)]


def _inside(column: sa.ColumnElement[Any], path: str) -> sa.ColumnElement[bool]:
    return sa.and_(column >= path, column < after_subtree(path))


def provenances(given: Iterable[str]) -> tuple[str, ...]:
    """Those of `PROVENANCES` that are given; all for none."""
    chosen = set(given)
    return tuple(each for each in PROVENANCES if each in chosen) or PROVENANCES
