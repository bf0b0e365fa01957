"""The page of a case, comments, attachments, links, drafts, views, unmasking."""

from __future__ import annotations

import marshmallow as ma
from flask_smorest.fields import Upload
from marshmallow import fields

from api.schemas.base import Input, Output, Query, described, moment, prose, values, word
from api.schemas.cases import CaseSchema, DiagramStateSchema, ToldSchema
from api.schemas.tasks import TargetSchema
from engine.content import BOXES, LINK_KINDS

_AUDIENCE = ma.validate.OneOf(["case", "unit", "mediators"])


class CaseTitleSchema(Output):
    """What a case is called and where it stands."""

    case_code = described(fields.String, "Its code.", "CS20261122-0001", required=True)
    title = described(fields.String, "Its title.", "路灯不亮", required=True)
    flow_name = described(fields.String, "Name of its process.", "村社吹哨、部门报到", required=True)
    category = described(fields.String, "Its category.", "市容环卫", required=True)
    lifecycle = described(fields.String, "Where it stands.", "open", required=True)
    source = described(fields.String, "Where it came from.", "12345", required=True)
    received_at = moment("When it was received.", required=True)
    due_at = moment("When it is due as a whole.", required=True, allow_none=True)
    settled_at = moment("办结.", required=True, allow_none=True)
    closed_at = moment("销号.", required=True, allow_none=True)


class OpenTaskSchema(Output):
    """An open task of a case."""

    id = described(fields.String, "The task: case and number.", required=True)
    element = described(fields.String, "Id of its element.", "dispatch", required=True)
    name = described(fields.String, "Its name.", "分哨", required=True)
    form = described(fields.String, "Id of its form.", "dispatch", required=True, allow_none=True)
    status = described(fields.String, "`open`, `claimed` or `held`.", "open", required=True)
    assignee = described(fields.String, "Who has it.", None, required=True, allow_none=True)
    groups = described(
        fields.List, "Groups that may take it.", [], cls_or_instance=fields.String(), required=True
    )
    created_at = moment("Since when it is open.", required=True)
    due_at = moment("When it is due.", required=True, allow_none=True)
    original_due = moment("When it was due before it was extended.", required=True, allow_none=True)
    priority = described(fields.Integer, "The higher, the more urgent.", 50, required=True)
    urged = described(fields.Integer, "How often it was urged.", 0, required=True)
    is_mine = described(fields.Boolean, "Whether the caller has it or may take it.", True, required=True)
    returns = described(
        fields.List,
        "Where it may be returned to; null when it is not the caller's.",
        cls_or_instance=fields.Nested(TargetSchema),
        required=True,
        allow_none=True,
    )
    unmet = described(
        fields.List,
        "Closing conditions that are not met.",
        [],
        cls_or_instance=fields.String(),
        required=True,
    )


class SegmentSchema(Output):
    """A stretch of time of a clock."""

    start = moment("From.", required=True)
    end = moment("To.", required=True)
    kind = described(
        fields.String,
        "`counting`, `paused`, `outside_hours`, `holiday` or `extended`.",
        "counting",
        required=True,
    )
    reason = described(fields.String, "Why it was not counted.", "weekend", required=True)
    actor = described(fields.String, "Who granted the pause.", "", required=True)
    late = described(fields.Boolean, "After the clock had run out.", False, required=True)


class ClockSchema(Output):
    """The account of one limit: every second of it."""

    task = described(
        fields.Integer, "Number of the task; null for the case as a whole.", 5, required=True, allow_none=True
    )
    element = described(fields.String, "Id of its element, or key of the process.", "dispatch", required=True)
    limit = described(fields.String, "Name of the limit.", "whistle.daily.dispatch", required=True)
    stopped_at = moment("When it stopped.", required=True, allow_none=True)
    counted = described(fields.Integer, "Seconds counted in time.", 3600, required=True)
    late = described(fields.Integer, "Seconds counted after it had run out.", 0, required=True)
    remaining = described(fields.Integer, "Seconds left.", 1800, required=True)
    segments = described(
        fields.List, "In order of time.", cls_or_instance=fields.Nested(SegmentSchema), required=True
    )


class CommentSchema(Output):
    """A comment."""

    id = described(fields.Integer, "Its number in the case.", 9, required=True)
    at = moment("When.", required=True)
    author = described(fields.String, "Who.", "qh00042", required=True)
    on_behalf_of = described(fields.String, "For whom.", None, required=True, allow_none=True)
    task = described(fields.Integer, "On which task.", None, required=True, allow_none=True)
    audience = described(fields.String, "`case`, `unit` or `mediators`.", "case", required=True)
    unit = described(fields.String, "Of which unit.", None, required=True, allow_none=True)
    text = described(fields.String, "What was said.", "请尽快核实", required=True)
    is_masked = described(fields.Boolean, "Whether it is not shown as written.", False, required=True)
    mentioned = described(
        fields.List, "Who is mentioned.", ["qh00043"], cls_or_instance=fields.String(), required=True
    )


