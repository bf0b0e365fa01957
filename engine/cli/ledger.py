"""What became of whistles, and what each department did: counted from the case logs alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from engine import canonical
from engine.cli.moments import micros_of
from engine.state import CaseState, WorkItem, apply

if TYPE_CHECKING:
    from engine.cases.log import EventContent, EventHead, StoredEvent

GROUP = "department:"
OUTCOMES = ("closed", "settled", "open", "given_up", "withdrawn")
STANDINGS = ("on_time", "late", "within", "overdue")
"""Handled within or after the limit for handling; not settled, and the limit is ahead or past."""


@dataclass(slots=True)
class Department:
    """One department's account. late: done after the limit. released: let go before it was done."""

    summoned: int = 0
    signed: int = 0
    signed_late: int = 0
    arrived: int = 0
    arrived_late: int = 0
    handled: int = 0
    handled_late: int = 0
    released: int = 0
    overdue: int = 0


@dataclass(slots=True)
class Ledger:
    """The account of many cases at one moment.

    now: that moment, microseconds since 1970 UTC. outcomes: how cases stand, by key of the catalogue.
    steps: open tasks by element. punctual: settled or open cases by how they stand against their limit.
    """

    now: int
    outcomes: Counter[str] = field(default_factory=Counter)
    steps: Counter[str] = field(default_factory=Counter)
    punctual: Counter[str] = field(default_factory=Counter)
    departments: dict[str, Department] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    told: tuple[int, UUID] | None = None

    def add(self, case_id: UUID, status: str, events: Iterable[StoredEvent]) -> None:
        """Count one case."""
        record = _Record(ledger=self)
        for event in events:
            record.read(event.head, event.open())
        record.close(status)
        self._consider(case_id, record)

    def to_json(self) -> dict[str, Any]:
        """All figures, for programs."""
        return {
            "outcomes": {name: self.outcomes[name] for name in OUTCOMES},
            "punctual": {name: self.punctual[name] for name in STANDINGS},
            "open_tasks": dict(self.steps),
            "departments": {unit: asdict(account) for unit, account in sorted(self.departments.items())},
        }

    def department(self, unit: str) -> Department:
        """The account of a department."""
        return self.departments.setdefault(unit, Department())

    def _consider(self, case_id: UUID, record: _Record) -> None:
        """Keep the shortest story of a closed case in which a department was late, or else of any closed one."""
        if not record.is_closed:
            return
        rank = (0 if record.was_late else 1_000_000) + record.length
        if self.told is None or rank < self.told[0]:
            self.told = (rank, case_id)


_DONE = {"sign_for": "signed", "check_in": "arrived", "handle": "handled"}


@dataclass(slots=True)
class _Record:
    """One case while its log is read."""

    ledger: Ledger
    length: int = 0
    was_late: bool = False
    is_closed: bool = False
    _state: CaseState = field(default_factory=CaseState)
    _open: dict[int, WorkItem] = field(default_factory=dict)
    _variables: dict[str, Any] = field(default_factory=dict)
    _handled: list[bool] = field(default_factory=list)
    """For each handling that had a limit, whether it was done after it."""

    def read(self, head: EventHead, content: EventContent) -> None:
        self.length += 1
        if head.kind == "start":
            self._learn_names(content.input.get("variables") or {})
        for effect in content.effects:
            apply(self._state, effect)
            if effect[0] == "task+":
                self._opened(WorkItem(*effect[2]))
            elif effect[0] == "var":
                self._variables.update(effect[2])
        self._state.changes.clear()
        completed = content.input.get("task") if head.kind == "complete" else None
        for task_id in [task_id for task_id in self._open if task_id not in self._state.home]:
            self._gone(self._open.pop(task_id), head.effective_at, completed=task_id == completed)

    def close(self, status: str) -> None:
        ledger = self.ledger
        settled = _moment(self._variables.get("settled_at"))
        running = [
            task.due for task in self._open.values() if task.element == "handle" and task.due is not None
        ]
        self.is_closed = status == "completed" and settled is not None
        ledger.outcomes[self._outcome(status, settled)] += 1
        if (running or self._handled) and self._variables.get("outcome") != "withdrawn":
            overdue = any(due < ledger.now for due in running)
            ledger.punctual[_standing(settled is not None, any(self._handled), overdue)] += 1
        for task in self._open.values():
            unit = _unit(task)
            ledger.steps[task.element] += 1
            if unit is not None and task.due is not None and task.due < ledger.now:
                ledger.department(unit).overdue += 1

    def _outcome(self, status: str, settled: int | None) -> str:
        if status == "active":
            return "settled" if settled is not None else "open"
        if self._variables.get("outcome") == "withdrawn":
            return "withdrawn"
        return "closed" if settled is not None else "given_up"

    def _learn_names(self, variables: Mapping[str, Any]) -> None:
        for entry in variables.get("units") or []:
            self.ledger.names.setdefault(entry["value"], entry["label"])

    def _opened(self, task: WorkItem) -> None:
        self._open[task.id] = task
        unit = _unit(task)
        if unit is not None and task.element == "sign_for":
            self.ledger.department(unit).summoned += 1

    def _gone(self, task: WorkItem, at: int, *, completed: bool) -> None:
        unit = _unit(task)
        if unit is None or task.element not in _DONE:
            return
        account = self.ledger.department(unit)
        if not completed:
            account.released += 1
            return
        name = _DONE[task.element]
        setattr(account, name, getattr(account, name) + 1)
        late = task.due is not None and at > task.due
        if task.element == "handle" and task.due is not None:
            self._handled.append(late)
        if late:
            setattr(account, f"{name}_late", getattr(account, f"{name}_late") + 1)
            self.was_late = True


def _unit(task: WorkItem) -> str | None:
    return next((group.removeprefix(GROUP) for group in task.groups if group.startswith(GROUP)), None)


def _moment(wire: Any) -> int | None:
    value = canonical.from_wire(wire)
    return micros_of(value) if isinstance(value, datetime) else None


def _standing(settled: bool, late: bool, overdue: bool) -> str:
    if settled:
        return "late" if late else "on_time"
    return "overdue" if overdue or late else "within"
