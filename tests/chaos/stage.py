"""The stage: servers behind ways that can be cut, actors that are killed, and a stir that does it."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import sqlalchemy as sa

from engine.accounts.office import Office
from engine.accounts.security_log import Origin
from engine.directory.changes import AddUnit, AssignRole, Hire
from engine.directory.draft import Change
from engine.facade import Engine
from engine.history import Replayer, Verifier
from engine.installation import open_engine
from engine.store.tables import METADATA, cases, events
from tests.chaos.actor import GRID, JumpingClock, read_lines
from tests.chaos.checker import HOT_TABLES, Event, Record, unpacked
from tests.chaos.proxy import Proxy
from tests.infrastructure.postgres_server import PostgresServer
from tests.infrastructure.redis_process import RedisProcess
from tests.support.bpmn import boundary, catch, diagram, end, message, service, start, throw, timer, user

SECOND = 1_000_000
BEGIN = 1_700_000_000_000_000
SCOPES = ("tasks:read", "tasks:act", "cases:read", "cases:start")
UNLIMITED = "[rates]\ncaller = 10000000\naddress = 10000000\nsign_in = 10000000\n"

STAFF: tuple[Change, ...] = (
    AddUnit(unit="K", name="青禾县", parent=None, level="county", at=BEGIN),
    AddUnit(unit="T1", name="青石镇", parent="K", level="town", at=BEGIN),
    AddUnit(unit="V1", name="柳溪村", parent="T1", level="village", at=BEGIN),
    AddUnit(unit=GRID, name="柳溪村第一网格", parent="V1", level="grid", at=BEGIN),
    Hire(person="grid", name="grid", login="grid", at=BEGIN),
    AssignRole(person="grid", unit=GRID, role="grid_worker", at=BEGIN),
)

PROCESS = diagram(
    start("s"),
    user(
        "u",
        extension="<zeebe:priorityDefinition priority='=if urgent then 90 else 50' />"
        '<zeebe:properties><zeebe:property name="bihuan:candidate" value="网格/网格员"/></zeebe:properties>',
    ),
    boundary("late", "u", timer(duration="PT2S"), interrupting=False),
    catch("rest", timer(duration="PT1S")),
    service("do", "probe"),
    throw("tell", message("told", "=id"), inputs={"of": "=id"}),
    catch("again", timer(duration="PT1S")),
    end("e"),
    end("f"),
    "s -> u -> rest -> do -> tell -> again -> e; late -> f",
    key="chaos",
)
RECEIVER = diagram(start("s", message("told")), end("e"), "s -> e", key="receiver")


@dataclass(frozen=True, kw_only=True, slots=True)
class Size:
    """How much happens. jump: seconds the clock jumps at most, either way. pace: seconds a clerk rests a case."""

    cases: int
    kills: int
    clerks: int = 1
    workers: int = 2
    flushes: int = 1
    redis_restarts: int = 1
    postgres_restarts: int = 1
    cuts: int = 2
    jumps: int = 2
    jump: int = 3
    pace: float = 0.4
    rest: tuple[float, float] = (0.3, 0.9)
    patience: float = 45.0


@dataclass
class Stage:
    """Everything of one run; `with` sets it up and clears it away."""

    size: Size
    seed: int
    did: Counter[str] = field(default_factory=Counter)
    _actors: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self.folder = Path(tempfile.mkdtemp(prefix="bhc"))
        self.random = random.Random(self.seed)
        self._postgres = PostgresServer()
        self._postgres.__enter__()
        self._redis = RedisProcess()
        self._redis.start()
        name = self._postgres.create_database()
        self.direct = self._postgres.url(name)
        self._ways = {
            "postgres": Proxy(
                Path(self._postgres.conninfo().split()[0].removeprefix("host=")) / ".s.PGSQL.5432"
            ),
            "redis": Proxy(self._redis.folder / "redis.sock"),
        }
        for way in self._ways.values():
            way.start()
        (self.folder / "offset").write_text("0")
        self._config = self.folder / "config"
        shutil.copytree("config", self._config)
        (self._config / "accounts.toml").write_text(UNLIMITED)
        with self.engine(create=True) as engine:
            assert engine.directory is not None
            engine.directory.change(*STAFF, actor="admin", recorded_at=engine.clock(), reason="a county")
            engine.deploy({"chaos.bpmn": PROCESS, "receiver.bpmn": RECEIVER}, actor="designer")
            self._describe(name, self._token(engine))
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._actors.values():
            _kill(process)
        for way in self._ways.values():
            way.close()
        self._redis.__exit__()
        self._postgres.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def engine(self, *, create: bool = False) -> Engine:
        """An engine that goes around the ways that are cut."""
        return open_engine(
            self.direct,
            self._config,
            clock=JumpingClock(self.folder / "offset"),
            create=create,
            keyring=f"sqlite:///{self.folder}/keys",
            cache_size=0,
            pool_size=2,
        )

    def _token(self, engine: Engine) -> str:
        assert engine.directory is not None
        office = Office.open(
            engine.database, engine.directory, self._config, clock=engine.clock, random=engine.config.random
        )
        origin = Origin(address="", agent="", actor="chaos")
        return office.tokens.make("clerks", SCOPES, 30, origin, person="grid")[1]

    def _describe(self, database: str, token: str) -> None:
        keys = {
            f"clerk-{number}": [
                f"c{case}" for case in range(self.size.cases) if case % self.size.clerks == number
            ]
            for number in range(self.size.clerks)
        }
        said = {
            "database": f"postgresql+psycopg://postgres@127.0.0.1:{self._ways['postgres'].port}/{database}",
            "redis": f"redis://127.0.0.1:{self._ways['redis'].port}/0",
            "config": str(self._config),
            "api": f"http://127.0.0.1:{_free_port()}",
            "token": token,
            "keys": keys,
            "pace": self.size.pace,
        }
        (self.folder / "stage.json").write_text(json.dumps(said))

    # -- actors ------------------------------------------------------------------------------------

    def start_actors(self) -> None:
        """The API, two schedulers, workers, a machine and the clerks."""
        parts = ["api-0", "scheduler-0", "scheduler-1", "machine-0"]
        parts += [f"worker-{number}" for number in range(self.size.workers)]
        parts += [f"clerk-{number}" for number in range(self.size.clerks)]
        for name in parts:
            self._start(name)

    def _start(self, name: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self._actors[name] = subprocess.Popen(
                [sys.executable, "-m", "tests.chaos.actor", name.partition("-")[0], str(self.folder), name],
                stdout=log,
                stderr=log,
                env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
                start_new_session=True,
            )

    def keep_alive(self) -> None:
        """Start again whoever ended, but for clerks that are done."""
        for name, process in list(self._actors.items()):
            if process.poll() is not None and not (name.startswith("clerk") and self._finished(name)):
                self._start(name)

    def _finished(self, name: str) -> bool:
        path = self.folder / f"{name}.diary"
        return path.exists() and any(line["did"] == "finished" for line in read_lines(path))

    # -- what happens to them ----------------------------------------------------------------------

    def stir(self) -> None:
        """Everything the size asks for, in a random order at random moments."""
        deeds = (
            ["kill"] * self.size.kills
            + ["flush"] * self.size.flushes
            + ["restart_redis"] * self.size.redis_restarts
            + ["restart_postgres"] * self.size.postgres_restarts
            + ["cut"] * self.size.cuts
            + ["jump"] * self.size.jumps
        )
        self.random.shuffle(deeds)
        for deed in deeds:
            time.sleep(self.random.uniform(*self.size.rest))
            getattr(self, f"_{deed}")()
            self.did[deed] += 1
            self.keep_alive()

    def _kill(self) -> None:
        alive = sorted(name for name, process in self._actors.items() if process.poll() is None)
        name = self.random.choice(alive)
        _kill(self._actors[name])
        self.did[f"killed {name.partition('-')[0]}"] += 1

    def _flush(self) -> None:
        from worker.queues import connect

        with connect(self._redis.url) as client:
            client.flushall()

    def _restart_redis(self) -> None:
        self._redis.kill()
        time.sleep(self.random.uniform(0, 0.5))
        self._redis.start()

    def _restart_postgres(self) -> None:
        self._postgres.stop(self.random.choice([signal.SIGINT, signal.SIGQUIT]))
        time.sleep(self.random.uniform(0, 0.5))
        self._postgres.start()

    def _cut(self) -> None:
        way = self._ways[self.random.choice(sorted(self._ways))]
        way.cut()
        time.sleep(self.random.uniform(0.1, 0.8))
        way.mend()

    def _jump(self) -> None:
        offset = self.random.randint(-self.size.jump, self.size.jump) * SECOND
        path = self.folder / "offset.new"
        path.write_text(str(offset))
        path.replace(self.folder / "offset")

    # -- what came of it ---------------------------------------------------------------------------

    def settle(self) -> bool:
        """Let everybody finish; whether all cases ended in time."""
        for way in self._ways.values():
            way.mend()
        deadline = time.monotonic() + self.size.patience
        with self.engine() as engine:
            while time.monotonic() < deadline:
                self.keep_alive()
                if self._all_done(engine):
                    return True
                time.sleep(0.3)
        return False

    def _all_done(self, engine: Engine) -> bool:
        query = sa.select(cases.c.definition_key, cases.c.status, sa.func.count()).group_by(
            cases.c.definition_key, cases.c.status
        )
        with engine.database.reading() as tx:
            found = {(row[0], row[1]): row[2] for row in tx.execute(query)}
            left = tx.execute(sa.select(sa.func.count()).select_from(METADATA.tables["outbox"])).scalar()
        wanted = {("chaos", "completed"): self.size.cases, ("receiver", "completed"): self.size.cases}
        return (
            found == wanted
            and not left
            and all(self._finished(name) for name in self._actors if name.startswith("clerk"))
        )

    def record(self) -> Record:
        """What the checker is given."""
        lines = [line for path in sorted(self.folder.glob("*.diary")) for line in read_lines(path)]
        with self.engine() as engine:
            found = [
                f"{finding.rule} of {finding.case_id} at {finding.seq}: {finding.message_en}"
                for reports in (Verifier(engine).verify_all(), Replayer(engine).replay_all())
                for report in reports
                for finding in report.findings
            ]
            with engine.database.reading() as tx:
                rows = tx.execute(
                    sa.select(cases.c.case_id, cases.c.definition_key, cases.c.business_key, cases.c.status)
                ).fetchall()
                log = [_event(row) for row in tx.execute(sa.select(events)).fetchall()]
                left = {
                    name: int(
                        tx.execute(sa.select(sa.func.count()).select_from(METADATA.tables[name])).scalar()
                        or 0
                    )
                    for name in HOT_TABLES
                }
        return Record(
            meant=sorted({line["key"] for line in lines if line["did"] == "means"}),
            effects=[(line["key"], line["id"]) for line in lines if line["did"] == "effect"],
            cases=[(str(row[0]), row[1], row[2], row[3]) for row in rows],
            events=log,
            left=left,
            found=found,
            receivers=_senders(rows, log),
        )


def _kill(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL for a process and those it started: the API answers in children."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _free_port() -> int:
    with socket.socket() as attempt:
        attempt.bind(("127.0.0.1", 0))
        return int(attempt.getsockname()[1])


def _event(row: Any) -> Event:
    content = unpacked(bytes(row.content))
    return Event(str(row.case_id), row.seq, row.kind, content["input"], content["effects"], row.effective_at)


def _senders(rows: Any, log: list[Event]) -> dict[str, str]:
    """For each receiving case the business key of the case whose message started it."""
    receiving = {str(row[0]) for row in rows if row[1] == "receiver"}
    return {
        event.case: event.input["variables"].get("of", "?")
        for event in log
        if event.kind == "start" and event.case in receiving
    }
