"""Running a simulation: cases arrive, staff act, time passes, in order of the case clock."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from heapq import heappop, heappush
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from engine.cases.clock import ManualClock
from engine.cases.command import Outcome
from engine.cases.erasure import ERASE
from engine.errors import Conflict, InvalidInput, NotFound, Refusal
from engine.facade import Engine
from engine.runtime.dossier import REQUEST as DOSSIER
from engine.runtime.session import EPOCH
from engine.samples.draw import Draw
from engine.simulation.extending import extension
from engine.simulation.filling import Filler
from engine.simulation.profile import Profile
from engine.simulation.staff import Habits, Move, Staff
from engine.state import CaseState, Job, Subscription, Timer, WorkItem

MICROSECOND = timedelta(microseconds=1)
TRIES = 12
"""How often a form is filled in again when it, or a rule, does not accept what was entered."""

WORKER = "simulation"
"""Who does the jobs that workers do by themselves."""

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


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """A case that is about to begin.

    at: microseconds. key: its business key. profile: how it goes. starter: who reports it; on_the_spot: who does so
    fills in the first form at once.
    """

    at: int
    process: str
    key: str
    variables: Mapping[str, Any]
    profile: Profile
    starter: str = "simulation"
    on_the_spot: bool = False


@dataclass(slots=True)
class _Running:
    case_id: UUID
    staff: Staff
    draw: Draw
    profile: Profile
    steps: int = 0
    planned: set[int] = field(default_factory=set)
    key: str = ""
    place: str = ""
    done: dict[int, str] = field(default_factory=dict)
    over: bool = False
    state: CaseState | None = None
    children: int = 0


class Simulation:
    """Simulates cases.

    process, start, every, begin: for `run`: the process, the variables of the n-th case, the mean time between two
    arrivals, and when the first one comes. profile: how the cases usually go; profiles: by process, for those that
    other cases begin. members: who is in a group of tasks at a moment; by default the engine's directory says. staff:
    makes those who handle a case, of its draws.
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
        profiles: Mapping[str, Profile] | None = None,
        members: Callable[[str, int], Sequence[str]] | None = None,
        staff: Callable[[Draw, Habits], Staff] = Staff,
    ) -> None:
        self._engine = engine
        self._process = process
        self._draw = Draw(seed)
        self._begin = begin
        self._every = every
        self._habits = habits or Habits()
        self._start = start
        self._profile = profile or Profile()
        self._profiles = profiles or {}
        self._members = members or self._of_directory
        self._staff = staff
        self._zone: tzinfo = begin.tzinfo or ZoneInfo("Asia/Shanghai")
        self._agenda: list[tuple[int, int, str, UUID, int]] = []
        self._order = 0
        self._cases: dict[UUID, _Running] = {}
        self._others = {
            "message": self._send, "resume": self._resume, "recall": self._recall, "job": self._work_off,
        }  # fmt: skip
        self._awaited: dict[tuple[UUID, int], str] = {}
        self._heard: deque[tuple[Outcome, CaseState]] = deque()
        self.tally = Tally()

    def run(self, cases: int, *, progress: Callable[[int, int], None] | None = None) -> Tally:
        """Simulate so many cases until nothing is left to do; what happened."""
        return self.work(
            self._evenly(cases), progress=lambda done: progress(done, cases) if progress else None
        )

    def _evenly(self, cases: int) -> Iterator[Arrival]:
        moment = self._begin
        for number in range(cases):
            draw = self._draw.fork(f"case/{number}")
            yield Arrival(
                at=_micros(moment),
                process=self._process,
                key=f"SIM-{number + 1:06d}",
                variables={**self._profile.start, **self._start(number, draw)},
                profile=self._profile,
            )
            moment += self._every * (2 * self._draw.fork(f"arrival/{number}").fraction())

    def work(
        self,
        arrivals: Iterable[Arrival],
        *,
        until: int | None = None,
        progress: Callable[[int], None] = lambda done: None,
    ) -> Tally:
        """Let cases arrive, in order of time, and be handled until nothing is left to do; what happened.

        until: nothing is done after this moment (microseconds). progress: told how many have arrived.
        """
        coming = iter(arrivals)
        following = next(coming, None)
        arrived = 0
        # Nobody reads the papers of made-up cases: none are set, and no dossier is sealed.
        with (
            self._engine.executor.watched(lambda outcome, state: self._heard.append((outcome, state))),
            self._engine.outbox.leaving_out(DOSSIER),
        ):
            while following is not None or self._agenda:
                if following is not None and (not self._agenda or following.at <= self._agenda[0][0]):
                    at, self._acting = following.at, None
                    self._pass(at)
                    self._arrive(following)
                    following = next(coming, None)
                    arrived += 1
                    progress(arrived)
                else:
                    at, _, kind, case_id, item = heappop(self._agenda)
                    if until is not None and at > until:
                        break
                    self._pass(at)
                    self._happen(kind, case_id, item, at)
                self._listen(at)
        return self.tally

    _acting: UUID | None = None

    def _pass(self, at: int) -> None:
        """Time passes, where it is ours."""
        if isinstance(self._engine.clock, ManualClock):
            self._engine.clock.now = max(self._engine.clock.now, at)

    def _happen(self, kind: str, case_id: UUID, item: int, at: int) -> None:
        running = self._cases.get(case_id)
        self._acting = case_id
        if running is None or running.over:
            return
        if kind == "timer":
            self._engine.due.fire_case(case_id, at)
        elif kind in self._others:
            self._others[kind](running, item, at)
        else:
            self._act(running, item, at)

    def _plan(self, at: int, kind: str, case_id: UUID, item: int) -> None:
        self._order += 1
        self._cases[case_id].planned.add(item)
        heappush(self._agenda, (at, self._order, kind, case_id, item))

    def _arrive(self, arrival: Arrival) -> None:
        outcome = self._engine.start(
            arrival.process,
            arrival.variables,
            actor=arrival.starter,
            business_key=arrival.key,
            idempotency_key=f"simulation/{self._draw.seed}/{arrival.key}",
            provenance="simulated",
            at=arrival.at,
        )
        if outcome.repeated:
            return
        running = self._take(outcome.case_id, f"case/{arrival.key}", arrival.profile, arrival.variables)
        if arrival.on_the_spot and self._heard:
            state = running.state = self._heard[0][1]
            item = next((item for scope in state.scopes.values() for item in scope.tasks.values()), None)
            if item is not None:
                running.planned.add(item.id)
                if not self._at_once(running, state, item, arrival):
                    self._again(running, item, arrival.at)

    def _at_once(self, running: _Running, state: CaseState, item: WorkItem, arrival: Arrival) -> bool:
        try:
            return self._complete(running, state, item, arrival.starter, arrival.at)
        except Refusal as refusal:
            running.state = None
            self.tally.refusals[refusal.rule] += 1
            return False

    def _take(self, case_id: UUID, name: str, profile: Profile, variables: Mapping[str, Any]) -> _Running:
        draw = self._draw.fork(name)
        running = _Running(
            case_id,
            self._staff(draw, self._habits),
            draw,
            profile,
            key=str(variables.get("case_code") or ""),
            place=str(variables.get("grid") or ""),
        )
        self._cases[case_id] = running
        return running

    def adopt(self, cases: Iterable[UUID]) -> None:
        """Go on with cases as they stand: those of a run that was stopped."""
        for case_id in cases:
            state = self._engine.queries.state(case_id)
            case = self._engine.case(case_id)
            profile = self._profiles.get(case.key, self._profile)
            name = f"case/{case.business_key or case_id}/{case.seq}"
            running = self._take(case_id, name, profile, state.root.variables)
            running.state = state
            self._look(running, case.effective_at)

    def _listen(self, at: int) -> None:
        """Put what commands opened on the agenda, and send the messages that came of them."""
        while self._heard:
            outcome, state = self._heard.popleft()
            self.tally.steps["logged"] += 1
            running = self._cases.get(outcome.case_id)
            if running is None:
                running = self._child(outcome, state)
                if running is None:
                    continue
            running.state = state
            self._note(running, outcome, at)
            number = 0
            for effect in outcome.effects:
                if effect[0] == "out":
                    if not self._engine.outbox.send(outcome.case_id, outcome.seq, number):
                        self.tally.stuck[f"not sent: {effect[1]}"] += 1
                    number += 1

    def _child(self, outcome: Outcome, state: CaseState) -> _Running | None:
        """A case that another one has begun; none that was there before."""
        parent = self._cases.get(self._acting) if self._acting is not None else None
        if outcome.seq != 1 or parent is None:
            return None
        parent.children += 1
        key = state.root.element
        name = f"{parent.draw.seed}/child/{parent.children}"
        return self._take(outcome.case_id, name, self._profiles.get(key, self._profile), state.root.variables)

    def _note(self, running: _Running, outcome: Outcome, at: int) -> None:
        """Put the tasks and timers a step opened on the agenda."""
        if outcome.status not in OPEN:
            running.over = True
            del self._cases[outcome.case_id]
            return
        if outcome.status != "active":
            return
        for effect in outcome.effects:
            if effect[0] == "task+":
                self._open(running, WorkItem(*effect[2]), at)
            elif effect[0] == "task~" and effect[3] != "held":
                self._plan(self._later(running, at), "task", outcome.case_id, effect[2])
            elif effect[0] == "timer+":
                self._plan(Timer(*effect[2]).due, "timer", outcome.case_id, effect[2][0])
            elif effect[0] == "sub+":
                self._await(running, Subscription(*effect[2]), at)
            elif effect[0] == "job+":
                self._queue(running, Job(*effect[2]), at)

    def _queue(self, running: _Running, job: Job, at: int) -> None:
        """Plan a job that workers do by themselves; what connectors do outside is done by nobody here."""
        running.planned.add(job.id)
        if job.type == ERASE:
            self._plan(at, "job", running.case_id, job.id)
        else:
            self.tally.stuck[f"job: {job.type}"] += 1

    def _open(self, running: _Running, item: WorkItem, at: int) -> None:
        if item.id not in running.planned:
            due = None if item.due is None else self._at(item.due)
            when = _micros(running.staff.delay(self._at(at), due))
            self._plan(when, "task", running.case_id, item.id)

    def _later(self, running: _Running, at: int) -> int:
        return _micros(running.staff.delay(self._at(at)))

    def _state(self, running: _Running) -> CaseState | None:
        """The state of a case that is not over."""
        if running.over:
            return None
        if running.state is None:
            running.state = self._engine.queries.state(running.case_id)
            running.over = running.state.status not in OPEN
        return None if running.over else running.state

    def _look(self, running: _Running, at: int) -> None:
        """Plan everything that is open in a case."""
        state = self._state(running)
        if state is None or state.status != "active":
            return
        planned = running.planned
        for scope in state.scopes.values():
            for item in scope.tasks.values():
                self._open(running, item, at)
            for timer in scope.timers.values():
                if timer.id not in planned:
                    self._plan(timer.due, "timer", running.case_id, timer.id)
            for sub in scope.subscriptions.values():
                if sub.id not in planned:
                    self._await(running, sub, at)
            for job in scope.jobs.values():
                if job.id not in planned:
                    self._queue(running, job, at)

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
            # What failed has left the state it was tried on half changed.
            running.state = None
            self.tally.refusals[refusal.rule] += 1
            self._again(running, item, at, REFUSED)
        except (Conflict, NotFound):
            running.state = None
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
        for group in groups:
            found = running.staff.one_of(self._members(group, at), avoid)
            if found is not None:
                return found
        return running.staff.person(groups[0] if groups else "staff", avoid)

    def _of_directory(self, group: str, at: int) -> Sequence[str]:
        directory = self._engine.directory
        return () if directory is None else directory.index.members(group, at)

    def _await(self, running: _Running, waiting: Subscription, at: int) -> None:
        """Plan the message a case waits for, if it comes."""
        running.planned.add(waiting.id)
        coming = running.profile.messages.get(waiting.name)
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
        coming = running.profile.messages[name]
        outcomes = self._engine.send_message(
            name, running.key, coming.variables, message_id=identity, ttl=at, at=at
        )
        self.tally.steps["message"] += len(outcomes)

    def _work_off(self, running: _Running, job_id: int, at: int) -> None:
        """The case's keys are destroyed, as a worker does it, if it is still to be done."""
        state = self._state(running)
        if state is None or job_id not in state.home:
            return
        self._engine.erasure.erase(running.case_id, actor=WORKER, ground=f"job {job_id}")
        self._engine.complete_job(running.case_id, job_id, actor=WORKER, at=at)
        self.tally.steps["erase"] += 1

    def _resume(self, running: _Running, _: int, at: int) -> None:
        """A suspended case goes on: everything in it is at hand again."""
        state = self._state(running)
        if state is None or state.status != "suspended":
            return
        self._engine.resume(running.case_id, actor="town", at=at)
        self.tally.steps["resume"] += 1
        running.planned.clear()
        self._engine.due.fire_case(running.case_id, at)
        self._look(running, at)

    def _recall(self, running: _Running, task_id: int, at: int) -> None:
        """Somebody takes back what they completed."""
        actor = running.done.pop(task_id)
        try:
            self._engine.recall(running.case_id, task_id, actor=actor, at=at)
        except Refusal as refusal:
            running.state = None
            self.tally.refusals[refusal.rule] += 1
        except (Conflict, NotFound):
            running.state = None
            self.tally.steps["overtaken"] += 1
        else:
            self.tally.steps["recall"] += 1

    def _again(self, running: _Running, item: WorkItem, at: int, days: tuple[float, float] = (0, 0)) -> None:
        """The task is still there: somebody comes back to it, after some days if need be."""
        back = running.staff.delay(self._at(at) + running.staff.away_for(days))
        self._plan(_micros(back), "task", running.case_id, item.id)

    def _complete(self, running: _Running, state: CaseState, item: WorkItem, actor: str, at: int) -> bool:
        """Fill in the form of a task; whether it was accepted in the end."""
        scope = state.scope_of(item.id)
        assert scope is not None
        definition = self._engine.definitions.programs.get(scope.definition).definition
        form = definition.forms.get(item.form) if item.form else None
        filler = Filler(running.draw, self._at(at), yes=self._habits.content, profile=running.profile)
        known = dict(scope.variables) | dict(state.root.variables)
        for attempt in range(TRIES):
            values = {} if form is None else filler.fill(form.schema, known)
            try:
                outcome = self._engine.complete(running.case_id, item.id, values, actor=actor, at=at)
            except InvalidInput as error:
                running.state = None
                if attempt + 1 == TRIES:
                    self.tally.stuck[f"form {item.form}: {','.join(sorted(error.fields))}"] += 1
                continue
            self.tally.steps["complete"] += 1
            if running.staff.recalls():
                running.done[item.id] = actor
                soon = _micros(self._at(at) + timedelta(minutes=20))
                self._plan(soon, "recall", running.case_id, item.id)
            if outcome.status == "active" and not outcome.effects:
                self.tally.stuck["nothing happened"] += 1
            return True
        return False

    def _at(self, micros: int) -> datetime:
        return (EPOCH + micros * MICROSECOND).astimezone(self._zone)


def _micros(moment: datetime) -> int:
    return (moment - EPOCH) // MICROSECOND
