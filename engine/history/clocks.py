"""The clock ledgers of a case, told from its log: what every second of each limit was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from engine.calendars import Ledger, Timetable, ledger
from engine.calendars.case_clock import clock_of
from engine.cases.log import EventContent, StoredEvent
from engine.history.verify import Opened
from engine.state import CaseState, WorkItem, apply
from engine.state.case import CASE_CLOCK


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskClock:
    """The limit of one task, or of the case as a whole, and its account.

    task: None for the case; element: its process then. stopped: when the task ended or the case was settled
    (microseconds), None while it runs.
    """

    task: int | None
    element: str
    limit: str
    stopped: int | None
    ledger: Ledger


@dataclass(slots=True)
class _Record:
    element: str
    clock: dict[str, Any]
    stopped: int | None = None


def task_clocks(engine: Opened, timetable: Timetable, case_id: UUID, now: int) -> list[TaskClock]:
    """The ledgers of a case's own limit and of all its tasks that had one, in order of their start.

    now: up to when running clocks are told, microseconds. Raises NotFound when a rule they started under is gone.
    """
    return clocks_of(((event, event.open()) for event in engine.queries.events(case_id)), timetable, now)


def clocks_of(
    events: Iterable[tuple[StoredEvent, EventContent]], timetable: Timetable, now: int
) -> list[TaskClock]:
    """The same, from a log that was read before."""
    records: dict[int, _Record] = {}
    whole: dict[str, Any] | None = None
    state = CaseState()
    for event, content in events:
        for effect in content.effects:
            apply(state, effect)
            _read(records, effect)
        whole = state.clocks.get(CASE_CLOCK)
        for task, record in records.items():
            if record.stopped is None and task not in state.home:
                record.stopped = event.head.effective_at
    told: list[tuple[int | None, _Record]] = [*sorted(records.items())]
    if whole is not None:
        told.insert(0, (None, _Record(state.root.element, whole, whole.get("stopped"))))
    return [_told(timetable, number, record, now) for number, record in told]


def _told(timetable: Timetable, task: int | None, record: _Record, now: int) -> TaskClock:
    clock = clock_of(timetable, record.clock, record.stopped)
    return TaskClock(
        task=task,
        element=record.element,
        limit=record.clock["name"],
        stopped=record.stopped,
        ledger=ledger(clock, timetable.calendar_of(clock.row), now),
    )


def _read(records: dict[int, _Record], effect: list[Any]) -> None:
    if effect[0] == "task+":
        item = WorkItem(*effect[2])
        if item.extra and "clock" in item.extra:
            records[item.id] = _Record(item.element, item.extra["clock"])
    elif effect[0] == "task=" and effect[2] in records:
        clock = (effect[3].get("extra") or {}).get("clock")
        if clock is not None:
            records[effect[2]].clock = clock
