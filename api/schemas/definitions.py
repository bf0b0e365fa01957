"""Deployments and definitions."""

from __future__ import annotations

import marshmallow as ma
from flask_smorest.fields import Upload
from marshmallow import fields

from api.schemas.base import Input, Output, Query, described, moment, word
from api.schemas.problem import FindingSchema


class DeploySchema(Input):
    """The fields of a deployment's form beside its files."""

    package = described(
        fields.String,
        "Name of the package.",
        "whistle",
        load_default="",
        validate=ma.validate.Regexp(r"^[\w.\- ]{0,100}$"),
    )


class FilesSchema(Input):
    """The files of a deployment; the name of each field is the path of its file in the package."""

    class Meta:
        unknown = ma.INCLUDE

    files = fields.List(
        Upload(),
        metadata={"description": "Diagrams (.bpmn), decision tables (.dmn) and forms (.form)."},
    )


class DeployedSchema(Output):
    """A definition of a deployment."""

    key = described(fields.String, "Key of the process.", "whistle", required=True)
    name = described(fields.String, "Its name.", "村社吹哨、部门报到", required=True, allow_none=True)
    version = described(fields.Integer, "Its version.", 1, required=True)
    digest = described(fields.String, "Digest of the definition, hex.", required=True)
    is_new = described(
        fields.Boolean, "False when the same bytes were its newest version already.", True, required=True
    )


class DeploymentSchema(Output):
    """What a deployment brought."""

    id = described(fields.UUID, "The deployment.", required=True)
    definitions = described(
        fields.List, "Its definitions.", cls_or_instance=fields.Nested(DeployedSchema), required=True
    )
    findings = described(
        fields.List, "Its warnings.", cls_or_instance=fields.Nested(FindingSchema), required=True
    )


class SubmissionsQuery(Query):
    """Which of what was handed in."""

    status = described(
        fields.String,
        "`waiting`, `published` or `rejected`.",
        "waiting",
        validate=ma.validate.OneOf(["waiting", "published", "rejected"]),
    )
    limit = described(
        fields.Integer, "How many at most.", 50, load_default=50, validate=ma.validate.Range(1, 200)
    )


class SubmissionSchema(Output):
    """A package somebody handed in."""

    number = described(fields.Integer, "Its number.", 7, required=True)
    package = described(fields.String, "Name of the package.", "whistle", required=True)
    author = described(fields.String, "Who handed it in.", "qh00009", required=True)
    submitted_at = moment("When.", required=True)
    status = described(fields.String, "`waiting`, `published` or `rejected`.", "waiting", required=True)
    decided_by = described(fields.String, "Who decided.", None, required=True, allow_none=True)
    decided_at = moment("When it was decided.", required=True, allow_none=True)
    reason = described(fields.String, "Why it was rejected.", "", required=True)
    deployment_id = described(fields.UUID, "What came of it.", None, required=True, allow_none=True)


class SubmissionsSchema(Output):
    """What was handed in."""

    items = described(
        fields.List, "The latest first.", cls_or_instance=fields.Nested(SubmissionSchema), required=True
    )


class SubmittedSchema(SubmissionSchema):
    """A package with what is in it."""

    files = described(
        fields.List, "Names of its files.", ["whistle.bpmn"], cls_or_instance=fields.String(), required=True
    )
    findings = described(
        fields.List, "What the checks find.", cls_or_instance=fields.Nested(FindingSchema), required=True
    )


class RejectSchema(Input):
    """Why not."""

    reason = word("Why it is not published.", "缺少退回环节", required=True)


class DefinitionSchema(Output):
    """A version of a process."""

    key = described(fields.String, "Key of the process.", "whistle", required=True)
    name = described(fields.String, "Its name.", "村社吹哨、部门报到", required=True)
    version = described(fields.Integer, "The version.", 1, required=True)
    digest = described(fields.String, "Digest, hex.", required=True)
    deployed_at = moment("When it was deployed.", required=True)
    actor = described(fields.String, "Who deployed it.", "qh00001", required=True)
    package = described(fields.String, "The package it came in.", "whistle", required=True)
    is_graded = described(fields.Boolean, "Whether its cases get a grade at some time.", False, required=True)


class DefinitionsSchema(Output):
    """The newest version of each process."""

    items = described(
        fields.List, "The definitions.", cls_or_instance=fields.Nested(DefinitionSchema), required=True
    )


class FormSchema(Output):
    """A form."""

    id = described(fields.String, "Its id.", "blow_whistle", required=True)
    form = described(fields.Dict, "The form-js schema.", {"components": []}, required=True)


class DefinitionPageSchema(DefinitionSchema):
    """A version with its parts."""

    start_form = described(
        fields.String, "Id of the form a case starts with.", None, required=True, allow_none=True
    )
    forms = described(
        fields.List, "Ids of its forms.", ["blow_whistle"], cls_or_instance=fields.String(), required=True
    )
    steps = described(
        fields.Dict, "User tasks by element id, with their names.", {"dispatch": "分哨"}, required=True
    )


class DiagramFileSchema(Output):
    """A diagram."""

    file = described(fields.String, "Name of the file.", "whistle.bpmn", required=True)
    xml = described(fields.String, "The BPMN XML.", "<definitions/>", required=True)


class TextFileSchema(Output):
    """A file as text."""

    name = described(fields.String, "Name of the file.", "whistle.bpmn", required=True)
    text = described(fields.String, "Its text.", "<definitions/>", required=True)


class FilesOfSchema(Output):
    """The files of a version."""

    items = described(fields.List, "By name.", cls_or_instance=fields.Nested(TextFileSchema), required=True)


class CheckedSchema(Output):
    """What the checks of a package found."""

    findings = described(
        fields.List, "Errors and warnings.", cls_or_instance=fields.Nested(FindingSchema), required=True
    )


class RuleSchema(Output):
    """A rule for a designer's files."""

    rule = described(fields.String, "Its id.", "gateway.no-default", required=True)
    severity = described(fields.String, "`error` or `warning`.", "warning", required=True)
    asks = described(
        fields.String, "What it asks, in the caller's language.", "带条件的分支宜有默认流", required=True
    )


class RulesSchema(Output):
    """The rules."""

    items = described(fields.List, "All of them.", cls_or_instance=fields.Nested(RuleSchema), required=True)
