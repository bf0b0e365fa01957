"""Running a simulation: cases arrive, staff act, time passes, in order of the case clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from heapq import heappop, heappush
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from engine.cases.command import Outcome
from engine.errors import Conflict, InvalidInput, NotFound, Refusal
from engine.facade import Engine
from engine.runtime.session import EPOCH
from engine.samples.draw import Draw
from engine.simulation.filling import Filler
from engine.simulation.staff import Habits, Move, Staff
from engine.state import Timer, WorkItem

MICROSECOND = timedelta(microseconds=1)
TRIES = 12
"""How often a form is filled in again when it, or a rule, does not accept what was entered."""

MAX_STEPS = 400
"""A case that goes round longer than this is left as it stands, and counted."""


@dataclass(slots=True)
class Tally:
    """What a simulation did: steps by kind, refusals by rule, cases by how they stand."""

    steps: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    stuck: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class _Running:
    case_id: UUID
    staff: Staff
    draw: Draw
    steps: int = 0
    planned: set[int] = field(default_factory=set)


class Simulation:
    """Simulates cases of one process.

    start: gives the variables of the n-th case. every: the mean time between two arrivals.
    """

    def __init__(
        self,
        engine: Engine,
        process: str,
        *,
        seed: str,
        begin: datetime,
        every: timedelta = timedelta(minutes=20),
        habits: Habits | None = None,
        start: Callable[[int, Draw], Mapping[str, Any]] = lambda number, draw: {},
    ) -> None:
        self._engine = engine
        self._process = process
        self._draw = Draw(seed)
        self._begin = begin
        self._every = every
        self._habits = habits or Habits()
        self._start = start
        self._zone: tzinfo = begin.tzinfo or ZoneInfo("Asia/Shanghai")
        self._agenda: list[tuple[int, int, str, UUID | None, int]] = []
        self._order = 0
        self._cases: dict[UUID, _Running] = {}
        self.tally = Tally()

    def run(self, cases: int, *, progress: Callable[[int, int], None] | None = None) -> Tally:
        """Simulate so many cases until nothing is left to do; what happened."""
        moment = self._begin
        for number in range(cases):
            self._plan(_micros(moment), "start", None, number)
            moment += self._every * (2 * self._draw.fork(f"arrival/{number}").fraction())
        ended = 0
        while self._agenda:
            at, _, kind, case_id, item = heappop(self._agenda)
            if kind == "start":
                self._arrive(at, item)
            elif kind == "timer":
                self._engine.run_due(at, case_id=case_id)
                self._look(case_id, at)
            elif case_id is not None:
                self._act(self._cases[case_id], item, at)
            if progress is not None and kind == "start":
                ended += 1
                progress(ended, cases)
        return self.tally

    def _plan(self, at: int, kind: str, case_id: UUID | None, item: int) -> None:
        self._order += 1
        if case_id is not None:
            self._cases[case_id].planned.add(item)
        heappush(self._agenda, (at, self._order, kind, case_id, item))

    def _arrive(self, at: int, number: int) -> None:
        draw = self._draw.fork(f"case/{number}")
        outcome = self._engine.start(
            self._process,
            self._start(number, draw),
            actor="simulation",
            business_key=f"SIM-{number + 1:06d}",
            idempotency_key=f"simulation/{self._draw.seed}/{number}",
            provenance="simulated",
            at=at,
        )
        self._cases[outcome.case_id] = _Running(outcome.case_id, Staff(draw, self._habits), draw)
        self._note(outcome, at)

    def _note(self, outcome: Outcome, at: int) -> None:
        """Put the tasks and timers a step opened on the agenda."""
        running = self._cases[outcome.case_id]
        self.tally.steps["events"] += 1
        for effect in outcome.effects:
            if effect[0] == "task+":
                opened = WorkItem(*effect[2])
                self._plan(_micros(running.staff.delay(self._at(at))), "task", outcome.case_id, opened.id)
            elif effect[0] == "task~" and effect[3] != "held":
                self._plan(_micros(running.staff.delay(self._at(at))), "task", outcome.case_id, effect[2])
            elif effect[0] == "timer+":
                self._plan(Timer(*effect[2]).due, "timer", outcome.case_id, effect[2][0])

    def _look(self, case_id: UUID | None, at: int) -> None:
        """After timers fired: plan what they opened."""
        if case_id is None:
            return
        case = self._engine.case(case_id)
        if case.status != "active":
            return
        running = self._cases[case_id]
        planned = running.planned
        for scope in self._engine.queries.state(case_id).scopes.values():
            for item in scope.tasks.values():
                if item.id not in planned:
                    self._plan(_micros(running.staff.delay(self._at(at))), "task", case_id, item.id)
            for timer in scope.timers.values():
                if timer.id not in planned:
                    self._plan(timer.due, "timer", case_id, timer.id)

    def _act(self, running: _Running, task_id: int, at: int) -> None:
        running.steps += 1
        if running.steps > MAX_STEPS:
            self.tally.stuck["rounds"] += 1
            return
        if self._engine.case(running.case_id).status != "active":
            return
        state = self._engine.queries.state(running.case_id)
        scope = state.scope_of(task_id)
        item = scope.tasks.get(task_id) if scope is not None else None
        if item is None or item.status == "held":
            return
        move = running.staff.move()
        actor = item.assignee or running.staff.person(item.groups[0] if item.groups else "staff")
        try:
            self._do(running, item, move, actor, at)
        except Refusal as refusal:
            self.tally.refusals[refusal.rule] += 1
            self._again(running, item, at)
        except (Conflict, NotFound):
            self.tally.steps["overtaken"] += 1

    def _do(self, running: _Running, item: WorkItem, move: Move, actor: str, at: int) -> None:
        engine, case_id = self._engine, running.case_id
        if item.assignee is None:
            engine.claim(case_id, item.id, actor=actor, at=at)
        other = running.staff.person("staff", (actor, item.assignee))
        outcome: Outcome | None = None
        if move is Move.RETURN:
            mode = "back" if running.staff.straight_back() else "redo"
            outcome = engine.return_task(case_id, item.id, actor=actor, mode=mode, at=at)
        elif move is Move.TRANSFER:
            outcome = engine.transfer(case_id, item.id, other, actor=actor, at=at)
        elif move is Move.DELEGATE:
            outcome = engine.delegate(case_id, item.id, other, actor=actor, at=at)
        elif move is Move.ADD_SIGN:
            outcome = engine.add_sign(case_id, item.id, [other], "before", actor=actor, at=at)
        elif move is Move.URGE:
            engine.urge(case_id, item.id, actor="village", at=at)
        if outcome is None:
            self._complete(running, item, actor, at)
            return
        self.tally.steps[str(move)] += 1
        self._note(outcome, at)

    def _again(self, running: _Running, item: WorkItem, at: int) -> None:
        """The task is still there: somebody comes back to it."""
        self._plan(_micros(running.staff.delay(self._at(at))), "task", running.case_id, item.id)

    def _complete(self, running: _Running, item: WorkItem, actor: str, at: int) -> None:
        state = self._engine.queries.state(running.case_id)
        scope = state.scope_of(item.id)
        assert scope is not None
        definition = self._engine.definitions.programs.get(scope.definition).definition
        form = definition.forms.get(item.form) if item.form else None
        filler = Filler(running.draw, self._at(at), yes=self._habits.content)
        known = dict(scope.variables) | dict(state.root.variables)
        for attempt in range(TRIES):
            values = {} if form is None else filler.fill(form.schema, known)
            try:
                outcome = self._engine.complete(running.case_id, item.id, values, actor=actor, at=at)
            except InvalidInput as error:
                if attempt + 1 == TRIES:
                    self.tally.stuck[f"form {item.form}: {','.join(sorted(error.fields))}"] += 1
                continue
            self.tally.steps["complete"] += 1
            self._note(outcome, at)
            if outcome.status == "active" and not outcome.effects:
                self.tally.stuck["nothing happened"] += 1
            return

    def _at(self, micros: int) -> datetime:
        return (EPOCH + micros * MICROSECOND).astimezone(self._zone)


def _micros(moment: datetime) -> int:
    return (moment - EPOCH) // MICROSECOND
