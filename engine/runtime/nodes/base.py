"""The base of all node specs: how the library's task life cycle drives a token.

A token reaches a node: the parent task completes, the library updates the child task (`_update_hook` says
whether it is ready), a ready task is scheduled, and running it calls `execute`. `execute` returns True when
the node is done at once (the token then leaves by `route`), None when it waits for somebody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin

from engine.model.definition import Node
from engine.runtime.failure import NodeFailure
from engine.runtime.routing import route
from engine.runtime.tree import ContainerSpec, TokenTask
from engine.state import Token

if TYPE_CHECKING:
    from engine.runtime.session import Session


class NodeSpec(BpmnSpecMixin):  # type: ignore[misc]  # the library is not typed
    """A flow node inside a compiled container. Subclasses say what it does in `execute`."""

    def __init__(self, wf_spec: ContainerSpec, node: Node) -> None:
        super().__init__(wf_spec, node.id, bpmn_name=node.name, lane=node.lane)
        self.node = node

    def execute(self, session: Session, task: TokenTask) -> bool | None:
        """Do what the node is for. True: done, the token may leave; None: waiting or already gone on.

        Raises NodeFailure before anything was changed.
        """
        return True

    def flows(self, session: Session, task: TokenTask) -> tuple[str, ...]:
        """The sequence flows the token leaves by; inside a multi-instance instance it just ends."""
        if is_instance(self):
            return ()
        return route(session, session.scope(task), session.token(task), self.node)

    def _predict(self, my_task: TokenTask, *args: Any, **kwargs: Any) -> None:
        """The tree holds tokens, not predictions."""

    def _update(self, my_task: TokenTask) -> None:
        if self._update_hook(my_task):
            my_task._ready()

    def _update_hook(self, my_task: TokenTask) -> bool:
        return True

    def _on_ready(self, my_task: TokenTask) -> None:
        _session(my_task).ready.append(my_task)

    def _run(self, my_task: TokenTask) -> bool | None:
        session = _session(my_task)
        try:
            result = self.execute(session, my_task)
        except NodeFailure as failure:
            session.fail(my_task, failure, entering(session.token(my_task)))
            return None
        return result and choose_way(session, my_task)

    def _on_complete(self, my_task: TokenTask) -> None:
        _session(my_task).follow(my_task, my_task.flows)

    def _on_cancel(self, my_task: TokenTask) -> None:
        """What the token waited for goes with it: see `Session.cancel`."""


def is_instance(spec: NodeSpec) -> bool:
    """Whether a spec is the inner activity of a multi-instance: the one node of its container."""
    return bool(spec._wf_spec.is_instance)


def choose_way(session: Session, task: TokenTask) -> bool:
    """Decide by which flows a token will leave. A missing way out is an incident; then False."""
    spec: NodeSpec = task.task_spec
    try:
        task.flows = spec.flows(session, task)
    except NodeFailure as failure:
        session.fail(task, failure, {"phase": "leave"})
        return False
    return True


def entering(token: Token) -> dict[str, Any]:
    """What a token that cannot enter its node keeps for a retry: who a returned step goes to is not forgotten."""
    hint = (token.data or {}).get("hint")
    return {"phase": "enter"} if hint is None else {"phase": "enter", "hint": hint}


def wanted_back(token: Token) -> dict[str, Any] | None:
    """The task (`element`, `assignee`, its own `back`) that returned the case here and wants it straight back."""
    data = token.data or {}
    back: dict[str, Any] | None = data.get("back") or (data.get("hint") or {}).get("back")
    return back


def go_on(session: Session, task: TokenTask) -> None:
    """Send the token of a finished activity along its flows, or straight back to who returned the case here."""
    back = wanted_back(session.token(task))
    if back is None:
        leave(session, task)
        return
    hint = {"assignee": back["assignee"], "extra": None, "back": back["back"]}
    session.relocate(task, back["element"], hint, "back")


def leave(session: Session, task: TokenTask) -> None:
    """Complete a task that somebody else finished, and send its token on."""
    if choose_way(session, task):
        task.complete()


def _session(task: TokenTask) -> Session:
    session: Session = task.workflow.top_workflow.session
    return session
