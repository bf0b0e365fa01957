"""What a report is written with: the reader's words, names of units, and the facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from engine.categories import Categories
from engine.directory.counts import SMALLEST, shown
from engine.i18n import Catalogue, Language
from engine.inbox import Viewer
from engine.reports.counting import Counted
from engine.reports.days import Period
from engine.reports.report import Cell, Column, Kind, Report, Statement, Table
from engine.reports.rules import Rules
from engine.reports.selection import Selection
from engine.store import Reading
from engine.store.tables import case_facts

TIME = "effective"
"""Reports go by the case clock, as timers do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Writing:
    """One report being written. period: the one asked for."""

    tx: Reading
    say: Catalogue
    selection: Selection
    period: Period
    rules: Rules
    version: str
    zone: ZoneInfo
    categories: Categories

    @property
    def viewer(self) -> Viewer:
        """Who reads it."""
        return self.selection.viewer

    def report(self, name: str, tables: Sequence[Table], notes: Iterable[str] = ()) -> Report:
        """The whole, with what it says of itself."""
        return Report(
            name=name,
            title=self.say(f"report.{name}"),
            statement=self.statement(),
            tables=tables,
            notes=[self.say(f"report_note.{note}") for note in ("effective", "accepted", *notes)],
        )

    def table(
        self, name: str, columns: Mapping[str, Kind], rows: Sequence[Mapping[str, Cell]], note: str = ""
    ) -> Table:
        """A table with its titles. note: a key of `report_note`."""
        return Table(
            name=name,
            title=self.say(f"report_table.{name}"),
            columns=[
                Column(name=each, title=self.title(each, kind), kind=kind) for each, kind in columns.items()
            ],
            rows=rows,
            note=self.say(f"report_note.{note}") if note else "",
        )

    def title(self, column: str, kind: Kind = Kind.TEXT) -> str:
        """The title of a column; rates bear the names of their indicators."""
        own, indicator = f"report_column.{column}", f"indicator.{column}"
        named = self.say.knows(own) and not (kind is Kind.RATE and self.say.knows(indicator))
        return self.say(own if named else indicator)

    def statement(self) -> Statement:
        """What the report says of itself."""
        chosen = self.selection
        filters = {
            name: value
            for name, value in (
                ("flow", chosen.flow),
                ("category", chosen.category),
                ("department", chosen.department),
            )
            if value
        }
        return Statement(
            period=self.period.name,
            first=self.period.first.isoformat(),
            last=self.period.last.isoformat(),
            snapshot=chosen.snapshot,
            rules=self.version,
            time=TIME,
            unit=chosen.unit or "",
            unit_name=self.unit_name(chosen.unit) if chosen.unit else "",
            provenances=self.provenances(),
            suppressed_below=SMALLEST,
            filters=filters,
        )

    def provenances(self) -> dict[str, int | None]:
        """How many cases received in the period are live, imported, simulated."""
        facts = case_facts.c
        own = sa.case((self.viewer.owns(facts.case_id), 1), else_=0)
        query = (
            sa.select(facts.provenance, sa.func.count(), sa.func.sum(own))
            .select_from(self.selection.source(steps=False))
            .where(
                *self.selection.conditions(),
                facts.received_at >= self.period.start,
                facts.received_at < self.period.end,
            )
            .group_by(facts.provenance)
        )
        return {
            row[0]: shown(int(row[1]), own=int(row[2] or 0) == int(row[1])) for row in self.tx.execute(query)
        }

    def unit_name(self, unit: str) -> str:
        """A unit as people call it; a kind of department by its name, what the directory does not know as it is."""
        row = self.viewer.index.unit(unit, self.viewer.at)
        if row is not None:
            return row.name
        bare = unit.partition(":")[2] if unit.startswith(("department:", "village:")) else unit
        kind = self.viewer.index.vocabulary.departments.find(bare)
        return bare if kind is None else kind.names[0 if self.say.language is Language.ZH else -1]

    def word(self, section: str, value: str) -> str:
        """A value in the reader's words, or as it is."""
        key = f"{section}.{value}"
        return self.say(key) if value and self.say.knows(key) else value

    def category(self, code: str) -> str:
        """A category as the operator's table calls it, else in the reader's words, or as it is."""
        row = self.categories.by_code.get(code)
        if row is None:
            return self.word("category", code)
        return row.zh if self.say.language is Language.ZH else row.en

    def rows(self, counted: Counted, names: Sequence[str], title: Any) -> list[dict[str, Cell]]:
        """One row for each group. title: gives what is printed for a group's key."""
        return [
            {"key": key, "title": title(key), **{name: rates.get(name) for name in names}}
            for key, rates in counted.rates.items()
        ]
