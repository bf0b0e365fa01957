"""Units, people, roles, stand-ins."""

from __future__ import annotations

import marshmallow as ma
from flask_smorest.fields import Upload
from marshmallow import fields

from api.schemas.base import Input, Output, Query, described, moment, prose, word


class AtQuery(Query):
    """At which moment."""

    at = moment("At this moment; by default now.")


class UnitSchema(Output):
    """A unit."""

    id = described(fields.String, "Its id.", "qh01", required=True)
    parent = described(fields.String, "What it belongs to.", "qh", required=True, allow_none=True)
    level = described(fields.String, "Its level.", "town", required=True)
    department = described(
        fields.String, "Its kind, if it is a department.", "mediation", required=True, allow_none=True
    )
    name = described(fields.String, "Its name.", "青石镇", required=True)
    path = described(fields.String, "Ids from the root down.", "/qh/qh01/", required=True)


class PostSchema(Output):
    """A role in a unit."""

    unit = described(fields.String, "The unit.", "qh01-mediation", required=True)
    unit_name = described(fields.String, "Its name.", "青石镇调委会", required=True, allow_none=True)
    role = described(fields.String, "The role.", "mediator", required=True)


class PersonSchema(Output):
    """A member of staff."""

    id = described(fields.String, "Their id.", "qh00042", required=True)
    name = described(fields.String, "Their name.", "赵明", required=True)
    posts = described(fields.List, "Their roles.", cls_or_instance=fields.Nested(PostSchema), required=True)
    away = described(fields.Boolean, "Whether somebody stands in for them now.", False, required=True)


class UnitPageSchema(UnitSchema):
    """A unit with what is in it."""

    children = described(
        fields.List, "The units right below.", cls_or_instance=fields.Nested(UnitSchema), required=True
    )
    ancestors = described(
        fields.List,
        "From what it belongs to up to the root.",
        cls_or_instance=fields.Nested(UnitSchema),
        required=True,
    )
    people = described(
        fields.List, "Who has a role in it.", cls_or_instance=fields.Nested(PersonSchema), required=True
    )


class UnitsQuery(AtQuery):
    """Looking for units."""

    text = described(fields.String, "Part of the name or id.", "青石", validate=ma.validate.Length(1, 50))
    parent = described(
        fields.String, "Only those right below this one.", "qh", validate=ma.validate.Length(1, 200)
    )
    level = described(fields.String, "Only of this level.", "town", validate=ma.validate.Length(1, 50))
    limit = described(fields.Integer, "At most.", 50, load_default=50, validate=ma.validate.Range(1, 2_000))


class UnitsSchema(Output):
    """Units."""

    items = described(fields.List, "By id.", cls_or_instance=fields.Nested(UnitSchema), required=True)


class PeopleQuery(AtQuery):
    """Looking for people."""

    text = described(fields.String, "Part of the name or id.", "赵", validate=ma.validate.Length(1, 50))
    unit = described(
        fields.String, "Only who has a role in this unit.", "qh01", validate=ma.validate.Length(1, 200)
    )
    group = described(
        fields.String,
        "Only who is there to take tasks of this group.",
        "unit:qh01-mediation/mediator",
        validate=ma.validate.Length(1, 300),
    )
    limit = described(fields.Integer, "At most.", 50, load_default=50, validate=ma.validate.Range(1, 200))


class PeopleSchema(Output):
    """People."""

    items = described(fields.List, "By id.", cls_or_instance=fields.Nested(PersonSchema), required=True)


class SubstitutionSchema(Output):
    """Somebody stands in for somebody (代理)."""

    absent = described(fields.String, "Who is away.", "qh00042", required=True)
    absent_name = described(fields.String, "Their name.", "赵明", required=True)
    stand_in = described(fields.String, "Who acts for them.", "qh00043", required=True)
    stand_in_name = described(fields.String, "Their name.", "王芳", required=True)
    role = described(fields.String, "In which role; `*` for all that handle cases.", "*", required=True)
    reason = described(fields.String, "Why.", "休假", required=True)
    since = moment("From.", required=True)
    until = moment("Until.", required=True, allow_none=True)


class SubstitutionsSchema(Output):
    """Stand-ins."""

    items = described(
        fields.List, "By their beginning.", cls_or_instance=fields.Nested(SubstitutionSchema), required=True
    )


