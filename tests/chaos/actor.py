"""The processes that are killed: `python -m tests.chaos.actor <part> <folder> <name>`.

Scheduler and worker are the ones of the product, with a clock that jumps; the API is the command `bihuan api`
itself. A clerk starts cases and completes their tasks over HTTP; a machine does jobs by fetch-and-lock. Both write
down what they did, before they can be sure that it counted, so that a checker can hold it against the database.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa

from api.client import Client, Refused
from engine.cli.application import run
from engine.errors import BihuanError
from engine.facade import Engine
from engine.installation import open_engine
from worker.labour import labour
from worker.office import settle
from worker.queues import QueueName, Queues, connect
from worker.scheduler import Pace, Scheduler

PACE = Pace(poll=0.1, lease=3.0, hold=4.0, batch=5, depth=6, mark=0.3)
LOCK = 4_000_000
AWAY = (sa.exc.DBAPIError, OSError)
GRID = "G1"
OVERTAKEN = (404, 409)
"""What is answered when an earlier attempt, whose answer was lost, did it already."""
SERVER_ERRORS = 429
"""From here on it is the server's state that refuses, not the request."""

_LOG = logging.getLogger(__name__)


class JumpingClock:
    """The machine's time and what a file says is to be added, in microseconds."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self) -> int:
        return time.time_ns() // 1000 + int(self._path.read_text() or 0)


class Diary:
    """What an actor did, a line each; survives its end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("a", encoding="utf-8")

    def write(self, **said: Any) -> None:
        """Add a line, at once."""
        self._file.write(json.dumps(said) + "\n")
        self._file.flush()

    def read(self) -> list[dict[str, Any]]:
        """All whole lines of this actor's past lives."""
        return read_lines(self._path)


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The lines of a diary; one cut short by a kill counts for nothing."""
    found = []
    for line in path.read_text("utf-8").split("\n"):
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


def opened(folder: Path) -> Engine:
    """The engine on the stage's database, once it can be reached."""
    said = json.loads((folder / "stage.json").read_text())
    clock = JumpingClock(folder / "offset")
    while True:
        try:
            return open_engine(
                said["database"],
                Path(said["config"]),
                clock=clock,
                create=False,
                keyring=f"sqlite:///{folder}/keys",
                pool_size=3,
            )
        except AWAY:
            time.sleep(0.1)


def clerk(folder: Path, name: str) -> None:
    """Start the cases meant for this clerk and complete their task, each until it is certain."""
    diary = Diary(folder / f"{name}.diary")
    done = {line["key"] for line in diary.read() if line["did"] == "completed"}
    said = json.loads((folder / "stage.json").read_text())
    mine = [key for key in said["keys"][name] if key not in done]
    with Client(said["api"], token=said["token"], timeout=10.0) as client:
        for key in mine:
            _insist(partial(_handle, client, diary, key))
            time.sleep(said["pace"])
    diary.write(did="finished", key="")


def _handle(client: Client, diary: Diary, key: str) -> None:
    diary.write(did="means", key=key)
    given = {"id": key, "urgent": key.endswith("0"), "grid": GRID}
    case = client.start("chaos", given, business_key=key, key=key)
    diary.write(did="started", key=key, case=str(case))
    for task in client.case(case)["tasks"]:
        try:
            client.claim(task["id"], key=f"{key}/claim")
            client.complete(task["id"], key=f"{key}/complete")
        except Refused as refused:
            if refused.status not in OVERTAKEN:
                raise
    diary.write(did="completed", key=key, case=str(case))


def _insist(action: Callable[[], None]) -> None:
    while True:
        try:
            action()
        except httpx.HTTPError:
            time.sleep(0.1)
        except Refused as refused:
            if refused.status < SERVER_ERRORS:
                raise
            time.sleep(0.1)
        else:
            return


def machine(folder: Path, name: str) -> None:
    """Do jobs until killed: note the effect, then report."""
    diary = Diary(folder / f"{name}.diary")
    with opened(folder) as engine:
        while True:
            try:
                for job in engine.jobs.fetch_and_lock(name, ["probe"], lock=LOCK, limit=3):
                    diary.write(did="effect", key=job.key, id=job.variables["id"])
                    try:
                        engine.jobs.complete(job.case_id, job.job_id, {"ok": True}, worker=name)
                    except BihuanError as error:
                        diary.write(did="refused", key=job.key, code=error.code)
            except AWAY:
                time.sleep(0.1)
            time.sleep(0.05)


def scheduler(folder: Path, name: str) -> None:
    """The product's scheduler."""
    said = json.loads((folder / "stage.json").read_text())
    with opened(folder) as engine:
        Scheduler(engine, Queues(connect(said["redis"])), f"{name}-{os.getpid()}", pace=PACE).run(
            threading.Event()
        )


def worker(folder: Path, name: str) -> None:
    """The product's worker."""
    said = json.loads((folder / "stage.json").read_text())
    with opened(folder) as engine:
        settle(engine)
        labour(list(QueueName), connect(said["redis"]))


def api(folder: Path, name: str) -> None:
    """The product's API: the command itself, in this process."""
    said = json.loads((folder / "stage.json").read_text())
    os.environ |= {
        "BIHUAN_DATABASE": said["database"],
        "BIHUAN_KEYRING": f"sqlite:///{folder}/keys",
        "BIHUAN_CONFIG": said["config"],
        "BIHUAN_DATA": f"{folder}/data",
        "BIHUAN_REDIS": said["redis"],
        "BIHUAN_PORT": said["api"].rpartition(":")[2],
        "BIHUAN_PROCESSES": "1",
        "BIHUAN_LOG_LEVEL": "warning",
        "BIHUAN_LOG_REQUESTS": "false",
        "BIHUAN_POOL_SIZE": "3",
    }
    while code := run(["api"]):
        _LOG.warning("the API ended with %s", code)
        time.sleep(0.2)


PARTS = {"api": api, "clerk": clerk, "machine": machine, "scheduler": scheduler, "worker": worker}

if __name__ == "__main__":
    PARTS[sys.argv[1]](Path(sys.argv[2]), sys.argv[3])
