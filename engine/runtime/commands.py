"""The commands a case understands: each changes the state through effects, or raises and changes nothing.

A command is a pure function of the case's state, its input, the case clock and recorded reads. Inputs and
results are in wire form, so that the log holds exactly what was executed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.errors import Conflict, InvalidInput, NotFound, Refusal
from engine.runtime import (
    case_limit,
    clocks,
    course,
    dossier,
    jobs,
    retrying,
    scopes,
    throwing,
    triggers,
    working,
)
from engine.runtime.failure import NodeFailure
from engine.runtime.session import Session
from engine.runtime.verbs import beside, handing, reminding, returning, signing
from engine.runtime.verbs.items import open_item
from engine.state import Timer
from engine.state.case import ACTIVE, SUSPENDED
from engine.state.scope import PROCESS

Input = Mapping[str, Any]
Handler = Callable[[Session, str, Input], None]

OPEN_TO_ALL = frozenset({"resume", "cancel", "suspend", "recalculate"}) | beside.BESIDE
"""Commands that a suspended case accepts."""


def execute(
    session: Session, kind: str, actor: str, given: Input, *, on_behalf_of: str | None = None
) -> None:
    """Run one command and everything that follows from it automatically.

    on_behalf_of: whom the actor stands in for: what is that person's is theirs, and what neither may do they may not.

    Raises NotFound or Conflict when what it acts on is gone, Refusal when a rule of the domain forbids it,
    InvalidInput when its input is wrong. The session is then no longer in step and must be dropped.
    """
    handler = COMMANDS[kind]
    session.absent = on_behalf_of
    if kind != "start":
        _check_open(session, kind, given)
    try:
        handler(session, actor, given)
        session.run()
        case_limit.follow(session, actor)
        dossier.follow(session)
    except NodeFailure as failure:
        raise InvalidInput(
            code=failure.kind, message_zh=failure.message_zh, message_en=failure.message_en
        ) from failure


def _check_open(session: Session, kind: str, given: Input) -> None:
    status = session.state.status
    if status == SUSPENDED and kind not in OPEN_TO_ALL and not _wakes(session, kind, given):
        raise Refusal(
            rule="case.suspended", message_zh="案件已挂起，不能办理", message_en="the case is suspended"
        )
    if status not in (ACTIVE, SUSPENDED):
        raise Conflict(
            code="case.closed",
            message_zh="案件已经结束",
            message_en="the case has ended",
            current={"status": status},
        )


def _wakes(session: Session, kind: str, given: Input) -> bool:
    """Whether a command is a message that may reach a suspended case."""
    if kind != "message":
        return False
    scope = session.state.scope_of(given["subscription"])
    waiting = scope.subscriptions.get(given["subscription"]) if scope is not None else None
    return waiting is not None and waiting.wakes


def _start(session: Session, actor: str, given: Input) -> None:
    program = session.programs.get(given["definition"])
    element = given.get("start_event")
    scopes.check_start(program.container(program.definition.key), element)
    session.emit(["bounds", dict(given["bounds"])])
    scope = session.open_scope(
        kind=PROCESS,
        element=program.definition.key,
        definition=program.digest,
        variables=dict(given.get("variables") or {}),
    )
    scopes.start(session, scope, element)


def _fire_timer(session: Session, actor: str, given: Input) -> None:
    scope, timer = open_item(session, given["timer"], "timers", ("计时", "timer"))
    assert isinstance(timer, Timer)
    if timer.due > session.now:
        raise Conflict(code="timer.early", message_zh="计时尚未到期", message_en="the timer is not due yet")
    triggers.fire_timer(session, scope, timer)


def _message(session: Session, actor: str, given: Input) -> None:
    scope, sub = open_item(session, given["subscription"], "subscriptions", ("订阅", "subscription"))
    if session.state.status == SUSPENDED:
        session.emit(["note", "woken", {"message": sub.name, "element": sub.element}])
        course.go_on(session)
    throwing.deliver(session, scope, sub.id, given.get("variables") or {})


def _signal(session: Session, actor: str, given: Input) -> None:
    if throwing.broadcast(session, given["name"], given.get("variables") or {}) == 0:
        raise NotFound(
            code="subscriptions.gone",
            message_zh="没有等待该信号的订阅",
            message_en="nobody waits for this signal",
        )


def _set_variables(session: Session, actor: str, given: Input) -> None:
    """Correct variables of the case's process, or of the scope named."""
    scope_id = given.get("scope", session.state.root.id)
    scope = session.state.scopes.get(scope_id)
    if scope is None or scope.closed:
        raise NotFound(code="scope.gone", message_zh="作用域不存在", message_en="the scope does not exist")
    session.emit(["var", scope_id, dict(given["variables"])])


def _recalculate(session: Session, actor: str, given: Input) -> None:
    rule = given.get("rule")
    clocks.recalculate(session, moved=case_limit.recalculate(session, rule), rule=rule)


COMMANDS: dict[str, Handler] = {
    "start": _start,
    "claim": working.claim,
    "unclaim": working.unclaim,
    "complete": working.complete,
    "fire-timer": _fire_timer,
    "message": _message,
    "signal": _signal,
    "complete-job": jobs.complete_job,
    "fail-job": jobs.fail_job,
    "throw-job-error": jobs.throw_job_error,
    "suspend": course.suspend,
    "resume": course.resume,
    "cancel": course.cancel,
    "retry": retrying.retry,
    "set-variables": _set_variables,
    "recalculate": _recalculate,
    "return": returning.return_task,
    "recall": returning.recall,
    "jump": returning.jump,
    "transfer": handing.transfer,
    "delegate": handing.delegate,
    "add-sign": signing.add_sign,
    "remove-sign": signing.remove_sign,
    "urge": reminding.urge,
    "copy": reminding.copy,
    "extend": reminding.extend,
    "comment": beside.comment,
    "attach": beside.attach,
    "detach": beside.detach,
    "link": beside.link,
    "unlink": beside.unlink,
}

__all__ = ["COMMANDS", "execute"]
