"""Signing in as a part of the application: `install`, before its resources are registered."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, Final

from flask import Flask

from api.auth.access import public
from api.auth.cookies import schemes
from api.auth.gate import EXTENSION, Gate
from api.auth.resources import BLUEPRINTS
from api.security import headers
from api.service import service
from engine.accounts.office import Office
from engine.cli.shipped import settings_folder

__all__ = ["BLUEPRINTS", "install", "open_up"]

DOCUMENT: Final = "api-docs.openapi_json"


def install(app: Flask) -> Office:
    """Put the gate before an application that has its service; the accounts office behind it.

    Raises InvalidInput for `accounts.toml` or `permissions.toml` that are not sound.
    """
    found = service(app)
    settings, engine = found.settings, found.engine
    config = Path(settings.config) if settings.config else settings_folder()
    office = Office.open(
        engine.database, found.directory, config, clock=engine.clock, random=engine.config.random
    )
    if settings.allowed_hosts:
        app.config["TRUSTED_HOSTS"] = list(settings.allowed_hosts)
    gate = Gate(app, office)
    app.extensions[EXTENSION] = gate
    app.before_request(gate.admit)
    headers.install(app, settings)
    return office


def open_up(app: Flask, *endpoints: str) -> None:
    """Open endpoints to everybody that others than we made: the OpenAPI document; in which ways of signing in stand."""
    components = app.extensions["flask-smorest"]["apis"][""]["ext_obj"].spec.components
    for name, scheme in schemes(service(app).settings).items():
        components.security_scheme(name, scheme)
    for endpoint in (DOCUMENT, *endpoints):
        if endpoint in app.view_functions:
            app.view_functions[endpoint] = public(_plain(app.view_functions[endpoint]))


def _plain(view: Callable[..., Any]) -> Callable[..., Any]:
    # A method cannot be marked.
    @wraps(view)
    def call(**arguments: Any) -> Any:
        return view(**arguments)

    return call
