"""What is handed out in files."""

from __future__ import annotations

from marshmallow import fields

from api.schemas.base import Output, described, moment
from api.schemas.content import CasePageSchema


class WatermarkSchema(Output):
    """Who took something out, and when."""

    person = described(fields.String, "Id of who exported it.", "qh00001", required=True)
    name = described(fields.String, "Their name.", "赵明", required=True)
    at = moment("When.", required=True)
    request = described(fields.String, "Under which number the log has it.", "5f0e…", required=True)


class CaseExportSchema(CasePageSchema):
    """A case with its whole history as the caller sees it."""

    watermark = fields.Nested(
        WatermarkSchema, required=True, metadata={"description": "Who exported it, and when."}
    )
