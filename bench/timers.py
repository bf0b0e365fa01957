"""The figures of due work: a storm of timers, emergencies in it, lateness under load, an idle scheduler.

    python -m bench.timers [--storm N] [--load SECONDS] [--rate N] [--future N] [--json]

On a PostgreSQL server of its own with fsync on, a real Redis, one scheduler and two workers, each a process of the
product. `--storm 0`, `--load 0` or `--future 0` leaves a part out.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import UUID

import psycopg
from rq import Worker

from engine import Config, Engine
from engine.cases.clock import wall_clock
from engine.directory import Confidentiality, Index
from engine.directory.register import Register
from engine.directory.scope import Everything
from engine.directory.vocabulary import Vocabulary, Words
from engine.inbox import Box, Inbox, Viewer
from engine.store import Database, new_case_id
from tests.infrastructure.postgres_server import PostgresServer
from tests.infrastructure.redis_process import RedisProcess
from tests.support.bpmn import boundary, catch, diagram, end, start, timer, user
from worker.queues import connect
from worker.scheduler import LEASE
from worker.serve import PATIENT, SWIFT

SECOND = 1_000_000
EMERGENCIES = 100
DESKS = 500
"""Open tasks in an inbox that is looked at meanwhile."""
WORKERS = 2
STOPS_WITHIN = 30
"""Seconds, as `deploy/` has them: what a worker has begun it ends first."""

STORM = diagram(start("s"), catch("c", timer(date="=at")), end("e"), "s -> c -> e", key="storm")
URGENT = diagram(
    start("s"),
    user("u", extension="<zeebe:priorityDefinition priority='90' />"),
    boundary("late", "u", timer(date="=at")),
    end("e"),
    end("f"),
    "s -> u -> e; late -> f",
    key="urgent",
)
DESK = diagram(start("s"), user("u", groups="town"), end("e"), "s -> u -> e", key="desk")
LOAD = diagram(
    start("s"),
    user("u"),
    boundary("remind", "u", timer(duration="PT3S"), interrupting=False),
    catch("rest", timer(duration="PT2S")),
    end("e"),
    end("f"),
    "s -> u -> rest -> e; remind -> f",
    key="load",
)


NOWHERE = Index(Register(), Vocabulary(levels=Words(()), departments=Words(()), roles=Words(())))
"""A directory without units: who asks here belongs to none."""


class Asking(Thread):
    """Somebody who looks at a page of their inbox ten times a second."""

    def __init__(self, database: Database) -> None:
        super().__init__(daemon=True)
        groups = {"town": Confidentiality.CONFIDENTIAL}
        scope = Everything(person="bench", subtrees={}, units={}, groups={})
        self._viewer = Viewer(person="bench", at=wall_clock(), groups=groups, scope=scope, index=NOWHERE)
        self._inbox = Inbox(database)
        self._over = Event()
        self._took: list[float] = []

    def run(self) -> None:
        """Until told to stop."""
        while not self._over.wait(0.1):
            began = time.perf_counter()
            rows = self._inbox.page(self._viewer, Box.TODO).rows
            self._took.append(time.perf_counter() - began)
            assert len(rows) == 50

    def stop(self) -> None:
        """Ask no more."""
        self._over.set()
        self.join()

    def figures(self) -> dict[str, Any]:
        """How long it took them."""
        took = sorted(self._took)
        return {
            "inbox pages meanwhile": len(took),
            "inbox p50, ms": round(1000 * took[len(took) // 2], 1),
            "inbox p95, ms": round(1000 * took[len(took) * 95 // 100], 1),
        }


@contextmanager
def processes(url: str, redis: str, keys: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    """One scheduler and two workers, in this order."""
    environment = {
        **os.environ,
        "BIHUAN_DATABASE": url,
        "BIHUAN_REDIS": redis,
        "BIHUAN_KEYRING": f"sqlite:///{keys}",
        "BIHUAN_LOG_LEVEL": "warning",
    }
    lines = [["scheduler"], ["worker", "--queues", SWIFT], ["worker", "--queues", PATIENT]]
    running = [
        subprocess.Popen([sys.executable, "-m", "engine.cli", *line], env=environment) for line in lines
    ]
    try:
        yield running
    finally:
        for process in reversed(running):
            process.terminate()
        for process in running:
            process.wait(STOPS_WITHIN)


def storm(engine: Engine, conninfo: str, url: str, redis: str, keys: Path, count: int) -> dict[str, Any]:
    """`count` timers due within one minute, all at once when the processes start, and emergencies meanwhile."""
    engine.deploy({"storm.bpmn": STORM, "urgent.bpmn": URGENT, "desk.bpmn": DESK}, actor="bench")
    for _ in range(DESKS):
        engine.start("desk", {}, actor="bench")
    due = wall_clock() - 70 * SECOND
    first = engine.start("storm", {"at": _text(due)}, actor="bench").case_id
    _multiply(conninfo, first, count, due, spread=60 * SECOND)
    with psycopg.connect(conninfo, autocommit=True) as connection, processes(url, redis, keys):
        _await(connection, lambda left: left < count)
        asked = Asking(engine.database)
        asked.start()
        for _ in range(EMERGENCIES):
            engine.start("urgent", {"at": _text(wall_clock() + 2 * SECOND)}, actor="bench")
            time.sleep(0.2)
        _await(connection, lambda left: left == 0)
        asked.stop()
        seconds = _span(connection, "storm")
        late = _lateness(connection, "urgent")
    return {
        "timers": count,
        "seconds": round(seconds, 1),
        "timers a second": round(count / seconds),
        "emergencies": len(late),
        "emergency lateness, longest, s": round(max(late), 2),
        "emergency lateness, median, s": round(sorted(late)[len(late) // 2], 2),
        **asked.figures(),
    }


def load(
    engine: Engine, conninfo: str, url: str, redis: str, keys: Path, seconds: float, rate: float
) -> dict[str, Any]:
    """Lateness of timers while people complete `rate` tasks a second."""
    engine.deploy({"load.bpmn": LOAD}, actor="bench")
    completed = 0
    with psycopg.connect(conninfo, autocommit=True) as connection, processes(url, redis, keys):
        _await_workers(engine, redis)
        began = time.monotonic()
        waiting: list[UUID] = []
        while (elapsed := time.monotonic() - began) < seconds:
            if completed > elapsed * rate:
                time.sleep(0.002)
                continue
            waiting.append(engine.start("load", {}, actor="bench").case_id)
            if len(waiting) > rate * 4:
                case = waiting.pop(0)
                engine.complete(case, _task(engine, case), {}, actor="bench")
                completed += 1
            elif completed == 0:
                began = time.monotonic()
        took = time.monotonic() - began
        time.sleep(4)
        late = sorted(_lateness(connection, "load"))
    return {
        "seconds": round(took),
        "completions a second": round(completed / took, 1),
        "starts a second": round(completed / took, 1),
        "timers fired": len(late),
        "lateness p50, s": round(late[len(late) // 2], 3),
        "lateness p99, s": round(late[len(late) * 99 // 100], 3),
        "lateness longest, s": round(late[-1], 3),
    }


def idle(engine: Engine, conninfo: str, url: str, redis: str, keys: Path, count: int) -> dict[str, Any]:
    """What the scheduler costs while `count` timers are still ahead."""
    engine.deploy({"storm.bpmn": STORM}, actor="bench")
    ahead = wall_clock() + 86_400 * SECOND
    first = engine.start("storm", {"at": _text(ahead)}, actor="bench").case_id
    _multiply(conninfo, first, count, ahead, spread=86_400 * SECOND)
    with processes(url, redis, keys) as running:
        # Starting up is no part of what it costs to be idle.
        _await_workers(engine, redis)
        time.sleep(5)
        before, began = _cpu(running[0].pid), time.monotonic()
        server = _server_cpu(conninfo)
        time.sleep(60)
        took = time.monotonic() - began
        used, served = _cpu(running[0].pid) - before, _server_cpu(conninfo) - server
    return {
        "future timers": count,
        "scheduler, % of a core": round(100 * used / took, 2),
        "PostgreSQL, all of it, % of a core": round(100 * served / took, 2),
    }


def _await_workers(engine: Engine, redis: str) -> None:
    """Until the scheduler leads and both workers wait: starting up is no part of what is measured."""
    with connect(redis) as client:
        while engine.leases.holder(LEASE) is None or Worker.count(connection=client) < WORKERS:
            time.sleep(0.2)


def _multiply(conninfo: str, first: UUID, count: int, due: int, *, spread: int) -> None:
    """Copy a case with its log, state and timer until there are `count`, each due at its own moment."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("CREATE TEMP TABLE copies (n int, id uuid)")
        with connection.cursor().copy("COPY copies FROM STDIN") as copy:
            for number in range(count - 1):
                copy.write_row((number, new_case_id(wall_clock(), number.to_bytes(8, "big"))))
        for table, changed in (
            ("events", {}),
            ("cases", {}),
            ("timers", {"due_at": "due", "sweep_at": "due"}),
        ):
            columns = [
                row[0]
                for row in connection.execute(
                    "SELECT column_name FROM information_schema.columns WHERE table_name = %s", (table,)
                )
            ]
            values = [
                "copies.id" if name == "case_id" else changed.get(name, f"{table}.{name}") for name in columns
            ]
            connection.execute(
                f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {table}, copies, "
                f"LATERAL (SELECT {due} + (copies.n::bigint * {spread}) / {count} AS due) AS moment "
                f"WHERE {table}.case_id = %s".encode(),
                (first,),
            )
        connection.execute(
            b"UPDATE timers SET due_at = %s, sweep_at = %s WHERE case_id = %s", (due, due, first)
        )
        connection.execute("ANALYZE")


