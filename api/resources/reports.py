"""Indicators and reports, within what the caller may see."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from flask import json, make_response, request
from flask.views import MethodView

from api.acting import viewer
from api.auth import requires
from api.blueprint import Blueprint
from api.language import language
from api.schemas import reports as schemas
from api.service import service
from engine.i18n import catalogue
from engine.reports import WRITERS, Asked, to_json

blueprint = Blueprint("reports", __name__, description="统计报表 Indicators and reports.")

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
        """The ids of the cases behind a number, of those the caller may see."""
        page = service().reports.behind(
            viewer(),
            Asked(**schemas.asked(query)),
            query["indicator"],
            rest=query["rest"],
            cursor=query.get("cursor"),
            limit=query["limit"],
        )
        return {"items": list(page.rows), "next": page.next}


@blueprint.route("/reports/<string:name>")
class ReportView(MethodView):
    """One report."""

    @requires("reports:read")
    @blueprint.arguments(schemas.ReportQuery, location="query")
    @blueprint.response(200, schemas.ReportSchema, headers=_TAG)
    @blueprint.alt_response(304, description="Nothing has changed.")
    def get(self, query: dict[str, Any], name: str) -> Any:
        """A report as tables; with `If-None-Match` 304 while nothing has changed."""
        report = service().reports.write(name, viewer(), Asked(**schemas.asked(query)), catalogue(language()))
        body = schemas.ReportSchema().dump(to_json(report))
        response = make_response(json.dumps(body), {"Content-Type": "application/json"})
        response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:32])
        return response.make_conditional(request)
