"""A report as PDF: set from a template of its own in a bounded process, the same bytes for the same report."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from engine.reports.printing import Mark, Printer, is_counted
from engine.reports.rate import NONE, Rate
from engine.reports.report import Kind, Report, Table
from engine.typesetting import Sheet, set_sheet

FOLDER: Final = Path(__file__).parents[1] / "typesetting" / "reports"
ORDINARY: Final = "报表.typ"
TEMPLATES: Final[Mapping[str, str]] = {"weekly": "周通报.typ"}
"""Reports with a template of their own."""

WORDS: Final = ("page", "pages", "empty", "mark", "notes")

MOST_ROWS: Final = 1_500
"""Rows of a table that are printed: more is for spreadsheets, and the page says so."""

_NARROW: Final = frozenset({Kind.MOMENT, Kind.DAY})
_RIGHT: Final = frozenset({Kind.COUNT, Kind.RATE, Kind.NUMBER, Kind.DURATION})


def to_pdf(report: Report, printer: Printer, mark: Mark | None = None) -> bytes:
    """The document. mark: who takes it out. Raises LimitExceeded for a report too long to be printed."""
    return set_sheet(sheet_of(report, printer, mark))


def sheet_of(report: Report, printer: Printer, mark: Mark | None = None) -> Sheet:
    """What is set."""
    data = {
        "title": report.title,
        "name": report.name,
        "statement": [list(line) for line in printer.statement(report)],
        "notes": list(report.notes),
        "tables": [_table(table, printer) for table in report.tables],
        "mark": "" if mark is None else mark.text,
        "unit": report.statement.unit_name,
        "words": {
            **{name: printer.say(f"report_print.{name}") for name in WORDS},
            **{name: printer.say(f"weekly_verdict.{name}") for name in ("praised", "criticised")},
        },
    }
    return Sheet(
        templates=_templates(),
        template=TEMPLATES.get(report.name, ORDINARY),
        data=data,
        at=(report.statement.snapshot if mark is None else mark.at) // 1_000_000,
    )


@cache
def _templates() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(FOLDER.glob("*.typ"))}


def _table(table: Table, printer: Printer) -> dict[str, Any]:
    shown = table.rows[:MOST_ROWS]
    more = len(table.rows) - len(shown)
    return {
        "name": table.name,
        "title": table.title,
        "note": table.note,
        "more": printer.say("report_print.more", count=more) if more else "",
        "columns": [
            {
                "title": column.title,
                "right": column.kind in _RIGHT,
                "narrow": column.kind in _NARROW,
                "wide": column.kind not in _NARROW
                and max((len(_line(row.get(column.name))) for row in shown), default=0) > 14,
            }
            for column in table.columns
        ],
        "rows": [
            [
                _printed(
                    printer,
                    row.get(column.name),
                    column.kind,
                    is_counted(table.name, row.get("key"), column.name),
                )
                for column in table.columns
            ]
            for row in shown
        ],
    }


def _printed(printer: Printer, cell: Any, kind: Kind, counted: bool) -> list[str]:
    """What stands in a cell, and what stands small below it."""
    if isinstance(cell, Rate) and not counted:
        return [str(cell), f"{cell.part}/{cell.whole}" if cell.whole else ""]
    return [printer.text(cell, kind, counted=counted) or NONE, ""]


def _line(cell: Any) -> str:
    return cell if isinstance(cell, str) else ""
