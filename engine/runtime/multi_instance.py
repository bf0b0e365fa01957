"""Multi-instance activities (BPMN 2.0 §13.3.7).

The activity's token (the *body*) owns one scope per instance. In it the item and `loopCounter` (from 1) are
variables and a token runs the activity itself. What an instance hands out stays in its closed scope until all
are done, so that completing one instance costs the same whether there are ten or a thousand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine import canonical
from engine.feel import Expression
from engine.model.countersign import Countersign
from engine.model.definition import Behavior, MultiInstance, Node
from engine.runtime import throwing, triggers
from engine.runtime.failure import NodeFailure
from engine.runtime.nodes.base import NodeSpec, go_on, wanted_back
from engine.runtime.tree import TokenTask
from engine.runtime.variables import assign, evaluate, evaluate_wire
from engine.runtime.verbs import countersign
from engine.state import Scope, Token
from engine.state.items import ACTIVE, FAILED
from engine.state.scope import INSTANCE

if TYPE_CHECKING:
    from engine.runtime.session import Session


class MultiInstanceSpec(NodeSpec):
    """The body of a multi-instance activity.

    The token's data: `total`, `done`, `active` instances, `next` index to start, and for a sequential one
    the `items` still to come; `back` as `wanted_back` says.
    """

    def execute(self, session: Session, task: TokenTask) -> bool | None:
        """Evaluate the collection once, arm boundary events, start the instances."""
        scope, token = session.scope(task), session.token(task)
        multi = _multi(self.node)
        items, total = _items(session, scope, token, multi)
        most = session.bound("instances")
        if total > most:
            raise NodeFailure(
                "multi.too-many",
                f"多实例数量{total}超过上限{most}",
                f"{total} instances exceed the limit of {most}",
            )
        count = min(total, 1) if multi.sequential else total
        arms = triggers.prepare_boundary(session, scope, token, self.node)
        session.reserve(count)
        data: dict[str, Any] = {"total": total, "done": 0, "active": 0, "next": 0}
        if multi.sequential and items is not None:
            data["items"] = items
        back = wanted_back(token)
        if back is not None:
            data["back"] = back
        session.change(task, ACTIVE, data)
        triggers.arm(session, scope, task, arms)
        if total == 0:
            self._complete(session, task)
            return None
        session.change(task, ACTIVE, {**data, "active": count, "next": count})
        for index in range(count):
            _open(session, task, self.node, index, None if items is None else items[index])
        return None

    def _complete(self, session: Session, task: TokenTask) -> None:
        complete_body(session, task, self.node)


def instance_done(session: Session, instance: Scope, body: TokenTask) -> None:
    """One instance's last token is gone: gather its output, throw, then go on, wait or complete the body.

    What is thrown may interrupt the body itself (§10.3.8: boundary events catch it); then nothing is left to do.
    """
    scope, token = session.scope(body), session.token(body)
    node = session.node(scope, token)
    multi = _multi(node)
    assert token.data is not None
    data = dict(token.data)
    try:
        output = None
        if multi.output_element is not None:
            output = evaluate_wire(session, multi.output_element, instance, None)
        data["done"] += 1
        data["active"] -= 1
        decided = _vote(instance, node, data)
        view = _Completion(session, scope, token, instance, data, output)
        enough = decided or view.holds(multi.completion)
        thrown = list(view.thrown(multi))
    except NodeFailure as failure:
        _set_aside(session, body, instance, failure)
        return
    session.forget(instance.id)
    if multi.output_element is not None and multi.output_collection is not None:
        session.emit(["done", instance.id, output])
    else:
        session.emit(["scope-", instance.id, "completed"])
    following = data["next"]
    goes_on = multi.sequential and not enough and following < data["total"]
    if goes_on:
        data.update(next=following + 1, active=1)
    session.change(body, token.status, data)
    for throw in thrown:
        throw(body)
        if session.tasks.get(body.token) is not body:
            return
    if goes_on:
        items = data.get("items")
        _open(session, body, node, following, None if items is None else items[following])
    elif enough or data["active"] == 0:
        complete_body(session, body, node)


def _set_aside(session: Session, body: TokenTask, instance: Scope, failure: NodeFailure) -> None:
    """Keep an instance whose end cannot be evaluated for a retry; one incident of the body stands for all."""
    token = session.token(body)
    assert token.data is not None
    data = {**token.data, "phase": "instance", "failed": [*token.data.get("failed", ()), instance.id]}
    if token.status == FAILED:
        session.change(body, FAILED, data)
    else:
        session.fail(body, failure, data)


def complete_body(session: Session, body: TokenTask, node: Node) -> None:
    """Cancel what still runs, gather the outputs in the order of the input, send the token on."""
    scope, token = session.scope(body), session.token(body)
    multi = _multi(node)
    outputs: list[tuple[int, Any]] = []
    for child_id in sorted(scope.children):
        child = session.state.scopes[child_id]
        if child.owner != token.id:
            continue
        if child.closed:
            outputs.append((child.index or 0, child.output))
        session.forget(child_id)
        session.emit(["scope-", child_id, "gathered" if child.closed else "cancelled"])
    if multi.output_collection is not None:
        assign(session, scope, None, {multi.output_collection: [value for _, value in sorted(outputs)]})
    rule = countersign.rule_of(node)
    if rule is not None and token.data is not None:
        assign(session, scope, None, {rule.result: _result(rule, token.data)})
    for incident in [item for item in scope.incidents.values() if item.token == token.id]:
        session.emit(["inc-", scope.id, incident.id, "obsolete"])
    for incident in [item for item in scope.incidents.values() if item.token == token.id]:
        session.emit(["inc-", scope.id, incident.id, "settled"])
    session.disarm(scope, token.id, "disarmed")
    go_on(session, body)


def _vote(instance: Scope, node: Node, data: dict[str, Any]) -> bool:
    """Count a countersign member's vote; whether the outcome is decided."""
    rule = countersign.rule_of(node)
    if rule is None:
        return False
    data["votes"] = countersign.count(rule, data.get("votes", [0, 0]), instance.variables.get(rule.vote))
    return rule.outcome(data["total"], *data["votes"]) is not None


