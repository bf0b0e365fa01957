"""Applying actions to an engine: finding the task a step is about and completing it at the step's own time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from engine import canonical
from engine.cases.command import Outcome
from engine.errors import NotFound
from engine.facade import Engine
from engine.intake.drive import PROCESS, WITHDRAWN, Action
from engine.state import Timer, WorkItem

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def micros(moment: datetime) -> int:
    """A moment as the engine counts: microseconds since 1970 UTC."""
    return (moment - EPOCH) // MICROSECOND


class Case:
    """One case being played: knows its open tasks from what the engine answered.

    provenance: `imported` or `simulated`; it marks the case for ever, and only such cases may be given a time.
    """

    def __init__(self, engine: Engine, outcome: Outcome) -> None:
        self._engine = engine
        self._tasks: dict[int, WorkItem] = {}
        self._timers: list[int] = []
        self.id = outcome.case_id
        self.status = outcome.status
        self._note(outcome)

    @classmethod
    def start(cls, engine: Engine, action: Action, *, provenance: str, key: str) -> tuple[Case, bool]:
        """Start the case of a `start` action under an idempotency key, or find it again.

        Returns the case and whether it was there before; its open tasks are then read from the engine.
        """
        outcome = engine.start(
            PROCESS,
            action.variables,
            actor=action.actor,
            business_key=action.variables["case_code"],
            idempotency_key=key,
            provenance=provenance,
            at=micros(action.at),
        )
        case = cls(engine, outcome)
        if outcome.repeated:
            case.status = engine.case(case.id).status
            scopes = engine.queries.state(case.id).scopes.values()
            case._tasks = {task.id: task for scope in scopes for task in scope.tasks.values()}
        return case, outcome.repeated

    def can(self, action: Action) -> bool:
        """Whether the task the action completes is open."""
        return self._find(action) is not None

    def new_timers(self) -> list[int]:
        """When the timers fall due that were set since this was asked last, in microseconds since 1970 UTC."""
        timers, self._timers = self._timers, []
        return timers

    def do(self, action: Action) -> None:
        """Do one step. Raises NotFound when its task is not open, and whatever the engine refuses it with."""
        if action.kind == "withdraw":
            self._withdraw(action)
            return
        task = self._find(action)
        if task is None:
            raise NotFound(
                code="task.gone",
                message_zh=f"任务“{action.element}”没有打开",
                message_en=f"task “{action.element}” is not open",
                place={"case": str(self.id)},
            )
        del self._tasks[task.id]
        given: dict[str, Any] = {"task": task.id, "variables": canonical.to_wire(dict(action.variables))}
        if action.simulated:
            given["simulated"] = True
        at = micros(action.at)
        self._note(self._engine.command(self.id, "complete", given, actor=action.actor, at=at))

    def _withdraw(self, action: Action) -> None:
        code = self._engine.case(self.id).business_key or ""
        at = micros(action.at)
        for outcome in self._engine.send_message(WITHDRAWN, code, message_id=f"{self.id}/withdrawn", at=at):
            self._note(outcome)

    def _find(self, action: Action) -> WorkItem | None:
        group = None if action.unit is None else f"department:{action.unit}"
        for task in self._tasks.values():
            if task.element == action.element and (group is None or group in task.groups):
                return task
        return None

    def _note(self, outcome: Outcome) -> None:
        self.status = outcome.status
        for effect in outcome.effects:
            if effect[0] == "task+":
                task = WorkItem(*effect[2])
                self._tasks[task.id] = task
            elif effect[0] == "timer+":
                self._timers.append(Timer(*effect[2]).due)
