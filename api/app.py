"""The Flask application: one process's view of an installation."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from flask import Flask
from flask_compress import Compress
from werkzeug.middleware.proxy_fix import ProxyFix

from api import health, pages, problems, spec
from api.auth import application as auth
from api.observing import logs, requests, traces
from api.resources import BLUEPRINTS
from api.service import EXTENSION, Service
from engine.cases.clock import Clock, wall_clock
from engine.cli.shipped import settings_folder
from engine.errors import NotFound
from engine.facade import Engine
from engine.installation import open_engine
from engine.runtime import Settings
from engine.settings import ServiceSettings

_COMPRESSED: Final = [
    "application/json",
    "application/problem+json",
    "text/html",
    "text/css",
    "text/plain",
    "text/javascript",
    "image/svg+xml",
]


def create_app(
    settings: ServiceSettings, *, engine: Engine | None = None, clock: Clock = wall_clock
) -> Flask:
    """The application of an installation.

    engine: one that is open already, with its directory, as tests have it; by default one is opened on
    `settings.database`, which must be set up. Raises what `Engine.open` raises.
    """
    app = Flask("bihuan", static_folder=None)
    app.config.update(
        MAX_CONTENT_LENGTH=settings.body_limit,
        MAX_FORM_MEMORY_SIZE=settings.body_limit,
        COMPRESS_MIMETYPES=_COMPRESSED,
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_MIN_SIZE=1_000,
        PROPAGATE_EXCEPTIONS=False,
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the default provider has it
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.extensions[EXTENSION] = _service(settings, engine or open_installation(settings, clock=clock))
    _observe(app, settings)
    problems.install(app)
    auth.install(app)
    Compress(app)
    api = spec.install(app)
    for blueprint in (*auth.BLUEPRINTS, *BLUEPRINTS):
        api.register_blueprint(blueprint)
    app.register_blueprint(health.blueprint)
    auth.open_up(app)
    pages.install(app, settings.web)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def open_installation(
    settings: ServiceSettings, *, clock: Clock = wall_clock, create: bool = False
) -> Engine:
    """The engine of an installation with its directory, calendars and limits.

    create: set an empty database up. Raises what `Engine.open` raises.
    """
    config = Path(settings.config) if settings.config else settings_folder()
    return open_engine(
        settings.database,
        config,
        clock=clock,
        create=create,
        settings=Settings(zone=settings.zone, soon_seconds=settings.due_soon_hours * 3_600),
        keyring=settings.keyring or None,
        pool_size=settings.pool_size,
    )


def _service(settings: ServiceSettings, engine: Engine) -> Service:
    if engine.directory is None:
        raise NotFound(message_zh="没有通讯录", message_en="the engine has no directory")
    return Service(engine=engine, directory=engine.directory, settings=settings)


def _observe(app: Flask, settings: ServiceSettings) -> None:
    logs.install(settings.log_level)
    requests.install(app, log=settings.log_requests)
    traces.install(app, settings.traces)
