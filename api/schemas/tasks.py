"""Tasks: what is shown of them and what each verb takes."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import fields

from api.schemas.base import Input, Output, described, moment, prose, values, word


class TargetSchema(Output):
    """An earlier step, and whether the task may be returned to it."""

    element = described(fields.String, "Id of the step's element.", "register", required=True)
    name = described(fields.String, "Its name.", "排查登记", required=True)
    seq = described(fields.Integer, "Number of the event that completed it.", 4, required=True)
    actor = described(fields.String, "Who completed it.", "qh00042", required=True)
    legal = described(fields.Boolean, "Whether the task may go back to it.", True, required=True)
    rule = described(fields.String, "Otherwise the rule that forbids it.", "return.branch", required=True)
    reason = described(fields.String, "Why not, for a person.", "会使其他分支悬空", required=True)


class TaskPageSchema(Output):
    """A task with its form."""

    id = described(fields.String, "The task: case and number.", required=True)
    case_id = described(fields.UUID, "Its case.", required=True)
    element = described(fields.String, "Id of its element in the diagram.", "dispatch", required=True)
    name = described(fields.String, "Its name.", "分哨", required=True)
    process = described(fields.String, "Key of the process it is in.", "whistle", required=True)
    status = described(
        fields.String, "`open`, `claimed`, or `held` while others sign.", "open", required=True
    )
    assignee = described(fields.String, "Who has it.", "qh00042", required=True, allow_none=True)
    owner = described(fields.String, "Who delegated it.", None, required=True, allow_none=True)
    candidate_groups = described(
        fields.List,
        "Groups that may take it.",
        ["unit:qh-command/county_centre"],
        cls_or_instance=fields.String(),
        required=True,
    )
    candidate_users = described(
        fields.List, "People who may take it.", [], cls_or_instance=fields.String(), required=True
    )
    created_at = moment("Since when it is open.", required=True)
    due_at = moment("When it is due.", required=True, allow_none=True)
    priority = described(fields.Integer, "The higher, the more urgent.", 50, required=True)
    urged = described(fields.Integer, "How often it was urged.", 0, required=True)
    mine = described(fields.Boolean, "Whether the caller has it.", True, required=True)
    claimable = described(fields.Boolean, "Whether the caller may take it now.", False, required=True)
    form = described(
        fields.Dict,
        "The form-js schema, if it has a form.",
        {"components": []},
        required=True,
        allow_none=True,
    )
    data = values(
        "Values to fill the form with: drafts, then the case's.", {"title": "路灯不亮"}, required=True
    )
    masked = described(
        fields.List,
        "Names of fields that hold something the caller does not see.",
        ["caller_phone"],
        cls_or_instance=fields.String(),
        required=True,
    )
    targets = described(
        fields.List,
        "Where it may be returned to.",
        cls_or_instance=fields.Nested(TargetSchema),
        required=True,
    )


class CompleteSchema(Input):
    """办结."""

    variables = values("The values of the form's fields.", {"dispatch_decision": "accept"}, load_default=dict)


class ReturnSchema(Input):
    """退回."""

    to = word("Id of the step to return to; by default the latest legal one.", "register")
    mode = described(
        fields.String,
        "`redo` the steps between, or straight `back` to the returner.",
        "redo",
        load_default="redo",
        validate=ma.validate.OneOf(["redo", "back"]),
    )
    reason = prose("Why.", "材料不全", required=True, validate=ma.validate.Length(1, 4000))


class ReasonSchema(Input):
    """A verb with a reason."""

    reason = prose("Why.", "填错了", load_default="")


class HandSchema(Input):
    """转办 or 委派."""

    to = word("The person's id.", "qh00043", required=True)
    reason = prose("Why.", "出差", load_default="")


class TransferSchema(HandSchema):
    """转办."""

    superior = described(
        fields.Boolean,
        "Decided by a superior, who may also move a task that is not theirs.",
        False,
        load_default=False,
    )


class AddSignSchema(Input):
    """加签."""

    users = described(
        fields.List,
        "Who signs, in order.",
        ["qh00050"],
        cls_or_instance=fields.String(validate=ma.validate.Length(1, 200)),
        required=True,
        validate=ma.validate.Length(1, 50),
    )
    mode = described(
        fields.String,
        "`before` me, `after` me or `beside` me.",
        "after",
        required=True,
        validate=ma.validate.OneOf(["before", "after", "beside"]),
    )
    ordered = described(fields.Boolean, "One after the other.", True)
    reason = prose("Why.", "需法制审核", load_default="")


class RemoveSignSchema(Input):
    """减签."""

    user = word("Who is not to sign any more.", "qh00050", required=True)


class UrgeSchema(Input):
    """催办."""

    message = prose("What is said along.", "群众等待答复", load_default="", longest=500)


class CopySchema(Input):
    """抄送."""

    users = described(
        fields.List,
        "Who reads along.",
        ["qh00051"],
        cls_or_instance=fields.String(validate=ma.validate.Length(1, 200)),
        required=True,
        validate=ma.validate.Length(1, 100),
    )


class ExtendSchema(Input):
    """延期, approved by the caller."""

    more = word("For a task with a limit: how much longer, in its units.", "5 workDay")
    due_at = moment("For a task without one: the new due time.")
    reason = prose("Why.", "等待鉴定", required=True, validate=ma.validate.Length(1, 4000))


class TasksSchema(Input):
    """Several tasks at once."""

    tasks = described(
        fields.List,
        "The tasks.",
        ["019aa000-0000-7000-8000-000000000000.5"],
        cls_or_instance=fields.String(),
        required=True,
        validate=ma.validate.Length(1, 200),
    )


class BatchCompleteSchema(TasksSchema):
    """Several tasks completed with the same values."""

    variables = values(
        "The values of the form's fields, the same for all.", {"agreed": True}, load_default=dict
    )


class BatchTransferSchema(TasksSchema, HandSchema):
    """Several tasks to one person."""

    superior = described(fields.Boolean, "Decided by a superior.", False, load_default=False)


class BatchUrgeSchema(TasksSchema, UrgeSchema):
    """Several tasks urged."""


class ItemResultSchema(Output):
    """What came of one of several."""

    task = described(fields.String, "The task.", required=True)
    status = described(fields.Integer, "The HTTP status it would have had alone.", 200, required=True)
    outcome = described(fields.Dict, "As of the single verb.", allow_none=True, required=True)
    problem = described(fields.Dict, "Otherwise the problem.", allow_none=True, required=True)


class BatchResultSchema(Output):
    """What came of each, in the order asked."""

    results = described(
        fields.List, "One for each task.", cls_or_instance=fields.Nested(ItemResultSchema), required=True
    )
