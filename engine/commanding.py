"""The commands that move a case on, as programs call them: part of `Engine`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from engine import canonical
from engine.cases.command import Outcome


def wire_of(variables: Mapping[str, Any] | None) -> dict[str, Any]:
    """Variables as the log holds them."""
    wire = canonical.to_wire(dict(variables or {}))
    assert isinstance(wire, dict)
    return wire


class Commanding(ABC):
    """Tasks, jobs and the case as a whole. Each method is one command of the case."""

    @abstractmethod
    def command(
        self,
        case_id: UUID,
        kind: str,
        given: Mapping[str, Any] | None = None,
        *,
        actor: str,
        on_behalf_of: str | None = None,
        idempotency_key: str | None = None,
        at: int | None = None,
        expected: str | None = None,
    ) -> Outcome:
        """Run a command on a case."""

    def claim(self, case_id: UUID, task_id: int, *, actor: str, **options: Any) -> Outcome:
        """签收: take a task. Raises Conflict when somebody else has it, NotFound when it is gone."""
        return self.command(case_id, "claim", {"task": task_id}, actor=actor, **options)

    def unclaim(self, case_id: UUID, task_id: int, *, actor: str, **options: Any) -> Outcome:
        """取消签收: give a claimed task back."""
        return self.command(case_id, "unclaim", {"task": task_id}, actor=actor, **options)

    def complete(
        self,
        case_id: UUID,
        task_id: int,
        variables: Mapping[str, Any] | None = None,
        *,
        actor: str,
        **options: Any,
    ) -> Outcome:
        """办结: complete a task with the values of its form.

        Raises InvalidInput with errors by field, Conflict when somebody else has the task, NotFound when it is
        gone.
        """
        given = {"task": task_id, "variables": wire_of(variables)}
        return self.command(case_id, "complete", given, actor=actor, **options)

    def suspend(
        self, case_id: UUID, *, actor: str, reason: str = "", reason_code: str = "", **options: Any
    ) -> Outcome:
        """挂起: nothing happens in the case until it is resumed.

        reason_code: one of the reasons limits know (`appraisal`, ...); clocks whose rule allows it pause.
        """
        given = {"reason": reason, "reason_code": reason_code}
        return self.command(case_id, "suspend", given, actor=actor, **options)

    def resume(self, case_id: UUID, *, actor: str, **options: Any) -> Outcome:
        """恢复 a suspended case."""
        return self.command(case_id, "resume", actor=actor, **options)

    def cancel(self, case_id: UUID, *, actor: str, reason: str = "", **options: Any) -> Outcome:
        """End a case where it stands."""
        return self.command(case_id, "cancel", {"reason": reason}, actor=actor, **options)

    def retry(self, case_id: UUID, incident_id: int, *, actor: str, **options: Any) -> Outcome:
        """Let a case go on where an incident stopped it."""
        return self.command(case_id, "retry", {"incident": incident_id}, actor=actor, **options)

    def set_variables(
        self, case_id: UUID, variables: Mapping[str, Any], *, actor: str, **options: Any
    ) -> Outcome:
        """Correct variables of a case."""
        return self.command(
            case_id, "set-variables", {"variables": wire_of(variables)}, actor=actor, **options
        )

    def complete_job(
        self,
        case_id: UUID,
        job_id: int,
        variables: Mapping[str, Any] | None = None,
        *,
        actor: str,
        **options: Any,
    ) -> Outcome:
        """Report the result of a job."""
        given = {"job": job_id, "variables": wire_of(variables)}
        return self.command(case_id, "complete-job", given, actor=actor, **options)

    def fail_job(
        self,
        case_id: UUID,
        job_id: int,
        message: str,
        *,
        actor: str,
        retries: int | None = None,
        **options: Any,
    ) -> Outcome:
        """Report that a job failed; without retries left it becomes an incident."""
        given: dict[str, Any] = {"job": job_id, "message": message}
        if retries is not None:
            given["retries"] = retries
        return self.command(case_id, "fail-job", given, actor=actor, **options)

    def throw_job_error(
        self,
        case_id: UUID,
        job_id: int,
        code: str,
        variables: Mapping[str, Any] | None = None,
        *,
        actor: str,
        **options: Any,
    ) -> Outcome:
        """Report a BPMN error from a job."""
        given = {"job": job_id, "code": code, "variables": wire_of(variables)}
        return self.command(case_id, "throw-job-error", given, actor=actor, **options)
