"""Notices as callers see them."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import fields

from api.schemas.base import Input, Moment, Output, described
from api.schemas.pages import PageQuery, page_of

MOST = 200
"""Notices marked at a time."""


class NoticesQuery(PageQuery):
    """Which notices."""

    unread = described(fields.Boolean, "Only those not read.", True, load_default=False)


class NoticeCaseSchema(Output):
    """The case a notice is about."""

    case_id = described(fields.UUID, "Its id.", "019aa000-0000-7000-8000-000000000000", required=True)
    case_code = described(fields.String, "Its code.", "DS-2026-000123", required=True)
    title = described(fields.String, "Its title.", "宅基地边界纠纷", required=True)


class NoticeSchema(Output):
    """What somebody was told."""

    id = described(
        fields.String, "The id of the notice.", "019aa000-0000-7000-8000-000000000000/12/0", required=True
    )
    kind = described(fields.String, "What kind it is.", "yellow_card", required=True)
    word = described(fields.String, "The kind in words.", "黄牌", required=True)
    text = described(
        fields.String, "The notice in words.", "黄牌：到场报到，2026-11-28 10:30 到期", required=True
    )
    post = described(
        fields.String,
        "To which of the caller's posts it came; null where it came to them by name.",
        "青石镇 领导",
        required=True,
        allow_none=True,
    )
    unit = described(
        fields.String,
        "The unit that has the task it is about; null where it is about none.",
        "县住建局",
        required=True,
        allow_none=True,
    )
    case = described(
        fields.Nested,
        "The case it is about; null where there is none, or none the caller may see.",
        nested=NoticeCaseSchema(),
        required=True,
        allow_none=True,
    )
    sent_at = described(Moment, "When it was sent.", "2026-11-28T02:30:00Z", required=True)
    read_at = described(
        Moment,
        "When it was read first, by anybody of the post.",
        "2026-11-28T02:31:00Z",
        required=True,
        allow_none=True,
    )


NoticesSchema = page_of("NoticesPageSchema", NoticeSchema, "The latest first.")


class UnreadSchema(Output):
    """How many are waiting to be read."""

    unread = described(fields.Integer, "The number.", 3, required=True)


class ReadSchema(Input):
    """Which notices were read: some of them, or all up to a moment."""

    ids = described(
        fields.List,
        "Ids of notices.",
        ["019aa000-0000-7000-8000-000000000000/12/0"],
        cls_or_instance=fields.String(validate=ma.validate.Length(1, 200)),
        validate=ma.validate.Length(1, MOST),
    )
    until = described(Moment, "All that were sent up to here.", "2026-11-28T02:30:00Z")

    @ma.validates_schema
    def _one_of_them(self, data: dict[str, object], **_: object) -> None:
        if len(data) != 1:
            raise ma.ValidationError("Give either ids or until.", "ids")
