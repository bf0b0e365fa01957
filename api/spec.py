"""The OpenAPI document as a whole."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any, Final

import flask_smorest
from flask import Flask

from api.refs import CaseIdConverter, TaskConverter, case_schema, task_schema
from api.schemas.problem import ProblemSchema

PATH: Final = "/api/v1"
_ABOUT: Final = """Bihuan 闭环: the inbox and the cases of closed-loop case handling.

**Signing in.** Browsers have a session (`POST /api/v1/auth/login`); every request that changes something then carries `X-CSRF-Token`. Machines send `Authorization: Bearer <token>`.

**Errors** are problem details (RFC 9457) in Chinese or English, after `Accept-Language`. What a caller may not see is answered like what does not exist: 404.

**Commands** take `Idempotency-Key`: the same key again gives the first answer and does nothing more. With `If-Match` (the `ETag` of the case) a command is refused with 412 when the case has changed.

**Lists** are pages: `next` of one page is `cursor` of the next. **Times** are RFC 3339.
"""


def install(app: Flask) -> flask_smorest.Api:
    """Give an application its documented API, to register blueprints with."""
    app.url_map.converters.update(task=TaskConverter, case=CaseIdConverter)
    app.config.update(
        API_TITLE="Bihuan 闭环",
        API_VERSION=version("bihuan"),
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=PATH,
        OPENAPI_JSON_PATH="openapi.json",
        API_SPEC_OPTIONS={
            "info": {"description": _ABOUT, "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
            "servers": [{"url": "/"}],
        },
    )
    api = Api(app)
    api.register_converter(TaskConverter, task_schema)
    api.register_converter(CaseIdConverter, case_schema)
    api.spec.components.schema("Problem", schema=ProblemSchema)
    return api


class Api(flask_smorest.Api):  # type: ignore[misc]  # the library is not typed
    """flask-smorest's, with problems in place of its own errors."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_error_handlers(self) -> None:
        """`api.problems` answers them all."""

    def _register_responses(self) -> None:
        """`api.blueprint` documents problems."""

    def document(self) -> dict[str, Any]:
        """The OpenAPI document."""
        found: dict[str, Any] = self.spec.to_dict()
        return found
