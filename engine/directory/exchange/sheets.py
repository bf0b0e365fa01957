"""Files to tables of texts: CSV and Excel alike, each row with its place and what cannot be read of it."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath

from engine.directory.exchange.layout import Layout, layout_named
from engine.directory.exchange.workbook import Cell, UnreadableCell, read_workbook
from engine.intake import csvfile, formula
from engine.intake.problem import FileRefused, Problem


@dataclass(frozen=True, kw_only=True, slots=True)
class SheetRow:
    """One row: number as a spreadsheet counts, physical line, texts by column code, problems of reading it.

    formulas: columns whose text a spreadsheet would run; here it is text.
    """

    number: int
    line: int
    values: Mapping[str, str]
    problems: tuple[Problem, ...] = ()
    formulas: tuple[str, ...] = ()


Tables = dict[str, list[SheetRow]]


def read_files(files: Mapping[str, bytes]) -> Tables:
    """The tables in files by name: `units.csv` or `单位.csv` …, or any `.xlsx` with sheets of these names.

    Sheets of other names are left alone. Raises FileRefused for a file that cannot be read as a whole, one that
    holds no table, a table that is there twice, and a table without a column it needs.
    """
    tables: Tables = {}
    for name, content in files.items():
        found = list(_of_file(name, content))
        if not found:
            raise FileRefused(
                code="no_table",
                message_zh=f"{name}：没有可导入的表（单位、人员、任职、代理）",
                message_en=f"{name}: no table to import (units, people, memberships, substitutions)",
            )
        for layout, rows in found:
            if layout.name in tables:
                raise FileRefused(
                    code="doubled_table",
                    message_zh=f"{name}：表“{layout.title}”重复",
                    message_en=f'{name}: the table "{layout.name}" is there twice',
                )
            tables[layout.name] = rows
    return tables


def _of_file(name: str, content: bytes) -> Iterator[tuple[Layout, list[SheetRow]]]:
    path = PurePath(name)
    if path.suffix.lower() == ".xlsx":
        for title, rows in read_workbook(content):
            layout = layout_named(title)
            if layout is not None:
                yield layout, list(_workbook_rows(rows, layout))
        return
    layout = layout_named(path.stem)
    if path.suffix.lower() == ".csv" and layout is not None:
        yield layout, list(_csv_rows(content, layout))


def _csv_rows(content: bytes, layout: Layout) -> Iterator[SheetRow]:
    known: dict[str, str] | None = None
    for row in csvfile.read(io.BytesIO(content), columns=()):
        if isinstance(row, csvfile.RowErrors):
            yield SheetRow(number=row.number, line=row.line, values={}, problems=row.problems)
            continue
        known = _columns(row.values, layout) if known is None else known
        values = {code: _plain(row.values[header]) for header, code in known.items()}
        formulas = tuple(code for header, code in known.items() if header in row.formulas)
        yield SheetRow(number=row.number, line=row.line, values=values, formulas=formulas)


def _workbook_rows(rows: list[tuple[int, list[Cell]]], layout: Layout) -> Iterator[SheetRow]:
    if not rows:
        raise FileRefused(
            code="empty_file",
            message_zh=f"表“{layout.title}”是空的",
            message_en=f'the table "{layout.name}" is empty',
        )
    (_, first), *rest = rows
    headers = [cell if isinstance(cell, str) else "" for cell in first]
    known = _columns(headers, layout)
    for number, cells in rest:
        values: dict[str, str] = {}
        problems: list[Problem] = []
        # The library leaves out empty cells at the end of a row.
        for header, cell in zip(headers, [*cells, *[""] * len(headers)], strict=False):
            if header not in known:
                continue
            if isinstance(cell, UnreadableCell):
                problems.append(_unreadable(number, header, cell))
            else:
                values[known[header]] = _plain(cell)
        formulas = tuple(code for code, text in values.items() if formula.is_formula(text))
        yield SheetRow(number=number, line=number, values=values, problems=tuple(problems), formulas=formulas)


def _columns(headers: Iterable[str], layout: Layout) -> dict[str, str]:
    """Header → column code. Raises FileRefused for doubled and missing columns."""
    known: dict[str, str] = {}
    for header in headers:
        code = layout.code_of(header)
        if code is not None:
            if code in known.values():
                raise _refused(layout, "doubled_columns", [code], "列重复", "doubled columns")
            known[header] = code
    missing = [code for code in layout.columns if code in layout.required and code not in known.values()]
    if missing:
        raise _refused(layout, "missing_columns", missing, "缺少列", "columns missing")
    return known


def _refused(layout: Layout, code: str, columns: list[str], zh: str, en: str) -> FileRefused:
    titles = "、".join(layout.columns[column] for column in columns)
    return FileRefused(
        code=code,
        message_zh=f"表“{layout.title}”{zh}：{titles}",
        message_en=f'table "{layout.name}": {en}: {", ".join(columns)}',
    )


def _unreadable(number: int, header: str, cell: UnreadableCell) -> Problem:
    return Problem(
        row=number, line=number, code=cell.code, column=header, message_zh=cell.zh, message_en=cell.en
    )


def _plain(text: str) -> str:
    """The text without the apostrophe that export puts before what looks like a formula."""
    stripped = text.strip()
    rest = stripped[1:]
    return rest if stripped.startswith("'") and formula.is_formula(rest) else stripped
