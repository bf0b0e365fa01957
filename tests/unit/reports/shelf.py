"""Facts of cases put straight into a database, for what reports make of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from engine import Engine, ManualClock
from engine.cases.grams import grams
from engine.cli.operator import operator
from engine.i18n import Language, catalogue
from engine.installation import Timetables, open_engine
from engine.reports import Asked, Report, Reports, open_reports
from engine.reports.facts import CaseFacts, Episode, Facts
from engine.reports.rollup import rows_of
from engine.store import NEVER, insert
from engine.store.tables import case_episodes, case_facts, case_headers, case_places

CONFIG = Path("config")
ZONE = ZoneInfo("Asia/Shanghai")
DAY = 86_400_000_000
NOW = int(datetime(2026, 7, 20, 10, tzinfo=ZONE).timestamp()) * 1_000_000


@dataclass(slots=True)
class Shelf:
    """An engine with facts, and the reports of it."""

    engine: Engine
    reports: Reports
    count: int = 0

    def put(self, case: CaseFacts, episodes: Sequence[Episode] = (), *, place: str = "") -> UUID:
        """Add a case; its code is C and its number. place: id of the area it is about."""
        self.count += 1
        case_id = UUID(int=self.count)
        rows = rows_of(case_id, Facts(case=case, episodes=list(episodes), heat={}), "r")
        with self.engine.database.transaction() as tx:
            tx.write_many(insert(case_headers), [_header(case_id, case, f"C{self.count}")])
            tx.write_many(insert(case_facts), rows["case_facts"])
            tx.write_many(insert(case_episodes), rows["case_episodes"])
            if place:
                tx.write_many(insert(case_places), [self._place(case_id, place)])
        return case_id

    def _place(self, case_id: UUID, place: str) -> dict[str, Any]:
        assert self.engine.directory is not None
        unit = self.engine.directory.index.unit(place, NOW)
        assert unit is not None
        path = unit.path
        return {
            "case_id": case_id, "place": place, "place_path": path, "owner_unit": None, "owner_path": None,
            "confidentiality": "normal",
        }  # fmt: skip

    def write(self, name: str, period: str = "2026", **asked: Any) -> Report:
        """A report as an operator reads it, in Chinese."""
        given = Asked(period=period, **asked)
        return self.reports.write(name, operator(self.engine), given, catalogue(Language.ZH))


@contextmanager
def shelf(url: str = "sqlite://", config: Path = CONFIG) -> Iterator[Shelf]:
    """An empty one."""
    with open_engine(url, CONFIG, clock=ManualClock(NOW)) as engine:
        yield Shelf(engine, open_reports(engine, config, Timetables(CONFIG)))


def at(text: str) -> int:
    """A moment in China."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp()) * 1_000_000


def _header(case_id: UUID, case: CaseFacts, code: str) -> dict[str, Any]:
    return {
        "case_id": case_id,
        "definition_key": case.definition_key,
        "flow_name": case.definition_key,
        "case_code": code,
        "title": code,
        "category": case.category,
        "grade": case.grade,
        "confidentiality": 0,
        "lifecycle": "open",
        "source": case.source,
        "request_type": "",
        "received_at": case.received_at,
        "due_at": NEVER if case.due_at is None else case.due_at,
        "settled_at": case.settled_at,
        "closed_at": case.closed_at,
        "grams": grams(code),
    }
