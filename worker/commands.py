"""`bihuan scheduler`, `bihuan worker` and `bihuan serve`."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING
from uuid import uuid4

import click

from engine.cli.command import command, option
from engine.cli.desk import Desk
from engine.cli.grammar import Command
from engine.errors import InvalidInput
from engine.i18n import Catalogue

if TYPE_CHECKING:
    from engine.facade import Engine
    from engine.settings import ServiceSettings
    from worker.connectors.registry import Registry


def scheduler(say: Catalogue) -> Command:
    """The command `bihuan scheduler`."""
    return command(
        "scheduler", say, _scheduler, [option(say, "worker", "--redis", metavar="URL")], of_database=False
    )


def worker(say: Catalogue) -> Command:
    """The command `bihuan worker`."""
    params = [
        option(say, "worker", "--redis", metavar="URL"),
        option(say, "worker", "--queues", metavar="QUEUE,…"),
    ]
    return command("worker", say, _worker, params, of_database=False)


def serve(say: Catalogue) -> Command:
    """The command `bihuan serve`."""
    params = [
        option(say, "worker", "--redis", metavar="URL"),
        option(say, "serve", "--workers", type=click.IntRange(1, 64), metavar="N"),
        option(say, "serve", "--no-api", is_flag=True),
    ]
    return command("serve", say, _serve, params, of_database=False)


def _scheduler(desk: Desk, redis: str | None) -> None:
    from engine.cases.erasure import ERASE
    from worker.periodic import standard
    from worker.queues import Queues, connect
    from worker.scheduler import Scheduler

    settings = _settings(desk, redis)
    stop = _until_told()
    with _engine(settings) as (engine, registry):
        Scheduler(
            engine,
            Queues(connect(_redis(settings))),
            f"scheduler-{os.getpid()}-{uuid4().hex[:8]}",
            types=sorted({*registry.jobs, ERASE}),
            periodic=standard(proof_every=settings.proof_every),
        ).run(stop)


def _worker(desk: Desk, redis: str | None, queues: str | None) -> None:
    from engine.casepage.bundle import open_content
    from engine.cli.shipped import settings_folder
    from engine.history.keeping import load_keeping
    from engine.history.signing import key_file
    from engine.installation import Timetables
    from engine.reports import open_reports
    from engine.retention import Retention
    from worker.labour import labour
    from worker.office import settle
    from worker.queues import QueueName, connect

    settings = _settings(desk, redis)
    chosen = [name.strip() for name in (queues or ",".join(QueueName)).split(",") if name.strip()]
    known = {name.value for name in QueueName}
    if not chosen or not set(chosen) <= known:
        raise InvalidInput.at(
            "--queues",
            message_zh=f"可用的队列：{', '.join(QueueName)}",
            message_en=f"the queues are {', '.join(QueueName)}",
        )
    with _engine(settings) as (engine, registry):
        config = Path(settings.config) if settings.config else settings_folder()
        content = open_content(engine, config, Path(settings.data), scanner=settings.scanner)
        signing = key_file(settings.database, settings.signing_key) if _signs(settings) else None
        reports = open_reports(engine, config, Timetables(config), shipped=settings_folder())
        settle(
            engine,
            registry,
            content=content,
            retention=Retention.load(config),
            signing=signing,
            keeping=load_keeping(config),
            reports=reports,
        )
        labour(chosen, connect(_redis(settings)))


def _serve(desk: Desk, redis: str | None, workers: int | None, no_api: bool) -> None:
    from worker.serve import serve_all

    settings = _settings(desk, redis)
    serve_all(settings, _until_told(), desk, workers=workers, api=not no_api)


def _settings(desk: Desk, redis: str | None) -> ServiceSettings:
    from dataclasses import replace

    from engine.cli.options import DATABASE
    from engine.settings import ServiceSettings

    logging.basicConfig(
        level=os.environ.get("BIHUAN_LOG_LEVEL", "info").upper(),
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
        stream=sys.stderr,
    )
    # It tells of every step of every token.
    logging.getLogger("spiff").setLevel(logging.WARNING)
    settings = ServiceSettings.read()
    chosen = desk.chosen
    if chosen.database != DATABASE:
        settings = replace(settings, database=chosen.database)
    if chosen.keyring is not None:
        settings = replace(settings, keyring=chosen.keyring)
    return replace(settings, redis=redis) if redis else settings


def _signs(settings: ServiceSettings) -> bool:
    return bool(settings.signing_key) or settings.database.startswith("sqlite:///")


def _redis(settings: ServiceSettings) -> str:
    if not settings.redis:
        raise InvalidInput.at(
            "--redis",
            message_zh="请用 --redis 或 BIHUAN_REDIS 指定 Redis（redis://… 或 unix:///路径）",
            message_en="name the Redis with --redis or BIHUAN_REDIS (redis://… or unix:///path)",
        )
    return settings.redis


@contextmanager
def _engine(settings: ServiceSettings) -> Iterator[tuple[Engine, Registry]]:
    from worker.connectors.registry import Registry
    from worker.opening import open_worker_engine

    registry = Registry.of(settings)
    engine = open_worker_engine(settings, registry)
    try:
        yield engine, registry
    finally:
        engine.close()


def _until_told() -> threading.Event:
    """Set when SIGTERM or SIGINT comes."""
    stop = threading.Event()

    def stopped(signum: int, _: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, stopped)
    signal.signal(signal.SIGINT, stopped)
    return stop
