"""A case being executed: its neutral state and the SpiffWorkflow tree that runs it, kept in step.

Every change goes through `emit`: the effect is applied to the neutral state and kept for the log. The tree
follows the same calls, and can be rebuilt from the neutral state at any time (`Session.restore`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from engine.feel import Budget, Environment
from engine.model.definition import Node, NodeKind
from engine.runtime.failure import NodeFailure
from engine.runtime.lineage import Lineage, PastEvent
from engine.runtime.program import INSTANCE_PREFIX, Program, Programs
from engine.runtime.reads import Reads
from engine.runtime.tree import CaseTree, ContainerSpec, ScopeTree, TaskState, TokenTask, Tree, spawn, splice
from engine.state import CaseState, Scope, Token, apply
from engine.state.items import ACTIVE, ARMED, FAILED, READY, WAITING, Incident
from engine.state.scope import INSTANCE

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

OUT_OF_STEPS = "step-budget"
"""The incident of a token at which the step budget was used up."""

TASK_STATES = {
    READY: TaskState.READY,
    ACTIVE: TaskState.STARTED,
    WAITING: TaskState.WAITING,
    ARMED: TaskState.WAITING,
    FAILED: TaskState.STARTED,
}


Past = Callable[[], Iterable[PastEvent]]
"""Gives the earlier events of a case, in order."""


def _no_past() -> Iterable[PastEvent]:
    return ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Bounds and switches of execution.

    step_budget: nodes run in one command before an incident stops it. max_instances: of one
    multi-instance. urge_seconds: between two urges of a task. max_depth: scopes inside one another. prune: splice finished tasks out of the tree.
    zone: IANA name of the zone in which FEEL's now() shows the case clock. A case keeps the bounds and zone it was
    started under (`CaseState.bounds`). functions: the domain functions
    of FEEL, made for a session so that they can use its reads.
    """

    step_budget: int = 10_000
    urge_seconds: int = 3_600
    max_instances: int = 10_000
    max_depth: int = 250
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


_SHELVES = (
    ("task", "tasks"),
    ("timer", "timers"),
    ("sub", "subscriptions"),
    ("job", "jobs"),
    ("inc", "incidents"),
)


