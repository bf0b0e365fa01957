"""Those who handle the cases of a simulation: what they do when they come to a task."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from engine.cases.command import Outcome
from engine.categories import BELOW
from engine.errors import Conflict, InvalidInput, NotFound, Refusal
from engine.simulation.extending import extension
from engine.simulation.filling import Filler
from engine.simulation.staff import Move
from engine.simulation.world import Arrival, Running, World, micros
from engine.state import CaseState, WorkItem

TRIES = 12
"""How often a form is filled in again when it, or a rule, does not accept what was entered."""

REFUSED = (5, 30)
"""After how many days somebody tries again what a rule has refused."""

MAX_STEPS = 400
"""A case that goes round longer than this is left as it stands, and counted."""


class Handlers:
    """Staff at their tasks. members: who is in a group at a moment."""

    def __init__(self, world: World, members: Callable[[str, int], Sequence[str]]) -> None:
        self._world = world
        self._members = members

    def act(self, running: Running, task_id: int, at: int) -> None:
        """Somebody comes to a task, if it is still there."""
        running.steps += 1
        if running.steps > MAX_STEPS:
            self._world.tally.stuck["rounds"] += 1
            return
        state = self._world.state(running)
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
            self._world.tally.refusals[refusal.rule] += 1
            self._world.again(running, item, at, REFUSED)
        except (Conflict, NotFound):
            running.state = None
            self._world.tally.steps["overtaken"] += 1

    def at_once(self, running: Running, state: CaseState, item: WorkItem, arrival: Arrival) -> bool:
        """Who reported the case fills in its first form; whether it was accepted."""
        try:
            return self._complete(running, state, item, arrival.starter, arrival.at)
        except Refusal as refusal:
            running.state = None
            self._world.tally.refusals[refusal.rule] += 1
            return False

    def recall(self, running: Running, task_id: int, at: int) -> None:
        """Somebody takes back what they completed."""
        actor = running.done.pop(task_id)
        try:
            self._world.engine.recall(running.case_id, task_id, actor=actor, at=at)
        except Refusal as refusal:
            running.state = None
            self._world.tally.refusals[refusal.rule] += 1
        except (Conflict, NotFound):
            running.state = None
            self._world.tally.steps["overtaken"] += 1
        else:
            self._world.tally.steps["recall"] += 1

    def _do(
        self, running: Running, state: CaseState, item: WorkItem, move: Move, actor: str, at: int
    ) -> None:
        engine, case_id = self._world.engine, running.case_id
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
        self._world.tally.steps[str(move)] += 1
        if move is Move.EXTEND:
            self._world.again(running, item, at)

    def _beside(
        self, running: Running, item: WorkItem, move: Move, actor: str, other: str, at: int
    ) -> Outcome | None:
        """What is done about a task without moving it on; None when the task is worked on as well."""
        engine, case_id = self._world.engine, running.case_id
        if move is Move.URGE:
            engine.urge(case_id, item.id, actor="village", at=at)
        elif move is Move.COPY:
            engine.copy(case_id, item.id, [other], actor=actor, at=at)
        elif move is Move.EXTEND:
            return self._extend(running, item, actor, at)
        elif move is Move.SUSPEND:
            outcome = engine.suspend(case_id, actor=actor, reason_code="appraisal", at=at)
            back = micros(running.staff.delay(self._world.local(at) + running.staff.away_for((1, 30))))
            self._world.plan(back, "resume", case_id, 0)
            return outcome
        if move in (Move.URGE, Move.COPY):
            self._world.tally.steps[str(move)] += 1
        return None

    def _extend(self, running: Running, item: WorkItem, actor: str, at: int) -> Outcome | None:
        """More time, if the limit's rule gives it."""
        given = extension(
            self._world.engine,
            item,
            running.place,
            at,
            (actor, item.assignee),
            lambda groups, avoid: self._somebody(running, groups, at, tuple(avoid)),
        )
        if given is None:
            return None
        return self._world.engine.extend(
            running.case_id, item.id, more=given.more, approved_by=given.approver, actor=actor, at=at
        )

    def _somebody(
        self, running: Running, groups: list[str], at: int, avoid: tuple[str | None, ...] = ()
    ) -> str:
        """Somebody of a task's group: one who is there, where a directory says who, else a made-up name."""
        for group in groups:
            found = running.staff.one_of(self._members(group, at), avoid)
            if found is not None:
                return found
        return running.staff.person(groups[0] if groups else "staff", avoid)

    def _complete(self, running: Running, state: CaseState, item: WorkItem, actor: str, at: int) -> bool:
        """Fill in the form of a task; whether it was accepted in the end."""
        scope = state.scope_of(item.id)
        assert scope is not None
        definition = self._world.engine.definitions.programs.get(scope.definition).definition
        form = definition.forms.get(item.form) if item.form else None
        filler = Filler(
            running.draw,
            self._world.local(at),
            yes=self._world.habits.content,
            profile=running.profile,
            categories=self._world.engine.config.providers.get(BELOW),
        )
        known = dict(scope.variables) | dict(state.root.variables)
        for attempt in range(TRIES):
            values = {} if form is None else filler.fill(form.schema, known)
            try:
                outcome = self._world.engine.complete(running.case_id, item.id, values, actor=actor, at=at)
            except InvalidInput as error:
                running.state = None
                if attempt + 1 == TRIES:
                    self._world.tally.stuck[f"form {item.form}: {','.join(sorted(error.fields))}"] += 1
                continue
            self._world.tally.steps["complete"] += 1
            if running.staff.recalls():
                running.done[item.id] = actor
                soon = micros(self._world.local(at) + timedelta(minutes=20))
                self._world.plan(soon, "recall", running.case_id, item.id)
            if outcome.status == "active" and not outcome.effects:
                self._world.tally.stuck["nothing happened"] += 1
            return True
        return False
