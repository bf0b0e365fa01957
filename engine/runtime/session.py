"""A case being executed: the scheduler, the case clock, and what expressions may see.

The tokens are on the board (`engine.runtime.board`), which can be rebuilt from the neutral state at any time
(`Session.restore`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from engine.feel import Budget, Environment
from engine.model.definition import NodeKind
from engine.runtime.board import TASK_STATES, Board
from engine.runtime.conditions import Conditions, fire
from engine.runtime.failure import NodeFailure
from engine.runtime.lineage import Lineage, PastEvent
from engine.runtime.program import Programs
from engine.runtime.reads import Reads
from engine.runtime.tree import TaskState, TokenTask, spawn
from engine.state import CaseState, Scope, Subscription
from engine.state.effects import apply
from engine.state.items import FAILED, READY, WAITING, Incident

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

OUT_OF_STEPS = "step-budget"
"""The incident of a token at which the step budget was used up."""

Past = Callable[[], Iterable[PastEvent]]
"""Gives the earlier events of a case, in order."""


def _no_past() -> Iterable[PastEvent]:
    return ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Bounds and switches of execution.

    step_budget: nodes run in one command before an incident stops it. max_instances: of one multi-instance.
    urge_seconds: between two urges of a task. max_depth: scopes inside one another. zone: IANA name of the zone in
    which FEEL's now() shows the case clock. A case keeps these for life (`CaseState.bounds`). soon_seconds: how long
    before it is due a task whose limit reminds of nothing is shown as due soon. prune: splice finished
    tasks out of the tree. functions: the domain functions of FEEL, made for a session so that they can use its reads.
    """

    step_budget: int = 10_000
    urge_seconds: int = 3_600
    max_instances: int = 5_000
    max_depth: int = 250
    soon_seconds: int = 86_400
    prune: bool = True
    zone: str = "Asia/Shanghai"
    functions: Callable[[Session], Mapping[str, Callable[..., Any]]] | None = None

    def bounds(self) -> dict[str, Any]:
        """What a case started now keeps for life (wire form)."""
        return {
            "depth": self.max_depth,
            "instances": self.max_instances,
            "steps": self.step_budget,
            "urge": self.urge_seconds,
            "zone": self.zone,
        }


