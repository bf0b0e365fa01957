"""随手拍: what anybody may do without an account. Every method is public, throttled, and tells nothing internal."""

from __future__ import annotations

from typing import Any, Final

from flask.views import MethodView
from werkzeug.datastructures import FileStorage

from api.acting import Asked
from api.auth import HttpRefusal, public
from api.auth.gate import address, gate
from api.blueprint import Blueprint
from api.resources.content import chunks_of
from api.schemas import intake as schemas
from api.schemas.commands import CommandHeaders
from api.schemas.content import AttachFileSchema
from api.service import service
from engine.publicdesk import Challenges, PhoneCodes, PublicDesk, Unsolved
from engine.publicdesk.desk import FLOW, FORM, Status

blueprint = Blueprint(
    "intake",
    __name__,
    description="随手拍 Requests of the public: sent, looked up, rated, withdrawn, without an account.",
)

NOT_KEPT: Final = {"Cache-Control": "no-store"}


class Refused(HttpRefusal):
    """The task that came with the request is not solved."""

    status = 400
    default_code = "challenge.unsolved"


@blueprint.route("/intake/options")
class OptionsView(MethodView):
    """What a form needs."""

    @public
    @blueprint.response(200, schemas.OptionsSchema)
    def get(self) -> dict[str, Any]:
        """The places a request may be sent to, and the form to fill in."""
        _count("intake-status")
        engine = service().engine
        digest_, _ = engine.definitions.find(FLOW, None)
        form = engine.definitions.programs.get(digest_).definition.forms[FORM]
        return {"areas": desk().areas(), "form": form.schema}


@blueprint.route("/intake/challenge")
class ChallengeView(MethodView):
    """A task for the sender's computer."""

    @public
    @blueprint.response(200, schemas.ChallengeSchema, headers={})
    def get(self) -> tuple[dict[str, Any], int, dict[str, str]]:
        """A new task; solving it takes a browser about a second. It is good for one request, for ten minutes."""
        _count("intake-status")
        engine = service().engine
        made = challenges().issue(service().settings.intake_difficulty, engine.clock())
        answer = {
            "nonce": made.nonce,
            "algorithm": "sha256",
            "difficulty": made.difficulty,
            "expires_at": made.expires_at,
        }
        return answer, 200, NOT_KEPT


@blueprint.route("/intake")
class IntakeView(MethodView):
    """Requests."""

    @public
    @blueprint.arguments(schemas.RequestSchema)
    @blueprint.response(201, schemas.ReceiptSchema)
    def post(self, body: dict[str, Any]) -> tuple[Any, int, dict[str, str]]:
        """Send a request. The answer holds the two codes that open it; no message is sent to the telephone.

        The same request with the same solved task again gets the same codes; another request needs another task
        (409). Whoever is in danger calls 110, 119 or 120 and does not write here.
        """
        _count("intake-submit")
        solved = body["challenge"]
        _check(solved["nonce"], solved["solution"])
        values = schemas.RequestSchema().values(body)
        receipt = desk().submit(values, nonce=solved["nonce"], area=body["area"])
        return receipt, 201, {"Location": f"/api/v1/intake/{receipt.case_code}", **NOT_KEPT}


@blueprint.route("/intake/<string(maxlength=40):case_code>")
class StatusView(MethodView):
    """One request."""

    @public
    @blueprint.arguments(schemas.PhoneCodeHeader, location="headers")
    @blueprint.response(200, schemas.StatusSchema)
    def get(self, headers: dict[str, str], case_code: str) -> tuple[Status, int, dict[str, str]]:
        """How a request stands. A wrong code and a request there is not are answered alike, with 404."""
        _attempt(case_code)
        return desk().status(case_code, headers["phone_code"]), 200, NOT_KEPT


@blueprint.route("/intake/<string(maxlength=40):case_code>/photos")
class PhotosView(MethodView):
    """Pictures of a request."""

    @public
    @blueprint.arguments(schemas.PhoneCodeHeader, location="headers")
    @blueprint.arguments(CommandHeaders, location="headers")
    @blueprint.arguments(AttachFileSchema, location="files")
    @blueprint.response(201, schemas.PhotosSchema)
    def post(
        self, headers: dict[str, str], asked: Asked, files: dict[str, FileStorage], case_code: str
    ) -> tuple[dict[str, int], int, dict[str, str]]:
        """Add a picture before it is answered, six at most. The same key again adds nothing."""
        _attempt(case_code)
        upload = files["file"]
        number = desk().attach(
            service().content.attachments,
            (case_code, headers["phone_code"]),
            upload.filename or "",
            chunks_of(upload),
            idempotency_key=asked.key,
        )
        return {"photos": number}, 201, NOT_KEPT


@blueprint.route("/intake/<string(maxlength=40):case_code>/rating")
class RatingView(MethodView):
    """What the sender says of the result."""

    @public
    @blueprint.arguments(schemas.PhoneCodeHeader, location="headers")
    @blueprint.arguments(schemas.RatingSchema)
    @blueprint.response(200, schemas.StatusSchema)
    def post(
        self, headers: dict[str, str], body: dict[str, Any], case_code: str
    ) -> tuple[Status, int, dict[str, str]]:
        """Rate a closed request; one that is not solved is opened again. 409 when it is not time for it."""
        _attempt(case_code)
        status = desk().rate(
            case_code, headers["phone_code"], solved=body["solved"], satisfied=body["satisfied"]
        )
        return status, 200, NOT_KEPT


@blueprint.route("/intake/<string(maxlength=40):case_code>/withdrawal")
class WithdrawalView(MethodView):
    """Taking a request back."""

    @public
    @blueprint.arguments(schemas.PhoneCodeHeader, location="headers")
    @blueprint.response(200, schemas.StatusSchema)
    def post(self, headers: dict[str, str], case_code: str) -> tuple[Status, int, dict[str, str]]:
        """Withdraw a request before it was answered. 409 when it was answered or has ended."""
        _attempt(case_code)
        return desk().withdraw(case_code, headers["phone_code"]), 200, NOT_KEPT


def desk() -> PublicDesk:
    """The desk of this installation."""
    engine = service().engine
    return PublicDesk(engine, PhoneCodes(engine.vault.secret("phone codes")))


def challenges() -> Challenges:
    """Sets and checks the tasks of this installation."""
    engine = service().engine
    return Challenges(engine.vault.secret("challenges"), engine.config.random)


def _check(nonce: str, solution: str) -> None:
    try:
        challenges().check(nonce, solution, service().engine.clock())
    except Unsolved as error:
        raise Refused(code=error.code, message_zh=error.message_zh, message_en=error.message_en) from None


def _count(kind: str) -> None:
    stand = gate()
    rates = stand.office.settings.rates
    allowed = rates.intake if kind == "intake-submit" else rates.intake_status
    stand.rates.count(kind, address(), allowed)


def _attempt(case_code: str) -> None:
    """Count an attempt to open a request: from an address, and at this code, from wherever they come."""
    _count("intake-status")
    stand = gate()
    who = case_code.strip().upper()
    stand.rates.count("intake-code", who, stand.office.settings.rates.intake_code)
