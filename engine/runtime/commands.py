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
    closing,
    dossier,
    duties,
    scopes,
    standing,
    throwing,
    triggers,
)
from engine.runtime.failure import NodeFailure
from engine.runtime.multi_instance import instance_done
from engine.runtime.nodes.activity import finish
from engine.runtime.nodes.base import leave
from engine.runtime.session import Session
from engine.runtime.verbs import beside, countersign, handing, reminding, returning, signing
from engine.runtime.verbs.items import has, kept, open_task, taken
from engine.state import Incident, Job, Scope, Timer
from engine.state.case import ACTIVE, CANCELLED, SUSPENDED
from engine.state.items import ACTIVE as TOKEN_ACTIVE
from engine.state.items import ARMED, FAILED, READY
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


def _item(session: Session, item_id: int, shelf: str, what: tuple[str, str]) -> tuple[Scope, Any]:
    scope = session.state.scope_of(item_id)
    item = getattr(scope, shelf).get(item_id) if scope is not None else None
    if scope is None or item is None:
        raise NotFound(
            code=f"{shelf}.gone",
            message_zh=f"{what[0]}不存在或已经处理",
            message_en=f"the {what[1]} does not exist or was dealt with",
            place={"id": item_id},
        )
    return scope, item


def _claim(session: Session, actor: str, given: Input) -> None:
    scope, task = open_task(session, given["task"])
    if task.assignee is not None and not has(session, task, actor):
        raise taken(task)
    signing.refuse_held(task)
    duties.check_separation_of_actor(session, scope, task, actor)
    session.emit(["task~", scope.id, task.id, "claimed", task.assignee or actor])


def _unclaim(session: Session, actor: str, given: Input) -> None:
    scope, task = open_task(session, given["task"])
    if not has(session, task, actor):
        raise taken(task)
    signing.refuse_held(task)
    signing.refuse_named(task)
    session.emit(["task~", scope.id, task.id, "open", None])


def _complete(session: Session, actor: str, given: Input) -> None:
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


def _fire_timer(session: Session, actor: str, given: Input) -> None:
    scope, timer = _item(session, given["timer"], "timers", ("计时", "timer"))
    assert isinstance(timer, Timer)
    if timer.due > session.now:
        raise Conflict(code="timer.early", message_zh="计时尚未到期", message_en="the timer is not due yet")
    triggers.fire_timer(session, scope, timer)


def _message(session: Session, actor: str, given: Input) -> None:
    scope, sub = _item(session, given["subscription"], "subscriptions", ("订阅", "subscription"))
    if session.state.status == SUSPENDED:
        session.emit(["note", "woken", {"message": sub.name, "element": sub.element}])
        _go_on(session)
    throwing.deliver(session, scope, sub.id, given.get("variables") or {})


def _signal(session: Session, actor: str, given: Input) -> None:
    if throwing.broadcast(session, given["name"], given.get("variables") or {}) == 0:
        raise NotFound(
            code="subscriptions.gone",
            message_zh="没有等待该信号的订阅",
            message_en="nobody waits for this signal",
        )


def _job(session: Session, given: Input) -> tuple[Scope, Job]:
    """A job that takes reports: one with an open incident waits for its retry."""
    scope, job = _item(session, given["job"], "jobs", ("作业", "job"))
    if job.status == "failed":
        raise Conflict(
            code="job.failed",
            message_zh="作业已停在异常上，重试后才能再报告",
            message_en="the job has an open incident and takes no reports until it is retried",
            current={"status": job.status},
        )
    return scope, job


def _complete_job(session: Session, actor: str, given: Input) -> None:
    scope, job = _job(session, given)
    session.emit(["job-", scope.id, job.id, "completed"])
    finish(session, session.tasks[job.token], given.get("variables") or {})


def _fail_job(session: Session, actor: str, given: Input) -> None:
    scope, job = _job(session, given)
    retries = max(0, given.get("retries", job.retries - 1))
    session.emit(["job~", scope.id, job.id, "ready" if retries else "failed", retries])
    if retries == 0:
        text = str(given.get("message") or "")[:1000]
        incident = Incident(
            session.new_id(),
            job.token,
            job.element,
            "job.failed",
            f"作业“{job.type}”失败：{text}",
            f"job “{job.type}” failed: {text}",
            session.now,
        )
        session.emit(["inc+", scope.id, incident.row()])


