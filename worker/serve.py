"""The embedded mode: Redis, the API, the scheduler and the workers as one process tree."""

from __future__ import annotations

import os
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import entry_points
from pathlib import Path

from engine.cli.desk import Desk
from engine.settings import ServiceSettings
from engine.store import Database
from worker import redis_server
from worker.tree import Child, Tree

SWIFT = "emergency,timers,outbox,jobs"
"""What the first worker of two looks into, in this order; what takes long and is not due it leaves to the other."""
PATIENT = "emergency,jobs,reports,outbox,timers"
ALONE = "emergency,timers,outbox,jobs,reports"


def serve_all(
    settings: ServiceSettings,
    stop: threading.Event,
    desk: Desk,
    *,
    workers: int | None = None,
    api: bool = True,
) -> None:
    """Run everything until `stop` is set. workers: how many; by default one on SQLite, which has one writer."""
    embedded = settings.database.startswith("sqlite")
    Database.open(settings.database, create=embedded).close()
    count = workers or (1 if embedded else 2)
    with _private_folder() as folder:
        tree = Tree(children(settings, folder, workers=count, api=api))
        tree.run(stop, lambda: _tell(desk, settings, api=api))


def children(settings: ServiceSettings, folder: Path, *, workers: int, api: bool) -> list[Child]:
    """The processes of the tree. The API comes before the others, so that it answers soon."""
    found: list[Child] = []
    if not settings.redis:
        path = folder / redis_server.SOCKET
        found.append(
            Child(
                name="redis",
                command=redis_server.command(folder),
                environment=dict(os.environ),
                ready=path.exists,
            )
        )
        settings = replace(settings, redis=redis_server.address(folder))
    environment = {**os.environ, **settings.environment()}
    if api:
        found += [
            _bihuan(name, environment, ready=_answers(settings) if name == "api" else None)
            for name in _parts("api", "live")
        ]
    found.append(_bihuan("scheduler", environment))
    for number in range(workers):
        queues = ALONE if workers == 1 else (SWIFT, PATIENT)[number % 2]
        found.append(_bihuan("worker", environment, "--queues", queues, name=f"worker {number + 1}"))
    return found


def _parts(*names: str) -> list[str]:
    known = {entry.name for entry in entry_points(group="bihuan.commands")}
    return [name for name in names if name in known]


def _bihuan(
    command: str,
    environment: dict[str, str],
    *words: str,
    name: str = "",
    ready: Callable[[], bool] | None = None,
) -> Child:
    return Child(
        name=name or command,
        command=[sys.executable, "-m", "engine.cli", command, *words],
        environment=environment,
        ready=ready,
    )


def _answers(settings: ServiceSettings) -> Callable[[], bool]:
    def answers() -> bool:
        try:
            if settings.socket:
                with socket.socket(socket.AF_UNIX) as attempt:
                    attempt.connect(settings.socket)
            else:
                socket.create_connection((settings.host, settings.port), timeout=1).close()
        except OSError:
            return False
        return True

    return answers


@contextmanager
def _private_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="bihuan-", ignore_cleanup_errors=True) as name:
        yield Path(name)


def _tell(desk: Desk, settings: ServiceSettings, *, api: bool) -> None:
    if api:
        where = settings.socket or f"http://{settings.host}:{settings.port}/"
        desk.screen.remark(desk.say("serve.up", address=where))
    else:
        desk.screen.remark(desk.say("serve.running"))
