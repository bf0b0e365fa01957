"""A report: what it is about, and tables of it, fit for a screen, a spreadsheet and a page alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from engine.reports.rate import Rate

Cell = str | int | float | Rate | None
"""None is what may not be shown, or is not there."""


class Kind(StrEnum):
    """What the cells of a column are. DURATION: microseconds. DAY: a day in ISO form, or another text."""

    TEXT = "text"
    COUNT = "count"
    RATE = "rate"
    MOMENT = "moment"
    DURATION = "duration"
    NUMBER = "number"
    DAY = "day"


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A column. title: in the reader's language."""

    name: str
    title: str
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """Rows by the names of columns. note: what to know about it."""

    name: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Cell]]
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """What every report says of itself. first, last: days of the period; snapshot: the moment its facts are about.

    time: which time it goes by. provenances: cases received in the period by where they come from.
    """

    period: str
    first: str
    last: str
    snapshot: int
    rules: str
    time: str
    unit: str
    unit_name: str
    provenances: Mapping[str, int | None]
    suppressed_below: int
    filters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """The whole."""

    name: str
    title: str
    statement: Statement
    tables: Sequence[Table]
    notes: Sequence[str] = ()

    def table(self, name: str) -> Table:
        """One of its tables. Raises KeyError."""
        for each in self.tables:
            if each.name == name:
                return each
        raise KeyError(name)


def plain(cell: Cell) -> Any:
    """A cell for JSON."""
    if isinstance(cell, Rate):
        return {"part": cell.part, "whole": cell.whole, "share": cell.share, "text": str(cell)}
    return cell


def to_json(report: Report) -> dict[str, Any]:
    """A report for programs."""
    said = report.statement
    return {
        "name": report.name,
        "title": report.title,
        "statement": {
            "period": said.period,
            "first": said.first,
            "last": said.last,
            "snapshot": said.snapshot,
            "rules": said.rules,
            "time": said.time,
            "unit": said.unit,
            "unit_name": said.unit_name,
            "provenances": dict(said.provenances),
            "suppressed_below": said.suppressed_below,
            "filters": dict(said.filters),
        },
        "tables": [
            {
                "name": table.name,
                "title": table.title,
                "note": table.note,
                "columns": [
                    {"name": each.name, "title": each.title, "kind": each.kind.value}
                    for each in table.columns
                ],
                "rows": [{name: plain(cell) for name, cell in row.items()} for row in table.rows],
            }
            for table in report.tables
        ],
        "notes": list(report.notes),
    }


def from_json(told: Mapping[str, Any]) -> Report:
    """A report from what `to_json` made of it."""
    return Report(
        name=told["name"],
        title=told["title"],
        statement=Statement(**told["statement"]),
        tables=[
            Table(
                name=table["name"],
                title=table["title"],
                note=table["note"],
                columns=[
                    Column(name=each["name"], title=each["title"], kind=Kind(each["kind"]))
                    for each in table["columns"]
                ],
                rows=[{name: _cell(cell) for name, cell in row.items()} for row in table["rows"]],
            )
            for table in told["tables"]
        ],
        notes=list(told["notes"]),
    )


def _cell(told: Any) -> Cell:
    found: Cell = Rate(told["part"], told["whole"]) if isinstance(told, dict) else told
    return found
