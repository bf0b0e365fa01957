"""`Reports`: every report by its name, for whoever may see what it counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from engine.calendars.timetable import Timetable
from engine.cases.definitions import Definitions
from engine.categories import Categories
from engine.errors import InvalidInput, NotFound
from engine.i18n import Catalogue
from engine.inbox import Viewer
from engine.inbox.paging import Page
from engine.reports import counting, overview
from engine.reports.bouncing import ping_pong
from engine.reports.counting import Grouping
from engine.reports.days import Period, period
from engine.reports.durations import durations
from engine.reports.heat import heat
from engine.reports.indicators import INDICATORS
from engine.reports.ledger import whistle_ledger
from engine.reports.naming import named
from engine.reports.report import Report
from engine.reports.rollup import Rollup, rules_of
from engine.reports.rules import Rules
from engine.reports.selection import PROVENANCES, Selection
from engine.reports.watching import honesty, supervision
from engine.reports.weekly import issued_in, weekly
from engine.reports.writing import Writing
from engine.store import Database, Reading

Write = Callable[[Writing, "Asked", bool], Report]


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What a report is asked for. by: how numbers are told apart; step: weeks or months of a trend."""

    period: str
    unit: str | None = None
    department: str | None = None
    flow: str | None = None
    category: str | None = None
    provenance: Sequence[str] = PROVENANCES
    by: Grouping = Grouping.NONE
    step: str = "month"
    definition: str | None = None


class Reports:
    """Writes reports from the facts. rules, timetable, categories: give those in force. Usable from several threads."""

    def __init__(
        self,
        database: Database,
        definitions: Definitions,
        rollup: Rollup,
        rules: Callable[[], Rules],
        timetable: Callable[[], Timetable],
        categories: Callable[[], Categories],
        clock: Callable[[], int],
        zone: ZoneInfo,
    ) -> None:
        self.database = database
        self._definitions = definitions
        self.rollup = rollup
        self.rules = rules
        self._timetable = timetable
        self._categories = categories
        self._clock = clock
        self.zone = zone

    def write(self, name: str, viewer: Viewer, asked: Asked, say: Catalogue, *, draft: bool = True) -> Report:
        """A report by its name. Raises NotFound for an unknown one, InvalidInput for what is asked wrongly.

        draft: whether what is issued and was not yet says so; what was issued is told as it was.
        """
        found = WRITERS.get(name)
        if found is None:
            raise NotFound(
                code="reports.unknown",
                message_zh=f"没有报表“{name}”（可用 {', '.join(WRITERS)}）",
                message_en=f"there is no report {name!r} (use {', '.join(WRITERS)})",
            )
        during, snapshot = period(asked.period, self.zone), self.snapshot()
        selection = self._selection(viewer, asked, during, snapshot, name)
        with self.database.reading() as tx:
            issued = self._issued(tx, name, selection, during) if draft else None
            report = issued or found(self._writing(tx, selection, during, say), asked, draft)
        return named(report, self._definitions, asked.definition)

    def behind(
        self,
        viewer: Viewer,
        asked: Asked,
        indicator: str,
        *,
        rest: bool = False,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[UUID]:
        """The cases behind a number, in the reader's scope. Raises InvalidInput for an unknown indicator."""
        if indicator not in INDICATORS:
            raise InvalidInput.at(
                "indicator", message_zh="没有这个指标", message_en="there is no such indicator"
            )
        during = period(asked.period, self.zone)
        selection = self._selection(viewer, asked, during, self.snapshot())
        with self.database.reading() as tx:
            return counting.behind(
                tx, selection, self.rules(), indicator, rest=rest, cursor=cursor, limit=limit
            )

    def snapshot(self) -> int:
        """The moment the facts are about: the last sweep, or now where none was yet."""
        swept = self.rollup.swept_at()
        return self._clock() if swept is None else swept

    def period(self, text: str) -> Period:
        """A period in the zone of the installation."""
        return period(text, self.zone)

    def _issued(self, tx: Reading, name: str, selection: Selection, during: Period) -> Report | None:
        """The report as it was issued, for who may see all of the unit it is about."""
        unit, path = selection.unit, selection.path()
        if name != WEEKLY or unit is None or path is None or not selection.viewer.covers(path):
            return None
        found = issued_in(tx, unit, during.name)
        return None if found is None else found.report()

    def _writing(self, tx: Reading, selection: Selection, during: Period, say: Catalogue) -> Writing:
        rules = self.rules()
        return Writing(
            tx=tx,
            say=say,
            selection=selection,
            period=during,
            rules=rules,
            version=rules_of(rules, self._timetable().calendar(rules.calendar)),
            zone=self.zone,
            categories=self._categories(),
        )

    def _selection(
        self, viewer: Viewer, asked: Asked, during: Period, snapshot: int, name: str = ""
    ) -> Selection:
        return Selection(
            viewer=viewer,
            snapshot=snapshot,
            period=during,
            unit=asked.unit,
            department=asked.department,
            flow=asked.flow,
            category=asked.category,
            provenance=tuple(asked.provenance),
            ranked=tuple(sorted(self.rules().ranked)) if name == WEEKLY else None,
            uncounted=self.rules().uncounted,
        )


WEEKLY: Final = "weekly"

WRITERS: Final[Mapping[str, Write]] = {
    "overview": lambda writing, asked, _: overview.overview(writing, asked.step),
    "indicators": lambda writing, asked, _: overview.indicators(writing, asked.by),
    "durations": lambda writing, *_: durations(writing),
    WEEKLY: lambda writing, _, draft: weekly(writing, draft=draft),
    "supervision": lambda writing, *_: supervision(writing),
    "whistle-ledger": lambda writing, *_: whistle_ledger(writing),
    "ping-pong": lambda writing, *_: ping_pong(writing),
    "honesty": lambda writing, *_: honesty(writing),
    "heat": lambda writing, asked, _: heat(writing, asked.definition),
}
"""Every report by its name."""
