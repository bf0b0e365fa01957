"""全县总览, and indicators told apart by whatever is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from engine.directory.counts import shown_counts
from engine.reports.counting import Grouping, count
from engine.reports.days import parts
from engine.reports.indicators import INDICATORS, THREE
from engine.reports.rate import NONE
from engine.reports.report import Cell, Kind, Report, Table
from engine.reports.writing import Writing
from engine.store.tables import case_facts, case_places

GRADES: Final = ("red", "orange", "yellow", "unassessed")
SHOWN: Final = ("accepted", "settled", "closed", "on_time", "overdue", *THREE[1:], "solved")


def indicators(writing: Writing, by: Grouping) -> Report:
    """All indicators with formula and cohort; and, where asked, told apart."""
    counted = count(writing.tx, writing.selection, writing.rules)
    rows: list[Mapping[str, Cell]] = []
    for name, indicator in INDICATORS.items():
        rate = counted.totals.get(name) if counted.rates else counted.rate(name)
        rows.append(
            {
                "key": name,
                "title": writing.say(f"indicator.{name}"),
                "part": None if rate is None else rate.part,
                "whole": None if rate is None else rate.whole,
                "rate": rate,
                "formula": writing.say(f"indicator_formula.{name}"),
                "cohort": writing.say(f"cohort.{indicator.cohort}"),
                "left_out": writing.say(f"indicator_left_out.{name}"),
            }
        )
    columns = {
        "title": Kind.TEXT, "part": Kind.COUNT, "whole": Kind.COUNT, "rate": Kind.RATE, "formula": Kind.TEXT,
        "cohort": Kind.TEXT, "left_out": Kind.TEXT,
    }  # fmt: skip
    tables = [writing.table("indicators", columns, rows)]
    if by is not Grouping.NONE:
        tables.append(grouped(writing, by, tuple(INDICATORS)))
    return writing.report("indicators", tables)


def grouped(writing: Writing, by: Grouping, names: tuple[str, ...], step: str = "month") -> Table:
    """Indicators told apart."""
    if by is Grouping.PERIOD:
        return trend(writing, names, step)
    counted = count(writing.tx, writing.selection, writing.rules, names, by)

    def title(key: str) -> str:
        if by in (Grouping.UNIT, Grouping.GRID, Grouping.DEPARTMENT):
            return writing.unit_name(key) if key else writing.say("report.elsewhere")
        if by is Grouping.GRADE:
            return writing.say(f"grade.{GRADES[int(key)]}")
        if by is Grouping.CATEGORY:
            return writing.category(key) or writing.say("report.no_category")
        if by is Grouping.FLOW:
            return writing.word("flow", key)
        return key or NONE

    rows = sorted(writing.rows(counted, names, title), key=lambda row: str(row["key"]))
    return writing.table(f"by_{by}", {"title": Kind.TEXT, **dict.fromkeys(names, Kind.RATE)}, rows)


def trend(writing: Writing, names: tuple[str, ...], step: str) -> Table:
    """Indicators week by week or month by month, in whole ones that touch the period."""
    cut = parts(writing.period, step, writing.zone)
    whole = writing.selection.within(
        type(writing.period)(
            name="", start=cut[0].start, end=cut[-1].end, first=cut[0].first, after=cut[-1].after
        )
    )
    counted = count(writing.tx, whole, writing.rules, names, Grouping.PERIOD, cut)
    rows: list[Mapping[str, Cell]] = [
        {"key": each.name, "title": each.name, **{name: counted.rate(name, each.name) for name in names}}
        for each in cut
    ]
    return writing.table("trend", {"title": Kind.TEXT, **dict.fromkeys(names, Kind.RATE)}, rows)


def overview(writing: Writing, step: str) -> Report:
    """What is open, the rates and their course, units, categories and grids."""
    names = (*SHOWN, "resolved", "responded", "signed_in_time", "arrived_in_time", "reopened", "red_in_time")
    counted = count(writing.tx, writing.selection, writing.rules, names)
    rates: list[Mapping[str, Cell]] = [
        {"key": name, "title": writing.say(f"indicator.{name}"), "rate": counted.rate(name)} for name in names
    ]
    tables = [
        _open_by_grade(writing),
        writing.table("rates", {"title": Kind.TEXT, "rate": Kind.RATE}, rates),
        trend(writing, ("accepted", *THREE), step),
        grouped(writing, Grouping.UNIT, SHOWN),
        grouped(writing, Grouping.CATEGORY, SHOWN),
        grouped(writing, Grouping.FLOW, SHOWN),
        _grids(writing),
    ]
    return writing.report("overview", tables, ("open",))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Open:
    """Open cases of a group. own: those in the reader's own subtree."""

    total: int
    overdue: int
    own: int


