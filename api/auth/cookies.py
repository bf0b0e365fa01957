"""The cookies of a browser's session: one that scripts cannot read, and the token against forgery, which they must."""

from __future__ import annotations

from typing import Any, Final

from flask import Request, Response

from api.security.headers import is_https
from engine.accounts.sessions import csrf_token
from engine.settings import ServiceSettings

_PLAIN: Final = "bihuan"
# The prefix makes browsers refuse it from another host or without https.
_SECURE: Final = "__Host-bihuan"
CSRF: Final = "bihuan_csrf"


def session_secret(request: Request, settings: ServiceSettings) -> str | None:
    """What the session cookie of a request carries."""
    return request.cookies.get(_name(settings)) or None


def keep(response: Response, secret: str, settings: ServiceSettings, *, longest: int) -> Response:
    """Have the browser keep a session. longest: seconds after which it forgets it in any case."""
    secure = is_https(settings)
    response.set_cookie(
        _name(settings), secret, max_age=longest, httponly=True, secure=secure, samesite="Lax", path="/"
    )
    response.set_cookie(
        CSRF, csrf_token(secret), max_age=longest, httponly=False, secure=secure, samesite="Strict", path="/"
    )
    return response


def forget(response: Response, settings: ServiceSettings) -> Response:
    """Have the browser forget its session."""
    secure = is_https(settings)
    response.delete_cookie(_name(settings), path="/", secure=secure, httponly=True, samesite="Lax")
    response.delete_cookie(CSRF, path="/", secure=secure, samesite="Strict")
    return response


def schemes(settings: ServiceSettings) -> dict[str, dict[str, Any]]:
    """How one signs in, as the OpenAPI document tells it."""
    name = _SECURE if settings.public_url.startswith("https://") else _PLAIN
    about = f"From `POST /api/v1/auth/login`; what changes something carries `X-CSRF-Token` as well (cookie `{CSRF}`)."
    return {
        "session": {"type": "apiKey", "in": "cookie", "name": name, "description": about},
        "token": {
            "type": "http",
            "scheme": "bearer",
            "description": "A machine's token, from `POST /api/v1/tokens`.",
        },
    }


def _name(settings: ServiceSettings) -> str:
    return _SECURE if is_https(settings) else _PLAIN
