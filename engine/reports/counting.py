"""Counting indicators over a selection, as a whole or in groups, with small numbers of others suppressed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from engine.directory.counts import SMALLEST, shown_counts
from engine.inbox.paging import Page, read_cursor, write_cursor
from engine.reports.days import Period
from engine.reports.indicators import INDICATORS, Cohort, Indicator
from engine.reports.rate import ZERO, Rate
from engine.reports.rules import Rules
from engine.reports.selection import Selection, category_column
from engine.store import Reading
from engine.store.tables import case_episodes, case_facts, case_places

ALL: Final = ""
"""The key of the whole."""


class Grouping(StrEnum):
    """What numbers are told apart by."""

    NONE = "none"
    UNIT = "unit"
    DEPARTMENT = "department"
    CATEGORY = "category"
    FLOW = "flow"
    GRADE = "grade"
    LEVEL = "level"
    GRID = "grid"
    PERIOD = "period"


@dataclass(kw_only=True, slots=True)
class Tally:
    """A rate with how much of it lies in the reader's own subtree."""

    rate: Rate = ZERO
    own: int = 0

    def add(self, part: int, whole: int, own: int) -> None:
        """Count in some more."""
        self.rate += Rate(part, whole)
        self.own += own


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """What came of counting: rates by group and name; None where a number may not be shown."""

    rates: Mapping[str, Mapping[str, Rate | None]]
    names: Sequence[str]
    totals: Mapping[str, Rate | None] = field(default_factory=dict)

    def rate(self, name: str, group: str = ALL) -> Rate | None:
        """One of them; nothing of nothing where there was nothing to count."""
        return self.rates.get(group, {}).get(name, ZERO)


def count(
    tx: Reading,
    selection: Selection,
    rules: Rules,
    names: Iterable[str] | None = None,
    by: Grouping = Grouping.NONE,
    parts: Sequence[Period] = (),
) -> Counted:
    """Count indicators by name, all by default. parts: the periods of `Grouping.PERIOD`, in order, without gaps."""
    chosen = [INDICATORS[name] for name in (INDICATORS if names is None else names)]
    tallies: dict[str, dict[str, Tally]] = defaultdict(lambda: defaultdict(Tally))
    for cohort in dict.fromkeys(each.cohort for each in chosen):
        if by in (Grouping.DEPARTMENT, Grouping.LEVEL) and not cohort.of_steps:
            continue
        some = [each for each in chosen if each.cohort is cohort]
        _count(tx, selection, rules, cohort, some, by, parts, tallies)
    return _shown(tallies, [each.name for each in chosen])


