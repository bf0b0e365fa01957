"""A report as CSV: its tables one below the other, each under its title; UTF-8 with a mark, as Excel wants it."""

from __future__ import annotations

import csv
import io

from engine.reports.printing import Mark, Printer, is_counted
from engine.reports.rate import Rate
from engine.reports.report import Kind, Report

_LEADS = ("=", "+", "-", "@", "\t", "\r")


def to_csv(report: Report, printer: Printer, mark: Mark | None = None) -> str:
    """The text. Whatever a spreadsheet would run as a formula has an apostrophe before it. mark: who takes it out."""
    target = io.StringIO()
    writer = csv.writer(target)
    target.write("\ufeff")
    writer.writerow([_safe(report.title)])
    lines = [*printer.statement(report)]
    if mark is not None:
        lines.append((printer.say("report_head.mark"), mark.text))
    writer.writerows([_safe(name), _safe(text)] for name, text in lines)
    for table in report.tables:
        writer.writerow([])
        writer.writerow([_safe(table.title)])
        writer.writerow([_safe(column.title) for column in table.columns])
        for row in table.rows:
            cells = []
            for column in table.columns:
                cell = row.get(column.name)
                counted = is_counted(table.name, row.get("key"), column.name)
                if isinstance(cell, int | float) and column.kind in (Kind.COUNT, Kind.NUMBER):
                    cells.append(str(cell))
                elif isinstance(cell, Rate) and not counted:
                    cells.append(printer.share(cell))
                else:
                    cells.append(_safe(printer.text(cell, column.kind, counted=counted)))
            writer.writerow(cells)
    if report.notes:
        writer.writerow([])
        writer.writerows([_safe(note)] for note in report.notes)
    return target.getvalue()


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_LEADS) else text
