"""Working on a task: taking it, giving it back, completing it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.errors import NotFound, Refusal
from engine.runtime import duties
from engine.runtime.nodes.activity import finish
from engine.runtime.session import Session
from engine.runtime.verbs import countersign, handing, signing
from engine.runtime.verbs.items import has, kept, open_task, taken

Input = Mapping[str, Any]


def claim(session: Session, actor: str, given: Input) -> None:
    """Somebody takes a task that nobody has."""
    scope, task = open_task(session, given["task"])
    if task.assignee is not None and not has(session, task, actor):
        raise taken(task)
    signing.refuse_held(task)
    duties.check_separation_of_actor(session, scope, task, actor)
    session.emit(["task~", scope.id, task.id, "claimed", task.assignee or actor])


def unclaim(session: Session, actor: str, given: Input) -> None:
    """Whoever has a task gives it back to all who may take it."""
    scope, task = open_task(session, given["task"])
    if not has(session, task, actor):
        raise taken(task)
    signing.refuse_held(task)
    signing.refuse_named(task)
    session.emit(["task~", scope.id, task.id, "open", None])


def complete(session: Session, actor: str, given: Input) -> None:
    """Whoever has a task is done with it: the step goes on, or the task waits for those who sign."""
    try:
        scope, task = open_task(session, given["task"])
    except NotFound:
        _refuse_late_vote(session, given)
        raise
    if task.assignee is not None and not has(session, task, actor):
        raise taken(task)
    values = given.get("variables") or {}
    if kept(task, "sign_of") is not None:
        signing.sign(session, scope, task, values)
        return
    signing.refuse_held(task)
    if kept(task, "owner") is not None:
        handing.hand_back(session, scope, task, values)
        return
    duties.check_separation_of_actor(session, scope, task, actor)
    duties.check_conditions(session, scope, task, values)
    if signing.holds_back(task):
        signing.wait_for_signs(session, scope, task, actor, values)
        return
    session.emit(["task-", scope.id, task.id, "completed"])
    finish(session, session.tasks[task.token], values)


def _refuse_late_vote(session: Session, given: Input) -> None:
    """A vote after the countersign was decided has no effect but is kept as evidence."""
    definitions: dict[int, str] = {}
    vote: tuple[int, str] | None = None
    for event in session.past():
        for effect in event.effects:
            if effect[0] == "scope+":
                definitions[effect[1]] = effect[6]
            elif effect[0] == "task+" and effect[2][0] == given["task"]:
                vote = effect[1], effect[2][2]
            elif vote is not None and effect[:3] == ["scope-", vote[0], "cancelled"]:
                _refuse_vote(session, given, definitions[vote[0]], vote[1])


def _refuse_vote(session: Session, given: Input, definition: str, element: str) -> None:
    rule = countersign.rule_of(session.programs.get(definition).nodes[element])
    if rule is None:
        return
    vote = (given.get("variables") or {}).get(rule.vote)
    raise Refusal(
        rule="countersign.decided",
        message_zh="会签已有结果，迟到的意见只作记录",
        message_en="the countersign is decided; a late vote is recorded and has no effect",
        place={"task": given["task"], "vote": str(vote).lower()},
    )
