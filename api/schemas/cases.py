"""Cases: headers, starting one, commands on one, its log."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import fields

from api.schemas.base import Input, Output, Query, described, moment, prose, values, word


class CaseSchema(Output):
    """A case's header."""

    id = described(fields.UUID, "The case.", required=True)
    key = described(fields.String, "Key of its process.", "whistle", required=True)
    version = described(fields.Integer, "Version of the process.", 1, required=True)
    definition = described(fields.String, "Digest of the definition, hex.", required=True)
    business_key = described(
        fields.String, "A key given from outside.", "CS-2026-001", required=True, allow_none=True
    )
    status = described(
        fields.String, "`active`, `suspended`, `completed` or `cancelled`.", "active", required=True
    )
    provenance = described(
        fields.String, "`live`, or for ever marked `imported` or `simulated`.", "live", required=True
    )
    started_at = moment("When it started.", required=True)
    ended_at = moment("When it ended.", required=True, allow_none=True)
    effective_at = moment("The case clock.", required=True)
    seq = described(fields.Integer, "Number of its last event.", 12, required=True)
    etag = described(fields.String, "State hash, hex: the entity tag.", "0" * 64, required=True)


class SimilarCaseSchema(Output):
    """Another case about the same people or place."""

    id = described(fields.UUID, "The case.", attribute="case_id", required=True)
    case_code = described(fields.String, "Its code.", "JF-2026-0001", required=True)
    kinds = fields.List(
        described(fields.String, "`phone`, `party` (the same name at the same place) or `address`.", "phone"),
        required=True,
        metadata={"description": "What is the same; never what it says."},
    )
    marked_at = moment("When that was entered there.", required=True)


class SimilarCasesSchema(Output):
    """Cases that may be duplicates."""

    items = fields.List(
        fields.Nested(SimilarCaseSchema), required=True, metadata={"description": "Latest first, at most 20."}
    )


class SimilarQuery(Query):
    """How far back to look."""

    days = fields.Integer(
        load_default=90,
        validate=ma.validate.Range(min=1, max=3_650),
        metadata={"description": "Days back from now.", "example": 90},
    )


class StartSchema(Input):
    """Starting a case."""

    key = word("Key of the process.", "whistle", required=True)
    version = described(
        fields.Integer, "Version; by default the newest.", 1, validate=ma.validate.Range(1, 2**31 - 1)
    )
    business_key = word("A key from outside, to find the case by.", "12345-2026-000017")
    variables = values("What the case starts with.", {"grid": "qh0100101"}, load_default=dict)


class SuspendSchema(Input):
    """挂起."""

    reason = prose("Why.", "等待伤情鉴定", required=True, validate=ma.validate.Length(1, 4000))
    reason_code = word("One of the reasons limits know; clocks whose rule allows it pause.", "appraisal")


class WhySchema(Input):
    """A command with a reason."""

    reason = prose("Why.", "登记错误", required=True, validate=ma.validate.Length(1, 4000))


class JumpSchema(WhySchema):
    """Putting a token elsewhere."""

    token = described(
        fields.Integer, "The token's number.", 3, required=True, validate=ma.validate.Range(1, 2**31 - 1)
    )
    to = word("Id of the element it is put to.", "dispatch", required=True)


class SetVariablesSchema(WhySchema):
    """Correcting variables."""

    variables = values("The variables by name.", {"grid": "qh0100102"}, required=True)


class LogQuery(Query):
    """A page of a log."""

    after = described(
        fields.Integer,
        "From the event after this number on.",
        0,
        load_default=0,
        validate=ma.validate.Range(0, 2**31 - 1),
    )
    limit = described(
        fields.Integer,
        "Events a page has at most.",
        100,
        load_default=100,
        validate=ma.validate.Range(1, 500),
    )


class ToldSchema(Output):
    """One event of a case's log, as its reader may know it."""

    seq = described(fields.Integer, "Its number.", 3, required=True)
    at = moment("The case clock.", required=True)
    recorded_at = moment("When it was recorded.", required=True)
    kind = described(fields.String, "The command; `refused` for a refusal.", "complete", required=True)
    actor = described(fields.String, "Who.", "qh00042", required=True)
    on_behalf_of = described(fields.String, "For whom.", None, required=True, allow_none=True)
    element = described(fields.String, "Id of the element.", "dispatch", required=True, allow_none=True)
    task = described(fields.Integer, "Number of the task.", 5, required=True, allow_none=True)
    text = described(fields.String, "The sentence.", "赵明办结了“分哨”", required=True)
    reason = described(fields.String, "The reason given.", "", required=True)
    opened = described(
        fields.List,
        "Names of the tasks it opened.",
        ["接哨"],
        cls_or_instance=fields.String(),
        required=True,
    )
    values = values(
        "What was filled in; null where it is sealed.", {"dispatch_decision": "accept"}, required=True
    )
    sealed = described(
        fields.List,
        "Names of sealed values.",
        ["caller_phone"],
        cls_or_instance=fields.String(),
        required=True,
    )
    rule = described(fields.String, "Of a refusal: the rule.", "", required=True)


class LogSchema(Output):
    """A page of a case's log."""

    items = described(fields.List, "The events.", cls_or_instance=fields.Nested(ToldSchema), required=True)
    next = described(
        fields.Integer,
        "`after` of the next page; null at the end.",
        100,
        required=True,
        allow_none=True,
    )


def _counts(about: str) -> Any:
    return described(
        fields.Dict, about, {"dispatch": 1}, keys=fields.String(), values=fields.Integer(), required=True
    )


class DiagramStateSchema(Output):
    """Where a case stands in one diagram."""

    digest = described(fields.String, "Digest of the definition, hex.", required=True)
    key = described(fields.String, "Key of the process.", "whistle", required=True)
    active = _counts("By element: tokens there now.")
    incidents = _counts("By element: tokens stopped there.")
    completed = _counts("By element: how often it was left.")
    flows = _counts("By sequence flow: how often it was taken.")


class DiagramSchema(DiagramStateSchema):
    """A diagram with where a case stands in it."""

    file = described(fields.String, "Name of the diagram's file.", "whistle.bpmn", required=True)
    xml = described(fields.String, "The BPMN XML.", "<definitions/>", required=True)


class DiagramsSchema(Output):
    """The diagrams a case runs or ran."""

    items = described(
        fields.List,
        "In the order in which they were first run; none for who sees only their own part.",
        cls_or_instance=fields.Nested(DiagramSchema),
        required=True,
    )
