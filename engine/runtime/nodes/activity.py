"""Activities: input mappings in, work, output mappings out (BPMN 2.0 §13.3.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from engine.model.definition import EventKind, Node
from engine.runtime import mapping, triggers
from engine.runtime.failure import NodeFailure
from engine.runtime.nodes.base import NodeSpec, go_on, wanted_back
from engine.runtime.tree import TokenTask
from engine.runtime.variables import View, assign, evaluate_wire, to_wire
from engine.state import Scope, Token
from engine.state.items import ACTIVE
from engine.state.scope import INSTANCE

if TYPE_CHECKING:
    from engine.runtime.session import Session


class ActivitySpec(NodeSpec):
    """An activity. `begin` does the work; `waits` says whether somebody else finishes it.

    Errors and escalations need no armed token: they look for their boundary event when they are thrown.
    """

    waits: ClassVar[bool] = True

    def prepare(self, session: Session, scope: Scope, token: Token, own: Mapping[str, Any]) -> Any:
        """Evaluate all the work needs; nothing is changed yet, so a failure leaves the token as it was."""
        return None

    def begin(self, session: Session, task: TokenTask, prepared: Any) -> dict[str, Any] | None:
        """Start the work. For an activity that does not wait: the values it produced."""
        raise NotImplementedError

    def execute(self, session: Session, task: TokenTask) -> bool | None:
        """Map inputs, arm boundary events, begin."""
        scope, token = session.scope(task), session.token(task)
        own = mapping.inputs(session, scope, self.node)
        if not self.waits and self._lets_conditions_see(session, task, own):
            return None
        if own:
            token.variables, before = own, token.variables
            try:
                prepared, arms = self._prepare_all(session, scope, token, own)
            finally:
                token.variables = before
        else:
            prepared, arms = self._prepare_all(session, scope, token, own)
        if own:
            session.emit(["own", scope.id, token.id, own])
        if self.waits:
            back = wanted_back(token)
            session.change(task, ACTIVE, None if back is None else {"back": back})
            triggers.arm(session, scope, task, arms)
        try:
            values = self.begin(session, task, prepared)
        except NodeFailure:
            session.unwind(task)
            raise
        if not self.waits:
            finish(session, task, values or {})
        return None

    def _lets_conditions_see(self, session: Session, task: TokenTask, own: Mapping[str, Any]) -> bool:
        """Arm the conditional boundary events of an activity that is done as soon as it begins.

        They are looked at when the activity begins (§10.5.5), hence before it runs: whether it has to let them.
        """
        scope, token = session.scope(task), session.token(task)
        nodes = session.program(scope).nodes
        events = [boundary for boundary in self.node.boundary if _is_conditional(nodes[boundary])]
        if not events or scope.kind == INSTANCE:
            return False
        if any(other.host == token.id for other in scope.tokens.values()):
            return False
        if own:
            session.emit(["own", scope.id, token.id, own])
        waits = [triggers.Wait(element=boundary, kind=EventKind.CONDITIONAL) for boundary in events]
        triggers.arm(session, scope, task, waits)
        session.ready.appendleft(task)
        return True

    def _prepare_all(
        self, session: Session, scope: Scope, token: Token, own: Mapping[str, Any]
    ) -> tuple[Any, list[triggers.Arm]]:
        prepared = self.prepare(session, scope, token, own)
        arms: list[triggers.Arm] = []
        if self.waits and scope.kind != INSTANCE:
            arms = triggers.prepare_boundary(session, scope, token, self.node)
        return prepared, arms


def _is_conditional(node: Node) -> bool:
    return node.event is not None and node.event.kind is EventKind.CONDITIONAL


def finish(
    session: Session,
    task: TokenTask,
    values: Mapping[str, Any],
    *,
    propagate: bool = True,
) -> None:
    """Complete an activity with the values it produced (wire form) and send its token on.

    With output mappings these alone decide what leaves the activity; without any, every value goes to the
    nearest place that has its name (when `propagate`). A mapping that fails leaves an incident from which a
    retry goes on with the same values.
    """
    scope, token = session.scope(task), session.token(task)
    spec: NodeSpec = task.task_spec
    node = spec.node
    try:
        if node.outputs:
            assign(session, scope, None, mapping.outputs(session, scope, token, node, values))
        elif propagate and values:
            assign(session, scope, token, values)
    except NodeFailure as failure:
        data = {
            "phase": "finish",
            "values": dict(values),
            "propagate": propagate,
            "back": wanted_back(token),
        }
        session.fail(task, failure, data)
        return
    session.disarm(scope, token.id, "disarmed")
    for incident in [item for item in scope.incidents.values() if item.token == token.id]:
        session.emit(["inc-", scope.id, incident.id, "obsolete"])
    for timer in [item for item in scope.timers.values() if item.token == token.id]:
        session.emit(["timer-", scope.id, timer.id, "stopped"])
    go_on(session, task)


class PassSpec(ActivitySpec):
    """A task without work of its own: the abstract task and the manual task."""

    waits = False

    def begin(self, session: Session, task: TokenTask, prepared: Any) -> dict[str, Any] | None:
        """Nothing to do."""
        return None


class ScriptSpec(ActivitySpec):
    """A script task: one FEEL expression, its value in the result variable."""

    waits = False

    def prepare(self, session: Session, scope: Scope, token: Token, own: Mapping[str, Any]) -> Any:
        """Evaluate."""
        if self.node.script is None:
            return None
        return evaluate_wire(session, self.node.script, scope, token)

    def begin(self, session: Session, task: TokenTask, prepared: Any) -> dict[str, Any] | None:
        """Hand over the value."""
        name = self.node.result_variable
        return {name: prepared} if name else None


class DecisionSpec(ActivitySpec):
    """A business rule task: a decision's output in the result variable, its trace in the log."""

    waits = False

    def prepare(self, session: Session, scope: Scope, token: Token, own: Mapping[str, Any]) -> Any:
        """Evaluate the decision."""
        decision = self.node.decision
        assert decision is not None
        model = session.program(scope).definition.decisions[decision]
        try:
            result = model.evaluate(decision, View(session, scope, token), session.environment())
        except Exception as error:
            zh, en = getattr(error, "message_zh", str(error)), getattr(error, "message_en", str(error))
            raise NodeFailure(
                "decision.failed",
                f"决策“{decision}”无法得出结果：{zh}",
                f"decision “{decision}” failed: {en}",
            ) from error
        return to_wire(result.value, decision), result.trace

    def begin(self, session: Session, task: TokenTask, prepared: Any) -> dict[str, Any] | None:
        """Note the trace, hand over the output."""
        value, trace = prepared
        session.emit(["note", "decision", {"element": self.node.id, "trace": to_wire(trace, self.node.id)}])
        name = self.node.result_variable
        return {name: value} if name else None
