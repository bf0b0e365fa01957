"""Reading a CSV file that may be hostile: row by row, in bounded memory, every refusal with its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from engine.intake import encoding, formula
from engine.intake.problem import FileRefused, Problem, excerpt
from engine.intake.records import OPEN_QUOTE, STRAY_QUOTE, TOO_LONG, Record, records

LONGEST_CELL = 64 * 1024
"""Bytes one cell may have."""

_FAULTS = {
    TOO_LONG: ("单元格过长，超过允许的大小", "the cell is longer than allowed"),
    OPEN_QUOTE: ("引号没有结束，直到文件末尾", "a quote is never closed, up to the end of the file"),
    STRAY_QUOTE: ("引号之后还有多余的字符", "there are characters after a closing quote"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One readable row: its number and line, the text of every column, and the columns that look like formulas."""

    number: int
    line: int
    values: dict[str, str]
    formulas: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class RowErrors:
    """One row that cannot be read, with every reason found."""

    number: int
    line: int
    problems: tuple[Problem, ...]


def read(
    stream: BinaryIO,
    *,
    columns: Sequence[str],
    encoding_name: str = "auto",
    delimiter: str = ",",
) -> Iterator[Row | RowErrors]:
    """Read rows from a seekable binary stream at its beginning.

    columns: names that the header must have; others may be there and are read too. encoding_name: `auto`,
    `utf-8` or `gb18030`. delimiter: one ASCII character. Text is handed out as it stands; a cell that looks
    like a formula stays text and is named in `Row.formulas`. Raises FileRefused, before the first row, when
    there is no header, a column is missing or doubled, or the encoding is not readable.
    """
    name, mark = encoding.detect(stream.read(encoding.SAMPLE), encoding_name)
    stream.seek(mark)
    rows = records(stream, delimiter=delimiter.encode("ascii"))
    header = _header(next(rows, None), name, columns)
    return _rows(rows, header, name, mark)


def _rows(rows: Iterator[Record], header: list[str], name: str, mark: int) -> Iterator[Row | RowErrors]:
    for record in rows:
        problems, texts = _cells(record, header, name, mark)
        if problems:
            yield RowErrors(number=record.number, line=record.line, problems=tuple(problems))
            continue
        values = dict(zip(header, texts, strict=True))
        formulas = tuple(column for column, text in values.items() if formula.is_formula(text))
        yield Row(number=record.number, line=record.line, values=values, formulas=formulas)


def _header(record: Record | None, name: str, columns: Sequence[str]) -> list[str]:
    if record is None:
        raise FileRefused(message_zh="文件是空的", message_en="the file is empty", code="empty_file")
    if record.fault is not None:
        zh, en = _FAULTS[record.fault]
        raise FileRefused(message_zh=f"表头：{zh}", message_en=f"header: {en}", code="header")
    try:
        header = [cell.decode(name).strip() for cell in record.cells]
    except UnicodeDecodeError:
        raise FileRefused(
            message_zh=f"表头不是 {name} 编码", message_en=f"the header is not {name}", code="encoding"
        ) from None
    doubled = [excerpt(column) for column, count in Counter(header).items() if count > 1 and column]
    missing = [column for column in columns if column not in header]
    if doubled:
        raise FileRefused(
            message_zh=f"表头有重复的列：{'、'.join(doubled)}",
            message_en=f"doubled columns in the header: {', '.join(doubled)}",
            code="doubled_columns",
        )
    if missing:
        raise FileRefused(
            message_zh=f"表头缺少列：{'、'.join(missing)}",
            message_en=f"columns missing in the header: {', '.join(missing)}",
            code="missing_columns",
        )
    return [column or f"#{place}" for place, column in enumerate(header, start=1)]


def _cells(record: Record, header: list[str], name: str, mark: int) -> tuple[list[Problem], list[str]]:
    """The problems of a record's form and the texts of its cells; the texts count only without problems."""
    problems: list[Problem] = []

    def note(code: str, zh: str, en: str, cell: int | None = None, value: str | None = None) -> None:
        column = None if cell is None else header[cell] if cell < len(header) else f"#{cell + 1}"
        problems.append(
            Problem(
                row=record.number,
                line=record.line,
                code=code,
                column=column,
                excerpt=value,
                message_zh=zh,
                message_en=en,
            )
        )

    if record.fault is not None:
        note(record.fault, *_FAULTS[record.fault], record.fault_cell)
        return problems, []
    if len(record.cells) != len(header):
        note(
            "ragged",
            f"有 {len(record.cells)} 个单元格，表头有 {len(header)} 列",
            f"{len(record.cells)} cells, the header has {len(header)} columns",
        )
    texts: list[str] = []
    for place, cell in enumerate(record.cells):
        if len(cell) > LONGEST_CELL:
            zh, en = _FAULTS[TOO_LONG]
            size = f"{len(cell)} > {LONGEST_CELL} bytes"
            note(TOO_LONG, zh, en, place, size)
        elif b"\0" in cell:
            note("nul", "含有空字符（NUL）", "holds a NUL character", place)
        else:
            try:
                texts.append(cell.decode(name))
            except UnicodeDecodeError:
                at = mark + record.offset + _first_undecodable(record.raw, name)
                note(
                    "encoding",
                    f"不是 {name} 编码，文件第 {at} 字节（从 0 起）",
                    f"not {name} at byte {at} of the file (from 0)",
                    place,
                    excerpt(cell.decode(name, "replace")),
                )
    return problems, texts


def _first_undecodable(raw: bytes, name: str) -> int:
    try:
        raw.decode(name)
    except UnicodeDecodeError as error:
        return error.start
    return 0
