"""What is configured, and its changes."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import fields

from api.schemas.base import Input, Output, Query, described, moment, prose, word
from engine.configuring import LONGEST, PARTS


class ConfigSchema(Output):
    """The files of one part of the configuration."""

    files = described(
        fields.Dict,
        "By name of the file: its text (TOML).",
        {"whistle.toml": "[…]"},
        keys=fields.String(),
        values=fields.String(),
        required=True,
    )
    tag = described(fields.String, "Changes with the part; a change names it.", "0" * 64, required=True)
    edited = described(
        fields.List,
        "Files that somebody edited by hand after their last change.",
        [],
        cls_or_instance=fields.String(),
        required=True,
    )


class ConfigRowsSchema(Output):
    """The files of one part as data."""

    files = described(
        fields.Dict,
        "By name of the file: what it says.",
        {"whistle.toml": {"limit": [{"name": "whistle.daily.case", "value": 15, "unit": "workDay"}]}},
        keys=fields.String(),
        values=fields.Dict(),
        required=True,
    )


class YearQuery(Query):
    """Which year."""

    year = described(fields.Integer, "The year.", 2026, required=True, validate=ma.validate.Range(1900, 2200))


class CalendarDaySchema(Output):
    """A day."""

    date = described(fields.String, "Which (ISO 8601).", "2026-10-01", required=True)
    kind = described(fields.String, "`work`, `weekend` or `holiday`.", "holiday", required=True)
    name = described(
        fields.String, "Name of the holiday, or of the one it is worked for.", "国庆节", required=True
    )
    is_exchanged = described(
        fields.Boolean, "Whether it is a free day of the week that is worked (调休).", False, required=True
    )
    is_provisional = described(
        fields.Boolean, "Whether the holidays of its year are not published yet.", False, required=True
    )
    hours = described(
        fields.List, "Hours of business.", ["08:30-12:00"], cls_or_instance=fields.String(), required=True
    )


class CalendarDaysSchema(Output):
    """A year of a calendar."""

    name = described(fields.String, "The calendar.", "cn", required=True)
    published_until = described(
        fields.String,
        "Last day of the last published table of holidays.",
        "2026-12-31",
        required=True,
        allow_none=True,
    )
    items = described(
        fields.List, "Its days.", cls_or_instance=fields.Nested(CalendarDaySchema), required=True
    )


class ConfigInSchema(Input):
    """A file written anew."""

    text = prose("Its whole text (TOML).", "[…]", longest=LONGEST, required=True)
    tag = word("The tag of the part it was changed from.", "0" * 64, required=True)
    reason = word("Why.", "国务院公布2027年放假安排", required=True)


class ConfigChangesQuery(Query):
    """Which changes."""

    part = described(fields.String, "Of this part.", "limits", validate=ma.validate.OneOf(PARTS))
    status = described(
        fields.String,
        "`waiting`, `applied` or `rejected`.",
        "waiting",
        validate=ma.validate.OneOf(["waiting", "applied", "rejected"]),
    )
    limit = described(
        fields.Integer, "How many at most.", 50, load_default=50, validate=ma.validate.Range(1, 200)
    )


class ConfigChangeSchema(Output):
    """A change of one file."""

    number = described(fields.Integer, "Its number.", 3, required=True)
    part = described(fields.String, "The part.", "limits", required=True)
    file = described(fields.String, "The file.", "whistle.toml", required=True)
    before = described(
        fields.String, "Its text before; null: there was none.", "[…]", required=True, allow_none=True
    )
    after = described(fields.String, "Its text after.", "[…]", required=True)
    reason = described(fields.String, "Why.", "国务院公布2027年放假安排", required=True)
    author = described(fields.String, "Who made it.", "qh00003", required=True)
    made_at = moment("When.", required=True)
    status = described(
        fields.String,
        "`applied`; where it takes two people `waiting` for the other one, or `rejected`.",
        "applied",
        required=True,
    )
    decided_by = described(fields.String, "Who decided.", None, required=True, allow_none=True)
    decided_at = moment("When it was decided.", required=True, allow_none=True)


class ConfigChangesSchema(Output):
    """Changes."""

    items = described(
        fields.List, "The latest first.", cls_or_instance=fields.Nested(ConfigChangeSchema), required=True
    )


class ClockChangeInSchema(Input):
    """Running clocks of a limit go over to another of its versions."""

    limit = word("The limit.", "whistle.daily.handle", required=True)
    version = word("The version; by default the newest.", "whistle.daily.handle@2027-01-01")
    reason = word("Why.", "汛期延长处置时限", required=True)


class ClockChangeSchema(Output):
    """A change for running clocks."""

    change = described(fields.Integer, "Its number.", 2, required=True)
    kind = described(fields.String, "`limit`, or `calendar` for a corrected one.", "limit", required=True)
    subject = described(
        fields.String, "Name of the limit or calendar.", "whistle.daily.handle", required=True
    )
    version = described(fields.String, "What its clocks go over to.", required=True)
    reason = described(fields.String, "Why.", "汛期延长处置时限", required=True)
    proposed_by = described(fields.String, "Who proposed it.", "qh00003", required=True)
    proposed_at = moment("When.", required=True)
    decided_by = described(fields.String, "Who decided.", None, required=True, allow_none=True)
    decided_at = moment("When it was decided.", required=True, allow_none=True)
    status = described(
        fields.String, "`proposed`, `rejected`, `approved` or `done`.", "proposed", required=True
    )
    moved = described(fields.Integer, "Cases it has moved.", 0, required=True)
    failed = described(fields.Integer, "Cases it could not move.", 0, required=True)
    finished_at = moment("When it was carried out.", required=True, allow_none=True)


class ClockChangesSchema(Output):
    """Changes for running clocks."""

    items = described(
        fields.List, "The latest first.", cls_or_instance=fields.Nested(ClockChangeSchema), required=True
    )
