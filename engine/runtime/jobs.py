"""What workers report of the jobs of service tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.errors import Conflict
from engine.runtime import throwing
from engine.runtime.nodes.activity import finish
from engine.runtime.session import Session
from engine.runtime.verbs.items import open_item
from engine.state import Incident, Job, Scope

Input = Mapping[str, Any]


def complete_job(session: Session, actor: str, given: Input) -> None:
    """A worker did a job."""
    scope, job = _job(session, given)
    session.emit(["job-", scope.id, job.id, "completed"])
    finish(session, session.tasks[job.token], given.get("variables") or {})


def fail_job(session: Session, actor: str, given: Input) -> None:
    """A worker could not do a job: it is tried again, or stops with an incident."""
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


def throw_job_error(session: Session, actor: str, given: Input) -> None:
    """A worker reports an error the diagram may know; one it does not know is an incident."""
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


def _job(session: Session, given: Input) -> tuple[Scope, Job]:
    """A job that takes reports: one with an open incident waits for its retry."""
    scope, job = open_item(session, given["job"], "jobs", ("作业", "job"))
    if job.status == "failed":
        raise Conflict(
            code="job.failed",
            message_zh="作业已停在异常上，重试后才能再报告",
            message_en="the job has an open incident and takes no reports until it is retried",
            current={"status": job.status},
        )
    return scope, job
