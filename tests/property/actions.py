"""Random legal (and some illegal) steps on whatever is open, and carrying them out.

A step is plain data, so that what was chosen in one run can be repeated in another that stores, caches or
restarts differently.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

from engine import Engine, ManualClock
from engine.cases import Outcome
from engine.errors import BihuanError
from engine.state import CaseState
from engine.state.case import ACTIVE, SUSPENDED
from tests.property.models import ERRORS, KEY, MESSAGES, SIGNALS

NOON = 1_700_000_000_000_000
HOUR = 3_600_000_000
PEOPLE = ("zhang", "li")
MOST_CASES = 2

Step = tuple[str, dict[str, Any]]
Result = list[Any]


class Entropy:
    """A source of bytes that looks random and is the same in every run."""

    def __init__(self) -> None:
        self._number = 0

    def __call__(self, count: int) -> bytes:
        self._number += 1
        return hashlib.shake_128(str(self._number).encode()).digest(count)


@dataclass(kw_only=True, slots=True)
class World:
    """An engine, its clock and its cases, oldest first (kept up to date by whoever runs the steps)."""

    engine: Engine
    clock: ManualClock
    cases: list[UUID] = field(default_factory=list)

    def open_states(self) -> Iterator[tuple[int, CaseState]]:
        """Number and state of every case that has not ended."""
        for number, case_id in enumerate(self.cases):
            if self.engine.case(case_id).status in (ACTIVE, SUSPENDED):
                yield number, self.engine.queries.state(case_id)


def variables(random: Random) -> dict[str, Any]:
    """Values for some of the variables that conditions and scripts look at."""
    values: dict[str, Callable[[], Any]] = {
        "a": lambda: random.choice((-1, 0, 1, 2, 3, 4, 5, None, "x")),
        "b": lambda: random.randint(0, 4),
        "flag": lambda: random.random() < 0.4,
        "items": lambda: random.choice(([7, 8, 9], [], [1, "x"], [{"n": 1}, None], [5], None)),
        "ready": lambda: random.random() < 0.5,
        "made": lambda: random.choice(("办结", "@x", {"n": [1, None]}, 2.5, None)),
    }
    return {name: make() for name, make in values.items() if random.random() < 0.4}


def first_step(random: Random) -> Step:
    """A start with everything set."""
    given = {"a": random.randint(0, 4), "b": random.randint(0, 4), "flag": random.random() < 0.5}
    return "start", {"variables": given | {"items": [1, 2, 3], "key": KEY}}


def choose(random: Random, world: World, number: int) -> Step | None:
    """The next step, or None when every case has ended. `number` makes message and signal ids unique."""
    options: list[tuple[int, Step]] = []
    for case, state in world.open_states():
        options += _of_case(random, world.engine, case, state, number)
    if not options:
        return None
    options.append((1, ("due", {"to": world.clock.now + random.choice((0, HOUR))})))
    options.append((1, ("message", _message(random, random.choice(MESSAGES), number))))
    options.append((1, ("signal", _signal(random, random.choice(SIGNALS), number))))
    if len(world.cases) < MOST_CASES:
        options.append((1, first_step(random)))
    return random.choices([step for _, step in options], weights=[weight for weight, _ in options])[0]


def _message(random: Random, name: str, number: int) -> dict[str, Any]:
    return {"name": name, "variables": variables(random), "id": f"message-{number}"}


def _signal(random: Random, name: str, number: int) -> dict[str, Any]:
    return {"name": name, "variables": variables(random), "id": f"signal-{number}"}


def _of_case(
    random: Random, engine: Engine, case: int, state: CaseState, number: int
) -> Iterator[tuple[int, Step]]:
    if state.status == SUSPENDED:
        yield 6, ("resume", {"case": case})
    yield 1, ("suspend", {"case": case})
    yield 1, ("set", {"case": case, "variables": variables(random)})
    yield 1, ("complete", {"case": case, "task": random.randint(1, 30), "actor": "li", "variables": {}})
    if random.random() < 0.1:
        yield 1, ("cancel", {"case": case})
    scope, token = random.choice(list(state.tokens()))
    nodes = engine.definitions.programs.get(scope.definition).nodes
    near = [node.id for node in nodes.values() if node.container == nodes[token.element].container]
    jump = {"token": token.id, "to": random.choice(near), "reason": ""}
    yield 2, ("verb", {"case": case, "actor": "admin", "kind": "jump", "given": jump})
    for scope in state.scopes.values():
        for task in scope.tasks.values():
            actor = task.assignee if task.assignee and random.random() < 0.9 else random.choice(PEOPLE)
            at = {"case": case, "task": task.id, "actor": actor}
            yield 6, ("complete", at | {"variables": variables(random)})
            yield 1, ("claim", at)
            yield 1, ("unclaim", at)
            for verb in _handling(random, at):
                yield 1, verb
        for job in scope.jobs.values():
            at = {"case": case, "job": job.id}
            yield 4, ("complete-job", at | {"variables": variables(random)})
            yield 1, ("fail-job", at | {"message": "坏了", "retries": random.choice((None, 0, 1))})
            yield 2, ("throw-job-error", at | {"code": random.choice(ERRORS), "variables": variables(random)})
        for timer in scope.timers.values():
            yield 2, ("due", {"to": timer.due})
            yield 1, ("fire-timer", {"case": case, "timer": timer.id})
        for sub in scope.subscriptions.values():
            if sub.kind == "condition":
                yield 3, ("set", {"case": case, "variables": variables(random)})
            elif sub.kind == "message":
                yield 3, ("message", _message(random, sub.name, number))
            else:
                yield 3, ("signal", _signal(random, sub.name, number))
        for incident in scope.incidents.values():
            yield 3, ("retry", {"case": case, "incident": incident.id})


def _handling(random: Random, at: dict[str, Any]) -> Iterator[Step]:
    """One or two of the verbs of handling on a task; many will be refused, which is recorded too."""
    other, task = random.choice(PEOPLE), {"task": at["task"]}
    verbs: list[tuple[str, dict[str, Any]]] = [
        ("return", task | {"to": None, "mode": random.choice(("redo", "back")), "reason": "不符"}),
        ("return", task | {"to": None, "mode": "redo", "reason": ""}),
        ("recall", {"task": random.randint(1, 30), "reason": ""}),
        ("transfer", task | {"to": other, "reason": "", "superior": random.random() < 0.5}),
        ("delegate", task | {"to": other, "reason": ""}),
        (
            "add-sign",
            task | {"users": ["wang"], "mode": random.choice(("before", "after", "beside")), "reason": ""},
        ),
        ("remove-sign", task | {"user": "wang"}),
        ("urge", task | {"message": "请尽快"}),
        ("copy", task | {"users": ["zhao", "sun"]}),
        ("extend", task | {"due": NOON + 999 * HOUR, "approved_by": "li", "reason": "复杂"}),
    ]
    for kind, given in random.sample(verbs, 2):
        yield "verb", {"case": at["case"], "actor": at["actor"], "kind": kind, "given": given}


def perform(world: World, step: Step) -> Result:
    """Carry a step out: what each command did, or which error it met."""
    kind, given = step
    try:
        outcomes = _PERFORM[kind](world, given)
    except BihuanError as error:
        return ["error", type(error).__name__, error.code]
    if isinstance(outcomes, int):
        return ["due", outcomes]
    return [
        [str(one.case_id), one.seq, one.status, one.state_hash, one.effects, one.repeated] for one in outcomes
    ]


def _command(world: World, given: dict[str, Any], kind: str, **values: Any) -> list[Outcome]:
    actor = given.get("actor", "admin")
    return [world.engine.command(world.cases[given["case"]], kind, values, actor=actor)]


def _start(world: World, given: dict[str, Any]) -> list[Outcome]:
    return [world.engine.start("p", given["variables"], actor="starter")]


def _due(world: World, given: dict[str, Any]) -> int:
    world.clock.now = max(world.clock.now, given["to"])
    return world.engine.run_due()


def _on_task(kind: str) -> Callable[[World, dict[str, Any]], list[Outcome]]:
    def perform_it(world: World, given: dict[str, Any]) -> list[Outcome]:
        values = {"variables": given["variables"]} if "variables" in given else {}
        case = world.cases[given["case"]]
        return [getattr(world.engine, kind)(case, given["task"], actor=given["actor"], **values)]

    return perform_it


def _job_failed(world: World, given: dict[str, Any]) -> list[Outcome]:
    case = world.cases[given["case"]]
    return [
        world.engine.fail_job(case, given["job"], given["message"], actor="mailer", retries=given["retries"])
    ]


def _job_completed(world: World, given: dict[str, Any]) -> list[Outcome]:
    case = world.cases[given["case"]]
    return [world.engine.complete_job(case, given["job"], given["variables"], actor="mailer")]


def _job_error(world: World, given: dict[str, Any]) -> list[Outcome]:
    case = world.cases[given["case"]]
    return [
        world.engine.throw_job_error(case, given["job"], given["code"], given["variables"], actor="mailer")
    ]


def _verb(world: World, given: dict[str, Any]) -> list[Outcome]:
    case = world.cases[given["case"]]
    return [world.engine.command(case, given["kind"], given["given"], actor=given["actor"])]


_PERFORM: dict[str, Callable[[World, dict[str, Any]], list[Outcome] | int]] = {
    "start": _start,
    "verb": _verb,
    "due": _due,
    "claim": _on_task("claim"),
    "unclaim": _on_task("unclaim"),
    "complete": _on_task("complete"),
    "complete-job": _job_completed,
    "fail-job": _job_failed,
    "throw-job-error": _job_error,
    "fire-timer": lambda world, given: _command(world, given, "fire-timer", timer=given["timer"]),
    "message": lambda world, given: world.engine.send_message(
        given["name"], KEY, given["variables"], message_id=given["id"]
    ),
    "signal": lambda world, given: world.engine.broadcast_signal(
        given["name"], given["variables"], signal_id=given["id"]
    ),
    "suspend": lambda world, given: [world.engine.suspend(world.cases[given["case"]], actor="admin")],
    "resume": lambda world, given: [world.engine.resume(world.cases[given["case"]], actor="admin")],
    "cancel": lambda world, given: [world.engine.cancel(world.cases[given["case"]], actor="admin")],
    "retry": lambda world, given: [
        world.engine.retry(world.cases[given["case"]], given["incident"], actor="admin")
    ],
    "set": lambda world, given: [
        world.engine.set_variables(world.cases[given["case"]], given["variables"], actor="admin")
    ],
}
