"""Going on after an incident, from just where it stopped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.runtime import duties, scopes, triggers
from engine.runtime.multi_instance import instance_done
from engine.runtime.nodes.activity import finish
from engine.runtime.nodes.base import leave
from engine.runtime.session import Session
from engine.runtime.verbs.items import open_item
from engine.state import Scope
from engine.state.items import ACTIVE as TOKEN_ACTIVE
from engine.state.items import ARMED, FAILED, READY

Input = Mapping[str, Any]


def retry(session: Session, actor: str, given: Input) -> None:
    """Let what an incident stopped go on, after somebody repaired its cause."""
    scope, incident = open_item(session, given["incident"], "incidents", ("异常", "incident"))
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
