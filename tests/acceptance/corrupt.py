"""Spoiling a good file on purpose, with a record of which row was spoilt how."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass

HUGE = 10_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Corruption:
    """A spoilt file: its bytes, the code a reader must give for each spoilt row, keys that stay good.

    spoilt: row number (header = 1) → (code, column or None). flagged: row numbers that are read with a warning.
    """

    data: bytes
    spoilt: dict[int, tuple[str, str | None]]
    flagged: dict[int, str]
    good_keys: frozenset[str]


def corrupt(data: bytes, *, rows: int = 200) -> Corruption:
    """Spoil every tenth of the first `rows` rows of a well-formed file, each kind of damage in turn."""
    table = list(csv.reader(io.StringIO(data.decode("utf-8"), newline="")))[: rows + 1]
    header = table[0]
    at = {name: place for place, name in enumerate(header)}
    lines = [_line(table[0])]
    spoilt: dict[int, tuple[str, str | None]] = {}
    flagged: dict[int, str] = {}
    good: set[str] = set()
    kinds = list(_KINDS.items())
    for number, cells in enumerate(table[1:], start=2):
        key = cells[at["SRRecordID"]]
        if number % 10 == 0:
            code, (column, spoil) = kinds[number // 10 % len(kinds)]
            previous = table[number - 2]
            lines.append(spoil(cells, at, previous))
            spoilt[number] = (code, column)
            continue
        if number % 25 == 3:
            cells = [*cells]
            cells[at["Neighborhood"]] = "=HYPERLINK(1)"
            flagged[number] = "Neighborhood"
        lines.append(_line(cells))
        good.add(key)
    return Corruption(data=b"".join(lines), spoilt=spoilt, flagged=flagged, good_keys=frozenset(good))


def without_column(data: bytes, name: str) -> bytes:
    """The file without one of its columns."""
    table = list(csv.reader(io.StringIO(data.decode("utf-8"), newline="")))
    place = table[0].index(name)
    return b"".join(_line(cells[:place] + cells[place + 1 :]) for cells in table)


_Spoil = Callable[[list[str], dict[str, int], list[str]], bytes]


def _line(cells: list[str]) -> bytes:
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator="\r\n").writerow(cells)
    return written.getvalue().encode()


def _with(column: str, value: str) -> _Spoil:
    def spoil(cells: list[str], at: dict[str, int], previous: list[str]) -> bytes:
        return _line([value if place == at[column] else cell for place, cell in enumerate(cells)])

    return spoil


def _same_key(cells: list[str], at: dict[str, int], previous: list[str]) -> bytes:
    return _with("SRRecordID", previous[at["SRRecordID"]])(cells, at, previous)


def _closed_early(cells: list[str], at: dict[str, int], previous: list[str]) -> bytes:
    cells = [*cells]
    cells[at["SRStatus"]] = "Closed"
    return _with("CloseDate", "01/01/1999 08:00:00 AM")(cells, at, previous)


def _latin(cells: list[str], at: dict[str, int], previous: list[str]) -> bytes:
    return _with("Address", "@place@")(cells, at, previous).replace(
        b"@place@", "12 CAFÉ RD".encode("latin-1")
    )


def _short(cells: list[str], at: dict[str, int], previous: list[str]) -> bytes:
    return _line(cells[:-1])


_KINDS: dict[str, tuple[str | None, _Spoil]] = {
    "bad_date": ("CreatedDate", _with("CreatedDate", "02/30/2018 08:00:00 AM")),
    "closed_before_created": ("CloseDate", _closed_early),
    "due_before_created": ("DueDate", _with("DueDate", "01/01/1999 08:00:00 AM")),
    "ragged": (None, _short),
    "encoding": ("Address", _latin),
    "duplicate": ("SRRecordID", _same_key),
    "unknown_status": ("SRStatus", _with("SRStatus", "Sideways")),
    "empty": ("Agency", _with("Agency", "")),
    "too_long": ("Address", _with("Address", "x" * HUGE)),
    "nul": ("Address", _with("Address", "a\0b")),
}