class AttachmentSchema(Output):
    """A file of a case."""

    id = described(fields.Integer, "Its number in the case.", 11, required=True)
    at = moment("When.", required=True)
    author = described(fields.String, "Who.", "qh00042", required=True)
    on_behalf_of = described(fields.String, "For whom.", None, required=True, allow_none=True)
    task = described(fields.Integer, "With which task.", None, required=True, allow_none=True)
    audience = described(fields.String, "`case`, `unit` or `mediators`.", "case", required=True)
    unit = described(fields.String, "Of which unit.", None, required=True, allow_none=True)
    name = described(fields.String, "Its name.", "现场.jpg", required=True)
    kind = described(fields.String, "What it is.", "evidence", required=True)
    content_type = described(fields.String, "Its type, told from the content.", "image/jpeg", required=True)
    size = described(fields.Integer, "Bytes.", 48211, required=True)
    sha256 = described(fields.String, "Of the content, hex.", "0" * 64, required=True)
    inline = described(fields.Boolean, "Whether a browser may show it.", True, required=True)
    is_masked = described(fields.Boolean, "Whether a reason is needed first.", False, required=True)
    hidden = described(fields.Boolean, "Whether it was taken off.", False, required=True)


class LinkSchema(Output):
    """A link to another case; of one the caller may not see only that it is there."""

    kind = described(fields.String, "What kind.", "related", required=True)
    direction = described(fields.String, "`out` from this case, `in` to it.", "out", required=True)
    at = moment("When.", required=True)
    author = described(fields.String, "Who.", "qh00042", required=True)
    other = described(fields.UUID, "The other case.", required=True, allow_none=True)
    process = described(fields.String, "Key of its process.", "dispute", required=True, allow_none=True)
    business_key = described(fields.String, "Its key from outside.", None, required=True, allow_none=True)
    status = described(fields.String, "Its status.", "active", required=True, allow_none=True)


class GrantSchema(Output):
    """Leave to see a case unmasked."""

    id = described(fields.UUID, "The grant.", required=True)
    case_id = described(fields.UUID, "The case.", required=True)
    person = described(fields.String, "Who may see it.", "qh00042", required=True)
    granted_by = described(fields.String, "Who granted it.", "qh00001", required=True)
    reason = described(fields.String, "Why.", "核对当事人身份", required=True)
    granted_at = moment("From.", required=True)
    expires_at = moment("To.", required=True)
    revoked_at = moment("When it was taken back.", required=True, allow_none=True)


class CasePageSchema(Output):
    """Everything the caller may see of a case."""

    case = fields.Nested(CaseSchema, required=True, metadata={"description": "The technical header."})
    header = fields.Nested(
        CaseTitleSchema,
        required=True,
        allow_none=True,
        metadata={"description": "What it is called; null for cases of older versions."},
    )
    values = values("The variables, masked by role.", {"title": "路灯不亮"}, required=True)
    masked = described(
        fields.Dict, "Path of each masked value, to its class.", {"caller_phone": "phone"}, required=True
    )
    partial = described(fields.Boolean, "Whether the caller sees only their own part.", False, required=True)
    grant = fields.Nested(
        GrantSchema,
        required=True,
        allow_none=True,
        metadata={"description": "Under which it is shown unmasked."},
    )
    diagrams = described(
        fields.List, "Where it stands.", cls_or_instance=fields.Nested(DiagramStateSchema), required=True
    )
    tasks = described(
        fields.List, "Open tasks.", cls_or_instance=fields.Nested(OpenTaskSchema), required=True
    )
    clocks = described(
        fields.List,
        "Accounts of limits; null where they cannot be told.",
        cls_or_instance=fields.Nested(ClockSchema),
        required=True,
        allow_none=True,
    )
    history = described(
        fields.List, "The last events.", cls_or_instance=fields.Nested(ToldSchema), required=True
    )
    total = described(fields.Integer, "How many events the log has.", 42, required=True)
    comments = described(
        fields.List, "Comments.", cls_or_instance=fields.Nested(CommentSchema), required=True
    )
    attachments = described(
        fields.List, "Files.", cls_or_instance=fields.Nested(AttachmentSchema), required=True
    )
    links = described(fields.List, "Linked cases.", cls_or_instance=fields.Nested(LinkSchema), required=True)


class CommentsSchema(Output):
    """Comments of a case."""

    items = described(
        fields.List, "The oldest first.", cls_or_instance=fields.Nested(CommentSchema), required=True
    )


class CommentInSchema(Input):
    """A comment."""

    text = prose("What is said.", "请尽快核实 @赵明", required=True, validate=ma.validate.Length(1, 5_000))
    task = described(fields.Integer, "On which open task.", 5, validate=ma.validate.Range(1, 2**31 - 1))
    to = described(
        fields.List,
        "People mentioned, who may see the case; they are told.",
        ["qh00043"],
        cls_or_instance=fields.String(validate=ma.validate.Length(1, 200)),
        load_default=list,
        validate=ma.validate.Length(max=50),
    )
    audience = described(
        fields.String,
        "For all who see the case, a unit of one's own, or the mediators.",
        "case",
        load_default="case",
        validate=_AUDIENCE,
    )
    unit = word("For the audience `unit`: which.", "qh01-mediation")


