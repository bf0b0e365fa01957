"""Messages and signals from outside."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView

from api.auth import requires
from api.blueprint import Blueprint
from api.schemas import operations as schemas
from api.service import service
from engine.cases.messages import DEFAULT_TTL

blueprint = Blueprint("messages", __name__, description="消息 Messages and signals from outside.")


@blueprint.route("/messages")
class MessagesView(MethodView):
    """Messages."""

    @requires("messages:send")
    @blueprint.arguments(schemas.MessageSchema)
    @blueprint.response(200, schemas.OutcomesSchema)
    def post(self, body: dict[str, Any]) -> dict[str, Any]:
        """Deliver a message to the case that waits for it, start one with it, or keep it for a while."""
        ttl = body.get("ttl")
        outcomes = service().engine.send_message(
            body["name"],
            body["correlation_key"],
            body["variables"],
            message_id=body.get("message_id"),
            ttl=DEFAULT_TTL if ttl is None else ttl * schemas.SECOND,
        )
        return {"items": outcomes}


@blueprint.route("/signals")
class SignalsView(MethodView):
    """Signals."""

    @requires("messages:send")
    @blueprint.arguments(schemas.SignalSchema)
    @blueprint.response(200, schemas.OutcomesSchema)
    def post(self, body: dict[str, Any]) -> dict[str, Any]:
        """Give a signal to every case that waits for it."""
        outcomes = service().engine.broadcast_signal(
            body["name"], body["variables"], signal_id=body.get("signal_id")
        )
        return {"items": outcomes}
