"""加签 add-sign and 减签 remove-sign: others sign before me, after me or beside me.

The handler's own task stays the anchor: `extra.signs` lists who signs, in order, each with its mode and state.
While others sign before, and while signatures are missing after the handler has finished, it is *held*. Every
signer has a task of their own on the same token; their opinion goes to the log, not into the case's variables.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.errors import InvalidInput, Refusal
from engine.runtime.duties import check_conditions
from engine.runtime.nodes.activity import finish
from engine.runtime.session import Session
from engine.runtime.verbs.items import HELD, has, keep, kept, open_task, own_task
from engine.state import Scope, WorkItem

MODES = ("before", "after", "beside")


def add_sign(session: Session, actor: str, given: Mapping[str, Any]) -> None:
    """加签. given: `task`, `users` (in the order they sign), `mode` before, after or beside, `ordered`."""
    scope, item = own_task(session, given["task"], actor)
    mode, users = given.get("mode"), given.get("users")
    if mode not in MODES:
        raise InvalidInput.at("mode", message_zh="应为前、后或并", message_en="before, after or beside")
    if not isinstance(users, list) or not users or not all(isinstance(user, str) and user for user in users):
        raise InvalidInput.at("users", message_zh="请指定加签人", message_en="name who signs")
    if kept(item, "sign_of") is not None:
        raise Refusal(
            rule="sign.nested",
            message_zh="加签任务不能再加签",
            message_en="who was asked to sign cannot ask others",
        )
    signs = [dict(sign) for sign in kept(item, "signs", [])]
    known = {sign["user"] for sign in signs if sign["state"] != "done"} | {actor, item.assignee}
    doubled = [user for user in users if user in known]
    if doubled or len(set(users)) != len(users):
        raise InvalidInput.at(
            "users", message_zh="加签人重复", message_en="somebody is named twice or signs already"
        )
    ordered = given.get("ordered", mode != "beside") is True
    signs += [
        {"user": user, "mode": mode, "state": "waiting", "ordered": ordered, "task": None} for user in users
    ]
    keep(session, scope, item, signs=signs)
    if mode == "before":
        session.emit(["task~", scope.id, item.id, HELD, item.assignee])
    _open_next(session, scope, item)


def remove_sign(session: Session, actor: str, given: Mapping[str, Any]) -> None:
    """减签: only somebody who has not signed yet. given: `task`, `user`."""
    scope, item = open_task(session, given["task"])
    if not has(session, item, actor):
        raise Refusal(
            rule="sign.own",
            message_zh="只能由加签人减签",
            message_en="only who added a signer may remove one",
        )
    signs = [dict(sign) for sign in kept(item, "signs", [])]
    found = [sign for sign in signs if sign["user"] == given.get("user")]
    if not any(sign["state"] != "done" for sign in found):
        raise Refusal(
            rule="sign.acted" if found else "sign.unknown",
            message_zh="已经签过的不能减签" if found else "没有此加签人",
            message_en="who has signed cannot be removed"
            if found
            else "nobody of this name was asked to sign",
        )
    for sign in found:
        if sign["state"] == "open":
            session.emit(["task-", scope.id, sign["task"], "removed"])
    keep(session, scope, item, signs=[sign for sign in signs if sign not in found] or None)
    _go_on(session, scope, item)


def sign(session: Session, scope: Scope, item: WorkItem, values: Mapping[str, Any]) -> None:
    """A signer completed their task."""
    anchor = scope.tasks[kept(item, "sign_of")]
    signs = [dict(entry) for entry in kept(anchor, "signs", [])]
    for entry in signs:
        if entry["task"] == item.id:
            entry["state"] = "done"
    session.emit(["task-", scope.id, item.id, "signed"])
    session.emit(["note", "signed", {"task": anchor.id, "user": item.assignee, "opinion": dict(values)}])
    keep(session, scope, anchor, signs=signs)
    _go_on(session, scope, anchor)


def holds_back(item: WorkItem) -> bool:
    """Whether signatures after or beside the handler are still missing."""
    return any(
        entry["state"] != "done" and entry["mode"] in ("after", "beside") for entry in kept(item, "signs", [])
    )


def wait_for_signs(
    session: Session, scope: Scope, item: WorkItem, actor: str, values: Mapping[str, Any]
) -> None:
    """The handler is done, others still sign: keep what was entered until they have."""
    keep(session, scope, item, pending=dict(values))
    session.emit(["task~", scope.id, item.id, HELD, item.assignee or actor])
    _open_next(session, scope, item)


def refuse_held(item: WorkItem) -> None:
    """A held task cannot be completed, claimed, given up or delegated. Raises Refusal."""
    if item.status == HELD:
        raise Refusal(
            rule="sign.held",
            message_zh="还有人尚未签完，暂不能办结",
            message_en="others have still to sign",
        )


def refuse_named(item: WorkItem) -> None:
    """Who was asked to sign may be replaced by a transfer, but not leave it to anybody. Raises Refusal."""
    if kept(item, "sign_of") is not None:
        raise Refusal(
            rule="sign.named",
            message_zh="加签任务须由被请的人签，只能转办",
            message_en="who was asked signs; it can only be transferred",
        )


def replace(session: Session, scope: Scope, item: WorkItem, person: str) -> None:
    """Somebody else is to sign: the handler's list follows."""
    anchor = scope.tasks[kept(item, "sign_of")]
    signs = [dict(entry) for entry in kept(anchor, "signs", [])]
    for entry in signs:
        if entry["task"] == item.id:
            entry["user"] = person
    keep(session, scope, anchor, signs=signs)


