"""What people put beside a case's work: comments, files, links; and leave to see it unmasked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from flask import Response, request
from flask.views import MethodView
from werkzeug.datastructures import FileStorage

from api.acting import Asked, reader
from api.auth import current, requires
from api.blueprint import Blueprint
from api.resources.tasks import Answer, done
from api.schemas import content as schemas
from api.schemas.commands import ETAG, CommandHeaders, OutcomeSchema
from api.service import service
from engine.content.attachments import Attachment
from engine.privacy import Grant

blueprint = Blueprint("content", __name__, description="评论、附件、关联 Comments, files, links, unmasking.")

CHUNK: Final = 64 * 1024
_FILE: Final = {"type": "string", "format": "binary"}


@blueprint.route("/cases/<case:case_id>/comments")
class CommentsView(MethodView):
    """Comments."""

    @requires("cases:read")
    @blueprint.response(200, schemas.CommentsSchema)
    def get(self, case_id: UUID) -> dict[str, Any]:
        """The comments the caller may read."""
        return {"items": service().content.comments.of(reader(), case_id)}

    @requires("cases:write")
    @blueprint.arguments(CommandHeaders, location="headers")
    @blueprint.arguments(schemas.CommentInSchema)
    @blueprint.response(201, OutcomeSchema, headers=ETAG)
    def post(self, asked: Asked, body: dict[str, Any], case_id: UUID) -> Answer:
        """Say something about a case or one of its open tasks."""
        outcome = service().content.comments.add(
            reader(),
            case_id,
            body["text"],
            task=body.get("task"),
            to=body["to"],
            audience=body["audience"],
            unit=body.get("unit"),
            **_options(asked),
        )
        return (outcome, 201, done(outcome)[2])


@blueprint.route("/cases/<case:case_id>/attachments")
class AttachmentsView(MethodView):
    """Files."""

    @requires("cases:read")
    @blueprint.response(200, schemas.AttachmentsSchema)
    def get(self, case_id: UUID) -> dict[str, Any]:
        """The files the caller may see."""
        return {"items": service().content.attachments.of(reader(), case_id)}

    @requires("cases:write")
    @blueprint.arguments(CommandHeaders, location="headers")
    @blueprint.arguments(schemas.AttachFormSchema, location="form")
    @blueprint.arguments(schemas.AttachFileSchema, location="files")
    @blueprint.response(201, OutcomeSchema, headers=ETAG)
    def post(
        self, asked: Asked, form: dict[str, Any], files: dict[str, FileStorage], case_id: UUID
    ) -> Answer:
        """Attach a file; `seq` is its number. Its type is told from its content."""
        upload = files["file"]
        outcome = service().content.attachments.add(
            reader(),
            case_id,
            upload.filename or "",
            chunks_of(upload),
            kind=form["kind"],
            task=form.get("task"),
            audience=form["audience"],
            unit=form.get("unit"),
            **_options(asked),
        )
        return (outcome, 201, done(outcome)[2])


@blueprint.route("/cases/<case:case_id>/attachments/<int(max=2147483647):number>")
class AttachmentView(MethodView):
    """One file."""

    @requires("cases:read")
    @blueprint.response(
        200, _FILE, content_type="application/octet-stream", description="Its content, of its own type."
    )
    def get(self, case_id: UUID, number: int) -> Response:
        """The content of a file; that it was opened is in the access log."""
        found = service().content.attachments.open(reader(), case_id, number)
        attachment = found.attachment
        response = Response(found.chunks, content_type=attachment.content_type)
        response.headers["Content-Disposition"] = _disposition(attachment)
        response.headers["Content-Length"] = str(attachment.size)
        # Whatever it holds, a browser runs nothing of it.
        response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
        return response

    @requires("cases:write")
    @blueprint.arguments(CommandHeaders, location="headers")
    @blueprint.arguments(schemas.HideSchema)
    @blueprint.response(200, OutcomeSchema, headers=ETAG)
    def delete(self, asked: Asked, body: dict[str, Any], case_id: UUID, number: int) -> Answer:
        """Take one's own attachment off, with the reason; nothing is deleted."""
        attachments = service().content.attachments
        return done(attachments.hide(reader(), case_id, number, body["reason"], **_options(asked)))


@blueprint.route("/cases/<case:case_id>/links")
class LinksView(MethodView):
    """Links."""

    @requires("cases:read")
    @blueprint.response(200, schemas.LinksSchema)
    def get(self, case_id: UUID) -> dict[str, Any]:
        """The links of a case."""
        return {"items": service().content.links.of(reader(), case_id)}

    @requires("cases:write")
    @blueprint.arguments(CommandHeaders, location="headers")
    @blueprint.arguments(schemas.LinkInSchema)
    @blueprint.response(201, OutcomeSchema, headers=ETAG)
    def post(self, asked: Asked, body: dict[str, Any], case_id: UUID) -> Answer:
        """Link a case to another one the caller may see; `merged-into` marks it as merged."""
        outcome = service().content.links.link(
            reader(), case_id, body["other"], body["kind"], reason=body["reason"], **_options(asked)
        )
        return (outcome, 201, done(outcome)[2])

    @requires("cases:write")
    @blueprint.arguments(CommandHeaders, location="headers")
    @blueprint.arguments(schemas.LinkInSchema)
    @blueprint.response(200, OutcomeSchema, headers=ETAG)
    def delete(self, asked: Asked, body: dict[str, Any], case_id: UUID) -> Answer:
        """Take a link back."""
        outcome = service().content.links.unlink(
            reader(), case_id, body["other"], body["kind"], reason=body["reason"], **_options(asked)
        )
        return done(outcome)


@blueprint.route("/cases/<case:case_id>/grants")
class GrantsView(MethodView):
    """Unmasking."""

    @requires("cases:read")
    @blueprint.response(200, schemas.GrantsSchema)
    def get(self, case_id: UUID) -> dict[str, Any]:
        """Who sees a case unmasked now."""
        return {"items": service().content.unmasking.grants(reader(), case_id)}

    @requires("cases:read")
    @blueprint.arguments(schemas.UnmaskSchema)
    @blueprint.response(201, schemas.GrantSchema)
    def post(self, body: dict[str, Any], case_id: UUID) -> Grant:
        """See a case's personal data for a time, with a reason; who may is in the rules of privacy."""
        return service().content.unmasking.unmask(
            reader(), case_id, body["reason"], minutes=body.get("minutes"), person=body.get("person")
        )


@blueprint.route("/grants/<uuid:grant_id>")
class GrantView(MethodView):
    """One grant."""

    @requires("cases:read")
    @blueprint.response(204)
    def delete(self, grant_id: UUID) -> None:
        """Take a grant back."""
        service().content.unmasking.revoke(reader(), grant_id)


def _options(asked: Asked) -> dict[str, Any]:
    return {"on_behalf_of": current().on_behalf_of, "idempotency_key": asked.key}


def chunks_of(upload: FileStorage) -> Iterator[bytes]:
    """The bytes of an upload, in pieces."""
    while chunk := upload.stream.read(CHUNK):
        yield chunk


def _disposition(attachment: Attachment) -> str:
    way = "inline" if attachment.inline and request.args.get("download") is None else "attachment"
    return f"{way}; filename*=UTF-8''{quote(attachment.name, safe='')}"
