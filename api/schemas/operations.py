"""What machines and operators work with: messages, signals, jobs, timers, incidents."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import fields

from api.schemas.base import Input, Output, Query, described, moment, prose, values, word
from api.schemas.cases import WhySchema
from api.schemas.commands import OutcomeSchema
from api.schemas.pages import PageQuery

SECOND = 1_000_000
_LOCK = ma.validate.Range(1, 86_400)


class MessageSchema(Input):
    """A message to a case."""

    name = word("Name of the message.", "reply", required=True)
    correlation_key = word("The key its receiver waits under.", "12345-2026-000017", required=True)
    variables = values("What it says.", {"result": "已修复"}, load_default=dict)
    message_id = word("The same id again is the same message.", "reply-17")
    ttl = described(
        fields.Integer,
        "Seconds it is kept while nobody waits for it.",
        3600,
        validate=ma.validate.Range(0, 366 * 86_400),
    )


class SignalSchema(Input):
    """A signal to every case that waits for it."""

    name = word("Name of the signal.", "duty_grade_changed", required=True)
    variables = values("What it says.", {"grade": "战时"}, load_default=dict)
    signal_id = word("The same id again is the same signal.", "duty-2026-11-22")


class OutcomesSchema(Output):
    """What it did, case by case."""

    items = described(
        fields.List,
        "One for each case it reached.",
        cls_or_instance=fields.Nested(OutcomeSchema),
        required=True,
    )


class FetchSchema(Input):
    """Fetching jobs."""

    worker = word("Who fetches: the name under which the lock is held.", "sms-gateway-1", required=True)
    types = described(
        fields.List,
        "Types of jobs.",
        ["send-sms"],
        cls_or_instance=fields.String(validate=ma.validate.Length(1, 200)),
        required=True,
        validate=ma.validate.Length(1, 50),
    )
    lock_seconds = described(
        fields.Integer, "How long nobody else gets them.", 60, load_default=60, validate=_LOCK
    )
    limit = described(
        fields.Integer, "Jobs at most.", 10, load_default=10, validate=ma.validate.Range(1, 100)
    )
    variables = described(
        fields.List,
        "Names of variables wanted; by default all that the task sees.",
        ["phone"],
        cls_or_instance=fields.String(),
        validate=ma.validate.Length(max=100),
    )


class LockedJobSchema(Output):
    """A job in the hands of a worker."""

    id = described(fields.String, "The job: case and number.", required=True)
    type = described(fields.String, "Its type.", "send-sms", required=True)
    element = described(fields.String, "Id of its service task.", "tell_resident", required=True)
    headers = described(
        fields.Dict, "What the diagram says to the worker.", {"template": "closed"}, required=True
    )
    retries = described(fields.Integer, "Attempts left.", 3, required=True)
    variables = values("What the task sees; sealed values are left out.", {"title": "路灯"}, required=True)
    locked_until = moment("When the lock ends.", required=True)
    key = described(
        fields.String, "The same for each attempt: an idempotency key for the other side.", required=True
    )


class LockedJobsSchema(Output):
    """Jobs that were locked."""

    items = described(fields.List, "The jobs.", cls_or_instance=fields.Nested(LockedJobSchema), required=True)


class HolderSchema(Input):
    """Who holds a lock."""

    worker = word("The worker that fetched it.", "sms-gateway-1", required=True)


class CompleteJobSchema(HolderSchema):
    """The result of a job."""

    variables = values("What it brought.", {"sent": True}, load_default=dict)


class FailJobSchema(HolderSchema):
    """A failure."""

    message = prose("What went wrong.", "the gateway does not answer", required=True, longest=1000)
    retries = described(
        fields.Integer,
        "Attempts left; by default one less. Without any it becomes an incident.",
        2,
        validate=ma.validate.Range(0, 100),
    )
    retry_after_seconds = described(
        fields.Integer, "Seconds until the next attempt.", 30, validate=ma.validate.Range(0, 86_400)
    )


class JobErrorSchema(HolderSchema):
    """A BPMN error."""

    code = word("Code of the error.", "NO_SUCH_NUMBER", required=True)
    variables = values("What it says.", {}, load_default=dict)


class ExtendLockSchema(HolderSchema):
    """Holding a job for longer."""

    lock_seconds = described(fields.Integer, "From now on.", 60, required=True, validate=_LOCK)


class LockSchema(Output):
    """A lock."""

    locked_until = moment("When it ends.", required=True)


class OfCaseQuery(PageQuery):
    """A page, of one case if asked."""

    case_id = described(fields.UUID, "Only of this case.")


class JobSchema(Output):
    """An open job."""

    id = described(fields.String, "The job: case and number.", required=True)
    case_id = described(fields.UUID, "Its case.", required=True)
    type = described(fields.String, "Its type.", "send-sms", required=True)
    status = described(fields.String, "`ready`, `locked` or `failed`.", "ready", required=True)
    retries = described(fields.Integer, "Attempts left.", 3, required=True)
    due_at = moment("From when it may be fetched; null once it failed.", required=True, allow_none=True)
    worker = described(fields.String, "Who has it.", "sms-gateway-1", required=True, allow_none=True)
    locked_until = moment("Until when.", required=True, allow_none=True)


class TimerSchema(Output):
    """A running timer."""

    id = described(fields.String, "The timer: case and number.", required=True)
    case_id = described(fields.UUID, "Its case.", required=True)
    element = described(fields.String, "Id of its element.", "limit_passed", required=True)
    due_at = moment("When it fires; null while it does not count.", required=True, allow_none=True)


class IncidentSchema(Output):
    """An open incident of a case."""

    id = described(fields.String, "The incident: case and number.", required=True)
    case_id = described(fields.UUID, "Its case.", required=True)
    kind = described(fields.String, "What kind: code of the failure.", "job.failed", required=True)
    element = described(fields.String, "Id of the element.", "tell_resident", required=True)
    message = described(fields.String, "What happened, in the caller's language.", "作业失败", required=True)
    created_at = moment("Since when.", required=True)


class StuckSchema(Output):
    """Work beside cases that failed: timers, deliveries."""

    work = described(fields.String, "Its name.", "outbox/019aa…/3/0", required=True)
    kind = described(fields.String, "`timers`, `outbox`, `job`, …", "outbox", required=True)
    case_id = described(fields.UUID, "Its case.", required=True, allow_none=True)
    attempts = described(fields.Integer, "How often it failed.", 3, required=True)
    message = described(fields.String, "Why, the last time.", "connection refused", required=True)
    first_at = moment("When first.", required=True)
    last_at = moment("When last.", required=True)
    retry_at = moment("When it is tried again; null when it was given up.", required=True, allow_none=True)


class StuckQuery(Query):
    """Which stuck work."""

    given_up = described(fields.Boolean, "Only what was given up.", False, load_default=False)


class StuckListSchema(Output):
    """Stuck work."""

    items = described(
        fields.List, "The latest first.", cls_or_instance=fields.Nested(StuckSchema), required=True
    )


class RetryStuckSchema(Input):
    """Which stuck work to try again."""

    work = word("Its name.", "outbox/019aa…/3/0", required=True)


class ResolveSchema(WhySchema):
    """Resolving an incident."""

    variables = values("Variables to correct before it is tried again.", {"phone": "…"}, load_default=dict)