def _go_on(session: Session, scope: Scope, item: WorkItem) -> None:
    """After a change among the signers: open the next, give the task back, or finish it."""
    _open_next(session, scope, item)
    signs = kept(item, "signs", [])
    pending = kept(item, "pending")
    if pending is not None:
        if not holds_back(item):
            # Meanwhile a condition may have ceased to hold: the last signature does not close a case then.
            check_conditions(session, scope, item, pending)
            session.emit(["task-", scope.id, item.id, "completed"])
            finish(session, session.tasks[item.token], pending)
        return
    if item.status == HELD and not any(
        entry["mode"] == "before" and entry["state"] != "done" for entry in signs
    ):
        session.emit(["task~", scope.id, item.id, "claimed", item.assignee])


def _open_next(session: Session, scope: Scope, item: WorkItem) -> None:
    """Open the tasks of the signers whose turn it is."""
    signs = [dict(entry) for entry in kept(item, "signs", [])]
    done = kept(item, "pending") is not None
    changed = False
    for mode in MODES:
        if mode == "after" and not done:
            continue
        for entry in _turn([entry for entry in signs if entry["mode"] == mode]):
            entry["task"] = _open_sign_task(session, scope, item, entry["user"])
            entry["state"] = "open"
            changed = True
    if changed:
        keep(session, scope, item, signs=signs)


def _turn(signs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those who may sign now: all of them, or, in a given order, the first when nobody is at it."""
    waiting = [entry for entry in signs if entry["state"] == "waiting"]
    if not waiting:
        return []
    if waiting[0]["ordered"]:
        return [] if any(entry["state"] == "open" for entry in signs) else waiting[:1]
    return [entry for entry in waiting if not entry["ordered"]]


def _open_sign_task(session: Session, scope: Scope, item: WorkItem, user: str) -> int:
    task_id = session.new_id()
    extra = {"sign_of": item.id}
    row = WorkItem(
        task_id,
        item.token,
        item.element,
        "claimed",
        user,
        [],
        [],
        None,
        session.now,
        item.due,
        None,
        item.priority,
        extra,
    ).row()
    session.emit(["task+", scope.id, row])
    return task_id
