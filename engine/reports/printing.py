"""Cells as people read them, and what a report says of itself: the same words on a screen, a page and in a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from engine.i18n import Catalogue
from engine.reports.rate import NONE, Rate
from engine.reports.report import Cell, Kind, Report

COUNTED: Final = "accepted"
"""An indicator that is no share: printed is how many there are."""

SINGLE: Final = ("rate", "this_week", "week_before")
"""Columns of tables with an indicator in each row."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE: Final = 60_000_000
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """Who takes a report out, and when (microseconds): its watermark. text: as it is printed."""

    text: str
    at: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Printer:
    """Prints for one reader. zone: in which moments are told."""

    say: Catalogue
    zone: ZoneInfo

    def text(self, cell: Cell, kind: Kind, *, counted: bool = False) -> str:
        """A cell; a dash for what is not there or may not be shown. counted: see `is_counted`."""
        if cell is None:
            return NONE
        if isinstance(cell, Rate):
            return str(cell.whole) if counted else self.share(cell)
        if kind is Kind.MOMENT:
            return f"{self.moment(int(cell)):%Y-%m-%d %H:%M}"
        if kind is Kind.DURATION:
            return self.duration(int(cell))
        return f"{cell:.2f}" if kind is Kind.NUMBER else str(cell)

    def share(self, rate: Rate) -> str:
        """A rate with what it is of."""
        return str(rate) if rate.whole == 0 else f"{rate} ({rate.part}/{rate.whole})"

    def moment(self, micros: int) -> datetime:
        """A moment in the reader's zone."""
        return (_EPOCH + timedelta(microseconds=micros)).astimezone(self.zone)

    def duration(self, micros: int) -> str:
        """In the two widest units, minutes at least, rounded down."""
        if micros < _MINUTE:
            return self.say("report_print.moments") if micros else self.say("report_print.minutes", count=0)
        for unit, size, below, smaller in (
            ("days", _DAY, "hours", _HOUR),
            ("hours", _HOUR, "minutes", _MINUTE),
        ):
            if micros >= size:
                whole, rest = divmod(micros, size)
                first = self.say(f"report_print.{unit}", count=whole)
                more = rest // smaller
                return f"{first} {self.say(f'report_print.{below}', count=more)}" if more else first
        return self.say("report_print.minutes", count=micros // _MINUTE)

    def statement(self, report: Report) -> Iterator[tuple[str, str]]:
        """What the report says of itself, line by line: title and text."""
        said, say = report.statement, self.say

        def line(name: str, text: str) -> tuple[str, str]:
            return say(f"report_head.{name}"), text

        yield line("period", f"{said.period} ({said.first} — {said.last})")
        yield line("snapshot", f"{self.moment(said.snapshot):%Y-%m-%d %H:%M}")
        yield line("unit", said.unit_name or say("report_head.everything"))
        for name, value in said.filters.items():
            yield line(name, value)
        yield line(
            "provenances",
            "，".join(
                f"{say(f'provenance.{name}')} {NONE if count is None else count}"
                for name, count in said.provenances.items()
            )
            or NONE,
        )
        yield line("rules", said.rules)


def is_counted(table: str, row_key: Cell, column: str) -> bool:
    """Whether a rate is printed as a count: of the indicator that is no share, in its column or in its row."""
    return COUNTED in (column, row_key if column in SINGLE else "")
