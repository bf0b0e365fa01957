"""Jobs for workers: fetched with a lock for a while, then completed, failed or thrown as a BPMN error.

A job is a service task's work. Whoever fetches it has it alone until the lock ends; a worker that died is no
reason to lose it, for then others may fetch it. Only the holder of a lock that has not ended may report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from engine import canonical
from engine.cases import due_statements as sql
from engine.cases.clock import Clock
from engine.cases.command import Command, Outcome
from engine.cases.executor import Executor
from engine.cases.lanes import LANES
from engine.cases.messages import Messages
from engine.cases.sealing import Sealed
from engine.cases.stuck import Stuck
from engine.errors import BihuanError, Conflict, InvalidInput, NotFound
from engine.runtime import Session
from engine.runtime.variables import View
from engine.store import Database

LONGEST_LOCK: Final = 24 * 3_600_000_000
MOST_JOBS: Final = 1_000

Input = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class LockedJob:
    """A job as its worker gets it: variables are what the service task sees, in wire form.

    key: the same for each attempt, so that a connector can tell the other side that it is the same request.
    locked_until: microseconds since 1970 UTC.
    """

    case_id: UUID
    job_id: int
    type: str
    element: str
    headers: Mapping[str, str]
    retries: int
    variables: Mapping[str, Any]
    locked_until: int

    @property
    def key(self) -> str:
        """The idempotency key of the work."""
        return f"{self.case_id}/job/{self.job_id}"


class Jobs:
    """Fetch-and-lock and reports."""

    def __init__(
        self, database: Database, executor: Executor, messages: Messages, stuck: Stuck, clock: Clock
    ) -> None:
        self._database = database
        self._executor = executor
        self._messages = messages
        self._stuck = stuck
        self._clock = clock

    def fetch_and_lock(
        self,
        worker: str,
        types: Sequence[str],
        *,
        lock: int = 60_000_000,
        limit: int = 10,
        variables: Sequence[str] | None = None,
    ) -> list[LockedJob]:
        """Lock up to `limit` jobs of these types for a worker, emergencies first.

        lock: how long, in microseconds. variables: names of those wanted, None for all the task sees. Raises
        InvalidInput for a lock or a number out of bounds.
        """
        held = self.lock(worker, types, lock=lock, limit=limit)
        found = [self._describe(case_id, job_id, variables) for case_id, job_id in held]
        return [job for job in found if job is not None]

    def lock(
        self, worker: str, types: Sequence[str], *, lock: int = 60_000_000, limit: int = 10
    ) -> list[tuple[UUID, int]]:
        """The same, the jobs' ids alone."""
        _check(worker, lock, limit)
        now = self._clock()
        found: list[tuple[UUID, int]] = []
        with self._database.transaction() as tx:
            for lane in LANES:
                for kind in sorted(set(types)):
                    if len(found) < limit:
                        params = {
                            "type": kind,
                            "lane": lane,
                            "until": now,
                            "limit": limit - len(found),
                            "holder": worker,
                            "held": now + lock,
                        }
                        found += [(row[0], row[1]) for row in tx.rows(sql.lock_jobs, params)]
        return found

    def get(self, case_id: UUID, job_id: int, worker: str) -> LockedJob | None:
        """A job that a worker has locked; None when it is gone or somebody else's by now."""
        with self._database.reading() as tx:
            row = tx.row(sql.read_lock, {"case_id": case_id, "job_id": job_id})
        if row is None or row[0] != worker or row[1] <= self._clock():
            return None
        return self._describe(case_id, job_id, None)

    def complete(
        self, case_id: UUID, job_id: int, variables: Mapping[str, Any] | None = None, *, worker: str
    ) -> Outcome:
        """Report the result. Raises NotFound when the job is gone, Conflict without the lock."""
        given = {"job": job_id, "variables": canonical.to_wire(dict(variables or {}))}
        return self._report(case_id, "complete-job", given, worker)

    def fail(
        self,
        case_id: UUID,
        job_id: int,
        message: str,
        *,
        worker: str,
        retries: int | None = None,
        retry_after: int | None = None,
    ) -> Outcome:
        """Report a failure; without retries left it becomes an incident of the case.

        retries: how many are left; by default one less. retry_after: microseconds until the next attempt; by
        default growing with the number of failures. Raises as `complete`.
        """
        given: Input = {"job": job_id, "message": message}
        if retries is not None:
            given["retries"] = retries
        outcome = self._report(case_id, "fail-job", given, worker)
        with self._database.transaction() as tx:
            later = self._clock() + (self._stuck.delay(1) if retry_after is None else retry_after)
            tx.write(sql.put_job_off, {"key_case_id": case_id, "key_job_id": job_id, "later": later})
        return outcome

    def throw_error(
        self,
        case_id: UUID,
        job_id: int,
        code: str,
        variables: Mapping[str, Any] | None = None,
        *,
        worker: str,
    ) -> Outcome:
        """Report a BPMN error. Raises as `complete`."""
        given = {"job": job_id, "code": code, "variables": canonical.to_wire(dict(variables or {}))}
        return self._report(case_id, "throw-job-error", given, worker)

    def extend(self, case_id: UUID, job_id: int, lock: int, *, worker: str) -> int:
        """Hold a job for longer, `lock` microseconds from now; when the lock then ends. Raises Conflict."""
        _check(worker, lock, 1)
        now = self._clock()
        params = {
            "key_case_id": case_id,
            "key_job_id": job_id,
            "holder": worker,
            "now": now,
            "held": now + lock,
        }
        with self._database.transaction() as tx:
            if not tx.change(sql.extend_lock, params):
                raise _not_held(None)
        return now + lock

    def _report(self, case_id: UUID, kind: str, given: Input, worker: str) -> Outcome:
        def locked(session: Session, owner: UUID, seq: int, values: Input) -> tuple[Input, list[Sealed]]:
            # Within the command's transaction, after the case was locked.
            with self._database.reading() as tx:
                row = tx.row(sql.read_lock, {"case_id": owner, "job_id": given["job"]})
            if row is not None and row[2] != "failed" and (row[0] != worker or row[1] <= self._clock()):
                raise _not_held(row[0])
            return values, []

        command = Command(kind=kind, actor=worker, input=given, prepare=locked)
        outcome = self._executor.execute(case_id, command)
        self._messages.deliver_awaited(outcome.awaited)
        return outcome

    def _describe(self, case_id: UUID, job_id: int, wanted: Sequence[str] | None) -> LockedJob | None:
        with self._database.reading() as tx:
            row = tx.row(sql.read_lock, {"case_id": case_id, "job_id": job_id})
        until = row[1] if row is not None and row[1] is not None else 0
        try:
            return self._executor.look(
                case_id, lambda session: _described(session, case_id, job_id, wanted, until)
            )
        except (NotFound, Conflict):
            return None
        except BihuanError as error:
            with self._database.transaction() as tx:
                self._stuck.failed(tx, f"job/{case_id}/{job_id}", case_id, error)
            return None


