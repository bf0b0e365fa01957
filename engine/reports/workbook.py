"""A report as an Excel workbook: what it says of itself on the first sheet, each of its tables on one of its own.

Numbers are numbers, shares are percentages with what they are of beside them, moments and days are dates, durations are
hours that add up. Texts are texts, whatever they begin with: no cell is a formula.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any, Final

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from engine.reports.printing import Mark, Printer, is_counted
from engine.reports.rate import NONE, Rate
from engine.reports.report import Cell, Column, Kind, Report, Table

LONGEST: Final = 32_767
"""Characters a cell holds."""

_UNFIT: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_NO_SHEET: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_HEAD: Final = PatternFill("solid", fgColor="F3F3F1")
_FORMATS: Final = {
    Kind.MOMENT: "yyyy-mm-dd hh:mm",
    Kind.DAY: "yyyy-mm-dd",
    Kind.DURATION: "[h]:mm",
    Kind.RATE: '0.0" %"',
}


def to_workbook(report: Report, printer: Printer, mark: Mark | None = None) -> bytes:
    """The workbook. mark: who takes it out."""
    book = openpyxl.Workbook(write_only=True)
    book.properties.title = report.title
    book.properties.creator = "Bihuan"
    titles: set[str] = set()
    _about(book.create_sheet(_sheet_title(printer.say("report_head.about"), titles)), report, printer, mark)
    for table in report.tables:
        _table(book.create_sheet(_sheet_title(table.title, titles)), table, printer)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _about(sheet: Any, report: Report, printer: Printer, mark: Mark | None) -> None:
    sheet.column_dimensions["A"].width = 16
    sheet.column_dimensions["B"].width = 90
    title = _text(sheet, report.title)
    title.font = Font(bold=True, size=16)
    sheet.append([title])
    for name, text in printer.statement(report):
        sheet.append([_text(sheet, name), _text(sheet, text)])
    if mark is not None:
        sheet.append([_text(sheet, printer.say("report_head.mark")), _text(sheet, mark.text)])
    for note in report.notes:
        sheet.append([_text(sheet, printer.say("report_head.note")), _text(sheet, note)])


def _table(sheet: Any, table: Table, printer: Printer) -> None:
    heads = [head for column in table.columns for head in _heads(column, printer)]
    widths = [max(_width(head), 10) for head in heads]
    rows = list(_rows(sheet, table, printer))
    for row in rows[:200]:
        for place, cell in enumerate(row):
            widths[place] = min(max(widths[place], _width(cell.value)), 60)
    for place, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width + 2
    sheet.freeze_panes = "B2"
    titles = [_text(sheet, head) for head in heads]
    for each in titles:
        each.font, each.fill, each.alignment = Font(bold=True), _HEAD, Alignment(wrap_text=True)
    sheet.append(titles)
    for row in rows:
        sheet.append(row)
    if table.note:
        sheet.append([_text(sheet, table.note)])


def _heads(column: Column, printer: Printer) -> Sequence[str]:
    if column.kind is not Kind.RATE or is_counted("", "", column.name):
        return [column.title]
    more = (printer.say("report_column.part"), printer.say("report_column.whole"))
    return [column.title, *(f"{column.title}·{word}" for word in more)]


def _rows(sheet: Any, table: Table, printer: Printer) -> Iterator[list[Any]]:
    for row in table.rows:
        cells: list[Any] = []
        for column in table.columns:
            cell = row.get(column.name)
            counted = is_counted(table.name, row.get("key"), column.name)
            if column.kind is Kind.RATE and len(_heads(column, printer)) > 1:
                cells += _rate(sheet, cell, counted=counted)
            else:
                cells.append(
                    _cell(sheet, cell.whole if isinstance(cell, Rate) else cell, column.kind, printer)
                )
        yield cells


def _rate(sheet: Any, cell: Cell, *, counted: bool) -> list[Any]:
    """Share, part and whole. The share in percent, rounded as it is printed, so that no program rounds it otherwise."""
    if not isinstance(cell, Rate):
        return [_text(sheet, NONE), _blank(sheet), _blank(sheet)]
    share = _text(sheet, NONE)
    if cell.whole and not counted:
        share = WriteOnlyCell(sheet, value=float(str(cell).removesuffix(" %")))
        share.number_format = _FORMATS[Kind.RATE]
    return [share, WriteOnlyCell(sheet, value=cell.part), WriteOnlyCell(sheet, value=cell.whole)]


def _cell(sheet: Any, cell: Cell, kind: Kind, printer: Printer) -> Any:
    if cell is None or cell == "":
        return _text(sheet, NONE if cell is None else "")
    value = _value(cell, kind, printer)
    if isinstance(value, str):
        return _text(sheet, value)
    made = WriteOnlyCell(sheet, value=value)
    if kind in _FORMATS:
        made.number_format = _FORMATS[kind]
    return made


def _value(cell: Cell, kind: Kind, printer: Printer) -> Any:
    """What a spreadsheet reckons with. It knows no zones: a moment is the time on the reader's clock."""
    if kind is Kind.DAY:
        try:
            return date.fromisoformat(str(cell))
        except ValueError:
            return str(cell)
    if not isinstance(cell, int | float):
        return str(cell)
    if kind is Kind.MOMENT:
        return printer.moment(int(cell)).replace(tzinfo=None, microsecond=0)
    return timedelta(microseconds=cell) if kind is Kind.DURATION else cell


def _text(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, value=_UNFIT.sub("", text)[:LONGEST])
    # Otherwise a text that begins with "=" would become a formula.
    cell.data_type = "s"
    return cell


def _blank(sheet: Any) -> Any:
    return WriteOnlyCell(sheet, value=None)


def _sheet_title(title: str, taken: set[str]) -> str:
    """A title that a sheet may have, and that none has yet."""
    plain = _NO_SHEET.sub(" ", title).strip("' ")[:28] or "-"
    found, number = plain, 2
    while found.casefold() in taken:
        found, number = f"{plain} {number}", number + 1
    taken.add(found.casefold())
    return found


def _width(value: Any) -> int:
    """How wide a value is printed; a Chinese character is as wide as two digits."""
    text = value if isinstance(value, str) else "2026-01-01 00:00"[: 16 if value is not None else 0]
    if isinstance(value, int | float):
        text = str(value)
    return sum(2 if ord(each) > 0x2E80 else 1 for each in text)