def _await(connection: psycopg.Connection, enough: Any) -> None:
    while True:
        row = connection.execute(
            "SELECT count(*) FROM timers WHERE due_at <= (extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
        ).fetchone()
        assert row is not None
        if enough(int(row[0])):
            return
        time.sleep(0.5)


def _span(connection: psycopg.Connection, process: str) -> float:
    """Seconds from the first to the last timer of a process that took effect."""
    row = connection.execute(
        "SELECT min(e.recorded_at), max(e.recorded_at) FROM events e JOIN cases c USING (case_id) "
        "WHERE c.definition_key = %s AND e.kind = 'fire-timer'",
        (process,),
    ).fetchone()
    assert row is not None
    return (int(row[1]) - int(row[0])) / SECOND


def _lateness(connection: psycopg.Connection, process: str) -> list[float]:
    """By how many seconds each fired timer was late: the commit's time against the due time in the log."""
    from engine.cases.log import unpack

    found: list[float] = []
    due: dict[tuple[UUID, int], int] = {}
    for case, kind, content, at in connection.execute(
        "SELECT e.case_id, e.kind, e.content, e.recorded_at FROM events e JOIN cases c USING (case_id) "
        "WHERE c.definition_key = %s ORDER BY e.case_id, e.seq",
        (process,),
    ):
        said = json.loads(unpack(bytes(content)))
        for effect in said["effects"]:
            if effect[0] == "timer+":
                due[case, effect[2][0]] = effect[2][3]
        if kind == "fire-timer":
            found.append((at - due[case, said["input"]["timer"]]) / SECOND)
    return found


