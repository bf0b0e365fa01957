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

from engine.cases.clock import ManualClock
from engine.cases.command import Outcome
from engine.errors import Conflict, InvalidInput, NotFound, Refusal
from engine.facade import Engine
from engine.runtime.session import EPOCH
from engine.samples.draw import Draw
from engine.simulation.extending import extension
from engine.simulation.filling import Filler
from engine.simulation.profile import Profile
from engine.simulation.staff import Habits, Move, Staff
from engine.state import CaseState, Subscription, Timer, WorkItem

MICROSECOND = timedelta(microseconds=1)
TRIES = 12
"""How often a form is filled in again when it, or a rule, does not accept what was entered."""

OPEN = ("active", "suspended")
REFUSED = (5, 30)
"""After how many days somebody tries again what a rule has refused."""

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
    key: str = ""
    place: str = ""
    done: dict[int, str] = field(default_factory=dict)
    over: bool = False


class Simulation:
    """Simulates cases of one process.

    start: gives the variables of the n-th case. every: the mean time between two arrivals. profile: how the cases of
    this process usually go. Where the engine has a directory, those who are in a task's group do the work.
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
        profile: Profile | None = None,
    ) -> None:
        self._engine = engine
        self._process = process
        self._draw = Draw(seed)
        self._begin = begin
        self._every = every
        self._habits = habits or Habits()
        self._start = start
        self._profile = profile or Profile()
        self._zone: tzinfo = begin.tzinfo or ZoneInfo("Asia/Shanghai")
        self._agenda: list[tuple[int, int, str, UUID | None, int]] = []
        self._order = 0
        self._cases: dict[UUID, _Running] = {}
        self._others = {"message": self._send, "resume": self._resume, "recall": self._recall}
        self._awaited: dict[tuple[UUID, int], str] = {}
        self._sent = False
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
            if isinstance(self._engine.clock, ManualClock):
                self._engine.clock.now = max(self._engine.clock.now, at)
            if kind == "start":
                self._arrive(at, item)
            elif kind == "timer":
                self._fire(case_id, at)
            elif case_id is not None and kind in self._others:
                self._others[kind](self._cases[case_id], item, at)
            elif case_id is not None:
                self._act(self._cases[case_id], item, at)
            if self._sent and case_id is not None:
                self._sent = False
                while self._engine.due.send_outbox(at) + self._engine.due.deliver_messages():
                    pass
                self._look(case_id, at)
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
        variables = {**self._profile.start, **self._start(number, draw)}
        outcome = self._engine.start(
            self._process,
            variables,
            actor="simulation",
            business_key=f"SIM-{number + 1:06d}",
            idempotency_key=f"simulation/{self._draw.seed}/{number}",
            provenance="simulated",
            at=at,
        )
        if outcome.repeated:
            return
        self._cases[outcome.case_id] = _Running(
            outcome.case_id,
            Staff(draw, self._habits),
            draw,
            key=str(variables.get("case_code", "")),
            place=str(variables.get("grid", "")),
        )
        self._note(outcome, at)

    def _note(self, outcome: Outcome, at: int) -> None:
        """Put the tasks and timers a step opened on the agenda."""
        running = self._cases[outcome.case_id]
        running.over = outcome.status not in OPEN
        self.tally.steps["events"] += 1
        if any(effect[0] == "out" for effect in outcome.effects):
            self._sent = True
        for effect in outcome.effects:
            if effect[0] == "task+":
                opened = WorkItem(*effect[2])
                self._plan(_micros(running.staff.delay(self._at(at))), "task", outcome.case_id, opened.id)
            elif effect[0] == "task~" and effect[3] != "held":
                self._plan(_micros(running.staff.delay(self._at(at))), "task", outcome.case_id, effect[2])
            elif effect[0] == "timer+":
                self._plan(Timer(*effect[2]).due, "timer", outcome.case_id, effect[2][0])
            elif effect[0] == "sub+":
                self._await(running, Subscription(*effect[2]), at)

    def _fire(self, case_id: UUID | None, at: int) -> None:
        """Fire the due timers of a case, and send and deliver the messages that came of them."""
        if case_id is None or self._cases[case_id].over:
            return
        due = self._engine.due
        if due.fire_case(case_id, at):
            while due.send_outbox(at) + due.deliver_messages():
                pass
            self._look(case_id, at)

    def _state(self, running: _Running) -> CaseState | None:
        """The state of a case that is not over."""
        if running.over:
            return None
        state = self._engine.queries.state(running.case_id)
        running.over = state.status not in OPEN
        return None if running.over else state

    def _look(self, case_id: UUID, at: int) -> None:
        """After timers fired: plan what they opened."""
        running = self._cases[case_id]
        state = self._state(running)
        if state is None or state.status != "active":
            return
        planned = running.planned
        for scope in state.scopes.values():
            for item in scope.tasks.values():
                if item.id not in planned:
                    self._plan(_micros(running.staff.delay(self._at(at))), "task", case_id, item.id)
            for timer in scope.timers.values():
                if timer.id not in planned:
                    self._plan(timer.due, "timer", case_id, timer.id)
            for sub in scope.subscriptions.values():
                if sub.id not in planned:
                    self._await(running, sub, at)

    def _act(self, running: _Running, task_id: int, at: int) -> None:
        running.steps += 1
        if running.steps > MAX_STEPS:
            self.tally.stuck["rounds"] += 1
            return
        state = self._state(running)
        if state is None or state.status != "active":
            return
        scope = state.scope_of(task_id)
        item = scope.tasks.get(task_id) if scope is not None else None
        if item is None or item.status == "held":
            return
        move = running.staff.move()
        actor = item.assignee or self._somebody(running, item.groups, at)
        try:
            self._do(running, state, item, move, actor, at)
        except Refusal as refusal:
            self.tally.refusals[refusal.rule] += 1
            self._again(running, item, at, REFUSED)
        except (Conflict, NotFound):
            self.tally.steps["overtaken"] += 1

    def _do(
        self, running: _Running, state: CaseState, item: WorkItem, move: Move, actor: str, at: int
    ) -> None:
        engine, case_id = self._engine, running.case_id
        if item.assignee is None:
            engine.claim(case_id, item.id, actor=actor, at=at)
        other = self._somebody(running, item.groups, at, (actor, item.assignee))
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
        else:
            outcome = self._beside(running, item, move, actor, other, at)
        if outcome is None:
            self._complete(running, state, item, actor, at)
            return
        self.tally.steps[str(move)] += 1
        self._note(outcome, at)
        if move in (Move.RETURN, Move.EXTEND):
            self._look(case_id, at)
        if move is Move.EXTEND:
            self._again(running, item, at)

    def _beside(
        self, running: _Running, item: WorkItem, move: Move, actor: str, other: str, at: int
    ) -> Outcome | None:
        """What is done about a task without moving it on; None when the task is worked on as well."""
        engine, case_id = self._engine, running.case_id
        if move is Move.URGE:
            engine.urge(case_id, item.id, actor="village", at=at)
        elif move is Move.COPY:
            engine.copy(case_id, item.id, [other], actor=actor, at=at)
        elif move is Move.EXTEND:
            return self._extend(running, item, actor, at)
        elif move is Move.SUSPEND:
            outcome = engine.suspend(case_id, actor=actor, reason_code="appraisal", at=at)
            back = _micros(running.staff.delay(self._at(at) + running.staff.away_for((1, 30))))
            self._plan(back, "resume", case_id, 0)
            return outcome
        if move in (Move.URGE, Move.COPY):
            self.tally.steps[str(move)] += 1
        return None

    def _extend(self, running: _Running, item: WorkItem, actor: str, at: int) -> Outcome | None:
        """More time, if the limit's rule gives it."""
        given = extension(
            self._engine,
            item,
            running.place,
            at,
            (actor, item.assignee),
            lambda groups, avoid: self._somebody(running, groups, at, tuple(avoid)),
        )
        if given is None:
            return None
        return self._engine.extend(
            running.case_id, item.id, more=given.more, approved_by=given.approver, actor=actor, at=at
        )

    def _somebody(
        self, running: _Running, groups: list[str], at: int, avoid: tuple[str | None, ...] = ()
    ) -> str:
        """Somebody of a task's group: one who is there, where a directory says who, else a made-up name."""
        directory = self._engine.directory
        if directory is not None and groups:
            found = running.staff.one_of(directory.index.members(groups[0], at), avoid)
            if found is not None:
                return found
        return running.staff.person(groups[0] if groups else "staff", avoid)

    def _await(self, running: _Running, waiting: Subscription, at: int) -> None:
        """Plan the message a case waits for, if it comes."""
        running.planned.add(waiting.id)
        coming = self._profile.messages.get(waiting.name)
        if waiting.kind == "message" and coming is not None and running.draw.chance(coming.share):
            when = _micros(running.staff.delay(self._at(at) + running.staff.away_for(coming.days)))
            self._awaited[running.case_id, waiting.id] = waiting.name
            self._plan(when, "message", running.case_id, waiting.id)

    def _send(self, running: _Running, waiting: int, at: int) -> None:
        """A message from outside arrives, if it is still waited for."""
        name = self._awaited.pop((running.case_id, waiting), None)
        state = self._state(running)
        if name is None or state is None or waiting not in state.home:
            return
        identity = f"simulation/{running.case_id}/{waiting}"
        coming = self._profile.messages[name]
        outcomes = self._engine.send_message(
            name, running.key, coming.variables, message_id=identity, ttl=at, at=at
        )
        for outcome in outcomes:
            self.tally.steps["message"] += 1
            if outcome.case_id in self._cases:
                self._note(outcome, at)

    def _resume(self, running: _Running, _: int, at: int) -> None:
        """A suspended case goes on: everything in it is at hand again."""
        state = self._state(running)
        if state is None or state.status != "suspended":
            return
        outcome = self._engine.resume(running.case_id, actor="town", at=at)
        self.tally.steps["resume"] += 1
        running.planned.clear()
        self._note(outcome, at)
        self._engine.due.fire_case(running.case_id, at)
        self._look(running.case_id, at)

    def _recall(self, running: _Running, task_id: int, at: int) -> None:
        """Somebody takes back what they completed."""
        actor = running.done.pop(task_id)
        try:
            outcome = self._engine.recall(running.case_id, task_id, actor=actor, at=at)
        except Refusal as refusal:
            self.tally.refusals[refusal.rule] += 1
        except (Conflict, NotFound):
            self.tally.steps["overtaken"] += 1
        else:
            self.tally.steps["recall"] += 1
            self._note(outcome, at)

    def _again(self, running: _Running, item: WorkItem, at: int, days: tuple[float, float] = (0, 0)) -> None:
        """The task is still there: somebody comes back to it, after some days if need be."""
        back = running.staff.delay(self._at(at) + running.staff.away_for(days))
        self._plan(_micros(back), "task", running.case_id, item.id)

    def _complete(self, running: _Running, state: CaseState, item: WorkItem, actor: str, at: int) -> None:
        scope = state.scope_of(item.id)
        assert scope is not None
        definition = self._engine.definitions.programs.get(scope.definition).definition
        form = definition.forms.get(item.form) if item.form else None
        filler = Filler(running.draw, self._at(at), yes=self._habits.content, profile=self._profile)
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
            if running.staff.recalls():
                running.done[item.id] = actor
                soon = _micros(self._at(at) + timedelta(minutes=20))
                self._plan(soon, "recall", running.case_id, item.id)
            if outcome.status == "active" and not outcome.effects:
                self.tally.stuck["nothing happened"] += 1
            return

    def _at(self, micros: int) -> datetime:
        return (EPOCH + micros * MICROSECOND).astimezone(self._zone)


def _micros(moment: datetime) -> int:
    return (moment - EPOCH) // MICROSECOND
