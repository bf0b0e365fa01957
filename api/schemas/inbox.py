"""Boxes of the inbox and lists of cases."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import fields

from api.schemas.base import Output, Query, described, moment
from engine.directory import Confidentiality
from engine.inbox import Box, CaseFilters, CaseSort, Filters, Sort
from engine.inbox.boxes import GRADES

_WORD = ma.validate.Length(1, 200)
_SHORT = ma.validate.Length(2, 100)


class _Narrowed(Query):
    cursor = described(fields.String, "`next` of the page before.", validate=ma.validate.Length(1, 512))
    limit = described(
        fields.Integer, "Rows a page has at most.", 50, load_default=50, validate=ma.validate.Range(1, 200)
    )
    flow = described(fields.String, "Key of the process.", "whistle", validate=_WORD)
    grade = described(fields.String, "The grade.", "red", validate=ma.validate.OneOf(list(GRADES)))
    category = described(fields.String, "The category, or its beginning.", "邻里相邻", validate=_WORD)
    confidentiality = described(
        fields.String,
        "The confidentiality.",
        "normal",
        validate=ma.validate.OneOf([level.value for level in Confidentiality]),
    )
    unit = described(
        fields.String, "Cases that this unit or one below answers for.", "qh-command", validate=_WORD
    )
    grid = described(fields.String, "Cases in this area.", "qh01", validate=_WORD)
    text = described(
        fields.String,
        "Part of the title, or the beginning of the code; two characters at least.",
        "路灯",
        validate=_SHORT,
    )
    due_from = moment("Due from this moment on.")
    due_until = moment("Due before this moment.")


_FILTERS = (
    "flow", "step", "grade", "category", "confidentiality", "unit", "grid", "created_from", "created_until",
    "due_from", "due_until", "text",
)  # fmt: skip


class InboxQuery(_Narrowed):
    """Which box, narrowed and sorted how."""

    box = described(
        fields.String,
        "待办 todo, 待签收 claimable, 即将超期 due_soon, 超期 overdue, 已办 done, 抄送 cc, 我发起 started.",
        "todo",
        load_default="todo",
        validate=ma.validate.OneOf([box.value for box in Box]),
    )
    sort = described(
        fields.String,
        "`due`, `created`, `grade` or `priority`; boxes of what is past know only `created`.",
        "due",
        validate=ma.validate.OneOf([sort.value for sort in Sort]),
    )
    step = described(fields.String, "Id of the element.", "dispatch", validate=_WORD)
    created_from = moment("Open (or done, or received) from this moment on.")
    created_until = moment("Open (or done, or received) before this moment.")


def filters_of(query: dict[str, Any]) -> Filters:
    """The filters of a query."""
    given = {name: query[name] for name in _FILTERS if name in query}
    if "confidentiality" in given:
        given["confidentiality"] = Confidentiality(given["confidentiality"])
    return Filters(**given)


class InboxRowSchema(Output):
    """A task, or a case in the boxes of cases."""

    id = described(
        fields.String, "The task; null in boxes of cases.", "019aa….5", required=True, allow_none=True
    )
    case_id = described(fields.UUID, "The case.", required=True)
    case_code = described(fields.String, "Its code.", "CS20261122-0001", required=True)
    title = described(fields.String, "Its title.", "路灯不亮", required=True)
    flow = described(fields.String, "Key of its process.", "whistle", required=True)
    flow_name = described(fields.String, "Its name.", "村社吹哨、部门报到", required=True)
    category = described(fields.String, "Its category.", "市容环卫", required=True)
    grade = described(fields.String, "`red`, `orange`, `yellow` or `unassessed`.", "yellow", required=True)
    confidentiality = described(
        fields.String, "`normal`, `sensitive` or `confidential`.", "normal", required=True
    )
    lifecycle = described(
        fields.String, "`open`, `monitoring`, `closed` or `cancelled`.", "open", required=True
    )
    case_status = described(fields.String, "Status of the process.", "active", required=True)
    etag = described(fields.String, "The case's entity tag, without quotes.", "0" * 64, required=True)
    place = described(fields.String, "Id of the area.", "qh0100101", required=True, allow_none=True)
    place_name = described(fields.String, "Its name.", "青石镇上坪村第1网格", required=True, allow_none=True)
    step = described(fields.String, "Id of the element.", "dispatch", required=True, allow_none=True)
    step_name = described(fields.String, "Its name.", "分哨", required=True, allow_none=True)
    status = described(fields.String, "Status of the task.", "open", required=True, allow_none=True)
    assignee = described(fields.String, "Who has it, or did it.", None, required=True, allow_none=True)
    unit = described(fields.String, "A unit it waits for.", "qh-command", required=True, allow_none=True)
    unit_name = described(fields.String, "Its name.", "青禾县指挥中心", required=True, allow_none=True)
    urged = described(fields.Integer, "How often it was urged.", 0, required=True)
    priority = described(fields.Integer, "The higher, the more urgent.", 50, required=True, allow_none=True)
    due_at = moment("When it is due.", required=True, allow_none=True)
    work_left = described(
        fields.Integer,
        "Seconds of office hours until then, negative after it; null without a due time or beyond the calendar.",
        7200,
        required=True,
        allow_none=True,
    )
    due_soon = described(fields.Boolean, "Whether it is due soon.", False, required=True)
    overdue = described(fields.Boolean, "Whether it is overdue.", False, required=True)
    provisional = described(
        fields.Boolean, "Whether the due time rests on holidays not published yet.", False, required=True
    )
    created_at = moment("Since when it is open.", required=True, allow_none=True)
    completed_at = moment("When it was done.", required=True, allow_none=True)


class NextTaskSchema(Output):
    """取下一件."""

    task = fields.Nested(
        InboxRowSchema,
        required=True,
        allow_none=True,
        metadata={"description": "The most urgent task to take; null when there is none."},
    )


class CountsSchema(Output):
    """How many rows each box has; 1000 means 999+."""

    todo = described(fields.Integer, "待办.", 12, required=True)
    claimable = described(fields.Integer, "待签收.", 3, required=True)
    due_soon = described(fields.Integer, "即将超期.", 1, required=True)
    overdue = described(fields.Integer, "超期.", 0, required=True)
    done = described(fields.Integer, "已办.", 240, required=True)
    cc = described(fields.Integer, "抄送.", 5, required=True)
    started = described(fields.Integer, "我发起.", 17, required=True)


class CasesQuery(_Narrowed):
    """Which cases."""

    sort = described(
        fields.String,
        "`started`: newest first; `due`: open ones with a limit by due time.",
        "started",
        load_default="started",
        validate=ma.validate.OneOf([sort.value for sort in CaseSort]),
    )
    code = described(fields.String, "The whole code.", "CS20261122-0001", validate=_WORD)
    business_key = described(fields.String, "The key from outside.", "12345-17", validate=_WORD)
    lifecycle = described(
        fields.String,
        "Where it stands.",
        "open",
        validate=ma.validate.OneOf(["open", "monitoring", "closed", "cancelled"]),
    )
    status = described(
        fields.String,
        "Status of the process.",
        "active",
        validate=ma.validate.OneOf(["active", "suspended", "completed", "cancelled"]),
    )
    source = described(fields.String, "Where it came from.", "12345", validate=_WORD)
    received_from = moment("Received from this moment on.")
    received_until = moment("Received before this moment.")


_CASE_FILTERS = (
    "code", "business_key", "text", "flow", "grade", "category", "confidentiality", "lifecycle", "status",
    "unit", "grid", "source", "received_from", "received_until", "due_from", "due_until",
)  # fmt: skip


def case_filters_of(query: dict[str, Any]) -> CaseFilters:
    """The filters of a query."""
    given = {name: query[name] for name in _CASE_FILTERS if name in query}
    if "confidentiality" in given:
        given["confidentiality"] = Confidentiality(given["confidentiality"])
    return CaseFilters(**given)


class CaseRowSchema(Output):
    """A case in a list."""

    case_id = described(fields.UUID, "The case.", required=True)
    case_code = described(fields.String, "Its code.", "CS20261122-0001", required=True)
    title = described(fields.String, "Its title.", "路灯不亮", required=True)
    flow = described(fields.String, "Key of its process.", "whistle", required=True)
    flow_name = described(fields.String, "Its name.", "村社吹哨、部门报到", required=True)
    category = described(fields.String, "Its category.", "市容环卫", required=True)
    grade = described(fields.String, "`red`, `orange`, `yellow` or `unassessed`.", "yellow", required=True)
    confidentiality = described(
        fields.String, "`normal`, `sensitive` or `confidential`.", "normal", required=True
    )
    lifecycle = described(
        fields.String, "`open`, `monitoring`, `closed` or `cancelled`.", "open", required=True
    )
    status = described(fields.String, "Status of the process.", "active", required=True)
    source = described(fields.String, "Where it came from.", "12345", required=True)
    business_key = described(fields.String, "The key from outside.", None, required=True, allow_none=True)
    place = described(fields.String, "Id of the area.", "qh0100101", required=True, allow_none=True)
    place_name = described(fields.String, "Its name.", "青石镇上坪村第1网格", required=True, allow_none=True)
    owner_unit = described(
        fields.String, "Id of the unit that answers for it.", None, required=True, allow_none=True
    )
    received_at = moment("When it was received.", required=True)
    started_at = moment("When it started.", required=True)
    due_at = moment("When it is due as a whole.", required=True, allow_none=True)
    settled_at = moment("办结.", required=True, allow_none=True)
    closed_at = moment("销号.", required=True, allow_none=True)
    etag = described(fields.String, "Its entity tag, without quotes.", "0" * 64, required=True)


class GradeCountsSchema(Output):
    """How many cases of each grade; null where a small number of others is not shown."""

    counts = described(
        fields.Dict,
        "By grade; 1000 means 999+.",
        {"red": 1, "orange": None},
        keys=fields.String(),
        values=fields.Integer(allow_none=True),
        required=True,
    )
    total = described(fields.Integer, "All of them, if shown.", 40, required=True, allow_none=True)
