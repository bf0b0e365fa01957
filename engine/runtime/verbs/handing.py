"""转办 transfer and 委派 delegate: a task goes to another person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.errors import InvalidInput, Refusal
from engine.runtime.duties import check_separation
from engine.runtime.session import Session
from engine.runtime.verbs import signing
from engine.runtime.verbs.items import HELD, keep, kept, open_task, own_task
from engine.state import Scope, WorkItem


def transfer(session: Session, actor: str, given: Mapping[str, Any]) -> None:
    """转办: responsibility for a task moves to another person.

    given: `task`, `to`, `reason`; `superior` true when a common superior decides (also over a task that is not
    the actor's). Raises Refusal when the task would bounce back to the one it came from: A→B→A.
    """
    superior = given.get("superior") is True
    scope, item = (open_task if superior else _own(actor))(session, given["task"])
    to = _person(given.get("to"))
    if to == item.assignee:
        raise InvalidInput.at("to", message_zh="不能转给现办理人", message_en="the task is theirs already")
    chain = list(kept(item, "transfers", []))
    if not superior and to in chain:
        raise Refusal(
            rule="transfer.bounce",
            message_zh=f"不能转回{to}：有争议的应由共同上级决定",
            message_en=f"it cannot go back to {to}: a common superior decides",
        )
    check_separation(session, scope, item, to)
    before = item.assignee
    keep(session, scope, item, transfers=[*chain, before] if before else chain or None)
    if kept(item, "sign_of") is not None:
        signing.replace(session, scope, item, to)
    session.emit(["task~", scope.id, item.id, HELD if item.status == HELD else "claimed", to])


def delegate(session: Session, actor: str, given: Mapping[str, Any]) -> None:
    """委派: somebody else does the work; it comes back to the owner for confirmation.

    given: `task`, `to`, `reason`.
    """
    scope, item = own_task(session, given["task"], actor)
    to = _person(given.get("to"))
    signing.refuse_held(item)
    signing.refuse_named(item)
    if kept(item, "owner") is not None:
        raise Refusal(
            rule="delegate.twice",
            message_zh="已委派的任务不能再委派",
            message_en="a delegated task cannot be delegated again",
        )
    if to in (actor, item.assignee):
        raise InvalidInput.at("to", message_zh="不能委派给自己", message_en="not to oneself")
    check_separation(session, scope, item, to)
    keep(session, scope, item, owner=item.assignee)
    session.emit(["task~", scope.id, item.id, "claimed", to])


def hand_back(session: Session, scope: Scope, item: WorkItem, values: Mapping[str, Any]) -> None:
    """A delegate is done: what they entered becomes a draft of the owner, who confirms."""
    owner = kept(item, "owner")
    keep(session, scope, item, owner=None, delegate=item.assignee, draft=dict(values))
    session.emit(["task~", scope.id, item.id, "claimed", owner])


def _own(actor: str) -> Any:
    def find(session: Session, task_id: int) -> tuple[Scope, WorkItem]:
        return own_task(session, task_id, actor)

    return find


def _person(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise InvalidInput.at("to", message_zh="请指定接办人", message_en="name who gets the task")
    return value.strip()
