"""Reports: what they are asked for with, and what they are made of."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import fields

from api.schemas.base import Output, Query, described, moment, word
from api.schemas.inbox import CaseRowSchema
from api.schemas.pages import PageQuery
from engine.reports import FILES, INDICATORS, WRITERS, Grouping

PROVENANCES = ("live", "imported", "simulated")


class ReportQuery(Query):
    """What a report is about."""

    period = word(
        "`2026`, `2026-Q1`, `2026-03`, `2026-W09` (Monday to Sunday), `2026-03-01` or `2026-03-01..2026-03-31`.",
        "2026-03",
        required=True,
        longest=30,
    )
    unit = word("Only cases of this unit of the directory and all below it.", "qh01")
    department = word("Only steps of this unit, where a report is about steps.", "qh-housing")
    flow = word("Only cases of this process.", "dispute")
    category = word("Only cases of this category, at any of its levels.", "neighbour")
    provenance = described(
        fields.String,
        "`live`, `imported` or `simulated` cases alone; by default all, told apart in `statement`.",
        "live",
        validate=ma.validate.OneOf(PROVENANCES),
    )
    by = described(
        fields.Enum,
        "By what the report `indicators` tells its numbers apart.",
        "unit",
        enum=Grouping,
        by_value=True,
        load_default=Grouping.NONE,
    )
    step = described(
        fields.String,
        "Steps of trends.",
        "month",
        load_default="month",
        validate=ma.validate.OneOf(("week", "month")),
    )
    definition = word("Digest (hex) of the definition, for the report `heat`.", "0" * 64)


class ReportFileQuery(ReportQuery):
    """The same, and as what it is wanted."""

    format = described(
        fields.String,
        "`json`, or as a file `csv`, `xlsx`, `pdf`; by default what `Accept` prefers.",
        "xlsx",
        validate=ma.validate.OneOf(("json", *FILES)),
    )


class BehindQuery(ReportQuery, PageQuery):
    """The cases behind a number."""

    indicator = described(
        fields.String,
        "The indicator.",
        "overdue",
        required=True,
        validate=ma.validate.OneOf(sorted(INDICATORS)),
    )
    rest = described(
        fields.Boolean,
        "Those of the whole that are not in the part, instead of the part.",
        False,
        load_default=False,
    )


class StatementSchema(Output):
    """What a report says of itself."""

    period = described(fields.String, "As it was asked for.", "2026-03", required=True)
    first = described(fields.String, "First day.", "2026-03-01", required=True)
    last = described(fields.String, "Last day.", "2026-03-31", required=True)
    snapshot = moment("The moment the facts are about: workers bring them up to the logs.", required=True)
    rules = described(
        fields.String, "Version of the rules and of the calendar.", "1-5b1c-3054", required=True
    )
    time = described(
        fields.String, "Which time it goes by: `effective`, the case clock.", "effective", required=True
    )
    unit = described(fields.String, "The unit asked for; empty for all one may see.", "qh01", required=True)
    unit_name = described(fields.String, "Its name.", "青石镇", required=True)
    provenances = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(allow_none=True),
        required=True,
        metadata={
            "description": "Cases received in the period by where they come from.",
            "example": {"live": 120},
        },
    )
    suppressed_below = described(
        fields.Integer, "Smaller counts are not shown outside one's own subtree.", 5, required=True
    )
    filters = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        required=True,
        metadata={"description": "What else it was narrowed to.", "example": {"flow": "dispute"}},
    )


class ColumnSchema(Output):
    """A column."""

    name = described(fields.String, "Its name in the rows.", "on_time", required=True)
    title = described(fields.String, "Its title in the caller's language.", "按期办结率", required=True)
    kind = described(
        fields.String,
        "`text`, `count`, `number`, `day`, `rate` (an object of `part`, `whole`, `share` and `text`), `moment` or "
        "`duration` (both in microseconds).",
        "rate",
        required=True,
    )


class TableSchema(Output):
    """A table of a report."""

    name = described(fields.String, "Its name.", "rates", required=True)
    title = described(fields.String, "Its title.", "主要指标", required=True)
    note = described(fields.String, "What to know about it; may be empty.", "", required=True)
    columns = fields.List(
        fields.Nested(ColumnSchema), required=True, metadata={"description": "What is shown, in this order."}
    )
    rows = fields.List(
        fields.Dict(keys=fields.String()),
        required=True,
        metadata={
            "description": "Values by the names of columns, and `key`; null is what may not be shown or is not there.",
            "example": [
                {
                    "key": "on_time",
                    "title": "按期办结率",
                    "rate": {"part": 341, "whole": 343, "share": 0.994169, "text": "99.4 %"},
                }
            ],
        },
    )


class ReportSchema(Output):
    """A report."""

    name = described(fields.String, "Its name.", "overview", required=True)
    title = described(fields.String, "Its title.", "总览", required=True)
    statement = fields.Nested(
        StatementSchema, required=True, metadata={"description": "Period, snapshot, rules, filters."}
    )
    tables = fields.List(
        fields.Nested(TableSchema), required=True, metadata={"description": "The tables, by name."}
    )
    notes = fields.List(
        described(fields.String, "A sentence.", "用时不含挂起。"),
        required=True,
        metadata={"description": "What to know when reading it."},
    )


class ReportNameSchema(Output):
    """A report there is."""

    name = described(fields.String, "Its name.", min(WRITERS), required=True)
    title = described(fields.String, "Its title.", "总览", required=True)


class ReportNamesSchema(Output):
    """The reports there are."""

    items = fields.List(
        fields.Nested(ReportNameSchema), required=True, metadata={"description": "All of them."}
    )
    snapshot = moment("The moment the facts are about.", required=True)


class BehindSchema(Output):
    """Cases behind a number."""

    items = fields.List(
        described(fields.UUID, "A case."), required=True, metadata={"description": "In order of their ids."}
    )
    rows = fields.List(
        fields.Nested(CaseRowSchema),
        required=True,
        metadata={"description": "The same cases as lists of cases have them."},
    )
    next = described(
        fields.String, "`cursor` of the next page; null at the end.", "WyJy", required=True, allow_none=True
    )


def asked(query: dict[str, Any]) -> dict[str, Any]:
    """The arguments of `Asked`."""
    given = {name: query.get(name) for name in ("unit", "department", "flow", "category", "definition")}
    one = query.get("provenance")
    return {
        "period": query["period"],
        **given,
        "provenance": PROVENANCES if one is None else (one,),
        "by": query["by"],
        "step": query["step"],
    }
