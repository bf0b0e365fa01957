"""Exporting the directory as of a moment, in the format that is imported."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from engine.directory.exchange.layout import LAYOUTS
from engine.directory.exchange.moments import write_moment
from engine.directory.exchange.workbook import write_workbook
from engine.directory.index import Index
from engine.directory.records import Dated, Membership, Person, Record, Substitution, Unit
from engine.directory.vocabulary import ANY
from engine.intake import formula
from engine.store import NEVER

Rows = list[list[str]]
_MARK: Final = "\ufeff"


def export_tables(index: Index, at: int, *, zone: ZoneInfo) -> dict[str, Rows]:
    """The tables by name, each with its header; what holds at the moment, in the order of codes.

    Dates are those of the whole time that a unit, person or role has been there, whatever changed meanwhile.
    """
    register = index.register
    tables: dict[str, list[tuple[Record, tuple[int, int]]]] = {
        "units": _living(register.units.values(), at),
        "people": _living(register.people.values(), at),
        "memberships": _living(_apart(register.roles_of.values()), at),
        "substitutions": _living(_apart(register.absences.values()), at),
    }
    return {
        name: [
            list(LAYOUTS[name].columns.values()),
            *sorted([*_cells(row), *_dates(span, zone)] for row, span in rows),
        ]
        for name, rows in tables.items()
    }


def export_csv(index: Index, at: int, *, zone: ZoneInfo) -> dict[str, bytes]:
    """The tables as CSV files by name: UTF-8 with the mark that spreadsheets want, nothing they would run."""
    return {f"{name}.csv": csv_bytes(rows) for name, rows in export_tables(index, at, zone=zone).items()}


def export_workbook(index: Index, at: int, *, zone: ZoneInfo) -> bytes:
    """The tables as one Excel workbook."""
    tables = export_tables(index, at, zone=zone)
    return write_workbook({LAYOUTS[name].title: rows for name, rows in tables.items()})


def csv_bytes(rows: Iterable[Sequence[str]]) -> bytes:
    """Rows as a CSV file (RFC 4180)."""
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows([formula.neutralise(cell) for cell in row] for row in rows)
    return (_MARK + stream.getvalue()).encode("utf-8")


def _living(shelves: Iterable[Sequence[Record]], at: int) -> list[tuple[Record, tuple[int, int]]]:
    return [(row, _life(rows, row)) for rows in shelves for row in rows if row.holds(at)]


def _apart(shelves: Iterable[Sequence[Membership] | Sequence[Substitution]]) -> Iterable[Sequence[Record]]:
    """Each row on its own: a role that ended and began again is two."""
    return ([row] for rows in shelves for row in rows)


def _life(rows: Sequence[Dated], row: Dated) -> tuple[int, int]:
    """The unbroken time around a row."""
    start, end = row.valid_from, row.valid_until
    for other in sorted(rows, key=lambda other: -other.valid_from):
        if other.valid_from < start == other.valid_until:
            start = other.valid_from
    for other in sorted(rows, key=lambda other: other.valid_from):
        if other.valid_until > end == other.valid_from:
            end = other.valid_until
    return start, end


def _cells(row: Record) -> list[str]:
    match row:
        case Unit():
            return [row.id, row.parent or "", row.level, row.department or "", row.name]
        case Person():
            return [row.id, row.name, row.login, row.phone]
        case Membership():
            return [row.person, row.unit, row.role]
        case Substitution():
            return [row.absent, row.stand_in, "" if row.role == ANY else row.role, row.reason]


def _dates(span: tuple[int, int], zone: ZoneInfo) -> list[str]:
    return [write_moment(micros, zone) if micros < NEVER else "" for micros in span]
