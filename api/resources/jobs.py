"""Jobs for external workers: fetched with a lock, then completed, failed or thrown as an error."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask.views import MethodView

from api.acting import viewer
from api.auth import current, requires
from api.blueprint import Blueprint
from api.refs import TaskRef
from api.resources.tasks import Answer, done
from api.schemas import operations as schemas
from api.schemas.commands import ETAG, OutcomeSchema
from api.schemas.pages import cursor, page_of, position
from api.service import service
from api.values import plain
from engine.cases.jobs import LockedJob
from engine.store import NEVER
from engine.store.tables import jobs, timers

blueprint = Blueprint("jobs", __name__, description="作业与计时 Jobs and timers.")


@blueprint.route("/jobs")
class JobsView(MethodView):
    """Open jobs."""

    @requires("jobs:read")
    @blueprint.arguments(schemas.OfCaseQuery, location="query")
    @blueprint.response(200, page_of("JobsSchema", schemas.JobSchema, "Open jobs, the oldest first."))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Open jobs; what they are about is not shown."""
        rows, following = rows_of(jobs, jobs.c.due_at, query)
        return {"items": [_job(row) for row in rows], "next": following}


@blueprint.route("/timers")
class TimersView(MethodView):
    """Running timers."""

    @requires("jobs:read")
    @blueprint.arguments(schemas.OfCaseQuery, location="query")
    @blueprint.response(200, page_of("TimersSchema", schemas.TimerSchema, "Timers, the soonest first."))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Running timers."""
        rows, following = rows_of(timers, timers.c.due_at, query)
        items = [
            {
                "id": f"{row['case_id']}.{row['timer_id']}",
                "case_id": row["case_id"],
                "element": row["element_id"],
                "due_at": _when(row["due_at"]),
            }
            for row in rows
        ]
        return {"items": items, "next": following}


@blueprint.route("/jobs/fetch-and-lock")
class FetchView(MethodView):
    """Fetching."""

    @requires("jobs:work")
    @blueprint.arguments(schemas.FetchSchema)
    @blueprint.response(200, schemas.LockedJobsSchema)
    def post(self, body: dict[str, Any]) -> dict[str, Any]:
        """Lock jobs of some types for a worker, emergencies first. None there: an empty list."""
        found = service().engine.jobs.fetch_and_lock(
            body["worker"],
            body["types"],
            lock=body["lock_seconds"] * schemas.SECOND,
            limit=body["limit"],
            variables=body.get("variables"),
        )
        return {"items": [_locked(job) for job in found]}


@blueprint.route("/jobs/<task:job>/complete")
class CompleteJobView(MethodView):
    """Done."""

    @requires("jobs:work")
    @blueprint.arguments(schemas.CompleteJobSchema)
    @blueprint.response(200, OutcomeSchema, headers=ETAG)
    def post(self, body: dict[str, Any], job: TaskRef) -> Answer:
        """Report the result of a job."""
        found = service().engine.jobs
        return done(found.complete(job.case, job.number, body["variables"], worker=body["worker"]))


@blueprint.route("/jobs/<task:job>/fail")
class FailJobView(MethodView):
    """Failed."""

    @requires("jobs:work")
    @blueprint.arguments(schemas.FailJobSchema)
    @blueprint.response(200, OutcomeSchema, headers=ETAG)
    def post(self, body: dict[str, Any], job: TaskRef) -> Answer:
        """Report a failure; without attempts left it becomes an incident of the case."""
        wait = body.get("retry_after_seconds")
        outcome = service().engine.jobs.fail(
            job.case,
            job.number,
            body["message"],
            worker=body["worker"],
            retries=body.get("retries"),
            retry_after=None if wait is None else wait * schemas.SECOND,
        )
        return done(outcome)


@blueprint.route("/jobs/<task:job>/throw-error")
class ThrowJobErrorView(MethodView):
    """BPMN errors."""

    @requires("jobs:work")
    @blueprint.arguments(schemas.JobErrorSchema)
    @blueprint.response(200, OutcomeSchema, headers=ETAG)
    def post(self, body: dict[str, Any], job: TaskRef) -> Answer:
        """Report a BPMN error, which a boundary event may catch."""
        found = service().engine.jobs
        outcome = found.throw_error(
            job.case, job.number, body["code"], body["variables"], worker=body["worker"]
        )
        return done(outcome)


@blueprint.route("/jobs/<task:job>/extend")
class ExtendJobView(MethodView):
    """Longer locks."""

    @requires("jobs:work")
    @blueprint.arguments(schemas.ExtendLockSchema)
    @blueprint.response(200, schemas.LockSchema)
    def post(self, body: dict[str, Any], job: TaskRef) -> dict[str, Any]:
        """Hold a job for longer."""
        lock = body["lock_seconds"] * schemas.SECOND
        found = service().engine.jobs
        return {"locked_until": found.extend(job.case, job.number, lock, worker=body["worker"])}


def rows_of(
    table: sa.Table, order: sa.ColumnElement[Any], query: dict[str, Any]
) -> tuple[list[dict[str, Any]], str | None]:
    """A page of a table of things that belong to cases, and the cursor of the next.

    Who keeps the service running is shown all of them, everybody else those of cases they see.
    """
    start, limit = position(query), query["limit"]
    asked = sa.select(table).order_by(order, *table.primary_key.columns).offset(start).limit(limit + 1)
    if query.get("case_id") is not None:
        asked = asked.where(table.c.case_id == query["case_id"])
    if not (current().may("jobs:read") or current().may("incidents:resolve")):
        asked = asked.where(viewer().sees(table.c.case_id))
    with service().engine.database.reading() as tx:
        rows = [dict(row._mapping) for row in tx.execute(asked)]
    return rows[:limit], cursor(start + limit) if len(rows) > limit else None


def _when(due_at: int) -> int | None:
    """A moment, as far as there is one: what failed for good is not due any more."""
    return None if due_at == NEVER else due_at


def _job(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": f"{row['case_id']}.{row['job_id']}",
        "case_id": row["case_id"],
        "type": row["type"],
        "status": row["status"],
        "retries": row["retries"],
        "due_at": _when(row["due_at"]),
        "worker": row["worker"],
        "locked_until": row["locked_until"],
    }


def _locked(job: LockedJob) -> dict[str, Any]:
    return {
        "id": f"{job.case_id}.{job.job_id}",
        "type": job.type,
        "element": job.element,
        "headers": dict(job.headers),
        "retries": job.retries,
        "variables": plain(job.variables)[0],
        "locked_until": job.locked_until,
        "key": job.key,
    }
