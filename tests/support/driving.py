"""Driving cases in tests: a world with a clock, and handles that speak of elements instead of ids."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from engine import Config, Engine, ManualClock, Settings
from engine.cases import Outcome
from engine.history import Replayer, Verifier
from engine.model import Finding, ModelErrors, Severity
from engine.state import CaseState
from tests.support.bpmn import diagram

ACTOR = "clerk"
BEGIN = datetime(2026, 3, 2, 1, tzinfo=UTC)
"""Monday 2 March 2026, 09:00 in Shanghai: when every world begins."""


def micros(moment: datetime) -> int:
    """A moment as the engine counts it."""
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


@dataclass
class World:
    """An engine in memory, its clock, and the cases started in it."""

    settings: Settings = field(default_factory=Settings)
    cache_size: int = 1_000

    def __post_init__(self) -> None:
        self.clock = ManualClock(micros(BEGIN))
        random = iter(range(1, 1_000_000))
        config = Config(
            settings=self.settings,
            cache_size=self.cache_size,
            random=lambda size: next(random).to_bytes(size, "big"),
        )
        self.engine = Engine.open("sqlite://", clock=self.clock, config=config)

    def reopen(self, settings: Settings) -> None:
        """Begin again with other bounds."""
        self.engine.close()
        self.settings = settings
        self.__post_init__()

    def deploy(self, *parts: str, key: str = "p", **files: bytes) -> tuple[Finding, ...]:
        """Deploy one process made of `parts`, or the files given; the warnings."""
        named = {name.replace("_", "."): data for name, data in files.items()}
        if parts:
            named[f"{key}.bpmn"] = diagram(*parts, key=key)
        return self.engine.deploy(named, actor="designer").findings

    def start(self, key: str = "p", **variables: Any) -> Case:
        """Start a case."""
        return Case(self, self.engine.start(key, variables, actor=ACTOR).case_id)

    def run(self, *parts: str, **variables: Any) -> Case:
        """Deploy a process and start a case of it."""
        self.deploy(*parts)
        return self.start(**variables)

    def cases(self, key: str = "p") -> list[Case]:
        """All cases of a process, oldest first."""
        return [Case(self, case.id) for case in self.engine.queries.cases(key=key)]

    def later(self, **span: float) -> int:
        """Let time pass, then run what is due; how many things were done."""
        self.clock.advance(timedelta(**span) // timedelta(microseconds=1))
        return self.engine.run_due()

    def send(self, name: str, key: str = "1", **variables: Any) -> list[Outcome]:
        """Send a message from outside."""
        return self.engine.send_message(name, key, variables)

    def signal(self, name: str, **variables: Any) -> list[Outcome]:
        """Broadcast a signal from outside."""
        return self.engine.broadcast_signal(name, variables)

    def check(self) -> None:
        """Hold every case against its log: see `check`."""
        for case_id in self.engine.case_ids():
            check(self.engine, case_id, self.settings)


def check(engine: Engine, case_id: UUID, settings: Settings | None = None) -> None:
    """Prove a case.

    Its log, snapshots and rows agree; executed again its commands give the same, bit for bit: with the tree
    thrown away and rebuilt from the neutral state after every event, and with nothing pruned.
    """
    plain = settings or engine.settings
    unpruned = replace(plain, prune=False)
    for report in (
        Verifier(engine).verify(case_id),
        Replayer(engine, plain, rebuild=True).replay(case_id),
        Replayer(engine, unpruned).replay(case_id),
    ):
        assert report.is_sound, [str(finding) for finding in report.findings]
    _check_lively(engine.queries.state(case_id))


def _check_lively(state: CaseState) -> None:
    """Every item belongs to a token that stands somewhere, and no token is forgotten.

    A token that is ready between two commands was left there by an exhausted step budget.
    """
    kinds = {incident.kind for scope in state.scopes.values() for incident in scope.incidents.values()}
    for scope, token in state.tokens():
        holds = [item for item in scope.items() if item.token == token.id]
        inner = [child for child in scope.children if state.scopes[child].owner == token.id]
        if state.status in ("completed", "cancelled"):
            raise AssertionError(f"token {token.row()} outlives its case")
        if token.status == "ready":
            assert "step-budget" in kinds, token.row()
        elif token.status in ("active", "armed", "failed"):
            assert holds or inner, f"nothing will ever move {token.row()}"


@dataclass
class Case:
    """One case, seen through its elements."""

    world: World
    id: UUID

    # -- looking -----------------------------------------------------------------------------------

    @property
    def state(self) -> CaseState:
        """The neutral state."""
        return self.world.engine.queries.state(self.id)

    @property
    def status(self) -> str:
        """active, suspended, completed or cancelled."""
        return self.world.engine.case(self.id).status

    @property
    def variables(self) -> dict[str, Any]:
        """The variables of the process."""
        return self.world.engine.variables(self.id)

    @property
    def tasks(self) -> list[str]:
        """The elements of all open tasks, sorted."""
        return sorted(item.element for scope in self.state.scopes.values() for item in scope.tasks.values())

    @property
    def jobs(self) -> list[str]:
        """The elements of all open jobs, sorted."""
        return sorted(item.element for scope in self.state.scopes.values() for item in scope.jobs.values())

    @property
    def waits(self) -> list[str]:
        """The elements that wait for a timer, message or signal, sorted."""
        scopes = self.state.scopes.values()
        timers = [timer.element for scope in scopes for timer in scope.timers.values()]
        return sorted(timers + [sub.element for scope in scopes for sub in scope.subscriptions.values()])

    @property
    def incidents(self) -> list[tuple[str, str]]:
        """Kind and element of every open incident, sorted."""
        return sorted(
            (item.kind, item.element)
            for scope in self.state.scopes.values()
            for item in scope.incidents.values()
        )

    @property
    def path(self) -> list[str]:
        """Every element a token came to, in order; an armed event counts when it interrupts."""
        armed: dict[int, str] = {}
        path = []
        for effect in self.effects():
            if effect[0] == "move":
                path.append(effect[4])
            elif effect[0] == "token+" and effect[4] == "armed":
                armed[effect[2]] = effect[3]
            elif effect[0] == "token+":
                path.append(effect[3])
            elif effect[0] == "token~" and effect[3] == "ready" and effect[2] in armed:
                path.append(armed.pop(effect[2]))
        return path

    def effects(self) -> list[list[Any]]:
        """All effects of the log."""
        return [
            effect for event in self.world.engine.queries.events(self.id) for effect in event.open().effects
        ]

    def count(self, element: str) -> int:
        """How often a token came to an element."""
        return Counter(self.path)[element]

    @property
    def is_done(self) -> bool:
        """Whether the case completed."""
        return self.status == "completed"

    # -- acting ------------------------------------------------------------------------------------

    def complete(self, element: str, *, which: int = 0, **variables: Any) -> Case:
        """Complete the `which`-th open task of an element."""
        self.world.engine.complete(self.id, self._item("tasks", element, which), variables, actor=ACTOR)
        return self

    def finish_job(self, element: str, *, which: int = 0, **variables: Any) -> Case:
        """Report a job done."""
        self.world.engine.complete_job(self.id, self._item("jobs", element, which), variables, actor="worker")
        return self

    def fail_job(self, element: str, *, retries: int | None = None) -> Case:
        """Report a job failed."""
        job = self._item("jobs", element, 0)
        self.world.engine.fail_job(self.id, job, "no answer", actor="worker", retries=retries)
        return self

    def throw_error(self, element: str, code: str, **variables: Any) -> Case:
        """Report a BPMN error from a job."""
        job = self._item("jobs", element, 0)
        self.world.engine.throw_job_error(self.id, job, code, variables, actor="worker")
        return self

    def retry(self, **corrections: Any) -> Case:
        """Correct variables if given, then retry the one open incident."""
        if corrections:
            self.world.engine.set_variables(self.id, corrections, actor="admin")
        (incident,) = [key for scope in self.state.scopes.values() for key in scope.incidents]
        self.world.engine.retry(self.id, incident, actor="admin")
        return self

    def _item(self, shelf: str, element: str, which: int) -> int:
        found = [
            item.id
            for scope in self.state.scopes.values()
            for item in getattr(scope, shelf).values()
            if item.element == element
        ]
        assert found, f"{shelf} of {element}: none; open are {self.tasks} and {self.jobs}"
        return int(sorted(found)[which])


def refusals(data: bytes, *, name: str = "p.bpmn", **more: bytes) -> list[tuple[str, int, str | None]]:
    """Rule, line and element of every error with which a diagram is refused; empty when it is accepted."""
    files = {name: data, **{key.replace("_", "."): value for key, value in more.items()}}
    with Engine.open("sqlite://", clock=ManualClock(micros(BEGIN))) as engine:
        try:
            engine.deploy(files, actor="designer")
        except ModelErrors as errors:
            assert not list(engine.definitions.all()), "a refused package leaves nothing behind"
            return [(f.rule, f.line, f.element) for f in errors.findings if f.severity is Severity.ERROR]
    return []
