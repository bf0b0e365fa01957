"""Indicators and reports, within what the caller may see."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from typing import Any, Final

from flask import json, make_response, request
from flask.views import MethodView

from api.acting import viewer
from api.auth import requires
from api.blueprint import Blueprint
from api.language import language
from api.resources.inbox import unit_name
from api.schemas import reports as schemas
from api.service import service
from api.watermark import file_response, taken_out
from engine.i18n import catalogue
from engine.reports import FILES, WRITERS, Asked, Mark, Printer, Report, file_name, to_json

blueprint = Blueprint("reports", __name__, description="统计报表 Indicators and reports.")

_JSON: Final = "application/json"
_FILES: Final = {each.media: {"schema": {"type": "string", "format": "binary"}} for each in FILES.values()}
_TAG: Final = {"ETag": {"description": "Of the report, for `If-None-Match`.", "schema": {"type": "string"}}}


@blueprint.route("/reports")
class ReportsView(MethodView):
    """All reports."""

    @requires("reports:read")
    @blueprint.response(200, schemas.ReportNamesSchema)
    def get(self) -> dict[str, Any]:
        """Which reports there are, and up to when the facts are that they count."""
        say = catalogue(language())
        items = [{"name": name, "title": say(f"report.{name}")} for name in WRITERS]
        return {"items": items, "snapshot": service().reports.snapshot()}


@blueprint.route("/reports/cases")
class BehindView(MethodView):
    """Drilling down."""

    @requires("reports:read", "cases:read")
    @blueprint.arguments(schemas.BehindQuery, location="query")
    @blueprint.response(200, schemas.BehindSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """The cases behind a number, of those the caller may see."""
        page = service().reports.behind(
            viewer(),
            Asked(**schemas.asked(query)),
            query["indicator"],
            rest=query["rest"],
            cursor=query.get("cursor"),
            limit=query["limit"],
        )
        rows = service().cases.among(viewer(), page.rows)
        items = [{**asdict(row), "place_name": unit_name(row.place)} for row in rows]
        return {"items": list(page.rows), "rows": items, "next": page.next}


@blueprint.route("/reports/<string:name>")
class ReportView(MethodView):
    """One report."""

    @requires("reports:read")
    @blueprint.arguments(schemas.ReportFileQuery, location="query")
    @blueprint.response(200, schemas.ReportSchema, headers=_TAG)
    @blueprint.alt_response(304, description="Nothing has changed.")
    @blueprint.doc(
        responses={
            "200": {
                "description": "The report.",
                "content": {_JSON: {"schema": schemas.ReportSchema}, **_FILES},
            }
        }
    )
    def get(self, query: dict[str, Any], name: str) -> Any:
        """A report as tables; with `If-None-Match` 304 while nothing has changed.

        As CSV, Excel or PDF by `format` or `Accept`: marked with who takes it out, a line of the security log.
        """
        report = service().reports.write(name, viewer(), Asked(**schemas.asked(query)), catalogue(language()))
        return handed_out(report, query.get("format"))


def handed_out(report: Report, wanted: str | None) -> Any:
    """A report in the form that is wanted: by its name or, without one, by what the caller accepts."""
    ending = wanted or _accepted()
    if ending in FILES:
        mark = taken_out(f"report.{ending}", file_name(report, ending).rpartition(".")[0])
        printer = Printer(say=catalogue(language()), zone=service().reports.zone)
        content = FILES[ending].write(report, printer, Mark(text=str(mark), at=mark.at))
        return file_response(content, FILES[ending].media, file_name(report, ending))
    body = schemas.ReportSchema().dump(to_json(report))
    response = make_response(json.dumps(body), {"Content-Type": _JSON, "Vary": "Accept"})
    response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:32])
    return response.make_conditional(request)


def _accepted() -> str:
    medias = {each.media: ending for ending, each in FILES.items()}
    best = request.accept_mimetypes.best_match([_JSON, *medias], default=_JSON)
    return medias.get(best, "json")
