"""Errors as problem details (RFC 9457), in the caller's language.

| error | status |
|---|---|
| `NotFound`, and whatever the caller may not see | 404 |
| `NotEntitled`: the case is the caller's to see, but not this task to act on | 403 |
| `Conflict`: a lost race; `current` says how it stands now | 409 |
| `Conflict` with code `case.changed`: `If-Match` does not hold any more | 412 |
| `Refusal`: a rule of the domain; `rule` is its id | 422 |
| `InvalidInput`: `errors` has the messages by field | 422 |
| `ModelErrors`: `findings` lists every finding of a deployment | 422 |
| `LimitExceeded`: a bound of the engine | 422 |
| `FileRefused`: an uploaded table that cannot be read | 422 |
| `HttpRefusal`: signing in, rights, rates, preconditions | its own |
| the database has no place for what was handed in, such as a zero byte in a text | 422 |
| anything else | 500, with the number under which the log has it |
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from uuid import uuid4

import sqlalchemy as sa
from flask import Flask, Response, g, json
from werkzeug.exceptions import HTTPException

from api.auth.refusals import HttpRefusal
from api.field_messages import by_field
from api.language import said
from engine.entitlement import NotEntitled
from engine.errors import (
    BihuanError,
    Conflict,
    InvalidInput,
    LimitExceeded,
    Message,
    NotFound,
    Refusal,
)
from engine.intake.problem import FileRefused
from engine.model import ModelErrors

MEDIA_TYPE: Final = "application/problem+json"
CHANGED: Final = "case.changed"

_LOG = logging.getLogger("bihuan.api")
_STATUS: Final[tuple[tuple[type[BihuanError], int], ...]] = (
    (NotFound, 404),
    (NotEntitled, 403),
    (Conflict, 409),
    (Refusal, 422),
    (InvalidInput, 422),
    (LimitExceeded, 422),
    (FileRefused, 422),
    (ModelErrors, 422),
)
_HTTP: Final[Mapping[int, Message]] = {
    400: Message(zh="请求格式有误", en="the request is malformed"),
    401: Message(zh="请先登录", en="sign in first"),
    403: Message(zh="没有权限", en="this is not allowed"),
    404: Message(zh="没有这个地址或资源", en="there is no such address or resource"),
    405: Message(zh="此地址不支持这种请求方法", en="this address does not know the method"),
    406: Message(zh="不能以所要求的格式回答", en="it cannot be answered in the form asked for"),
    412: Message(zh="内容已被他人修改", en="somebody else changed it first"),
    413: Message(zh="请求过大", en="the request is too large"),
    414: Message(zh="地址过长", en="the address is too long"),
    415: Message(zh="不支持这种内容类型", en="this type of content is not understood"),
    416: Message(zh="没有所要求的范围", en="there is no such range"),
    422: Message(zh="提交的内容有误", en="what was handed in is not valid"),
    429: Message(zh="请求过于频繁", en="too many requests"),
    500: Message(zh="内部错误", en="internal error"),
    503: Message(zh="服务暂时不可用", en="the service is not available now"),
}


def install(app: Flask) -> None:
    """Have an application answer every error with a problem."""
    app.register_error_handler(BihuanError, _of_engine)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(Exception, _unforeseen)


def status_of(error: BihuanError) -> int:
    """The HTTP status an error is answered with."""
    if isinstance(error, HttpRefusal):
        return error.status
    if error.code == CHANGED:
        return 412
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def body_of(error: BihuanError) -> dict[str, Any]:
    """The problem an error is, as JSON. Never raises."""
    status = status_of(error)
    body = problem(status, error.code, said(error.message))
    if error.place:
        body["place"] = dict(error.place)
    if isinstance(error, Conflict) and error.current:
        body["current"] = dict(error.current)
    if isinstance(error, Refusal):
        body["rule"] = error.rule
    if isinstance(error, InvalidInput) and error.fields:
        body["errors"] = {
            name: [said(message) for message in messages] for name, messages in error.fields.items()
        }
    if isinstance(error, ModelErrors):
        body["findings"] = [
            {
                "file": found.file,
                "line": found.line,
                "element": found.element,
                "rule": found.rule,
                "severity": found.severity.value,
                "message": said(Message(zh=found.message_zh, en=found.message_en)),
            }
            for found in error.findings
        ]
    return body


def problem(status: int, code: str, detail: str) -> dict[str, Any]:
    """The members every problem has."""
    return {
        "type": f"urn:bihuan:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "request_id": g.get("bihuan_request_id", ""),
    }


def answer(body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    """A problem as a response."""
    response = Response(json.dumps(body), status=int(body["status"]), content_type=MEDIA_TYPE)
    response.headers.update(headers or {})
    return response


def _of_engine(error: BihuanError) -> Response:
    if status_of(error) >= 500 and not isinstance(error, HttpRefusal):
        return _unforeseen(error)
    return answer(body_of(error), error.headers if isinstance(error, HttpRefusal) else None)


def _of_http(error: HTTPException) -> Any:
    if error.response is not None and error.code is None:
        # A redirect or another answer in the form of an exception.
        return error.response
    status = error.code or 500
    data = getattr(error, "data", None) or {}
    message = _HTTP.get(status, Message(zh=HTTPStatus(status).phrase, en=HTTPStatus(status).phrase))
    body = problem(status, f"http.{status}", said(message))
    if data.get("messages"):
        body["code"], body["type"] = "invalid_input", "urn:bihuan:problem:invalid_input"
        body["errors"] = by_field(data["messages"])
    headers = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    return answer(body, headers)


def _unforeseen(error: Exception) -> Response:
    if isinstance(error, sa.exc.OperationalError):
        _LOG.exception("the database does not answer")
        return answer(problem(503, "database.unavailable", said(_HTTP[503])), {"Retry-After": "5"})
    if isinstance(error, sa.exc.DataError):
        # A text with a zero byte, say, which PostgreSQL has no place for.
        _LOG.warning("the database does not take what it was given", extra={"statement": error.statement})
        return answer(problem(422, "invalid_input", said(_HTTP[422])))
    number = uuid4().hex[:12]
    _LOG.exception("unforeseen error", exc_info=error, extra={"incident": number})
    body = problem(500, "internal", said(_HTTP[500]))
    body["incident"] = number
    return answer(body)
