"""Decision tables and templates of documents, one by one."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import fields

from api.schemas.base import Input, Output, described, prose, word
from api.schemas.definitions import SubmissionSchema
from api.schemas.problem import FindingSchema

LONGEST_TEMPLATE = 200_000
_FILE = "intake_routing.dmn"


class DecisionTableSchema(Output):
    """A decision table."""

    file = described(fields.String, "The file it is in.", _FILE, required=True)
    decision = described(fields.String, "Id of its decision.", "intake_routing", required=True)
    name = described(fields.String, "Its name.", "办理部门表", required=True)
    policy = described(
        fields.String, "Which of several rules that hold counts, as in DMN.", "FIRST", required=True
    )
    columns = described(
        fields.List,
        "Headings: the rule's name, the inputs, the outputs.",
        ["说明", "类别", "牵头"],
        cls_or_instance=fields.String(),
        required=True,
    )
    inputs = described(fields.Integer, "How many columns after the first are inputs.", 1, required=True)
    rows = described(
        fields.List,
        "The rules, each cell as FEEL.",
        [["物业", '"property"', '"住建局"']],
        cls_or_instance=fields.List(fields.String()),
        required=True,
    )


class DecisionTablesSchema(Output):
    """The tables of a version."""

    items = described(
        fields.List, "By file.", cls_or_instance=fields.Nested(DecisionTableSchema), required=True
    )


class TemplateSchema(Output):
    """A template of documents."""

    file = described(fields.String, "Its file.", "documents/吹哨单.typ", required=True)
    text = described(fields.String, "Its text (Typst).", "#title[吹哨单]", required=True)
    is_own = described(
        fields.Boolean, "Whether it is another than the one that comes along.", False, required=True
    )
    steps = described(
        fields.List, "Steps that yield it.", ["吹哨"], cls_or_instance=fields.String(), required=True
    )


class TemplatesSchema(Output):
    """The templates of a version."""

    items = described(fields.List, "By file.", cls_or_instance=fields.Nested(TemplateSchema), required=True)


class ChangedTableSchema(Input):
    """Rules for a table."""

    file = word("The file it is in.", _FILE, required=True)
    decision = word("Id of its decision.", "intake_routing", required=True)
    rows = described(
        fields.List,
        "All its rules.",
        [["物业", '"property"', '"住建局"']],
        cls_or_instance=fields.List(prose("A cell.", "-"), validate=ma.validate.Length(1, 100)),
        required=True,
        validate=ma.validate.Length(0, 2_000),
    )


class ChangedTemplateSchema(Input):
    """Another text for a template."""

    file = word("Its file.", "documents/吹哨单.typ", required=True)
    text = prose("Its text.", "#title[吹哨单]", required=True, longest=LONGEST_TEMPLATE)


class AmendmentSchema(Input):
    """What is changed."""

    tables = described(
        fields.List,
        "Tables.",
        load_default=list,
        cls_or_instance=fields.Nested(ChangedTableSchema),
        validate=ma.validate.Length(max=20),
    )
    templates = described(
        fields.List,
        "Templates.",
        load_default=list,
        cls_or_instance=fields.Nested(ChangedTemplateSchema),
        validate=ma.validate.Length(max=40),
    )
    check_only = described(fields.Boolean, "Only tell the findings.", False, load_default=False)

    @ma.validates_schema
    def _anything(self, data: dict[str, object], **_: object) -> None:
        if not data["tables"] and not data["templates"]:
            raise ma.ValidationError("Missing data for required field.", "tables")


class AmendedSchema(Output):
    """What the checks find, and what waits for somebody to publish it."""

    findings = described(
        fields.List, "Errors and warnings.", cls_or_instance=fields.Nested(FindingSchema), required=True
    )
    submission = fields.Nested(
        SubmissionSchema,
        required=True,
        allow_none=True,
        metadata={"description": "What was handed in; null when it was only checked."},
    )


class PreviewSchema(Input):
    """A template to be looked at."""

    file = word("Its file.", "documents/吹哨单.typ", required=True)
    text = prose("Its text.", "#title[吹哨单]", required=True, longest=LONGEST_TEMPLATE)