class ChangeSchema(Input):
    """One change."""

    kind = described(
        fields.String,
        "What kind.",
        "AssignRole",
        required=True,
        validate=ma.validate.OneOf(
            [
                "AddUnit",
                "RenameUnit",
                "MoveUnit",
                "CloseUnit",
                "Hire",
                "UpdatePerson",
                "Leave",
                "AssignRole",
                "EndRole",
                "Substitute",
                "EndSubstitution",
            ]
        ),
    )
    given = described(
        fields.Dict,
        "Its fields by name; `at` and `until` are moments, `at` by default now.",
        {"person": "qh00042", "unit": "qh01", "role": "leader"},
        required=True,
        keys=fields.String(),
    )


class ChangesSchema(Input):
    """Changes, all or none."""

    changes = described(
        fields.List,
        "In their order.",
        cls_or_instance=fields.Nested(ChangeSchema),
        required=True,
        validate=ma.validate.Length(1, 500),
    )
    reason = prose("Why.", "人事调整", required=True, validate=ma.validate.Length(1, 500))


class VersionSchema(Output):
    """The directory's version."""

    version = described(fields.Integer, "The number of the last change.", 4711, required=True)


class LogQuery(Query):
    """A page of the directory's log."""

    subject = word("Only about this unit or person.", "qh00042")
    after = described(
        fields.Integer,
        "From the change after this number on.",
        0,
        load_default=0,
        validate=ma.validate.Range(0, 2**31 - 1),
    )
    before = described(
        fields.Integer,
        "Instead the latest first, from the change before this number on.",
        4712,
        validate=ma.validate.Range(1, 2**31 - 1),
    )
    limit = described(fields.Integer, "At most.", 100, load_default=100, validate=ma.validate.Range(1, 500))


class LoggedChangeSchema(Output):
    """A line of the directory's log."""

    change = described(fields.Integer, "Its number.", 4711, required=True)
    recorded_at = moment("When it was entered.", required=True)
    effective_at = moment("From when it holds.", required=True)
    actor = described(fields.String, "Who.", "account:admin", required=True)
    kind = described(fields.String, "What kind.", "AssignRole", required=True)
    subject = described(fields.String, "The unit or person.", "qh00042", required=True)
    before = described(fields.Raw, "Rows before.", [], required=True)
    after = described(fields.Raw, "Rows after.", [], required=True)
    reason = described(fields.String, "Why.", "人事调整", required=True)


class DirectoryLogSchema(Output):
    """A page of the directory's log."""

    items = described(
        fields.List, "The changes.", cls_or_instance=fields.Nested(LoggedChangeSchema), required=True
    )
    next = described(
        fields.Integer, "`after` (or `before`) of the next page.", 100, required=True, allow_none=True
    )


class ImportFormSchema(Input):
    """The fields of an import's form beside its files."""

    reason = prose("Why.", "年度更新", required=True, validate=ma.validate.Length(1, 500))
    dry_run = described(fields.Boolean, "Report only, write nothing.", False, load_default=False)
    partial = described(
        fields.Boolean, "Keep the good rows when others are refused.", False, load_default=False
    )


class ImportFilesSchema(Input):
    """The files of an import."""

    files = fields.List(
        Upload(),
        required=True,
        metadata={"description": "CSV files named after their tables, or one Excel workbook."},
    )


class ImportReportSchema(Output):
    """What an import did."""

    tables = described(fields.Dict, "By table: rows added, changed, refused and why.", {}, required=True)
    written = described(fields.Boolean, "Whether anything was kept.", True, required=True)
    version = described(fields.Integer, "Of the directory after it.", 4711, required=True)


class ExportQuery(AtQuery):
    """What is exported."""

    table = described(
        fields.String,
        "One table as CSV; without it all as a workbook.",
        "units",
        validate=ma.validate.OneOf(["units", "people", "memberships", "substitutions"]),
    )


class HandOverSchema(Input):
    """离职转办."""

    leaving = word("Whose open tasks.", "qh00042", required=True)
    to = word("Who gets them.", "qh00043", required=True)
    reason = prose("Why.", "离职", required=True, validate=ma.validate.Length(1, 4000))


class HandOverResultSchema(Output):
    """What came of it."""

    moved = described(fields.Integer, "Tasks that moved.", 12, required=True)
    refused = described(
        fields.List,
        "Problems of those that did not.",
        cls_or_instance=fields.Nested("ProblemSchema"),
        required=True,
    )
