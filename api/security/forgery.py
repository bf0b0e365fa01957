"""Requests that a foreign page lets a signed-in browser send (CSRF)."""

from __future__ import annotations

import hmac
from typing import Final
from urllib.parse import urlsplit

from flask import Request

from api.auth.refusals import Forbidden
from engine.accounts.sessions import csrf_token

HEADER: Final = "X-CSRF-Token"
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def check_origin(request: Request, public_url: str) -> None:
    """Refuse what changes something and was sent by a page of another host.

    public_url: under which people reach the service, where a proxy hides it. Raises Forbidden.
    """
    origin = request.headers.get("Origin")
    if request.method in SAFE or origin is None:
        return
    host = urlsplit(origin).netloc
    if host not in {request.host, urlsplit(public_url).netloc} - {""}:
        raise _forged()


def check_token(request: Request, secret: str) -> None:
    """Refuse what changes something and comes by a session's cookie without the token that belongs to it.

    secret: the session's. Raises Forbidden.
    """
    if request.method in SAFE:
        return
    given = request.headers.get(HEADER, "")
    if not hmac.compare_digest(given.encode(), csrf_token(secret).encode()):
        raise _forged()


def _forged() -> Forbidden:
    return Forbidden(
        code="auth.csrf",
        message_zh="请求未携带有效的防伪令牌，请刷新页面后重试",
        message_en="the request lacks a valid anti-forgery token; reload the page and try again",
    )
