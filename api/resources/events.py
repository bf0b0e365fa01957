"""Where the events are: the process that sends them listens elsewhere, and browsers ask at this address."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Response, redirect, request
from flask.views import MethodView

from api.auth import requires
from api.blueprint import Blueprint
from api.refusals import NotThere
from api.security.headers import live_origin
from api.service import service

blueprint = Blueprint("events", __name__, description="事件 Server-sent events.")


@blueprint.route("/events")
class EventsView(MethodView):
    """Events."""

    @requires("tasks:read")
    @blueprint.alt_response(
        307, description="Where the stream is: `event: inbox` whenever the caller's inbox changes."
    )
    def get(self) -> Response:
        """To the stream of events; a proxy that passes this address on to `bihuan live` makes it needless."""
        origin = live_origin(service().settings)
        if not origin or urlsplit(origin).netloc == request.host:
            raise NotThere(
                message_zh="事件流没有单独的地址，请改用轮询",
                message_en="the stream of events is not reachable; ask for the counts instead",
            )
        answer = redirect(f"{origin}/api/v1/events", 307)
        assert isinstance(answer, Response)
        return answer
