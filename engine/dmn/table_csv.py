"""A decision table as a CSV file and back, for who edits routes and conditions in a spreadsheet."""

from __future__ import annotations

import csv
import io

from engine.dmn.table_rows import table_rows, with_rows, wrong_columns
from engine.errors import InvalidInput

_MARK = "\ufeff"


def to_csv(data: bytes, *, file: str, decision: str | None = None) -> bytes:
    """A table of a decision model as CSV. Raises NotFound, or DmnErrors for a model that is none."""
    table = table_rows(data, file=file, decision=decision)
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows([table.columns, *table.rows])
    return (_MARK + stream.getvalue()).encode("utf-8")


def from_csv(data: bytes, rows: bytes, *, file: str, decision: str | None = None) -> bytes:
    """The model with the rules of a CSV file in place of a table's own.

    Raises InvalidInput for columns that are not the table's and for rules that the model's checks refuse.
    """
    columns = list(table_rows(data, file=file, decision=decision).columns)
    heads, *found = _lines(rows) or [[]]
    if heads != columns:
        raise wrong_columns(columns)
    return with_rows(data, found, file=file, decision=decision)


def _lines(rows: bytes) -> list[list[str]]:
    """The rows that hold anything. Raises InvalidInput for bytes that are no UTF-8."""
    try:
        text = rows.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput(
            code="table.encoding", message_zh="文件须是 UTF-8", message_en="the file must be UTF-8"
        ) from None
    return [row for row in csv.reader(io.StringIO(text, newline="")) if any(cell.strip() for cell in row)]