def behind(
    tx: Reading,
    selection: Selection,
    rules: Rules,
    name: str,
    *,
    rest: bool = False,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[UUID]:
    """The cases behind a number, in order of their ids. rest: those of the whole that are not in the part."""
    indicator = INDICATORS[name]
    kind = f"reports:{name}:{rest}"
    key = read_cursor(cursor, kind, [UUID])
    part = indicator.part(rules)
    query = (
        sa.select(case_facts.c.case_id)
        .select_from(selection.source(steps=indicator.cohort.of_steps))
        .where(
            *selection.conditions(),
            *selection.during(indicator.cohort),
            indicator.whole(rules),
            sa.func.coalesce(part, sa.false()).is_(sa.false()) if rest else part,
        )
        .distinct()
        .order_by(case_facts.c.case_id)
        .limit(limit + 1)
    )
    if key is not None:
        query = query.where(case_facts.c.case_id > key[0])
    found = [row[0] for row in tx.execute(query)]
    more = write_cursor(kind, [found[limit - 1]]) if len(found) > limit else None
    return Page(rows=tuple(found[:limit]), next=more)


def _count(
    tx: Reading,
    selection: Selection,
    rules: Rules,
    cohort: Cohort,
    indicators: Sequence[Indicator],
    by: Grouping,
    parts: Sequence[Period],
    tallies: Mapping[str, Mapping[str, Tally]],
) -> None:
    group = _group(by, cohort, parts, selection.category)
    own = selection.viewer.owns(case_facts.c.case_id)
    columns: list[sa.ColumnElement[Any]] = [group.label("key")]
    for each in indicators:
        whole = each.whole(rules)
        columns += [
            sa.func.sum(sa.case((sa.and_(whole, each.part(rules)), 1), else_=0)),
            sa.func.sum(sa.case((whole, 1), else_=0)),
            sa.func.sum(sa.case((sa.and_(whole, own), 1), else_=0)),
        ]
    query = (
        sa.select(*columns)
        .select_from(selection.source(steps=cohort.of_steps))
        .where(*selection.conditions(), *selection.during(cohort))
    )
    if cohort.of_steps:
        query = query.where(sa.or_(*(each.whole(rules) for each in indicators)))
    if by is not Grouping.NONE:
        query = query.group_by(sa.text("key") if tx.dialect == "sqlite" else group)
    base = _base(selection) if by is Grouping.UNIT else ""
    for key, *numbers in tx.execute(query):
        name = _key(by, key, base, parts)
        for place, each in enumerate(indicators):
            counted, all_of_it, mine = (int(number or 0) for number in numbers[3 * place : 3 * place + 3])
            tallies[name][each.name].add(counted, all_of_it, mine)


def _group(
    by: Grouping, cohort: Cohort, parts: Sequence[Period], category: str | None
) -> sa.ColumnElement[Any]:
    if by in (Grouping.UNIT, Grouping.GRID):
        return sa.func.coalesce(case_places.c.place_path, "")
    if by is Grouping.PERIOD:
        column = cohort.column
        return sa.case(*((column < each.end, number) for number, each in enumerate(parts)), else_=len(parts))
    # Of one category: by those right below it.
    categories = category_column(0 if category is None else category.count("/") + 1)
    columns: dict[Grouping, sa.ColumnElement[Any]] = {
        Grouping.NONE: sa.literal(ALL),
        Grouping.DEPARTMENT: case_episodes.c.unit,
        Grouping.LEVEL: case_episodes.c.level,
        Grouping.CATEGORY: sa.func.coalesce(categories, ""),
        Grouping.FLOW: case_facts.c.definition_key,
        Grouping.GRADE: case_facts.c.grade,
    }
    return columns[by]


def _key(by: Grouping, key: Any, base: str, parts: Sequence[Period]) -> str:
    if by is Grouping.PERIOD:
        return parts[int(key)].name
    if by is Grouping.GRID:
        return str(key).rstrip("/").rpartition("/")[2]
    if by is not Grouping.UNIT:
        return str(key)
    path = str(key)
    if not path.startswith(base):
        return ""
    below = path[len(base) :].partition("/")[0]
    return below or base.rstrip("/").rpartition("/")[2]


def _base(selection: Selection) -> str:
    """The path whose children are compared: of the unit asked for, else of what all the reader's subtrees share."""
    path = selection.path()
    if path is not None:
        return path
    scope = selection.viewer.scope
    paths = sorted(scope.subtrees) if scope is not None else []
    index = selection.viewer.index
    if not paths:
        # An operator: from the root down.
        roots = [rows[-1].path for rows in index.register.units.values() if rows[-1].parent is None]
        return min(roots, default="") if len(roots) == 1 else ""
    first, last = paths[0], paths[-1]
    shared = ""
    for a, b in zip(first.split("/")[:-1], last.split("/")[:-1], strict=False):
        if a != b:
            break
        shared += a + "/"
    return shared


def _shown(tallies: Mapping[str, Mapping[str, Tally]], names: Sequence[str]) -> Counted:
    rates: dict[str, dict[str, Rate | None]] = {key: {} for key in tallies}
    totals: dict[str, Rate | None] = {}
    for name in names:
        column = {key: row[name] for key, row in tallies.items() if name in row}
        own = {key for key, tally in column.items() if tally.own == tally.rate.whole}
        hidden = _hidden(column, own)
        for key, tally in column.items():
            rates[key][name] = None if key in hidden else tally.rate
        whole = shown_counts({key: tally.rate.whole for key, tally in column.items()}, own=own).total
        total = sum((tally.rate for tally in column.values()), ZERO)
        totals[name] = total if whole is not None or not hidden else None
    return Counted(rates=rates, names=names, totals=totals)


def _hidden(column: Mapping[str, Tally], own: set[str]) -> set[str]:
    """The groups whose rate would tell a small number of others: in its whole, its part, or the rest."""
    wholes = shown_counts({key: tally.rate.whole for key, tally in column.items()}, own=own).cells
    return {
        key
        for key, tally in column.items()
        if key not in own
        and tally.rate.whole
        and (
            wholes[key] is None
            or tally.rate.part < SMALLEST
            or 0 < tally.rate.whole - tally.rate.part < SMALLEST
        )
    }
