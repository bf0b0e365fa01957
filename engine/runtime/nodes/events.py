"""Events: starts, catches, throws and ends (BPMN 2.0 §13.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.model.definition import EventKind
from engine.runtime import mapping, throwing, triggers
from engine.runtime.failure import NodeFailure
from engine.runtime.nodes.base import NodeSpec
from engine.runtime.tree import TokenTask
from engine.state.items import WAITING

if TYPE_CHECKING:
    from engine.runtime.session import Session


class PassEventSpec(NodeSpec):
    """A start or boundary event: what it waited for has happened, and was taken in, when a token runs it."""


class CatchSpec(NodeSpec):
    """An intermediate catch event; a link catch or none event passes at once."""

    def execute(self, session: Session, task: TokenTask) -> bool | None:
        """Wait for the event."""
        event = self.node.event
        if event is None or event.kind in (EventKind.NONE, EventKind.LINK):
            return True
        scope, token = session.scope(task), session.token(task)
        what = triggers.prepare(session, scope, token, self.node.id, event)
        session.change(task, WAITING)
        triggers.wait(session, scope.id, token.id, what)
        return None


class ThrowSpec(NodeSpec):
    """An intermediate throw event or end event; its input mappings are what it sends along."""

    def execute(self, session: Session, task: TokenTask) -> bool | None:
        """Throw; what is thrown may end the thrower itself, then nothing is left to do."""
        event = self.node.event
        if event is None or event.kind in (EventKind.NONE, EventKind.LINK):
            return True
        scope, token = session.scope(task), session.token(task)
        values = mapping.inputs(session, scope, self.node)
        if values:
            session.emit(["own", scope.id, token.id, values])
        if event.kind is EventKind.TERMINATE:
            self._terminate(session, task)
        elif event.kind is EventKind.CANCEL:
            throwing.cancel_transaction(session, task)
        elif event.kind is EventKind.MESSAGE:
            message = triggers.prepare_message(session, scope, token, event, values)
            session.emit(["out", "message", message])
        else:
            name = triggers.event_name(session, scope, token, event)
            self._throw(session, task, event.kind, name, values)
        return True if session.tasks.get(task.token) is task else None

    def _throw(
        self, session: Session, task: TokenTask, kind: EventKind, name: str, values: dict[str, Any]
    ) -> None:
        if kind is EventKind.SIGNAL:
            throwing.signal(session, name, values)
        elif kind is EventKind.ESCALATION:
            throwing.escalate(session, task, name, values)
        elif not throwing.throw_error(session, task, name, values):
            raise NodeFailure(
                "error.unhandled",
                f"错误“{name}”没有任何边界事件或事件子流程处理",
                f"no boundary event or event sub-process catches error “{name}”",
            )

    def _terminate(self, session: Session, task: TokenTask) -> None:
        """Remove every other token of the scope; the scope then ends normally (§13.5.6)."""
        scope = session.scope(task)
        for token_id in sorted(scope.tokens):
            if token_id in scope.tokens and token_id != task.token:
                session.cancel(session.tasks[token_id], "terminated")