def _result(rule: Countersign, data: dict[str, Any]) -> dict[str, Any]:
    agree, disagree = data.get("votes", [0, 0])
    return {
        "outcome": rule.outcome(data["total"], agree, disagree) or "rejected",
        "agree": agree,
        "disagree": disagree,
        "total": data["total"],
    }


def _multi(node: Node) -> MultiInstance:
    assert node.multi is not None
    return node.multi


def _items(
    session: Session, scope: Scope, token: Token, multi: MultiInstance
) -> tuple[list[Any] | None, int]:
    if multi.collection is not None:
        items = evaluate(session, multi.collection, scope, token)
        if not isinstance(items, list):
            shown = "null" if items is None else type(items).__name__
            raise NodeFailure(
                "multi.collection",
                f"多实例的集合应为列表，实际是{shown}：{multi.collection.text[:120]}",
                f"the collection must be a list, not {shown}: {multi.collection.text[:120]}",
            )
        return [canonical.to_wire(item) for item in items], len(items)
    assert multi.cardinality is not None
    count = canonical.to_wire(evaluate(session, multi.cardinality, scope, token))
    if not isinstance(count, int) or isinstance(count, bool) or count < 0:
        raise NodeFailure(
            "multi.cardinality",
            f"多实例数量应为不小于0的整数：{count}",
            f"the number of instances must be a whole number of at least 0: {count}",
        )
    return None, count


def _open(session: Session, body: TokenTask, node: Node, index: int, item: Any) -> None:
    multi = _multi(node)
    variables: dict[str, Any] = {"loopCounter": index + 1}
    if multi.output_element is not None:
        paths = multi.output_element.paths
        if len(paths) == 1:
            variables[next(iter(paths))[0]] = None
    rule = countersign.rule_of(node)
    if rule is not None:
        variables[rule.vote] = None
    if multi.element is not None:
        variables[multi.element] = item
    instance = session.open_scope(
        kind=INSTANCE,
        element=node.id,
        definition=session.scope(body).definition,
        variables=variables,
        owner=body,
        index=index,
    )
    session.place(instance, node.id)


@dataclass(frozen=True, slots=True)
class _Completion:
    """What conditions see when an instance completes (§13.3.7): the body's counts and what was gathered so far."""

    session: Session
    scope: Scope
    token: Token
    instance: Scope
    data: dict[str, Any]
    output: Any

    def holds(self, condition: Expression | None) -> bool:
        """Whether a completion condition, or that of a complex behavior, holds now."""
        if condition is None:
            return False
        value = evaluate(self.session, condition, self.scope, self.token, self._counts(condition))
        if value is True or value is False:
            return bool(value)
        raise NodeFailure(
            "condition.type",
            f"多实例的完成条件应为真或假：{condition.text[:120]}",
            f"the completion condition must be true or false: {condition.text[:120]}",
        )

    def _counts(self, condition: Expression) -> dict[str, Any]:
        counts: dict[str, Any] = {
            "numberOfInstances": self.data["total"],
            "numberOfActiveInstances": self.data["active"],
            "numberOfCompletedInstances": self.data["done"],
            "numberOfTerminatedInstances": 0,
            "loopCounter": (self.instance.index or 0) + 1,
        }
        node = self.session.node(self.scope, self.token)
        name = _multi(node).output_collection
        if name is not None and name in condition.names:
            scopes = (self.session.state.scopes[child_id] for child_id in self.scope.children)
            done = [
                (child.index or 0, child.output)
                for child in scopes
                if child.owner == self.token.id and child.closed
            ]
            done.append((self.instance.index or 0, self.output))
            counts[name] = [value for _, value in sorted(done, key=lambda pair: pair[0])]
        return counts

    def thrown(self, multi: MultiInstance) -> Iterator[Callable[[TokenTask], None]]:
        """The events to throw now (table 8.15): at each completion, at the first, or where their condition holds."""
        if multi.behavior is Behavior.ONE and self.data["done"] != 1:
            return
        for throw in multi.throws:
            if throw.condition is None or self.holds(throw.condition):
                yield throwing.prepared(self.session, self.scope, self.token, throw.event)