def _throw_job_error(session: Session, actor: str, given: Input) -> None:
    scope, job = _job(session, given)
    task = session.tasks[job.token]
    values = given.get("variables") or {}
    if throwing.throw_error(session, task, given["code"], values):
        return
    session.emit(["job~", scope.id, job.id, "failed", 0])
    code = given["code"]
    incident = Incident(
        session.new_id(),
        job.token,
        job.element,
        "error.unhandled",
        f"作业报告的错误“{code}”没有任何边界事件或事件子流程处理",
        f"no boundary event or event sub-process catches error “{code}” reported by a job",
        session.now,
    )
    session.emit(["inc+", scope.id, incident.row()])


def _suspend(session: Session, actor: str, given: Input) -> None:
    if session.state.status == SUSPENDED:
        raise Conflict(code="case.suspended", message_zh="案件已挂起", message_en="the case is suspended")
    reason = str(given.get("reason_code") or "")
    session.emit(["note", "suspended", {"reason": reason}])
    session.emit(["case", SUSPENDED])
    clocks.pause_all(session, actor, reason)
    case_limit.pause(session, actor, reason)
    standing.halt(session, reason)


def _resume(session: Session, actor: str, given: Input) -> None:
    if session.state.status != SUSPENDED:
        raise Conflict(code="case.active", message_zh="案件没有挂起", message_en="the case is not suspended")
    _go_on(session)


def _go_on(session: Session) -> None:
    """The case is handled again: what stood still with it runs on."""
    session.emit(["case", ACTIVE])
    clocks.resume_all(session)
    case_limit.resume(session)
    standing.go_on(session)


def _cancel(session: Session, actor: str, given: Input) -> None:
    closing.check_cancel(session)
    root = session.state.root
    for token_id in sorted(root.tokens):
        if token_id in root.tokens:
            session.cancel(session.tasks[token_id], "cancelled")
    session.emit(["case", CANCELLED])


def _retry(session: Session, actor: str, given: Input) -> None:
    """Let what an incident stopped go on, after somebody repaired its cause."""
    scope, incident = _item(session, given["incident"], "incidents", ("异常", "incident"))
    token = scope.tokens[incident.token]
    session.emit(["inc-", scope.id, incident.id, "retried"])
    if incident.kind == duties.STAFFING_GAP:
        duties.look_again(session, scope, incident)
        return
    jobs = [job for job in scope.jobs.values() if job.token == token.id and job.status == "failed"]
    if jobs:
        session.emit(["job~", scope.id, jobs[0].id, "ready", given.get("retries", 1)])
        return
    if token.status != FAILED:
        return
    _resume_token(session, scope, token.id, token.data or {})


def _resume_token(session: Session, scope: Scope, token_id: int, data: dict[str, Any]) -> None:
    task = session.tasks[token_id]
    phase = data.get("phase")
    if phase == "leave":
        session.change(task, TOKEN_ACTIVE)
        leave(session, task)
    elif phase == "finish":
        session.change(task, TOKEN_ACTIVE, {"back": data["back"]} if data["back"] else None)
        finish(session, task, data["values"], propagate=data["propagate"])
    elif phase == "arm":
        session.change(task, ARMED)
        triggers.arm_event_sub_process(session, scope, task)
        session.complete_if_done(scope)
    elif phase == "start":
        scopes.start_again(session, scope, task)
    elif phase == "begin":
        session.change(task, TOKEN_ACTIVE)
        triggers.open_event_sub_process(session, scope, task, data["values"])
    elif phase == "catch":
        session.change(task, READY)
        if triggers.take_in(session, scope, task, data["values"]):
            session.schedule(task)
    elif phase == "instance":
        kept = {name: value for name, value in data.items() if name not in ("phase", "failed")}
        session.change(task, TOKEN_ACTIVE, kept)
        for instance in data["failed"]:
            if instance in session.state.scopes:
                instance_done(session, session.state.scopes[instance], task)
    else:
        session.change(task, READY, {"hint": data["hint"]} if "hint" in data else None)
        session.schedule(task)


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
    "claim": _claim,
    "unclaim": _unclaim,
    "complete": _complete,
    "fire-timer": _fire_timer,
    "message": _message,
    "signal": _signal,
    "complete-job": _complete_job,
    "fail-job": _fail_job,
    "throw-job-error": _throw_job_error,
    "suspend": _suspend,
    "resume": _resume,
    "cancel": _cancel,
    "retry": _retry,
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
