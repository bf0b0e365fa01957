"""One step of a case's history: the event, and how the case stood right after it."""

from __future__ import annotations

from marshmallow import fields

from api.schemas.base import Output, described, moment
from api.schemas.cases import DiagramStateSchema, ToldSchema


class StepTaskSchema(Output):
    """A task that was open after a step."""

    id = described(fields.Integer, "Its number in the case.", 5, required=True)
    element = described(fields.String, "Id of its element.", "dispatch", required=True)
    name = described(fields.String, "Its name.", "分哨", required=True)
    status = described(fields.String, "`open`, `claimed` or `held`.", "open", required=True)
    assignee = described(fields.String, "Who had it.", None, required=True, allow_none=True)
    groups = described(
        fields.List, "For whom it was.", ["platform"], cls_or_instance=fields.String(), required=True
    )
    due_at = moment("When it was due.", required=True, allow_none=True)
    change = described(
        fields.String, "`added` or `changed` by this step, else empty.", "added", required=True
    )


class StepValueSchema(Output):
    """A variable after a step."""

    scope = described(fields.Integer, "Number of the process's run in the case.", 1, required=True)
    process = described(fields.String, "Key of the process.", "whistle", required=True)
    name = described(fields.String, "Its name.", "dispatch_decision", required=True)
    value = described(fields.Raw, "What it was, masked.", "accept", required=True)
    before = described(
        fields.Raw, "What it was before, when this step changed it.", None, required=True, allow_none=True
    )
    change = described(
        fields.String, "`added` or `changed` by this step, else empty.", "added", required=True
    )


class StepPlaceSchema(Output):
    """An element of a diagram."""

    digest = described(fields.String, "Digest of the definition, hex.", required=True)
    element = described(fields.String, "Id of the element.", "dispatch", required=True)


class StepSchema(Output):
    """One event of a log and how the case stood right after it."""

    seq = described(fields.Integer, "Its number.", 3, required=True)
    total = described(fields.Integer, "How many events the log has.", 42, required=True)
    status = described(fields.String, "Of the case, then.", "active", required=True)
    hash = described(fields.String, "Hash of the event in the chain, hex.", required=True)
    told = fields.Nested(
        ToldSchema,
        required=True,
        allow_none=True,
        metadata={"description": "The event; null where it is not for the caller."},
    )
    diagrams = described(
        fields.List, "The diagrams, then.", cls_or_instance=fields.Nested(DiagramStateSchema), required=True
    )
    entered = described(
        fields.List, "Where tokens came to.", cls_or_instance=fields.Nested(StepPlaceSchema), required=True
    )
    left = described(
        fields.List, "Where tokens left.", cls_or_instance=fields.Nested(StepPlaceSchema), required=True
    )
    tasks = described(
        fields.List, "Open tasks, then.", cls_or_instance=fields.Nested(StepTaskSchema), required=True
    )
    finished = described(
        fields.List, "Tasks it closed.", cls_or_instance=fields.Nested(StepTaskSchema), required=True
    )
    values = described(
        fields.List,
        "The variables of its processes, then.",
        cls_or_instance=fields.Nested(StepValueSchema),
        required=True,
    )
    masked = described(
        fields.Dict,
        "By path: masking class of what is not shown as it is.",
        {"caller_phone": "phone"},
        required=True,
    )
