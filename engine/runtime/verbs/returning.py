"""退回 return, 撤回 recall and jump: putting a token elsewhere in its scope.

All three use `Session.relocate`. Whether a return or recall is legal is decided on the log (see
`engine.runtime.lineage`): the answer given before and what happens come from the same function.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import Conflict, NotFound, Refusal
from engine.model.definition import Node, NodeKind
from engine.runtime.lineage import Lineage, Step
from engine.runtime.marking import reachable_with
from engine.runtime.session import Session
from engine.state import Scope, Token, WorkItem
from engine.state.scope import INSTANCE

RETURN_POLICY = "bihuan:return"
"""Property of a user task: `free` (the default), `once`, or `forbidden`."""

RECALL_POLICY = "bihuan:recall"
"""Property of a user task: `free` (the default) or `forbidden`."""

RETURNABLE = frozenset({NodeKind.USER_TASK, NodeKind.SUB_PROCESS, NodeKind.CALL_ACTIVITY})


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """An earlier step and whether a task may go back to it; `reason` says why not."""

    element: str
    name: str
    seq: int
    actor: str
    legal: bool
    rule: str = ""
    reason_zh: str = ""
    reason_en: str = ""


def targets(session: Session, task_id: int) -> list[Target]:
    """The earlier completed steps of a task's scope, latest first, each with legality and reason.

    Raises NotFound when the task is gone.
    """
    scope, token, _ = _place(session, task_id)
    lineage = session.lineage()
    program = session.program(scope)
    return [
        _judge(program.nodes[step.element], step, token.id)
        for step in lineage.steps_in(scope.id)
        if step.element != token.element and program.nodes[step.element].kind in RETURNABLE
    ]


def return_task(session: Session, actor: str, given: Mapping[str, Any]) -> None:
    """退回: put the token of a task back to an earlier completed step.

    given: `task`; `to` (element id, by default the latest legal step); `mode` redo (the steps between are done
    again) or back (straight back to the returner); `reason`. What was entered stays and is offered again.
    """
    scope, token, item = _place(session, given["task"])
    if item.assignee is not None and item.assignee != actor:
        raise Conflict(
            code="task.taken",
            message_zh=f"任务已由{item.assignee}签收",
            message_en=f"the task was claimed by {item.assignee}",
            current={"assignee": item.assignee},
        )
    lineage = session.lineage()
    node = session.program(scope).nodes[token.element]
    _check_policy(node, lineage)
    step = _chosen(session, scope, token, lineage, given.get("to"))
    hint: dict[str, Any] = {"assignee": None, "extra": None}
    if session.program(scope).nodes[step.element].kind is NodeKind.USER_TASK and step.task is not None:
        hint["assignee"] = step.actor
        hint["extra"] = {"returned_from": token.element, "returned_by": actor}
        if given.get("mode") == "back":
            hint["extra"]["back"] = {"element": token.element, "assignee": actor}
    note = {"from": token.element, "to": step.element, "mode": given.get("mode", "redo")}
    session.emit(["note", "returned", note])
    session.relocate(session.tasks[token.id], step.element, hint, "returned")


def recall(session: Session, actor: str, given: Mapping[str, Any]) -> None:
    """撤回: take back one's own completion, until somebody or something acted on what followed.

    given: `task` (the completed one), `reason`.
    """
    step = session.lineage().completion_of(given["task"])
    if step is None:
        raise NotFound(
            code="tasks.gone",
            message_zh="没有可以撤回的办结",
            message_en="there is no completion to recall",
            place={"id": given["task"]},
        )
    if step.actor != actor:
        raise Refusal(
            rule="recall.own", message_zh="只能撤回自己的办结", message_en="only one's own completion"
        )
    refusal = judge_recall(session, step)
    if refusal is not None:
        raise refusal
    threads = sorted(step.threads)
    for token_id in threads[1:]:
        session.cancel(session.tasks[token_id], "recalled")
    session.emit(["note", "recalled", {"element": step.element}])
    hint = {"assignee": actor, "extra": {"recalled": True}}
    session.relocate(session.tasks[threads[0]], step.element, hint, "recalled")


def judge_recall(session: Session, step: Step) -> Refusal | None:
    """Why a completion may not be recalled any more, or None."""
    scope = session.state.scopes.get(step.scope)
    if scope is None or not step.threads:
        return _no_recall("recall.gone", "后续环节已经结束", "what followed has ended")
    node = session.program(scope).nodes[step.element]
    if node.properties.get(RECALL_POLICY, "free") == "forbidden":
        return _no_recall("recall.forbidden", "本环节不允许撤回", "this step may not be recalled")
    if step.touched is not None:
        return _no_recall("recall.acted", "后续环节已有人办理或已经触发", "a successor has acted already")
    if step.foreign:
        return _no_recall(
            "recall.merged", "已与其他分支汇合", "it was merged with another branch at a gateway"
        )
    return None


def jump(session: Session, actor: str, given: Mapping[str, Any]) -> None:
    """Put a token to any node of its container, where that strands and doubles nothing.

    given: `token`, `to` (element id), `reason`. An administrator's repair, always with a second look: legality
    is whether the tokens of the scope could have come to stand so (see `engine.runtime.marking`).
    """
    scope = session.state.scope_of(given["token"])
    token = scope.tokens.get(given["token"]) if scope is not None else None
    if scope is None or token is None:
        raise NotFound(code="tokens.gone", message_zh="令牌不存在", message_en="there is no such token")
    program = session.program(scope)
    target = given["to"]
    if scope.kind == INSTANCE or target not in program.container(scope.element).nodes:
        raise Refusal(
            rule="jump.scope",
            message_zh="只能跳转到同一流程层内的环节",
            message_en="a token can only jump inside its own process level",
        )
    _check_target(program.nodes[target])
    others = [
        (other.element, other.flow)
        for other in scope.tokens.values()
        if other.id != token.id and other.status != "armed"
    ]
    verdict = reachable_with(program, scope.element, [*others, (target, None)])
    if verdict is not True:
        raise Refusal(
            rule="jump.marking",
            message_zh="跳转会使其他分支失配或重复"
            if verdict is False
            else "流程过于复杂，无法判定跳转是否安全",
            message_en=(
                "the jump would strand or double a branch"
                if verdict is False
                else "the process is too complex to tell whether the jump is safe"
            ),
        )
    session.emit(["note", "jumped", {"from": token.element, "to": target}])
    session.relocate(session.tasks[token.id], target, None, "jumped")


def _check_target(node: Node) -> None:
    if node.kind in (NodeKind.BOUNDARY_EVENT, NodeKind.EVENT_SUB_PROCESS, NodeKind.START_EVENT) or (
        len(node.incoming) > 1 and node.kind in (NodeKind.PARALLEL_GATEWAY, NodeKind.INCLUSIVE_GATEWAY)
    ):
        raise Refusal(
            rule="jump.target",
            message_zh=f"不能跳转到“{node.name or node.id}”这类节点",
            message_en=f"one cannot jump to “{node.name or node.id}”: a node of this kind",
        )


def _place(session: Session, task_id: int) -> tuple[Scope, Token, WorkItem]:
    """A task's scope and token; for a member of a multi-instance those of the whole (会签 returns as one)."""
    scope = session.state.scope_of(task_id)
    item = scope.tasks.get(task_id) if scope is not None else None
    if scope is None or item is None:
        raise NotFound(
            code="tasks.gone",
            message_zh="任务不存在或已经处理",
            message_en="the task does not exist or was dealt with",
            place={"id": task_id},
        )
    token = scope.tokens[item.token]
    if scope.kind == INSTANCE and scope.parent is not None and scope.owner is not None:
        body = scope.owner
        scope = session.state.scopes[scope.parent]
        token = scope.tokens[body]
    return scope, token, item


