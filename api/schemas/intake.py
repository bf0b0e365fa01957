"""What the public hands in and is told; each word of it is meant for the sender."""

from __future__ import annotations

from typing import Any, Final

import marshmallow as ma
from marshmallow import fields

from api.schemas.base import Input, Moment, Output, Query, described, moment, prose, word

TYPES: Final = ("consult", "help", "complaint", "report", "suggest")
SATISFIED: Final = ("satisfied", "fairly", "dissatisfied", "no_answer")
STATES: Final = (
    "received", "accepted", "handling", "shelved", "told", "answered", "closed", "withdrawn",
)  # fmt: skip
CASE_CODE: Final = "SQ-20261122-7K3M9-QXT2C"


class AreaSchema(Output):
    """A place a request may be sent to."""

    id = described(fields.String, "Its id, to hand in as `area`.", "V1")
    name = described(fields.String, "Its name.", "柳溪村")
    level = described(fields.String, "county, town or village.", "village")
    parent = described(
        fields.String,
        "The id of the place it lies in; null for the widest, or when that is not offered.",
        "T1",
        allow_none=True,
    )


class OptionsSchema(Output):
    """What a form for the public needs to know."""

    areas = fields.List(
        fields.Nested(AreaSchema), metadata={"description": "Places, each after the one it lies in."}
    )
    form = described(
        fields.Dict, "The form (form-js schema) with its fields, options and conditions.", {"components": []}
    )


class ChallengeSchema(Output):
    """A task for the sender's computer."""

    nonce = described(fields.String, "To be handed in with the request, as it is; good for one.")
    algorithm = described(
        fields.String,
        "Find a `solution` for which SHA-256 of the UTF-8 text `nonce:solution` begins with `difficulty` zero bits.",
        "sha256",
    )
    difficulty = described(fields.Integer, "Zero bits asked for.", 16)
    expires_at = moment("Until when it may be used.")


class SolvedSchema(Input):
    """A solved task."""

    nonce = word("The nonce.", longest=128, required=True)
    solution = word("What solves it, at most 64 characters.", "48213", longest=64, required=True)


class RequestSchema(Input):
    """A request. Beside these, the rules of the form itself hold: see `GET /intake/options`."""

    challenge = fields.Nested(SolvedSchema, required=True, metadata={"description": "The solved task."})
    area = word("Where it belongs: the id of a place of `GET /intake/options`.", "V1", required=True)
    request_type = described(
        fields.String,
        "Enquiry, request for help, complaint, report of wrongdoing, suggestion.",
        "complaint",
        required=True,
        validate=ma.validate.OneOf(TYPES),
    )
    content = prose("What it is about.", "楼下烧烤摊占道，半夜还在营业。", required=True)
    place = word("Where, as typed; no names of people.", "柳溪路 12 号", longest=120, required=True)
    category = word("The category, if known; one of the form's options.", "appearance")
    photo_note = word("What photographs there are.", "夜里拍的两张")
    anonymous = described(
        fields.Boolean, "Without name and telephone; the answer is then read here.", False, load_default=False
    )
    contact_name = word("The sender's name; not when anonymous.", "周素云", longest=40)
    contact_phone = word("The sender's telephone; not when anonymous.", "10000001234", longest=20)
    points_account = word("An account for points, if any are wanted.", "ZH-1", longest=40)

    def values(self, data: dict[str, Any]) -> dict[str, Any]:
        """What of it is entered into the form."""
        return {name: value for name, value in data.items() if name not in ("challenge", "area")}


class ReceiptSchema(Output):
    """What the sender keeps."""

    case_code = described(fields.String, "The request's code.", CASE_CODE)
    phone_code = described(
        fields.String,
        "The second code. It is shown here and nowhere else: both codes together open the request.",
        "7K3M9-QXT2C",
    )
    received_at = Moment(
        metadata={"description": "When it was received.", "type": "string", "format": "date-time"}
    )


class PhoneCodeHeader(Query):
    """The second code, in a header, so that no address and no log has it."""

    phone_code = described(
        fields.String,
        "The phone code that goes with the case code; capitals and dashes do not matter.",
        "7K3M9-QXT2C",
        data_key="Bihuan-Phone-Code",
        load_default="",
        validate=ma.validate.Length(max=40),
    )


class StatusSchema(Output):
    """How a request stands."""

    case_code = described(fields.String, "The request's code.", CASE_CODE)
    state = described(
        fields.String,
        "received 已收到, accepted 已受理, handling 办理中, shelved 已挂账, told 已告知, answered 已答复, closed 已办结, "
        "withdrawn 已撤回.",
        "handling",
        validate=ma.validate.OneOf(STATES),
    )
    received_at = moment("When it was received.")
    settled_at = moment("When the sender was told the result; null before.", allow_none=True)
    closed_at = moment("When it was closed; null before.", allow_none=True)
    answer = described(
        fields.String, "What was written to the sender; null before.", "已责令整改。", allow_none=True
    )
    public_answer = described(
        fields.String,
        "What was published of it, without personal data; null if nothing.",
        None,
        allow_none=True,
    )
    rated = described(fields.Boolean, "Whether the sender has rated it.", False)
    may_rate = described(fields.Boolean, "Whether it can be rated now.", False)
    may_withdraw = described(fields.Boolean, "Whether it can be withdrawn now.", True)


class PhotosSchema(Output):
    """How many pictures a request has."""

    photos = described(fields.Integer, "Pictures handed in so far.", 2, required=True)


class RatingSchema(Input):
    """What the sender says of the result."""

    solved = described(
        fields.Boolean,
        "Whether the matter is solved. If not, it is opened again, twice at most.",
        True,
        required=True,
    )
    satisfied = described(
        fields.String, "How satisfied.", "satisfied", required=True, validate=ma.validate.OneOf(SATISFIED)
    )