def _task(engine: Engine, case: UUID) -> int:
    return engine.tasks(case_id=case)[0].id


def _text(micros: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(micros // SECOND)) + "Z"


def _cpu(pid: int) -> float:
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def _server_cpu(conninfo: str) -> float:
    with psycopg.connect(conninfo) as connection:
        row = connection.execute("SELECT setting FROM pg_settings WHERE name = 'data_directory'").fetchone()
    assert row is not None
    top = int(Path(row[0], "postmaster.pid").read_text().split()[0])
    return _cpu(top) + sum(
        _cpu(int(path.parent.name)) for path in Path("/proc").glob("[0-9]*/stat") if _parent(path) == top
    )


def _parent(path: Path) -> int:
    try:
        return int(path.read_text().rpartition(")")[2].split()[1])
    except (OSError, ValueError):
        return -1


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.timers", description=__doc__)
    parser.add_argument("--storm", type=int, default=100_000)
    parser.add_argument("--load", type=float, default=600)
    parser.add_argument("--rate", type=float, default=64)
    parser.add_argument("--future", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    figures: dict[str, dict[str, Any]] = {}
    with PostgresServer() as server, RedisProcess() as redis, tempfile.TemporaryDirectory() as folder:
        keys = Path(folder) / "keys"
        wanted = {"storm": given.storm, "load": given.load, "idle": given.future}
        for name in [name for name, size in wanted.items() if size]:
            database = server.create_database()
            url, conninfo = server.url(database), server.conninfo(database)
            place = (conninfo, url, redis.url, keys)
            with Engine.open(url, config=Config(keyring=f"sqlite:///{keys}")) as engine:
                if name == "storm":
                    figures[name] = storm(engine, *place, given.storm)
                elif name == "load":
                    figures[name] = load(engine, *place, given.load, given.rate)
                else:
                    figures[name] = idle(engine, *place, given.future)
            if not given.json:
                print(name, json.dumps(figures[name], ensure_ascii=False), flush=True)
    if given.json:
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
