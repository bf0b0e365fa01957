"""What every command takes in its headers, and what it answers with."""

from __future__ import annotations

import re
from typing import Any, Final

import marshmallow as ma
from marshmallow import fields

from api.acting import Asked
from api.schemas.base import Output, Query, described

_TAG: Final = re.compile(r'(?:W/)?"([0-9a-f]{64})"')


class CommandHeaders(Query):
    """Headers of a command."""

    key = described(
        fields.String,
        "Makes repeating safe: the same key again gives the first answer and does nothing more.",
        "7f9c24e5-2f6a-4b1e-9c53-0d8a4d5e6f70",
        data_key="Idempotency-Key",
        validate=ma.validate.Regexp(r"^[\x21-\x7e]{1,128}$"),
    )
    if_match = described(
        fields.String,
        "Only if the case still has this entity tag; 412 otherwise.",
        '"' + "0" * 64 + '"',
        data_key="If-Match",
        validate=ma.validate.Regexp(r'^(\*|(W/)?"[0-9a-f]{64}")$'),
    )

    @ma.post_load
    def asked(self, data: dict[str, Any], **_: Any) -> Asked:
        """The headers as a value."""
        match = _TAG.fullmatch(data.get("if_match", ""))
        return Asked(key=data.get("key"), expected=match[1] if match else None)


class OutcomeSchema(Output):
    """What a command did. The `ETag` header has the case's entity tag."""

    case_id = described(fields.UUID, "The case.", required=True)
    seq = described(fields.Integer, "Number of the event in the case's log.", 7, required=True)
    status = described(
        fields.String, "`active`, `suspended`, `completed` or `cancelled`.", "active", required=True
    )
    repeated = described(
        fields.Boolean, "Whether this is the answer to an earlier use of the key.", False, required=True
    )


ETAG: Final = {
    "ETag": {"description": "The case's entity tag, for `If-Match`.", "schema": {"type": "string"}},
}
