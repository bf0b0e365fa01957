"""What the cases of a simulation wait for: planned when a step opens it; and what comes without anybody at a task."""

from __future__ import annotations

from uuid import UUID

from engine.cases.command import Outcome
from engine.cases.erasure import ERASE
from engine.simulation.world import OPEN, Running, World, micros
from engine.state import Job, Subscription, Timer, WorkItem

WORKER = "simulation"
"""Who does the jobs that workers do by themselves."""


class Waiting:
    """Tasks, timers, messages and jobs that are open, put on the agenda of a world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._awaited: dict[tuple[UUID, int], str] = {}

    def note(self, running: Running, outcome: Outcome, at: int) -> None:
        """Put the tasks and timers a step opened on the agenda."""
        if outcome.status not in OPEN:
            running.over = True
            del self._world.cases[outcome.case_id]
            return
        if outcome.status != "active":
            return
        for effect in outcome.effects:
            if effect[0] == "task+":
                self._open(running, WorkItem(*effect[2]), at)
            elif effect[0] == "task~" and effect[3] != "held":
                self._world.plan(self._world.later(running, at), "task", outcome.case_id, effect[2])
            elif effect[0] == "timer+":
                self._world.plan(Timer(*effect[2]).due, "timer", outcome.case_id, effect[2][0])
            elif effect[0] == "sub+":
                self._await(running, Subscription(*effect[2]), at)
            elif effect[0] == "job+":
                self._queue(running, Job(*effect[2]), at)

    def look(self, running: Running, at: int) -> None:
        """Plan everything that is open in a case."""
        state = self._world.state(running)
        if state is None or state.status != "active":
            return
        planned = running.planned
        for scope in state.scopes.values():
            for item in scope.tasks.values():
                self._open(running, item, at)
            for timer in scope.timers.values():
                if timer.id not in planned:
                    self._world.plan(timer.due, "timer", running.case_id, timer.id)
            for sub in scope.subscriptions.values():
                if sub.id not in planned:
                    self._await(running, sub, at)
            for job in scope.jobs.values():
                if job.id not in planned:
                    self._queue(running, job, at)

    def send(self, running: Running, waiting: int, at: int) -> None:
        """A message from outside arrives, if it is still waited for."""
        name = self._awaited.pop((running.case_id, waiting), None)
        state = self._world.state(running)
        if name is None or state is None or waiting not in state.home:
            return
        identity = f"simulation/{running.case_id}/{waiting}"
        coming = running.profile.messages[name]
        outcomes = self._world.engine.send_message(
            name, running.key, coming.variables, message_id=identity, ttl=at, at=at
        )
        self._world.tally.steps["message"] += len(outcomes)

    def work_off(self, running: Running, job_id: int, at: int) -> None:
        """The case's keys are destroyed, as a worker does it, if it is still to be done."""
        state = self._world.state(running)
        if state is None or job_id not in state.home:
            return
        self._world.engine.erasure.erase(running.case_id, actor=WORKER, ground=f"job {job_id}")
        self._world.engine.complete_job(running.case_id, job_id, actor=WORKER, at=at)
        self._world.tally.steps["erase"] += 1

    def resume(self, running: Running, _: int, at: int) -> None:
        """A suspended case goes on: everything in it is at hand again."""
        state = self._world.state(running)
        if state is None or state.status != "suspended":
            return
        self._world.engine.resume(running.case_id, actor="town", at=at)
        self._world.tally.steps["resume"] += 1
        running.planned.clear()
        self._world.engine.due.fire_case(running.case_id, at)
        self.look(running, at)

    def _open(self, running: Running, item: WorkItem, at: int) -> None:
        if item.id not in running.planned:
            due = None if item.due is None else self._world.local(item.due)
            when = micros(running.staff.delay(self._world.local(at), due))
            self._world.plan(when, "task", running.case_id, item.id)

    def _await(self, running: Running, waiting: Subscription, at: int) -> None:
        """Plan the message a case waits for, if it comes."""
        running.planned.add(waiting.id)
        coming = running.profile.messages.get(waiting.name)
        if waiting.kind == "message" and coming is not None and running.draw.chance(coming.share):
            when = micros(running.staff.delay(self._world.local(at) + running.staff.away_for(coming.days)))
            self._awaited[running.case_id, waiting.id] = waiting.name
            self._world.plan(when, "message", running.case_id, waiting.id)

    def _queue(self, running: Running, job: Job, at: int) -> None:
        """Plan a job that workers do by themselves; what connectors do outside is done by nobody here."""
        running.planned.add(job.id)
        if job.type == ERASE:
            self._world.plan(at, "job", running.case_id, job.id)
        else:
            self._world.tally.stuck[f"job: {job.type}"] += 1
