"""Running a simulation: cases arrive, staff act, time passes, in order of the case clock."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from heapq import heappop
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from engine.cases.clock import ManualClock
from engine.cases.command import Outcome
from engine.facade import Engine
from engine.runtime.dossier import REQUEST as DOSSIER
from engine.samples.draw import Draw
from engine.simulation.handlers import Handlers
from engine.simulation.profile import Profile
from engine.simulation.staff import Habits, Staff
from engine.simulation.waiting import Waiting
from engine.simulation.world import Arrival, Running, Tally, World, micros
from engine.state import CaseState


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
        self._start = start
        self._profile = profile or Profile()
        self._profiles = profiles or {}
        self._staff = staff
        self._world = World(engine, habits or Habits(), begin.tzinfo or ZoneInfo("Asia/Shanghai"))
        self._handlers = Handlers(self._world, members or self._of_directory)
        self._waiting = Waiting(self._world)
        self._others = {
            "message": self._waiting.send, "resume": self._waiting.resume, "recall": self._handlers.recall,
            "job": self._waiting.work_off,
        }  # fmt: skip
        self._heard: deque[tuple[Outcome, CaseState]] = deque()

    @property
    def tally(self) -> Tally:
        """What happened so far."""
        return self._world.tally

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
                at=micros(moment),
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
            while following is not None or self._world.agenda:
                if following is not None and (
                    not self._world.agenda or following.at <= self._world.agenda[0][0]
                ):
                    at, self._acting = following.at, None
                    self._pass(at)
                    self._arrive(following)
                    following = next(coming, None)
                    arrived += 1
                    progress(arrived)
                else:
                    at, _, kind, case_id, item = heappop(self._world.agenda)
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
        running = self._world.cases.get(case_id)
        self._acting = case_id
        if running is None or running.over:
            return
        if kind == "timer":
            self._engine.due.fire_case(case_id, at)
        elif kind in self._others:
            self._others[kind](running, item, at)
        else:
            self._handlers.act(running, item, at)

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
                if not self._handlers.at_once(running, state, item, arrival):
                    self._world.again(running, item, arrival.at)

    def _take(self, case_id: UUID, name: str, profile: Profile, variables: Mapping[str, Any]) -> Running:
        draw = self._draw.fork(name)
        running = Running(
            case_id,
            self._staff(draw, self._world.habits),
            draw,
            profile,
            key=str(variables.get("case_code") or ""),
            place=str(variables.get("grid") or ""),
        )
        self._world.cases[case_id] = running
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
            self._waiting.look(running, case.effective_at)

    def _listen(self, at: int) -> None:
        """Put what commands opened on the agenda, and send the messages that came of them."""
        while self._heard:
            outcome, state = self._heard.popleft()
            self.tally.steps["logged"] += 1
            running = self._world.cases.get(outcome.case_id)
            if running is None:
                running = self._child(outcome, state)
                if running is None:
                    continue
            running.state = state
            self._waiting.note(running, outcome, at)
            number = 0
            for effect in outcome.effects:
                if effect[0] == "out":
                    if not self._engine.outbox.send(outcome.case_id, outcome.seq, number):
                        self.tally.stuck[f"not sent: {effect[1]}"] += 1
                    number += 1

    def _child(self, outcome: Outcome, state: CaseState) -> Running | None:
        """A case that another one has begun; none that was there before."""
        parent = self._world.cases.get(self._acting) if self._acting is not None else None
        if outcome.seq != 1 or parent is None:
            return None
        parent.children += 1
        key = state.root.element
        name = f"{parent.draw.seed}/child/{parent.children}"
        return self._take(outcome.case_id, name, self._profiles.get(key, self._profile), state.root.variables)

    def _of_directory(self, group: str, at: int) -> Sequence[str]:
        directory = self._engine.directory
        return () if directory is None else directory.index.members(group, at)