def _open_by_grade(writing: Writing) -> Table:
    found = _open(writing, case_facts.c.grade)
    own = {key for key, each in found.items() if each.own == each.total}
    totals = shown_counts({key: each.total for key, each in found.items()}, own=own)
    late = shown_counts({key: each.overdue for key, each in found.items()}, own=own)
    rows: list[Mapping[str, Cell]] = [
        {
            "key": name,
            "title": writing.say(f"grade.{name}"),
            "open": totals.cells.get(rank, 0),
            "overdue_open": late.cells.get(rank, 0),
        }
        for rank, name in enumerate(GRADES)
    ]
    rows.append(
        {
            "key": "total",
            "title": writing.say("report.total"),
            "open": totals.total,
            "overdue_open": late.total,
        }
    )
    return writing.table(
        "open_by_grade", {"title": Kind.TEXT, "open": Kind.COUNT, "overdue_open": Kind.COUNT}, rows
    )


def _grids(writing: Writing) -> Table:
    """How much comes in and is open, by the place it is about."""
    received = count(writing.tx, writing.selection, writing.rules, ("accepted",), Grouping.GRID).rates
    found = {
        str(path).rstrip("/").rpartition("/")[2]: each
        for path, each in _open(writing, sa.func.coalesce(case_places.c.place_path, "")).items()
    }
    own = {key for key, each in found.items() if each.own == each.total}
    totals = shown_counts({key: each.total for key, each in found.items()}, own=own).cells
    late = shown_counts({key: each.overdue for key, each in found.items()}, own=own).cells
    rows: list[Mapping[str, Cell]] = []
    for key in sorted(received.keys() | found.keys()):
        rate = received.get(key, {}).get("accepted")
        rows.append(
            {
                "key": key,
                "title": writing.unit_name(key) if key else writing.say("report.elsewhere"),
                "accepted": rate.whole if rate is not None else (0 if key not in received else None),
                "open": totals.get(key, 0),
                "overdue_open": late.get(key, 0),
            }
        )
    columns = {"title": Kind.TEXT, "accepted": Kind.COUNT, "open": Kind.COUNT, "overdue_open": Kind.COUNT}
    return writing.table("grids", columns, rows)


def _open(writing: Writing, group: sa.ColumnElement[object]) -> dict[object, _Open]:
    """What is neither settled nor ended at the snapshot, whenever it came."""
    facts = case_facts.c
    late = sa.case((facts.due_at < writing.selection.snapshot, 1), else_=0)
    own = sa.case((writing.viewer.owns(facts.case_id), 1), else_=0)
    query = (
        sa.select(group.label("key"), sa.func.count(), sa.func.sum(late), sa.func.sum(own))
        .select_from(writing.selection.source(steps=False))
        .where(*writing.selection.conditions(), facts.settled_at.is_(None), facts.ended_at.is_(None))
        .group_by(sa.text("key") if writing.tx.dialect == "sqlite" else group)
    )
    return {
        row[0]: _Open(total=int(row[1]), overdue=int(row[2] or 0), own=int(row[3] or 0))
        for row in writing.tx.execute(query)
    }
