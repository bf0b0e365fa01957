"""催办 urge, 抄送 copy and 延期 extend."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.errors import InvalidInput, Refusal
from engine.runtime import case_limit, clocks
from engine.runtime.session import Session
from engine.runtime.verbs.items import keep, kept, open_task
from engine.state import WorkItem


def urge(session: Session, actor: str, given: Mapping[str, Any]) -> None:
    """催办: visible in the log and on the task; not more often than the case's bound allows. given: `task`."""
    scope, item = open_task(session, given["task"])
    urged = kept(item, "urged", [])
    wait = session.bound("urge") * 1_000_000
    if urged and session.now - urged[-1][0] < wait:
        raise Refusal(
            rule="urge.rate",
            message_zh=f"刚刚催办过，{session.bound('urge') // 60}分钟内不能重复催办",
            message_en=f"it was urged already; not again within {session.bound('urge') // 60} minutes",
        )
    keep(session, scope, item, urged=[*urged, [session.now, actor]][-10:])
    session.emit(["note", "urged", {"task": item.id, "assignee": item.assignee}])


def copy(session: Session, actor: str, given: Mapping[str, Any]) -> None:
    """抄送: let others read along. given: `task`, `users`."""
    scope, item = open_task(session, given["task"])
    users = given.get("users")
    if not isinstance(users, list) or not users or not all(isinstance(user, str) and user for user in users):
        raise InvalidInput.at("users", message_zh="请指定抄送对象", message_en="name who is copied")
    copied = kept(item, "copied", [])
    new = [user for user in dict.fromkeys(users) if user not in copied]
    if new:
        keep(session, scope, item, copied=[*copied, *new])
        session.emit(["note", "copied", {"task": item.id, "users": new}])


def extend(session: Session, actor: str, given: Mapping[str, Any]) -> None:
    """延期: a later due time, approved by somebody else; the original one is kept.

    Where a directory is, who approves must have the role that the limit's rule names.

    given: `task`, or None for the case as a whole; `approved_by`, `reason`, and either `more` (in the units of the
    limit, as its rule allows) or, for a task without a limit, `due` (microseconds), once. What a step is given more
    the case has more as well, as far as its own rule allows.
    """
    if given.get("task") is None:
        approver = given.get("approved_by")
        _require_other(isinstance(approver, str) and approver not in ("", actor, session.absent))
        case_limit.extend(session, str(given.get("more") or ""), str(approver))
        return
    scope, item = open_task(session, given["task"])
    due, approver = given.get("due"), given.get("approved_by")
    if kept(item, "clock") is not None:
        _check_approver(session, item, actor, approver)
        more = str(given.get("more") or "")
        clocks.extend(session, scope, item, more, str(approver))
        case_limit.extend_along(session, more, str(approver))
        return
    if not isinstance(due, int) or (item.due is not None and due <= item.due) or due <= session.now:
        raise InvalidInput.at(
            "due",
            message_zh="新的期限应晚于原期限和现在",
            message_en="it must be later than the due time and now",
        )
    _check_approver(session, item, actor, approver)
    if kept(item, "original_due") is not None:
        raise Refusal(
            rule="extend.once", message_zh="只能延期一次", message_en="a task is extended only once"
        )
    original = item.due if item.due is not None else session.now
    session.emit(["task=", scope.id, item.id, {"due": due}])
    keep(session, scope, item, original_due=original)
    session.emit(["note", "extended", {"task": item.id, "from": original, "to": due, "by": approver}])


def _check_approver(session: Session, item: WorkItem, actor: str, approver: Any) -> None:
    """Nobody approves an extension of their own work: not its handler, nor who asks while nobody has it."""
    # Who stands in for the handler works on it as well.
    acting = {actor, session.absent}
    handlers = acting if item.assignee is None or item.assignee in acting else {item.assignee}
    _require_other(isinstance(approver, str) and approver != "" and approver not in handlers)


def _require_other(is_other: bool) -> None:
    if not is_other:
        raise Refusal(
            rule="extend.approval",
            message_zh="延期须由办理人、申请人以外的人批准",
            message_en="somebody else than who handles it or asks for it must approve an extension",
        )