class AttachmentsSchema(Output):
    """Files of a case."""

    items = described(
        fields.List, "The oldest first.", cls_or_instance=fields.Nested(AttachmentSchema), required=True
    )


class AttachFormSchema(Input):
    """The fields of an upload beside its file."""

    kind = described(
        fields.String,
        "What it is: `evidence`, `before`, `after`, `signature`, …",
        "evidence",
        load_default="evidence",
        validate=ma.validate.Regexp(r"^[a-z][a-z0-9_-]{0,49}$"),
    )
    task = described(fields.Integer, "With which open task.", 5, validate=ma.validate.Range(1, 2**31 - 1))
    audience = described(fields.String, "For whom.", "case", load_default="case", validate=_AUDIENCE)
    unit = word("For the audience `unit`: which.", "qh01-mediation")


class AttachFileSchema(Input):
    """The file of an upload."""

    file = Upload(required=True, metadata={"description": "The file."})


class HideSchema(Input):
    """Taking an attachment off."""

    reason = prose("Why.", "传错文件", required=True, validate=ma.validate.Length(1, 4_000))


class LinkInSchema(Input):
    """A link."""

    other = described(fields.UUID, "The other case.", required=True)
    kind = described(
        fields.String, "What kind.", "related", required=True, validate=ma.validate.OneOf(list(LINK_KINDS))
    )
    reason = prose("Why.", "同一当事人", load_default="")


class LinksSchema(Output):
    """Links of a case."""

    items = described(
        fields.List, "The oldest first.", cls_or_instance=fields.Nested(LinkSchema), required=True
    )


class DraftInSchema(Input):
    """A draft."""

    values = values("The form's values, complete or not.", {"title": "路灯"}, required=True)


class DraftSchema(Output):
    """One's own draft of a task's form."""

    saved_at = moment("When it was saved.", required=True, allow_none=True)
    values = values("The values.", {"title": "路灯"}, required=True)


class ViewInSchema(Input):
    """A view."""

    box = described(
        fields.String, "Which list.", "todo", required=True, validate=ma.validate.OneOf(list(BOXES))
    )
    filters = described(
        fields.Dict, "Its filters.", {"grade": "red"}, load_default=dict, keys=fields.String()
    )


class ViewSchema(Output):
    """A saved view."""

    name = described(fields.String, "Its name.", "红色待办", required=True)
    box = described(fields.String, "Which list.", "todo", required=True)
    filters = described(fields.Dict, "Its filters.", {"grade": "red"}, required=True)
    saved_at = moment("When it was saved.", required=True)


class ViewsSchema(Output):
    """One's own views."""

    items = described(fields.List, "By name.", cls_or_instance=fields.Nested(ViewSchema), required=True)


class UnmaskSchema(Input):
    """Asking to see a case unmasked."""

    reason = prose("Why.", "核对当事人身份证件", required=True, validate=ma.validate.Length(1, 500))
    minutes = described(fields.Integer, "For how long.", 60, validate=ma.validate.Range(1, 10_000))
    person = word("For whom; by default oneself.", "qh00043")


class GrantsSchema(Output):
    """Grants that hold now."""

    items = described(fields.List, "The grants.", cls_or_instance=fields.Nested(GrantSchema), required=True)


class AccessQuery(Query):
    """Which lines of the access log."""

    case_id = described(fields.UUID, "Only of this case.")
    person = word("Only of this person.", "qh00042")
    since = moment("From this moment on.")
    until = moment("Before this moment.")
    before = described(fields.UUID, "`next` of the page before.")
    limit = described(
        fields.Integer, "Lines at most.", 100, load_default=100, validate=ma.validate.Range(1, 500)
    )


class AccessSchema(Output):
    """A line of the access log."""

    id = described(fields.UUID, "The line.", required=True)
    at = moment("When.", required=True)
    person = described(fields.String, "Who saw it.", "qh00042", required=True)
    case_id = described(fields.UUID, "Which case.", required=True)
    fields_ = described(
        fields.List,
        "Which fields.",
        ["caller_phone"],
        cls_or_instance=fields.String(),
        required=True,
        data_key="fields",
    )
    basis = described(
        fields.String, "`role`, `grant`, `granted`, `revoked` or `denied`.", "role", required=True
    )
    reason = described(fields.String, "Why.", "", required=True)
    request = described(fields.String, "Number of the request.", "5d0c0c7d1e3b4a53", required=True)


class AccessLogSchema(Output):
    """A page of the access log."""

    items = described(
        fields.List, "The newest first.", cls_or_instance=fields.Nested(AccessSchema), required=True
    )
    next = described(fields.UUID, "`before` of the next page.", required=True, allow_none=True)


class FindingsSchema(Output):
    """What a check of a history found."""

    events = described(fields.Integer, "Events checked.", 42, required=True)
    is_sound = described(fields.Boolean, "Whether nothing was found.", True, required=True)
    findings = described(
        fields.List,
        "What is not as the log says it must be.",
        cls_or_instance=fields.Dict(),
        required=True,
    )
