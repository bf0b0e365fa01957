"""The API as processes: granian answers HTTP, each of its workers holds one application."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from engine.settings import ServiceSettings

if TYPE_CHECKING:
    from flask import Flask

METRICS = "PROMETHEUS_MULTIPROC_DIR"


def application() -> Flask:
    """The application of a worker process; its settings are in the environment."""
    from api.app import create_app

    app = create_app(ServiceSettings.read())
    # What a process is made of stays as long as it does; the collector need not go through it again and again, which
    # requests would wait for.
    gc.collect()
    gc.freeze()
    return app


def serve(settings: ServiceSettings) -> None:
    """Answer requests until SIGTERM or SIGINT; requests under way are finished."""
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    os.environ.update(settings.environment())
    # Settings that were emptied on the way here must not be found in the environment they came from.
    counted = None if METRICS in os.environ else tempfile.mkdtemp(prefix="bihuan-metrics-")
    if counted is not None:
        os.environ[METRICS] = counted
    try:
        Server(
            "api.serving:application",
            address=settings.host,
            port=settings.port,
            uds=Path(settings.socket) if settings.socket else None,
            interface=Interfaces.WSGI,
            workers=settings.processes,
            blocking_threads=settings.threads,
            backpressure=max(settings.threads * 32, 128),
            websockets=False,
            log_level=LogLevels(settings.log_level),
            respawn_failed_workers=True,
            workers_kill_timeout=15,
            factory=True,
        ).serve()
    finally:
        if counted is not None:
            shutil.rmtree(counted, ignore_errors=True)
