"""Errors of the HTTP contract itself, beside those of the engine and of signing in."""

from __future__ import annotations

from typing import ClassVar

from api.auth.refusals import HttpRefusal


class PreconditionFailed(HttpRefusal):
    """What `If-Match` names is no longer how things stand."""

    status: ClassVar[int] = 412
    default_code: ClassVar[str] = "precondition.failed"


class BadRequest(HttpRefusal):
    """The request itself is not well formed."""

    status: ClassVar[int] = 400
    default_code: ClassVar[str] = "request.malformed"


class NotThere(HttpRefusal):
    """A part of the service that this installation does without."""

    status: ClassVar[int] = 503
    default_code: ClassVar[str] = "service.unavailable"
