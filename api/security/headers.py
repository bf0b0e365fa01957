"""Headers that tell browsers what our answers may do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from flask import Flask, Response, request

from engine.settings import ServiceSettings

_COMMON: Final[Mapping[str, str]] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "accelerometer=(), camera=(self), geolocation=(), gyroscope=(), microphone=(), "
    "payment=(), usb=()",
}
_DATA_POLICY: Final = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_RUNS: Final = frozenset({"text/html", "text/javascript"})
"""What runs under the policy it came with: pages, and the script of a worker."""
_HOST: Final = re.compile(r"[A-Za-z0-9.-]{1,253}")
_HSTS: Final = "max-age=31536000"


def live_origin(settings: ServiceSettings) -> str:
    """Under which origin browsers reach the events; empty: unknown. Within a request."""
    if settings.live_url:
        return settings.live_url.rstrip("/") if settings.live_url.startswith(("http://", "https://")) else ""
    host = urlsplit(f"//{request.host}").hostname or ""
    if not _HOST.fullmatch(host):
        return ""
    return f"{'https' if is_https(settings) else 'http'}://{host}:{settings.live_port}"


def page_policy(settings: ServiceSettings) -> str:
    """What a page of ours may load: only from its own host, and events from where they are served."""
    live = live_origin(settings)
    live = f" {live}" if live else ""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        f"font-src 'self' data:; connect-src 'self'{live}; worker-src 'self'; manifest-src 'self'; "
        "frame-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


def install(app: Flask, settings: ServiceSettings) -> None:
    """Give every answer of an application the headers; what a view set itself stays."""

    @app.after_request
    def protect(response: Response) -> Response:
        for name, value in _COMMON.items():
            response.headers.setdefault(name, value)
        runs = response.mimetype in _RUNS
        response.headers.setdefault(
            "Content-Security-Policy", page_policy(settings) if runs else _DATA_POLICY
        )
        if request.path.startswith("/api/"):
            # What people see of cases must not lie in a shared computer's cache.
            response.headers.setdefault("Cache-Control", "no-store")
        if is_https(settings):
            response.headers.setdefault("Strict-Transport-Security", _HSTS)
        return response


def is_https(settings: ServiceSettings) -> bool:
    """Whether the caller came by https, as far as we or a trusted proxy know."""
    return request.is_secure or settings.public_url.startswith("https://")