class Session:
    """One case in memory. `begin` opens a command; `effects` and `state.changes` are its outcome.

    Attributes:
        state: the neutral state.
        tasks: the SpiffWorkflow task of every token, by token id.
        trees: the SpiffWorkflow workflow of every open scope, by scope id.
        joining: inclusive joins with waiting tokens, as (scope id, node id), in order of arrival.
        closing: scopes that lost a token and may have to complete.
        behind: ready tokens that an exhausted step budget left.
    """

    def __init__(self, state: CaseState, programs: Programs, settings: Settings) -> None:
        self.state = state
        self.programs = programs
        self.settings = settings
        self.tasks: dict[int, TokenTask] = {}
        self.trees: dict[int, Tree] = {}
        self.joining: dict[tuple[int, str], None] = {}
        self.ready: deque[TokenTask] = deque()
        self.closing: deque[int] = deque()
        self.behind: set[int] = set()
        self.effects: list[list[Any]] = []
        self.now = 0
        self.reads: Reads
        self.past: Past = _no_past
        self._steps = 0
        self._environment: Environment | None = None

    # -- a command ---------------------------------------------------------------------------------

    def begin(self, now: int, reads: Reads, past: Past = _no_past) -> None:
        """Start a command at case time `now` (microseconds since 1970 UTC).

        past: gives the case's earlier events when a verb has to look back.
        """
        self.now = now
        self.reads = reads
        self.past = past
        self.effects = []
        self.state.changes.clear()
        self.ready.clear()
        self.closing.clear()
        self._steps = 0
        self._environment = None

    def lineage(self) -> Lineage:
        """What has come of each completed step, read from the case's log."""
        return Lineage.of(self.past())

    def emit(self, effect: list[Any]) -> None:
        """Change the state, and remember how."""
        apply(self.state, effect)
        self.effects.append(effect)

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the case's clock."""
        return ZoneInfo(self.state.bounds.get("zone", self.settings.zone))

    def bound(self, name: str) -> int:
        """A limit of execution the case was started under: `steps`, `instances`, `depth` or `urge`."""
        value: int = self.state.bounds[name]
        return value

    def new_id(self) -> int:
        """The id of the next token, scope or item."""
        return self.state.next_id

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

        A scope that lost its last token completes before anything else runs. When the step budget is used up
        the token at hand gets an incident, and the others stay ready until that is retried or gone.
        """
        from engine.runtime.nodes.gateways import fire_inclusive

        while True:
            if self.closing:
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
        """Schedule what an exhausted step budget left behind, once its incident is gone; whether any was."""
        if not self.behind or any(
            incident.kind == OUT_OF_STEPS
            for scope in self.state.scopes.values()
            for incident in scope.incidents.values()
        ):
            return False
        tokens = [self.state.token(token_id) for token_id in sorted(self.behind)]
        self.behind.clear()
        for token in tokens:
            if token is not None and token.status == READY:
                self.schedule(self.tasks[token.id])
        return bool(self.ready)

    def _out_of_steps(self, task: TokenTask) -> None:
        budget = self.bound("steps")
        self.behind.update(left.token for left in self.ready if left.state == TaskState.READY)
        self.ready.clear()
        self.fail(
            task,
            NodeFailure(
                OUT_OF_STEPS,
                f"一次操作内自动执行超过{budget}步，疑似死循环，已停下",
                f"more than {budget} automatic steps in one command: probably an endless loop; stopped here",
            ),
            {"phase": "enter"},
        )

    # -- looking things up -------------------------------------------------------------------------

    def program(self, scope: Scope) -> Program:
        """The program a scope's tokens move in."""
        return self.programs.get(scope.definition)

    def scope(self, task: TokenTask) -> Scope:
        """The scope a task's token stands in."""
        return self.state.scopes[task.scope]

    def token(self, task: TokenTask) -> Token:
        """A task's token."""
        return self.state.scopes[task.scope].tokens[task.token]

    def node(self, scope: Scope, token: Token) -> Node:
        """The node a token stands at."""
        return self.program(scope).nodes[token.element]

    # -- tokens ------------------------------------------------------------------------------------

    def place(
        self,
        scope: Scope,
        element: str,
        *,
        status: str = READY,
        flow: str | None = None,
        host: int | None = None,
        parent: TokenTask | None = None,
    ) -> TokenTask:
        """Put a new token at a node, forked from `parent`. A ready token is scheduled; any other waits."""
        token_id = self.new_id()
        origin = None if parent is None else parent.token
        self.emit(["token+", scope.id, token_id, element, status, flow, host, origin])
        return self._hang(scope, token_id, element, status, parent)

    def _hang(
        self, scope: Scope, token_id: int, element: str, status: str, parent: TokenTask | None
    ) -> TokenTask:
        tree = self.trees[scope.id]
        spec = tree.spec.task_specs[element]
        state = TaskState.FUTURE if status == READY else TASK_STATES[status]
        task = spawn(tree, spec, scope=scope.id, token=token_id, state=state, parent=parent)
        self.tasks[token_id] = task
        if status == READY:
            spec._update(task)
        return task

    def follow(self, task: TokenTask, flows: tuple[str, ...], *, run: bool = True) -> None:
        """Send a finished task's token along its flows; further flows get new tokens.

        Without a flow the token ends here, and its scope with it when it was the last one.
        run: False when the target's event has happened already (an event gateway's choice).
        """
        scope = self.scope(task)
        if not flows:
            self.end(task, "end")
            return
        targets = self.program(scope).flows
        moved = task.token
        self.emit(["move", scope.id, moved, flows[0], targets[flows[0]].target])
        children = [(moved, targets[flows[0]].target)]
        for flow in flows[1:]:
            token_id = self.new_id()
            self.emit(["token+", scope.id, token_id, targets[flow].target, READY, flow, None, moved])
            children.append((token_id, targets[flow].target))
        tree = self.trees[scope.id]
        spawned = []
        for token_id, element in children:
            spec = tree.spec.task_specs[element]
            child = spawn(tree, spec, scope=scope.id, token=token_id, state=TaskState.FUTURE, parent=task)
            self.tasks[token_id] = child
            spawned.append(child)
        self._finished(task)
        for child in spawned:
            if run and child.state == TaskState.FUTURE:
                child.task_spec._update(child)

    def end(self, task: TokenTask, reason: str) -> None:
        """Consume a token; a scope without live tokens completes."""
        scope = self.scope(task)
        self.emit(["token-", scope.id, task.token, reason, None])
        del self.tasks[task.token]
        task._set_state(TaskState.COMPLETED)
        self._finished(task)
        self.complete_if_done(scope)

    def absorb(self, task: TokenTask, reason: str, into: int | None = None) -> None:
        """Consume a token whose scope certainly lives on; a join merges it into another one."""
        self.emit(["token-", task.scope, task.token, reason, into])
        del self.tasks[task.token]
        task._set_state(TaskState.CANCELLED)
        self._finished(task)

    def cancel(self, task: TokenTask, reason: str) -> None:
        """Remove a token with all that belongs to it: items, inner scopes, armed boundary events."""
        scope = self.scope(task)
        self.disarm(scope, task.token, reason)
        for child in sorted(scope.children):
            if self.state.scopes[child].owner == task.token:
                self.forget(child)
        self.emit(["token-", scope.id, task.token, reason, None])
        del self.tasks[task.token]
        task._set_state(TaskState.CANCELLED)
        self._finished(task)

    def disarm(self, scope: Scope, host: int, reason: str) -> None:
        """Remove the armed boundary events of an activity's token."""
        for token_id in sorted(scope.tokens):
            token = scope.tokens[token_id]
            if token.host == host and token.status == ARMED:
                self.absorb(self.tasks[token_id], reason)

    def relocate(self, task: TokenTask, element: str, hint: dict[str, Any] | None, reason: str) -> None:
        """Put a token elsewhere in its scope: the one way of return, recall and jump.

        What it waited for, held or armed goes with `reason`; at the new node it starts afresh. hint: for a user
        task, who gets it and what its work item keeps (`assignee`, `extra`).
        """
        scope = self.scope(task)
        self.disarm(scope, task.token, reason)
        for child in sorted(scope.children):
            if self.state.scopes[child].owner == task.token:
                self.forget(child)
                self.emit(["scope-", child, reason])
        for kind, shelf in _SHELVES:
            for item in [item for item in getattr(scope, shelf).values() if item.token == task.token]:
                self.emit([f"{kind}-", scope.id, item.id, reason])
        self.emit(["move", scope.id, task.token, None, element])
        if hint is not None:
            self.emit(["token~", scope.id, task.token, READY, {"hint": hint}])
        task._set_state(TaskState.CANCELLED)
        token_id = task.token
        self._finished(task)
        self._hang(scope, token_id, element, READY, None)

    def unwind(self, task: TokenTask) -> None:
        """Take back what an activity that could not begin had already opened: inner scopes, armed events."""
        scope = self.scope(task)
        self.disarm(scope, task.token, "unwound")
        for child in sorted(scope.children):
            if self.state.scopes[child].owner == task.token:
                self.forget(child)
                self.emit(["scope-", child, "unwound"])

    def change(self, task: TokenTask, status: str, data: dict[str, Any] | None = None) -> None:
        """Give a token another status; its task follows."""
        self.emit(["token~", task.scope, task.token, status, data])
        task._set_state(TASK_STATES[status])

    def _finished(self, task: TokenTask) -> None:
        if self.settings.prune:
            splice(task)

    def fail(self, task: TokenTask, failure: NodeFailure, data: dict[str, Any]) -> None:
        """Stop a token with an incident. `data` keeps what a retry needs (its `phase` at least)."""
        token = self.token(task)
        self.change(task, FAILED, data)
        incident = Incident(
            self.new_id(),
            token.id,
            token.element,
            failure.kind,
            failure.message_zh,
            failure.message_en,
            self.now,
        )
        self.emit(["inc+", task.scope, incident.row()])

    # -- scopes ------------------------------------------------------------------------------------

    def open_scope(
        self,
        *,
        kind: str,
        element: str,
        definition: str,
        variables: dict[str, Any],
        owner: TokenTask | None = None,
        index: int | None = None,
    ) -> Scope:
        """Open a scope below the token that owns it (None: the case's process)."""
        deepest = self.bound("depth")
        if owner is not None and self._depth(owner.scope) >= deepest:
            raise NodeFailure(
                "scope-depth",
                f"子流程嵌套超过{deepest}层",
                f"sub-processes are nested deeper than {deepest}",
            )
        scope_id = self.new_id()
        self.emit(
            [
                "scope+",
                scope_id,
                owner.scope if owner else None,
                owner.token if owner else None,
                kind,
                element,
                definition,
                index,
                variables,
            ]
        )
        scope = self.state.scopes[scope_id]
        self._grow(scope)
        return scope

    def _depth(self, scope_id: int) -> int:
        depth = 0
        parent: int | None = scope_id
        while parent is not None:
            depth += 1
            parent = self.state.scopes[parent].parent
        return depth

    def _grow(self, scope: Scope) -> None:
        name = INSTANCE_PREFIX + scope.element if scope.kind == INSTANCE else scope.element
        spec: ContainerSpec = self.program(scope).specs[name]
        if scope.owner is None:
            self.trees[scope.id] = CaseTree(spec, self)
        else:
            self.trees[scope.id] = ScopeTree(spec, owner=self.tasks[scope.owner], top=self.tree_of_case())

    def tree_of_case(self) -> CaseTree:
        """The workflow of the case's process."""
        tree = self.trees[self.state.root.id]
        assert isinstance(tree, CaseTree)
        return tree

    def forget(self, scope_id: int) -> None:
        """Drop the trees of a scope and all below it; the neutral state is changed by the caller's effect."""
        scope = self.state.scopes[scope_id]
        for child in scope.children:
            self.forget(child)
        for token_id in scope.tokens:
            task = self.tasks.pop(token_id)
            task._set_state(TaskState.CANCELLED)
        self.trees.pop(scope_id, None)
        for key in [key for key in self.joining if key[0] == scope_id]:
            del self.joining[key]

    def complete_if_done(self, scope: Scope) -> None:
        """Let a scope complete, when its turn comes, if no token keeps it alive then."""
        self.closing.append(scope.id)

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
        return session
