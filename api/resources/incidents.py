"""Incidents: what stopped a case, and work beside cases that failed."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView

from api.acting import Asked, give
from api.auth import requires
from api.blueprint import Blueprint
from api.language import either
from api.refs import TaskRef
from api.resources.jobs import rows_of
from api.resources.tasks import Answer, done
from api.schemas import operations as schemas
from api.schemas.commands import ETAG, CommandHeaders, OutcomeSchema
from api.schemas.pages import page_of
from api.service import service
from engine import canonical
from engine.store.tables import incidents

blueprint = Blueprint("incidents", __name__, description="异常 Incidents and stuck work.")


@blueprint.route("/incidents")
class IncidentsView(MethodView):
    """Open incidents."""

    @requires("incidents:read")
    @blueprint.arguments(schemas.OfCaseQuery, location="query")
    @blueprint.response(
        200, page_of("IncidentsSchema", schemas.IncidentSchema, "Open incidents, the oldest first.")
    )
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Open incidents of cases."""
        rows, following = rows_of(incidents, incidents.c.created_at, query)
        items = [
            {
                "id": f"{row['case_id']}.{row['incident_id']}",
                "case_id": row["case_id"],
                "kind": row["kind"],
                "element": row["element_id"],
                "message": either(row["message_zh"], row["message_en"]),
                "created_at": row["created_at"],
            }
            for row in rows
        ]
        return {"items": items, "next": following}


@blueprint.route("/incidents/<task:incident>/retry")
class RetryView(MethodView):
    """Trying again."""

    @requires("incidents:resolve")
    @blueprint.arguments(CommandHeaders, location="headers")
    @blueprint.response(200, OutcomeSchema, headers=ETAG)
    def post(self, asked: Asked, incident: TaskRef) -> Answer:
        """Let a case go on where an incident stopped it."""
        return done(give("retry", incident.case, {"incident": incident.number}, asked))


@blueprint.route("/incidents/<task:incident>/resolve")
class ResolveView(MethodView):
    """Correcting, then trying again."""

    @requires("incidents:resolve")
    @blueprint.arguments(CommandHeaders, location="headers")
    @blueprint.arguments(schemas.ResolveSchema)
    @blueprint.response(200, OutcomeSchema, headers=ETAG)
    def post(self, asked: Asked, body: dict[str, Any], incident: TaskRef) -> Answer:
        """Correct variables, with the reason in the log, and let the case go on."""
        if body["variables"]:
            given = {"variables": canonical.to_wire(body["variables"]), "reason": body["reason"]}
            first = Asked(
                key=None if asked.key is None else f"{asked.key}/variables", expected=asked.expected
            )
            give("set-variables", incident.case, given, first)
        retry = {"incident": incident.number, "reason": body["reason"]}
        return done(give("retry", incident.case, retry, Asked(key=asked.key)))


@blueprint.route("/stuck-work")
class StuckView(MethodView):
    """Stuck work."""

    @requires("incidents:read")
    @blueprint.arguments(schemas.StuckQuery, location="query")
    @blueprint.response(200, schemas.StuckListSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Timers and deliveries that failed, with when they are tried again."""
        found = service().engine.stuck.list(given_up=query["given_up"])
        items = [
            {
                "work": each.work,
                "kind": each.kind,
                "case_id": each.case_id,
                "attempts": each.attempts,
                "message": either(each.message_zh, each.message_en),
                "first_at": each.first_at,
                "last_at": each.last_at,
                "retry_at": each.retry_at,
            }
            for each in found
        ]
        return {"items": items}


@blueprint.route("/stuck-work/retry")
class RetryStuckView(MethodView):
    """Trying stuck work again."""

    @requires("incidents:resolve")
    @blueprint.arguments(schemas.RetryStuckSchema)
    @blueprint.response(204)
    def post(self, body: dict[str, Any]) -> None:
        """Try work that was put aside or given up again at once."""
        service().engine.stuck.retry(body["work"])
