"""Documents of a case, their versions and signatures, and the sealed dossier."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import fields

from api.schemas.base import Input, Output, Query, described, moment, prose

_HASH = "0" * 64


class SignatureSchema(Output):
    """A signature of a version."""

    seq = described(fields.Integer, "Its event.", 31, required=True)
    at = moment("When.", required=True)
    person = described(fields.String, "Who.", "qh00042", required=True)
    on_behalf_of = described(fields.String, "For whom.", None, required=True, allow_none=True)
    name = described(fields.String, "How they are called.", "李明", required=True)
    sha256 = described(fields.String, "Of the bytes that were signed, hex.", _HASH, required=True)
    seal = described(fields.String, "Algorithm of the electronic seal, if any.", "", required=True)


class DocumentVersionSchema(Output):
    """A version of a document; none is ever replaced."""

    number = described(fields.Integer, "From 1.", 1, required=True)
    seq = described(fields.Integer, "The event with its hash.", 30, required=True)
    at = moment("When it was made.", required=True)
    actor = described(fields.String, "By whom.", "qh00042", required=True)
    sha256 = described(fields.String, "Of its bytes, hex.", _HASH, required=True)
    pages = described(fields.Integer, "Pages.", 2, required=True)
    size = described(fields.Integer, "Bytes.", 48211, required=True)
    as_of = described(fields.Integer, "The last event its data come from.", 24, required=True)
    reason = described(fields.String, "Why the one before was not right.", "", required=True)
    template = described(fields.String, "Digest of its template.", _HASH, required=True)
    signatures = described(
        fields.List, "Who signed it.", cls_or_instance=fields.Nested(SignatureSchema), required=True
    )


class DocumentSchema(Output):
    """A document that a step of a case yields."""

    id = described(fields.Integer, "The event of the step.", 24, required=True)
    name = described(fields.String, "What it is.", "调解协议书", required=True)
    number = described(
        fields.String,
        "Its number; empty until it is made.",
        "青石镇综治中心〔2026〕调解协议书第3号",
        required=True,
    )
    step = described(fields.String, "Name of the step.", "制作协议", required=True)
    element = described(fields.String, "Id of its element.", "make_agreement", required=True)
    at = moment("When the step was done.", required=True)
    actor = described(fields.String, "By whom.", "qh00042", required=True)
    state = described(fields.String, "`due`, `made` or `signed`.", "made", required=True)
    versions = described(
        fields.List, "The oldest first.", cls_or_instance=fields.Nested(DocumentVersionSchema), required=True
    )
    actions = described(
        fields.List,
        "What the caller may do with it now: `make`, `correct`, `sign`.",
        ["sign"],
        cls_or_instance=fields.String(),
        required=True,
    )


class DossierSchema(Output):
    """A sealed dossier."""

    version = described(
        fields.Integer, "1, and one more each time the case was closed again.", 1, required=True
    )
    holds = described(
        fields.Boolean, "False once the case was reopened, until it is sealed again.", True, required=True
    )
    seq = described(fields.Integer, "The event that sealed it.", 52, required=True)
    at = moment("When.", required=True)
    actor = described(fields.String, "By whom.", "qh00042", required=True)
    number = described(
        fields.String, "Number of its list.", "青石镇综治中心〔2026〕卷宗目录第9号", required=True
    )
    sha256 = described(fields.String, "Of the list's bytes, hex.", _HASH, required=True)
    pages = described(fields.Integer, "Pages of the list.", 1, required=True)
    size = described(fields.Integer, "Bytes of the list.", 48211, required=True)
    entries = described(fields.Integer, "How many things it lists.", 9, required=True)
    log_seq = described(fields.Integer, "The last event before.", 51, required=True)
    log_head = described(fields.String, "Its hash, hex.", _HASH, required=True)


class DocumentsSchema(Output):
    """The documents of a case."""

    items = described(
        fields.List,
        "In the order of the steps.",
        cls_or_instance=fields.Nested(DocumentSchema),
        required=True,
    )
    dossier = fields.Nested(
        DossierSchema,
        required=True,
        allow_none=True,
        metadata={
            "description": "The sealed dossier; null until there is one, and for who sees a part only."
        },
    )


class VersionQuery(Query):
    """Which version."""

    version = described(
        fields.Integer, "From 1; by default the last.", 1, validate=ma.validate.Range(1, 1_000)
    )
    download = described(
        fields.String, "Given, the browser saves it.", "1", validate=ma.validate.Length(max=1)
    )


class MakeSchema(Input):
    """Making a document."""

    reason = prose(
        "Why the version that was made is not right; for the first version none.",
        "当事人电话有误",
        load_default="",
        validate=ma.validate.Length(max=500),
    )


class SignSchema(Input):
    """Signing a document."""

    sha256 = described(
        fields.String,
        "Of the bytes that are signed, as they were given out.",
        _HASH,
        required=True,
        validate=ma.validate.Regexp(r"^[0-9a-f]{64}$"),
    )
