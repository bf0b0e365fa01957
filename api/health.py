"""For whoever watches over the service: `/healthz`, `/readyz`, `/metrics`. No part of the contract under /api/v1."""

from __future__ import annotations

import hmac
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, jsonify, request

from api.auth import public
from api.observing import metrics
from api.service import service
from engine.errors import NotFound

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
def alive() -> Any:
    """The process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@public
def ready() -> Any:
    """The process can do its work: the database answers. An error is a 503 problem."""
    with service().engine.database.reading() as tx:
        tx.execute(sa.select(1))
    return jsonify(status="ok")


@blueprint.get("/metrics")
@public
def shown() -> Response:
    """Prometheus metrics, for who brings the token or, without one, from this machine. Raises NotFound."""
    token = service().settings.metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    here = request.remote_addr in ("127.0.0.1", "::1", None)
    if not (hmac.compare_digest(given.encode(), token.encode()) if token else here):
        raise NotFound(message_zh="没有这个地址", message_en="there is no such address")
    return Response(metrics.written(), content_type=metrics.CONTENT_TYPE)
