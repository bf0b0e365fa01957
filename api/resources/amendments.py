"""Decision tables and templates of documents, one by one: read, checked, handed in for somebody else to publish."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import PurePosixPath
from typing import Any, Final

from flask import Response
from flask.views import MethodView

from api.auth import current, requires
from api.blueprint import Blueprint
from api.resources.definitions import shown
from api.resources.documents import pdf
from api.schemas import amendments as schemas
from api.service import service
from engine.cases.amending import ChangedTable
from engine.documents import Opened

blueprint = Blueprint("amendments", __name__, description="决策表与文书模板 Tables and templates.")

_VERSION: Final = "/definitions/<string:key>/versions/<int(max=2147483647):version>"
_PDF: Final = {"type": "string", "format": "binary"}


@blueprint.route(f"{_VERSION}/tables")
class TablesView(MethodView):
    """Tables."""

    @requires("definitions:read")
    @blueprint.response(200, schemas.DecisionTablesSchema)
    def get(self, key: str, version: int) -> dict[str, Any]:
        """The decision tables of a version, as rows of cells."""
        found = service().engine.amending.tables(key, version)
        return {"items": [{"file": each.file, **asdict(each.table)} for each in found]}


@blueprint.route(f"{_VERSION}/templates")
class TemplatesView(MethodView):
    """Templates."""

    @requires("definitions:read")
    @blueprint.response(200, schemas.TemplatesSchema)
    def get(self, key: str, version: int) -> dict[str, Any]:
        """The templates of the documents a version yields, and their layout."""
        return {"items": service().engine.amending.templates(key, version)}


@blueprint.route(f"{_VERSION}/templates/preview")
class TemplatePreviewView(MethodView):
    """What a template looks like."""

    @requires("definitions:amend")
    @blueprint.arguments(schemas.PreviewSchema)
    @blueprint.response(200, _PDF, content_type="application/pdf", description="The PDF.")
    def post(self, body: dict[str, Any], key: str, version: int) -> Response:
        """A template filled with samples; nothing is kept."""
        made = service().engine.amending.preview(key, version, body["file"], body["text"])
        name = PurePosixPath(body["file"]).stem
        return pdf(Opened(name=f"{name}.pdf", pdf=made, masked=False))


@blueprint.route(f"{_VERSION}/amendments")
class AmendmentsView(MethodView):
    """Amendments."""

    @requires("definitions:amend")
    @blueprint.arguments(schemas.AmendmentSchema)
    @blueprint.response(200, schemas.AmendedSchema)
    def post(self, body: dict[str, Any], key: str, version: int) -> dict[str, Any]:
        """Change tables and templates of the newest version: checked with its whole package, then handed in.

        It takes effect when somebody else publishes it, for cases that begin afterwards. 409 when the version is not the
        newest any more.
        """
        engine = service().engine
        package, files = engine.amending.amended(
            key,
            version,
            [ChangedTable(**each) for each in body["tables"]],
            {each["file"]: each["text"] for each in body["templates"]},
        )
        if body["check_only"]:
            return {"findings": shown(engine.submissions.check(files)), "submission": None}
        submission, findings = engine.submissions.submit(files, actor=current().actor, package=package)
        return {"findings": shown(findings), "submission": submission}