def _check_policy(node: Node, lineage: Lineage) -> None:
    policy = node.properties.get(RETURN_POLICY, "free")
    if policy == "forbidden":
        raise Refusal(
            rule="return.forbidden",
            message_zh=f"“{node.name or node.id}”不允许退回",
            message_en=f"“{node.name or node.id}” may not be returned",
        )
    if policy == "once" and lineage.returns.get(node.id, 0) > 0:
        raise Refusal(
            rule="return.once",
            message_zh=f"“{node.name or node.id}”只能退回一次",
            message_en=f"“{node.name or node.id}” may be returned only once",
        )


def _chosen(session: Session, scope: Scope, token: Token, lineage: Lineage, wanted: str | None) -> Step:
    program = session.program(scope)
    steps = [
        step
        for step in lineage.steps_in(scope.id)
        if step.element != token.element and program.nodes[step.element].kind in RETURNABLE
    ]
    if wanted is not None:
        steps = [step for step in steps if step.element == wanted]
    judged = [(step, _judge(program.nodes[step.element], step, token.id)) for step in steps]
    for step, target in judged:
        if target.legal:
            return step
    if judged:
        target = judged[0][1]
        raise Refusal(rule=target.rule, message_zh=target.reason_zh, message_en=target.reason_en)
    raise Refusal(
        rule="return.none",
        message_zh="本层没有可以退回的已办环节",
        message_en="there is no completed step of this level to return to",
    )


def _judge(node: Node, step: Step, token: int) -> Target:
    rule, zh, en = "", "", ""
    name = node.name or node.id
    if step.foreign:
        rule = "return.merged"
        zh = f"“{name}”之后已与其他并行分支汇合，退回会使汇合永远等不到另一分支"
        en = f"after “{name}” other parallel branches were merged in; going back would strand the join"
    elif step.threads != {token}:
        alive = step.threads - {token}
        if token not in step.threads:
            rule = "return.other-branch"
            zh = f"“{name}”在另一条并行分支上"
            en = f"“{name}” lies on another parallel branch"
        else:
            rule = "return.parallel"
            zh = f"“{name}”之后还有{len(alive)}条并行分支在办，退回会使它们重复执行"
            en = f"{len(alive)} parallel branches after “{name}” are still open and would run twice"
    return Target(
        element=node.id,
        name=name,
        seq=step.seq,
        actor=step.actor,
        legal=not rule,
        rule=rule,
        reason_zh=zh,
        reason_en=en,
    )


def _no_recall(rule: str, zh: str, en: str) -> Refusal:
    return Refusal(rule=rule, message_zh=f"不能撤回：{zh}", message_en=f"it cannot be recalled: {en}")
