"""退回 return, 撤回 recall and jump: putting a token elsewhere in its scope.

All three use `Session.relocate`. Whether a return or recall is legal is decided on the log (see
`engine.runtime.lineage`): the answer given before and what happens come from the same function.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import InvalidInput, NotFound, Refusal
from engine.model.definition import Node, NodeKind
from engine.runtime import closing, undone
from engine.runtime.duties import stands_in
from engine.runtime.lineage import Lineage, Step
from engine.runtime.marking import reachable_with
from engine.runtime.nodes.base import wanted_back
from engine.runtime.program import Program
from engine.runtime.session import Session
from engine.runtime.verbs import voting
from engine.runtime.verbs.items import has, kept, open_task, taken
from engine.state import Scope, Token, WorkItem
from engine.state.case import SUSPENDED
from engine.state.items import ARMED
from engine.state.scope import INSTANCE

RETURN_POLICY = "bihuan:return"
"""Property of a user task: `free` (the default), `once`, or `forbidden`."""

RECALL_POLICY = "bihuan:recall"
"""Property of a user task: `free` (the default) or `forbidden`."""

MODES = ("redo", "back")

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
    scope, token, item = _place(session, task_id)
    lineage = session.lineage()
    forbidden = _suspended(session) or _forbidden(session, scope, token, item, lineage)
    program = session.program(scope)
    return [
        _target(program.nodes[step.element], step, forbidden or _judge(program, step, token.id))
        for step in _candidates(program, lineage, scope, token)
    ]


def return_task(session: Session, actor: str, given: Mapping[str, Any]) -> None:
    """退回: put the token of a task back to an earlier completed step.

    given: `task`; `to` (element id, by default the latest legal step); `mode` redo (the steps between are done
    again) or back (straight back to the returner); `reason`. What was entered stays and is offered again.
    """
    scope, token, item = _place(session, given["task"])
    mode = given.get("mode", "redo")
    if mode not in MODES:
        raise InvalidInput.at("mode", message_zh="应为 redo 或 back", message_en="redo or back")
    if item.assignee is not None and not has(session, item, actor):
        raise taken(item)
    lineage = session.lineage()
    forbidden = _forbidden(session, scope, token, item, lineage)
    if forbidden is not None:
        raise forbidden
    step = _chosen(session, scope, token, lineage, given.get("to"))
    hint: dict[str, Any] = {"assignee": None, "extra": None}
    if step.task is not None:
        hint["assignee"] = step.actor
        hint["extra"] = {"returned_from": token.element, "returned_by": actor}
    if mode == "back":
        hint["back"] = {
            "element": token.element,
            "assignee": item.assignee or actor,
            "back": wanted_back(token),
        }
    note = {"scope": scope.id, "from": token.element, "to": step.element, "mode": mode}
    session.emit(["note", "returned", note])
    undone.lay_by(session, actor, scope, [token.id], step.element, session.past())
    session.relocate(session.tasks[token.id], step.element, hint, "returned")


def recall(session: Session, actor: str, given: Mapping[str, Any]) -> None:
    """撤回: take back one's own completion, until somebody or something acted on what followed.

    given: `task` (the completed one), `reason`. A member's vote is recalled while the countersign is open.
    """
    lineage = session.lineage()
    step = lineage.completion_of(given["task"])
    vote = voting.vote_of(session, given["task"]) if step is None else None
    if vote is not None:
        _recall_vote(session, actor, vote)
        return
    if step is None and given["task"] in lineage.over:
        raise _no_recall("recall.gone", "后续环节已经结束或本环节已重新办理", "what followed has ended")
    if step is None:
        raise NotFound(
            code="tasks.gone",
            message_zh="没有可以撤回的办结",
            message_en="there is no completion to recall",
            place={"id": given["task"]},
        )
    _check_own(session, actor, step.actor, step.groups)
    refusal = judge_recall(session, step)
    if refusal is not None:
        raise refusal
    threads = sorted(step.threads)
    scope = session.state.scopes[step.scope]
    undone.lay_by(session, actor, scope, threads, step.element, session.past())
    for token_id in threads[1:]:
        session.cancel(session.tasks[token_id], "recalled")
    session.emit(["note", "recalled", {"element": step.element, "task": step.task}])
    hint = {"assignee": step.actor, "extra": {"recalled": True}, "back": step.back}
    session.relocate(session.tasks[threads[0]], step.element, hint, "recalled")


def _recall_vote(session: Session, actor: str, vote: voting.Vote) -> None:
    _check_own(session, actor, vote.actor, vote.groups)
    scope = session.state.scopes.get(vote.scope)
    node = None if scope is None else session.program(scope).nodes[vote.element]
    refusal = _policy_of_recall(node) or voting.judge(session, vote)
    if refusal is not None:
        raise refusal
    voting.take_back(session, actor, vote)


def _check_own(session: Session, actor: str, performer: str, groups: tuple[str, ...]) -> None:
    absents = performer == session.absent and stands_in(session, actor, groups)
    if performer != actor and not absents:
        raise Refusal(
            rule="recall.own", message_zh="只能撤回自己的办结", message_en="only one's own completion"
        )


def _policy_of_recall(node: Node | None) -> Refusal | None:
    if node is None or node.properties.get(RECALL_POLICY, "free") != "forbidden":
        return None
    return _no_recall("recall.forbidden", "本环节不允许撤回", "this step may not be recalled")


def judge_recall(session: Session, step: Step) -> Refusal | None:
    """Why a completion may not be recalled any more, or None."""
    program = session.program(session.state.scopes[step.scope])
    refusal = _policy_of_recall(program.nodes[step.element])
    if refusal is not None:
        return refusal
    if step.touched is not None:
        return _no_recall("recall.acted", "后续环节已有人办理或已经触发", "a successor has acted already")
    if step.foreign:
        return _no_recall(
            "recall.merged", "已与其他分支汇合", "it was merged with another branch at a gateway"
        )
    if _was_passed(program, step):
        return _no_recall("recall.passed", "汇合网关已不再等它", "a join has gone on without it")
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
    _check_source(token, program.nodes[token.element])
    _check_target(program.nodes[target])
    others = [
        (other.element, other.flow)
        for other in scope.tokens.values()
        if other.id != token.id and other.status != ARMED
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
    closing.check_jump(session, scope, token, target)
    session.emit(["note", "jumped", {"from": token.element, "to": target}])
    undone.lay_by(session, actor, scope, [token.id], target, session.past())
    session.relocate(session.tasks[token.id], target, None, "jumped")


def _check_source(token: Token, node: Node) -> None:
    if token.status == ARMED or node.kind is NodeKind.EVENT_SUB_PROCESS:
        raise Refusal(
            rule="jump.source",
            message_zh=f"“{node.name or node.id}”等待事件或在主流程之外，不能跳转",
            message_en=f"“{node.name or node.id}” waits for an event or runs beside the flow: it cannot jump",
        )


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
    scope, item = open_task(session, task_id)
    token = scope.tokens[item.token]
    if scope.kind == INSTANCE and scope.parent is not None and scope.owner is not None:
        body = scope.owner
        scope = session.state.scopes[scope.parent]
        token = scope.tokens[body]
    return scope, token, item


def _suspended(session: Session) -> Refusal | None:
    if session.state.status != SUSPENDED:
        return None
    return Refusal(
        rule="case.suspended", message_zh="案件已挂起，不能办理", message_en="the case is suspended"
    )


def _forbidden(
    session: Session, scope: Scope, token: Token, item: WorkItem, lineage: Lineage
) -> Refusal | None:
    """Why a task may not be returned to wherever, or None."""
    if kept(item, "sign_of") is not None:
        return Refusal(
            rule="return.signer",
            message_zh="加签人不能退回，应由办理人退回",
            message_en="who was asked to sign cannot return the task; its handler can",
        )
    if kept(item, "owner") is not None:
        return Refusal(
            rule="return.delegated",
            message_zh="受委派的任务应先交回委派人，由委派人退回",
            message_en="a delegated task is handed back first; its owner may return it",
        )
    node = session.program(scope).nodes[token.element]
    policy = node.properties.get(RETURN_POLICY, "free")
    if policy == "forbidden":
        return Refusal(
            rule="return.forbidden",
            message_zh=f"“{node.name or node.id}”不允许退回",
            message_en=f"“{node.name or node.id}” may not be returned",
        )
    if policy == "once" and lineage.returns.get((scope.id, node.id), 0) > 0:
        return Refusal(
            rule="return.once",
            message_zh=f"“{node.name or node.id}”只能退回一次",
            message_en=f"“{node.name or node.id}” may be returned only once",
        )
    return None


def _candidates(program: Program, lineage: Lineage, scope: Scope, token: Token) -> list[Step]:
    """The completed steps of a scope a token may be thought to go back to, latest first."""
    return [
        step
        for step in lineage.steps_for(scope.id, token.id)
        if step.element != token.element and program.nodes[step.element].kind in RETURNABLE
    ]


def _chosen(session: Session, scope: Scope, token: Token, lineage: Lineage, wanted: str | None) -> Step:
    program = session.program(scope)
    first: Refusal | None = None
    for step in _candidates(program, lineage, scope, token):
        if wanted is None or step.element == wanted:
            refusal = _judge(program, step, token.id)
            if refusal is None:
                return step
            first = first or refusal
    raise first or Refusal(
        rule="return.none",
        message_zh="本层没有可以退回的已办环节",
        message_en="there is no completed step of this level to return to",
    )


def _judge(program: Program, step: Step, token: int) -> Refusal | None:
    """Why a token may not go back to a step, or None."""
    node = program.nodes[step.element]
    name = node.name or node.id
    if step.foreign:
        return Refusal(
            rule="return.merged",
            message_zh=f"“{name}”之后已与其他并行分支汇合，退回会使汇合永远等不到另一分支",
            message_en=f"after “{name}” other parallel branches were merged in; going back would strand the join",
        )
    if token not in step.threads:
        return Refusal(
            rule="return.other-branch",
            message_zh=f"“{name}”在另一条并行分支上",
            message_en=f"“{name}” lies on another parallel branch",
        )
    others = len(step.threads) - 1
    if others:
        return Refusal(
            rule="return.parallel",
            message_zh=f"“{name}”之后还有{others}条并行分支在办，退回会使它们重复执行",
            message_en=f"{others} parallel branches after “{name}” are still open and would run twice",
        )
    if _was_passed(program, step):
        return Refusal(
            rule="return.passed",
            message_zh=f"“{name}”之后的汇合网关已不等本分支而继续，退回会使它重复通过",
            message_en=f"a join after “{name}” has gone on without this branch and would be passed twice",
        )
    return None


def _was_passed(program: Program, step: Step) -> bool:
    """Whether an inclusive join that can be reached from a step went on without what came of the step."""
    ways = program.ways_out(program.nodes[step.element])
    return any(
        not ways.isdisjoint(before)
        for join in step.passed
        for before in program.reaching.get(join, {}).values()
    )


def _target(node: Node, step: Step, refusal: Refusal | None) -> Target:
    return Target(
        element=node.id,
        name=node.name or node.id,
        seq=step.seq,
        actor=step.actor,
        legal=refusal is None,
        rule="" if refusal is None else refusal.rule,
        reason_zh="" if refusal is None else refusal.message_zh,
        reason_en="" if refusal is None else refusal.message_en,
    )


def _no_recall(rule: str, zh: str, en: str) -> Refusal:
    return Refusal(rule=rule, message_zh=f"不能撤回：{zh}", message_en=f"it cannot be recalled: {en}")
