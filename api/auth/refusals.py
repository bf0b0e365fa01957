"""Requests turned away before a resource sees them. Each knows its HTTP status and headers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

from engine.errors import BihuanError


class HttpRefusal(BihuanError):
    """Base of these. `status`: of the answer. `headers`: to go with it."""

    status: ClassVar[int] = 400
    headers: Mapping[str, str]

    def __init__(
        self,
        *,
        message_zh: str,
        message_en: str,
        code: str | None = None,
        place: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message_zh=message_zh, message_en=message_en, code=code, place=place)
        self.headers = dict(headers or {})


class Unauthenticated(HttpRefusal):
    """Nobody is signed in, or not any more."""

    status = 401
    default_code = "auth.unauthenticated"

    @classmethod
    def missing(cls) -> Self:
        """No session and no token, or one that does not hold."""
        return cls(
            message_zh="请先登录",
            message_en="sign in first",
            headers={"WWW-Authenticate": 'Bearer realm="bihuan"'},
        )


class Forbidden(HttpRefusal):
    """The caller is known, but not allowed this."""

    status = 403
    default_code = "auth.forbidden"

    @classmethod
    def without(cls, scope: str) -> Self:
        """A scope is missing."""
        return cls(
            code="auth.scope",
            message_zh=f"没有权限：{scope}",
            message_en=f"not allowed: {scope}",
            place={"scope": scope},
        )


class TooManyRequests(HttpRefusal):
    """Too many requests, or too many wrong passwords."""

    status = 429
    default_code = "auth.too_many"

    @classmethod
    def after(cls, seconds: int, *, code: str | None = None) -> Self:
        """To be tried again after so many seconds."""
        seconds = max(1, seconds)
        return cls(
            code=code,
            message_zh=f"请求过于频繁，请在 {seconds} 秒后重试",
            message_en=f"too many requests; try again in {seconds} seconds",
            headers={"Retry-After": str(seconds)},
        )