def _described(
    session: Session, case_id: UUID, job_id: int, wanted: Sequence[str] | None, until: int
) -> LockedJob | None:
    scope = session.state.scope_of(job_id)
    job = scope.jobs.get(job_id) if scope is not None else None
    if scope is None or job is None:
        return None
    seen = View(session, scope, scope.tokens[job.token]).wire()
    values = seen if wanted is None else {name: seen[name] for name in wanted if name in seen}
    return LockedJob(
        case_id=case_id,
        job_id=job_id,
        type=job.type,
        element=job.element,
        headers=dict(job.headers),
        retries=job.retries,
        variables=values,
        locked_until=until,
    )


def _check(worker: str, lock: int, limit: int) -> None:
    if not worker:
        raise InvalidInput.at("worker", message_zh="必填", message_en="is required")
    if not 0 < lock <= LONGEST_LOCK:
        raise InvalidInput.at(
            "lock", message_zh="锁定时长应大于 0，至多 24 小时", message_en="must be above 0 and at most 24 h"
        )
    if not 0 < limit <= MOST_JOBS:
        raise InvalidInput.at(
            "limit", message_zh=f"应在 1 至 {MOST_JOBS} 之间", message_en=f"must be from 1 to {MOST_JOBS}"
        )


def _not_held(holder: str | None) -> Conflict:
    return Conflict(
        code="job.not_locked",
        message_zh="作业的锁定已过期，或由他人持有",
        message_en="the lock of the job has ended or is somebody else's",
        current={"worker": holder},
    )