class Session(Board):
    """One case in memory. `begin` opens a command; `effects` and `state.changes` are its outcome.

    Attributes:
        ready: tasks to run, in order.
        behind: ready tokens that an exhausted step budget left.
        conditions: what the case waits for to become true.
        absent: for whom the command at hand is given, if for somebody.
    """

    def __init__(self, state: CaseState, programs: Programs, settings: Settings) -> None:
        super().__init__(state, programs, prune=settings.prune)
        self.settings = settings
        self.ready: deque[TokenTask] = deque()
        self.behind: set[int] = set()
        self.conditions = Conditions()
        self.now = 0
        self.reads: Reads
        self.past: Past = _no_past
        self.absent: str | None = None
        self._steps = 0
        self._opened = 0
        self._environment: Environment | None = None

    # -- a command ---------------------------------------------------------------------------------

    def begin(self, now: int, reads: Reads, past: Past = _no_past) -> None:
        """Start a command at case time `now` (microseconds since 1970 UTC).

        past: gives the case's earlier events when a verb has to look back.
        """
        self.now = now
        self.reads = reads
        self.past = past
        self.absent = None
        self.effects = []
        self.state.changes.clear()
        self.ready.clear()
        self.closing.clear()
        self.conditions.begin()
        self._steps = 0
        self._opened = 0
        self._environment = None

    def emit(self, effect: list[Any]) -> None:
        """Change the state, remember how, and which conditions that may concern."""
        if self.conditions.known or effect[0] == "sub+":
            self.conditions.note(effect, self.state)
        apply(self.state, effect)
        self.effects.append(effect)

    def lineage(self) -> Lineage:
        """What has come of each completed step, read from the case's log."""
        return Lineage.of(self.past())

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the case's clock."""
        return ZoneInfo(self.state.bounds.get("zone", self.settings.zone))

    def environment(self) -> Environment:
        """What FEEL expressions of this command may see besides variables."""
        if self._environment is None:
            make = self.settings.functions
            moment = EPOCH + timedelta(microseconds=self.now)
            self._environment = Environment(
                now=moment.astimezone(self.zone),
                functions=make(self) if make is not None else {},
                budget=Budget(),
            )
        return self._environment

    def run(self) -> None:
        """Run ready tokens one at a time until none is left, then inclusive joins that may fire.

        Before anything else runs, conditions whose variables changed are looked at; then a scope that lost its last
        token completes. When the step budget is used up the token at hand gets an incident, and the others stay ready
        until that is retried or gone.
        """
        from engine.runtime.nodes.gateways import fire_inclusive

        if self.conditions.aside and not self._is_stopped():
            self.conditions.take_up(self)
        while True:
            waiting = self.conditions.next(self) if self.conditions.known else None
            if waiting is not None:
                if not self._fire(*waiting):
                    return
            elif self.closing:
                self._close(self.closing.popleft())
            elif self.ready:
                task = self.ready.popleft()
                if task.state != TaskState.READY:
                    continue
                self._steps += 1
                if self._steps > self.bound("steps"):
                    self._out_of_steps(task)
                    return
                task.run()
            elif not fire_inclusive(self) and not self._take_up():
                return

    def schedule(self, task: TokenTask) -> None:
        """Let a ready token run."""
        task._set_state(TaskState.READY)
        self.ready.append(task)

    def _take_up(self) -> bool:
        """Take up what an exhausted step budget left behind, once its incident is gone; whether any was."""
        if not (self.behind or self.conditions.aside) or self._is_stopped():
            return False
        tokens = [self.state.token(token_id) for token_id in sorted(self.behind)]
        self.behind.clear()
        for token in tokens:
            if token is not None and token.status == READY:
                self.schedule(self.tasks[token.id])
        return self.conditions.take_up(self) or bool(self.ready)

    def _is_stopped(self) -> bool:
        """Whether the case stands still at an exhausted step budget."""
        return any(
            incident.kind == OUT_OF_STEPS
            for scope in self.state.scopes.values()
            for incident in scope.incidents.values()
        )

    def _fire(self, scope: Scope, sub: Subscription) -> bool:
        """Trigger an event whose condition became true; False when the step budget is used up."""
        self._steps += 1
        if self._steps <= self.bound("steps"):
            fire(self, scope, sub)
            return True
        self.conditions.put_back(sub)
        if self.closing:
            # A scope that lost its last token is not to be left open: that cannot be told from its state.
            self._close(self.closing.popleft())
            return True
        self._leave_behind()
        self.report(scope, sub.token, sub.element, self._exhausted())
        return False

    def _leave_behind(self) -> None:
        self.behind.update(left.token for left in self.ready if left.state == TaskState.READY)
        self.ready.clear()
        self.conditions.set_aside(self)

    def _out_of_steps(self, task: TokenTask) -> None:
        from engine.runtime.nodes.base import entering

        self._leave_behind()
        self.fail(task, self._exhausted(), entering(self.token(task)))

    def _exhausted(self) -> NodeFailure:
        budget = self.bound("steps")
        return NodeFailure(
            OUT_OF_STEPS,
            f"一次操作内自动执行超过{budget}步，疑似死循环，已停下",
            f"more than {budget} automatic steps in one command: probably an endless loop; stopped here",
        )

    def reserve(self, instances: int) -> None:
        """Make sure that so many more instances may be opened in this command, before the first of them is.

        Instances within instances multiply: those of further activities may not bring them above the steps of a
        command. Raises NodeFailure when they would; nothing else runs in this command then.
        """
        budget = self.bound("steps")
        if self._opened and self._opened + instances > budget:
            self._steps = budget
            raise self._exhausted()
        self._opened += instances

    def fail(self, task: TokenTask, failure: NodeFailure, data: dict[str, Any]) -> None:
        """Stop a token with an incident. `data` keeps what a retry needs (its `phase` at least)."""
        token = self.token(task)
        self.change(task, FAILED, data)
        self.report(self.scope(task), token.id, token.element, failure)

    def report(self, scope: Scope, token_id: int, element: str, failure: NodeFailure) -> None:
        """Open an incident of a token, which stays as it is."""
        incident = Incident(
            self.new_id(),
            token_id,
            element,
            failure.kind,
            failure.message_zh,
            failure.message_en,
            self.now,
        )
        self.emit(["inc+", scope.id, incident.row()])

    def _close(self, scope_id: int) -> None:
        scope = self.state.scopes.get(scope_id)
        if scope is not None and not scope.closed and not scope.is_alive():
            from engine.runtime.scopes import complete

            complete(self, scope)

    # -- restoring ---------------------------------------------------------------------------------

    @classmethod
    def restore(cls, state: CaseState, programs: Programs, settings: Settings) -> Session:
        """Build the tree of a case from its neutral state alone."""
        session = cls(state, programs, settings)
        for scope_id in sorted(state.scopes):
            scope = state.scopes[scope_id]
            if scope.closed:
                continue
            session._grow(scope)
            program = session.program(scope)
            tree = session.trees[scope_id]
            for token_id in sorted(scope.tokens):
                token = scope.tokens[token_id]
                session.tasks[token_id] = spawn(
                    tree,
                    tree.spec.task_specs[token.element],
                    scope=scope_id,
                    token=token_id,
                    state=TASK_STATES[token.status],
                )
                if token.status == READY:
                    session.behind.add(token_id)
                if (
                    token.status == WAITING
                    and program.nodes[token.element].kind is NodeKind.INCLUSIVE_GATEWAY
                ):
                    session.joining[(scope_id, token.element)] = None
        session.conditions.read(state)
        return session
