"""Every request has a number, which answers carry and the log names."""

from __future__ import annotations

import logging
import re
import time
from typing import Final
from uuid import uuid4

from flask import Flask, Response, g, request

from api.auth.caller import signed_in
from api.observing import metrics

HEADER: Final = "X-Request-Id"
_SOUND: Final = re.compile(r"[A-Za-z0-9._-]{8,64}")
_LOG = logging.getLogger("bihuan.requests")


def install(app: Flask, *, log: bool) -> None:
    """Number requests and count them. log: a line in the log for each."""

    @app.before_request
    def begin() -> None:
        given = request.headers.get(HEADER, "")
        g.bihuan_request_id = given if _SOUND.fullmatch(given) else uuid4().hex[:16]
        g.bihuan_began = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        response.headers[HEADER] = g.get("bihuan_request_id", "")
        seconds = time.perf_counter() - g.get("bihuan_began", time.perf_counter())
        rule = request.url_rule.rule if request.url_rule is not None else "none"
        metrics.observe(request.method, rule, response.status_code, seconds)
        if log:
            caller = signed_in()
            _LOG.info(
                "request",
                extra={
                    "request_id": g.get("bihuan_request_id", ""),
                    "method": request.method,
                    "rule": rule,
                    "status": response.status_code,
                    "ms": round(seconds * 1000, 1),
                    # Whose account, never which person or which case: the access log is for that.
                    "account": None if caller is None else caller.account,
                },
            )
        return response
