"""The schema of problem details; what fills it is `api.problems`."""

from __future__ import annotations

from marshmallow import fields

from api.schemas.base import Output, described


class FindingSchema(Output):
    """One thing the checks of a deployment found."""

    file = described(fields.String, "The file it is in.", "whistle.bpmn")
    line = described(fields.Integer, "The line, from 1.", 12)
    element = described(fields.String, "Id of the element or form field.", "dispatch", allow_none=True)
    rule = described(fields.String, "Stable id of the rule; see the model rules.", "flow.unreachable")
    severity = described(fields.String, "`error` or `warning`.", "error")
    message = described(fields.String, "What is wrong, in the caller's language.", "元素不可到达")


class ProblemSchema(Output):
    """An error (RFC 9457)."""

    type = described(
        fields.String, "A URN that ends with the code.", "urn:bihuan:problem:task.taken", required=True
    )
    title = described(fields.String, "The HTTP status in words.", "Conflict", required=True)
    status = described(fields.Integer, "The HTTP status.", 409, required=True)
    code = described(fields.String, "Stable, for programs.", "task.taken", required=True)
    detail = described(
        fields.String, "A sentence for a person, in their language.", "任务已由他人签收", required=True
    )
    request_id = described(
        fields.String, "Under which number the log has the request.", "5d0c0c7d1e3b4a53", required=True
    )
    rule = described(fields.String, "Of a refusal: the id of the domain's rule.", "transfer.bounce")
    errors = described(
        fields.Dict,
        "Of what was handed in: the messages by field.",
        {"title": ["必填"]},
        keys=fields.String(),
        values=fields.List(fields.String()),
    )
    current = described(fields.Dict, "Of a lost race: how it stands now.", {"assignee": "qh00042"})
    place = described(fields.Dict, "Where it happened: case, element, file.", {"element": "dispatch"})
    findings = described(
        fields.List, "Of a deployment: everything found.", cls_or_instance=fields.Nested(FindingSchema)
    )
    incident = described(fields.String, "Of an internal error: its number in the log.", "0f3a5b7c9d1e")
