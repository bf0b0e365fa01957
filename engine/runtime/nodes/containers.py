"""Embedded sub-processes, call activities, and the place event sub-processes stand at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.runtime import scopes
from engine.runtime.failure import NodeFailure
from engine.runtime.nodes.activity import ActivitySpec
from engine.runtime.nodes.base import NodeSpec
from engine.runtime.tree import TokenTask
from engine.runtime.variables import View, text_setting
from engine.state import Scope, Token
from engine.state.scope import PROCESS, SUB_PROCESS

if TYPE_CHECKING:
    from engine.runtime.session import Session


class SubProcessSpec(ActivitySpec):
    """An embedded sub-process: a scope of its own that sees the variables around it (§13.3.4)."""

    def begin(self, session: Session, task: TokenTask, prepared: Any) -> dict[str, Any] | None:
        """Open the scope and start it."""
        inner = session.open_scope(
            kind=SUB_PROCESS,
            element=self.node.id,
            definition=session.scope(task).definition,
            variables={},
            owner=task,
        )
        scopes.start(session, inner)
        return None


class CallSpec(ActivitySpec):
    """A call activity: runs another process inside the case; variables go in and out by mapping (§10.3.6)."""

    def prepare(self, session: Session, scope: Scope, token: Token, own: Mapping[str, Any]) -> Any:
        """Find the process that is the newest version now (a recorded read)."""
        call = self.node.call
        assert call is not None
        key = text_setting(session, call.process, scope, token, ("被调用流程", "the called process"))
        digest = session.reads.read("definition", key)
        if digest is None:
            raise NodeFailure(
                "call.unknown", f"被调用的流程不存在：{key}", f"the called process does not exist: {key}"
            )
        called = session.programs.get(digest)
        scopes.check_start(called.container(called.definition.key), None)
        variables = View(session, scope, token).wire() if call.propagate_parent else dict(own)
        return digest, variables

    def begin(self, session: Session, task: TokenTask, prepared: Any) -> dict[str, Any] | None:
        """Open the called process's scope and start it."""
        digest, variables = prepared
        inner = session.open_scope(
            kind=PROCESS,
            element=session.programs.get(digest).definition.key,
            definition=digest,
            variables=variables,
            owner=task,
        )
        scopes.start(session, inner)
        return None


class EventSubProcessSpec(NodeSpec):
    """Where the token of an event sub-process stands; it has no flows, triggers start it."""
