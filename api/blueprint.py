"""A group of endpoints whose documentation tells every problem they may answer with."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final, Protocol, TypeVar

import flask_smorest

from api.problems import MEDIA_TYPE

SAFE: Final = frozenset({"get", "head", "options"})
_ALWAYS: Final = (404, 422, 429, 500, 503)
_SIGNED_IN: Final = (401, 403)
_CHANGING: Final = (400, 409, 412, 413, 415)
REQUEST_ID: Final = {
    "X-Request-Id": {
        "description": "Under which number the log has this request.",
        "schema": {"type": "string"},
    }
}


F = TypeVar("F", bound=Callable[..., Any])


class Decorator(Protocol):
    """Leaves a view what it is, for the type checker."""

    def __call__(self, view: F, /) -> F:
        """The view."""


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]  # the library is not typed
    """A blueprint of flask-smorest that documents problems and the request number of each of its operations."""

    def __init__(self, name: str, module: str, *, description: str, url_prefix: str = "/api/v1") -> None:
        super().__init__(name, module, description=description, url_prefix=url_prefix)
        self._prepare_doc_cbks.append(_with_problems)

    def _prepare_arguments_doc(self, doc: Any, doc_info: Any, **told: Any) -> Any:
        operation = doc_info.get("arguments")
        if operation and "parameters" in operation:
            operation["parameters"] = _one_body(operation["parameters"])
        return super()._prepare_arguments_doc(doc, doc_info, **told)

    def route(self, rule: str, **options: Any) -> Decorator:
        """A view at an address; see flask-smorest."""
        found: Decorator = super().route(rule, **options)
        return found

    def arguments(self, schema: Any, **options: Any) -> Decorator:
        """What a view takes; see flask-smorest."""
        # One for all requests; given a class, webargs would make one for each.
        found: Decorator = super().arguments(schema() if isinstance(schema, type) else schema, **options)
        return found

    def response(self, status: int, schema: Any = None, **options: Any) -> Decorator:
        """What a view answers with; see flask-smorest."""
        found: Decorator = super().response(status, schema, **options)
        return found

    def alt_response(self, status: int, **options: Any) -> Decorator:
        """What else a view may answer with; see flask-smorest."""
        found: Decorator = super().alt_response(status, **options)
        return found

    def doc(self, **told: Any) -> Decorator:
        """What else the document says of a view; see flask-smorest."""
        found: Decorator = super().doc(**told)
        return found


def statuses(method: str, *, public: bool) -> tuple[int, ...]:
    """The statuses of the problems an operation may answer with."""
    changing = () if method in SAFE else _CHANGING
    return tuple(sorted({*_ALWAYS, *(() if public else _SIGNED_IN), *changing}))


def _one_body(parameters: list[Any]) -> list[Any]:
    """Fields and files of a form are one body, which flask-smorest would document as two."""
    parts = [each for each in parameters if isinstance(each, dict) and each["in"] in ("form", "files")]
    if len(parts) < 2:
        return parameters
    kinds = tuple(type(each["schema"]) for each in parts)
    whole = type("".join(kind.__name__.removesuffix("Schema") for kind in kinds) + "Schema", kinds, {})
    body = {"in": "files", "required": True, "schema": whole}
    return [body, *(each for each in parameters if each not in parts)]


def _with_problems(doc: dict[str, Any], info: dict[str, Any], *, method: str, **_: Any) -> dict[str, Any]:
    responses = doc.setdefault("responses", {})
    public = info.get("manual_doc", {}).get("security") == []
    for response in responses.values():
        if isinstance(response, dict):
            response["headers"] = {**response.get("headers", {}), **REQUEST_ID}
    # flask-smorest names what it would answer wrong input with; our problems say that in its place.
    described = {str(status) for status, response in responses.items() if isinstance(response, dict)}
    for status in [name for name, response in responses.items() if not isinstance(response, dict)]:
        del responses[status]
    for status in statuses(method, public=public):
        if str(status) not in described:
            responses[str(status)] = {
                "description": HTTPStatus(status).phrase,
                "headers": REQUEST_ID,
                "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            }
    return doc
