"""Playing the whistle flow by hand: a case, its open tasks, a clock that is moved on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from engine import ManualClock
from engine.cases.queries import Task
from engine.installation import open_engine
from engine.intake.player import micros
from engine.samples.package import read_folder
from engine.state import WorkItem

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "bpmn" / "whistle"
CONFIG = ROOT / "config"
MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""Monday, 09:00 in Shanghai."""
UNITS = [
    {"label": "城管局", "value": "city"},
    {"label": "派出所", "value": "police"},
    {"label": "水务局", "value": "water"},
]

FILLED: dict[str, dict[str, Any]] = {
    "blow_whistle": {
        "title": "河道倾倒垃圾",
        "whistle_type": "daily",
        "place": "柳溪村三组",
        "why_beyond_village": "车辆来自外村",
        "lead_unit": "city",
        "requested_units": ["city", "police"],
        "evidence": ["photo"],
        "reporter_name": "周素云",
        "reporter_phone": "10000001234",
        "within_item_list": True,
        "authoriser": "许明远",
    },
    "dispatch_whistle": {
        "dispatch_decision": "accept",
        "lead_unit": "city",
        "mandatory_units": ["police"],
        "optional_units": ["water"],
    },
    "sign_for": {"sign_for_decision": "accept", "received_by": "何立新"},
    "check_in": {
        "arrival": "2026-03-02T02:00Z",
        "arrived_person": "何立新",
        "arrival_place": "现场",
        "finding": "情况属实",
    },
    "handle": {"measures": "清运", "result": "solved", "cost": 300},
    "lead_report": {"lead_result": "solved", "lead_summary": "已清运", "lead_signature": "秦国梁"},
    "confirm_on_site": {"confirmed": "yes", "score": 5},
    "call_back": {
        "resident_called": "reached",
        "contact_method": "phone",
        "resident_solved": "yes",
        "satisfaction": "satisfied",
    },
    "rework": {"rework_measures": "再清一遍", "lead_result": "solved"},
    "close_whistle": {"materials_checked": True},
}
"""A valid submission of every form."""


WHO = {
    "blow_whistle": "village",
    "revise_whistle": "village",
    "confirm_on_site": "village",
    "dispatch_whistle": "platform",
    "call_back": "platform",
    "close_whistle": "platform",
    "lead_report": "city",
    "rework": "city",
}
"""Who does what belongs to no department in particular."""


class Whistle:
    """One case of the shipped flow on an engine of its own."""

    def __init__(self, url: str = "sqlite://") -> None:
        self.clock = ManualClock(micros(MORNING))
        self.engine = open_engine(url, CONFIG, clock=self.clock)
        self.engine.deploy(read_folder(FOLDER), actor="designer", package="whistle")
        variables = {"case_code": "CS-1", "village": "liuxi", "units": UNITS}
        self.case_id = self.engine.start("whistle", variables, actor="village", business_key="CS-1").case_id

    def open(self) -> list[str]:
        """The elements of the open tasks, sorted."""
        return sorted(task.element for task in self.engine.tasks(case_id=self.case_id))

    def task(self, element: str, unit: str | None = None) -> Task:
        """The open task of an element, of a department's if several are open."""
        group = None if unit is None else f"department:{unit}"
        (task,) = self.engine.tasks(case_id=self.case_id, element=element, group=group)
        return task

    def items(self, element: str) -> list[WorkItem]:
        """The open work items of an element, with their tokens."""
        scopes = self.engine.queries.state(self.case_id).scopes.values()
        return [task for scope in scopes for task in scope.tasks.values() if task.element == element]

    def complete(self, element: str, unit: str | None = None, **changes: Any) -> None:
        """Complete a task with a valid submission, changed as told; a field changed to None is left out."""
        values = {name: value for name, value in {**FILLED[element], **changes}.items() if value is not None}
        self.engine.complete(self.case_id, self.task(element, unit).id, values, actor=unit or WHO[element])

    def to_departments(self, **order: Any) -> None:
        """Blow and dispatch."""
        self.complete("blow_whistle", **order)
        self.complete("dispatch_whistle")

    def department(self, unit: str, **changes: Any) -> None:
        """One department from signing for to handling."""
        self.complete("sign_for", unit)
        self.complete("check_in", unit, **changes)
        self.complete("handle", unit)

    def to_confirmation(self) -> None:
        """Everything up to the confirmation on site."""
        self.to_departments()
        self.department("city")
        self.department("police")
        self.complete("lead_report")

    def later(self, **span: float) -> int:
        """Move the clock on and do what is due by then; how many things were done."""
        self.clock.advance(timedelta(**span) // timedelta(microseconds=1))
        return self.engine.run_due()

    @property
    def status(self) -> str:
        """The case's status."""
        return self.engine.case(self.case_id).status

    def variable(self, name: str) -> Any:
        """A variable of the process, None if it has none of this name."""
        return self.engine.variables(self.case_id).get(name)
