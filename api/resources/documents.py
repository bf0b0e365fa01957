"""Documents of a case: listed, made, previewed, given out, signed; and its dossier, sealed once the case has ended."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from flask import Response, request
from flask.views import MethodView

from api.acting import Asked, reader
from api.auth import current, requires
from api.blueprint import Blueprint
from api.resources.tasks import Answer, done
from api.schemas import documents as schemas
from api.schemas.commands import ETAG, CommandHeaders, OutcomeSchema
from api.service import service
from engine.documents import Opened

blueprint = Blueprint("documents", __name__, description="文书、卷宗 Documents and dossiers of cases.")

_PDF: Final = {"type": "string", "format": "binary"}
_NUMBER: Final = "<int(max=2147483647):number>"


@blueprint.route("/cases/<case:case_id>/documents")
class DocumentsView(MethodView):
    """All documents."""

    @requires("cases:read")
    @blueprint.response(200, schemas.DocumentsSchema)
    def get(self, case_id: UUID) -> dict[str, Any]:
        """The documents of a case, those that are to be made too, and its sealed dossier."""
        items, dossier = service().content.documents.of(reader(), case_id)
        if not current().may("cases:write"):
            items = [replace(each, actions=()) for each in items]
        return {"items": items, "dossier": dossier}


@blueprint.route(f"/cases/<case:case_id>/documents/{_NUMBER}")
class DocumentView(MethodView):
    """One document."""

    @requires("cases:read")
    @blueprint.arguments(schemas.VersionQuery, location="query")
    @blueprint.response(200, _PDF, content_type="application/pdf", description="The PDF.")
    def get(self, query: dict[str, Any], case_id: UUID, number: int) -> Response:
        """A version of a document, by default the last one; a masked copy for who may not see all of it."""
        return pdf(service().content.documents.open(reader(), case_id, number, query.get("version")))

    @requires("cases:write")
    @blueprint.arguments(CommandHeaders, location="headers")
    @blueprint.arguments(schemas.MakeSchema)
    @blueprint.response(201, OutcomeSchema, headers=ETAG)
    def post(self, asked: Asked, body: dict[str, Any], case_id: UUID, number: int) -> Answer:
        """Make a document: numbered, sealed, its hash in the log. With a reason a further, corrected version."""
        outcome = service().content.documents.make(
            reader(), case_id, number, reason=body["reason"], **_options(asked)
        )
        return (outcome, 201, done(outcome)[2])


@blueprint.route(f"/cases/<case:case_id>/documents/{_NUMBER}/preview")
class PreviewView(MethodView):
    """What a document would be."""

    @requires("cases:read")
    @blueprint.response(
        200, _PDF, content_type="application/pdf", description="The PDF, marked as a preview."
    )
    def get(self, case_id: UUID, number: int) -> Response:
        """A document as it would be made now; nothing is kept."""
        return pdf(service().content.documents.preview(reader(), case_id, number))


@blueprint.route(f"/cases/<case:case_id>/documents/{_NUMBER}/signatures")
class SignaturesView(MethodView):
    """Signing."""

    @requires("cases:write")
    @blueprint.arguments(CommandHeaders, location="headers")
    @blueprint.arguments(schemas.SignSchema)
    @blueprint.response(201, OutcomeSchema, headers=ETAG)
    def post(self, asked: Asked, body: dict[str, Any], case_id: UUID, number: int) -> Answer:
        """Sign the last version of a document, whose bytes have this hash."""
        outcome = service().content.documents.sign(
            reader(), case_id, number, body["sha256"], **_options(asked)
        )
        return (outcome, 201, done(outcome)[2])


@blueprint.route("/cases/<case:case_id>/dossier/list")
class DossierListView(MethodView):
    """The dossier's list."""

    @requires("cases:read")
    @blueprint.response(200, _PDF, content_type="application/pdf", description="The PDF.")
    def get(self, case_id: UUID) -> Response:
        """卷宗目录: everything in a sealed dossier, as far as the caller may see it."""
        return pdf(service().content.dossiers.open(reader(), case_id))

    @requires("cases:write")
    @blueprint.arguments(CommandHeaders, location="headers")
    @blueprint.response(201, OutcomeSchema, headers=ETAG)
    def post(self, asked: Asked, case_id: UUID) -> Answer:
        """Seal the dossier of a closed case: what is due is made, everything listed, and nothing added after."""
        outcome = service().content.dossiers.seal(reader(), case_id, **_options(asked))
        return (outcome, 201, done(outcome)[2])


def _options(asked: Asked) -> dict[str, Any]:
    return {"on_behalf_of": current().on_behalf_of, "idempotency_key": asked.key}


def pdf(opened: Opened) -> Response:
    """A document as an answer."""
    response = Response(opened.pdf, content_type="application/pdf")
    way = "attachment" if request.args.get("download") is not None else "inline"
    response.headers["Content-Disposition"] = f"{way}; filename*=UTF-8''{quote(opened.name, safe='')}"
    response.headers["Bihuan-Masked"] = "true" if opened.masked else "false"
    # Whatever it holds, a browser runs nothing of it.
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
    response.headers["Cache-Control"] = "no-store"
    return response
