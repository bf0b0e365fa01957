"""The board of a case: its tokens and scopes, in the neutral state and on SpiffWorkflow's trees at once.

Every change goes through `emit`: the effect is applied to the neutral state and kept for the log. The trees follow
the same calls.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, cast

from engine.model.definition import Node
from engine.runtime.failure import NodeFailure
from engine.runtime.program import INSTANCE_PREFIX, Program, Programs
from engine.runtime.tree import CaseTree, ContainerSpec, ScopeTree, TaskState, TokenTask, Tree, spawn, splice
from engine.state import CaseState, Scope, Token, apply
from engine.state.items import ACTIVE, ARMED, FAILED, READY, WAITING
from engine.state.scope import INSTANCE

if TYPE_CHECKING:
    from engine.runtime.session import Session

TASK_STATES = {
    READY: TaskState.READY,
    ACTIVE: TaskState.STARTED,
    WAITING: TaskState.WAITING,
    ARMED: TaskState.WAITING,
    FAILED: TaskState.STARTED,
}

_SHELVES = (
    ("task", "tasks"),
    ("timer", "timers"),
    ("sub", "subscriptions"),
    ("job", "jobs"),
    ("inc", "incidents"),
)


class Board:
    """Tokens and scopes of one case.

    Attributes:
        state: the neutral state.
        effects: what the command under way has changed, in order.
        tasks: the SpiffWorkflow task of every token, by token id.
        trees: the SpiffWorkflow workflow of every open scope, by scope id.
        joining: inclusive joins with waiting tokens, as (scope id, node id), in order of arrival.
        closing: scopes that lost a token and may have to complete.
    """

    def __init__(self, state: CaseState, programs: Programs, *, prune: bool) -> None:
        self.state = state
        self.programs = programs
        self.effects: list[list[Any]] = []
        self.tasks: dict[int, TokenTask] = {}
        self.trees: dict[int, Tree] = {}
        self.joining: dict[tuple[int, str], None] = {}
        self.closing: deque[int] = deque()
        self._prune = prune

    def emit(self, effect: list[Any]) -> None:
        """Change the state, and remember how."""
        apply(self.state, effect)
        self.effects.append(effect)

    def bound(self, name: str) -> int:
        """A limit of execution the case was started under: `steps`, `instances`, `depth` or `urge`."""
        value: int = self.state.bounds[name]
        return value

    def new_id(self) -> int:
        """The id of the next token, scope or item."""
        return self.state.next_id

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
        if self._prune:
            splice(task)

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
        if owner is not None and self.depth(owner.scope) >= deepest:
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

    def depth(self, scope_id: int) -> int:
        """How many scopes there are around a scope, itself included."""
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
            self.trees[scope.id] = CaseTree(spec, cast("Session", self))
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
