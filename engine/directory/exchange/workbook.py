"""Excel workbooks (.xlsx) as texts, read as hostile files; and written."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import IO, Any, Final

import openpyxl
from openpyxl.cell import WriteOnlyCell

from engine.intake.problem import FileRefused

MAX_BYTES: Final = 20 * 1024 * 1024
MAX_UNPACKED: Final = 200 * 1024 * 1024
MAX_PARTS: Final = 1_000
MAX_ROWS: Final = 200_000
MAX_COLUMNS: Final = 32
EXACT: Final = 10**15
"""Excel keeps 15 digits of a number; a longer code typed as a number is not what was typed."""

_CHUNK: Final = 1024 * 1024
_FORBIDDEN: Final = (b"<!DOCTYPE", b"<!ENTITY", b"\0")
_OVERLAP: Final = 16
_ENCODING: Final = re.compile(rb"""encoding\s*=\s*["']([^"']*)["']""")


class UnreadableCell(Exception):
    """A cell without a plain value: its stable code and what to tell about it."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.code, self.zh, self.en = code, zh, en


Cell = str | UnreadableCell


def read_workbook(content: bytes) -> Iterator[tuple[str, list[tuple[int, list[Cell]]]]]:
    """Each sheet's name and its rows that are not empty, with their numbers (the first is 1), as texts.

    Columns beyond `MAX_COLUMNS` are not read. Formulas and error values are unreadable cells: what they show
    depends on the program. Raises FileRefused for
    what is no workbook, or one that is too large or holds XML that is not plain.
    """
    _check(content)
    try:
        with warnings.catch_warnings():
            # Styles and extensions that the library leaves out are of no interest here.
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
            sheets = [(sheet.title, list(_rows(sheet))) for sheet in book.worksheets]
            book.close()
    # Whatever the library stumbles over, the file is at fault, not the program.
    except (KeyError, ValueError, TypeError, AttributeError, IndexError, OSError, SyntaxError, zipfile.error):
        raise _unreadable() from None
    yield from sheets


def write_workbook(sheets: Mapping[str, Sequence[Sequence[str]]]) -> bytes:
    """A workbook with these sheets, every cell a text."""
    book = openpyxl.Workbook(write_only=True)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append([_text_cell(sheet, text) for text in row])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _text_cell(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, value=text)
    # Otherwise a text that begins with "=" would become a formula.
    cell.data_type = "s"
    return cell


def _rows(sheet: Any) -> Iterator[tuple[int, list[Cell]]]:
    sheet.reset_dimensions()
    for number, row in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS), start=1):
        if number > MAX_ROWS:
            raise _too_large()
        cells = [_text(cell) for cell in row]
        while cells and cells[-1] == "":
            cells.pop()
        if cells:
            yield number, cells


def _text(cell: Any) -> Cell:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        return UnreadableCell("formula", "是公式，请改为值", "is a formula; enter the value")
    if cell.data_type == "e":
        return UnreadableCell("cell_error", "是错误值", "is an error value")
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, datetime):
        whole_day = (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0)
        return value.date().isoformat() if whole_day else value.isoformat()
    return value.isoformat() if isinstance(value, date) else str(value).strip()


def _number(value: float) -> Cell:
    if abs(value) >= EXACT:
        return UnreadableCell(
            "long_number",
            "超过 15 位的数字已失真，请将单元格设为文本",
            "has lost digits beyond the 15th; make the cell a text",
        )
    return str(int(value)) if value == int(value) else str(value)


def _check(content: bytes) -> None:
    if len(content) > MAX_BYTES:
        raise _too_large()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise _too_large()
            for part in parts:
                if part.filename.lower().endswith((".xml", ".rels", ".vml")):
                    with archive.open(part) as stream:
                        _check_plain(stream)
    except (zipfile.error, OSError, RuntimeError, NotImplementedError, EOFError, ValueError):
        raise _unreadable() from None


def _check_plain(stream: IO[bytes]) -> None:
    """No document type and no entities, and no encoding in which either could hide."""
    tail = stream.read(_OVERLAP * 16)
    declared = _ENCODING.search(tail)
    if declared is not None and declared[1].lower() not in (b"utf-8", b"us-ascii", b"ascii"):
        raise _unreadable()
    while True:
        chunk = stream.read(_CHUNK)
        window = tail + chunk
        if any(mark in window for mark in _FORBIDDEN):
            raise _unreadable()
        if not chunk:
            return
        tail = window[-_OVERLAP:]


def _unreadable() -> FileRefused:
    return FileRefused(
        code="workbook",
        message_zh="不是可以读取的 Excel 工作簿（.xlsx）",
        message_en="not a readable Excel workbook (.xlsx)",
    )


def _too_large() -> FileRefused:
    return FileRefused(
        code="too_large", message_zh="Excel 工作簿过大", message_en="the Excel workbook is too large"
    )
