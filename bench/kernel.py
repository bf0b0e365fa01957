"""The kernel's figures: durable step, loop, multi-instance, storage, replay.

    python -m bench.kernel [--seconds N] [--cases N]

Everything runs in one process against a PostgreSQL server of its own with fsync on, on the same machine, and is
compared within the same run with a bare psycopg script that writes the same rows (see `bench.floor`).
"""

from __future__ import annotations

import argparse
import gc
import json
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench import floor, processes
from engine import Config, Engine
from engine.cases.clock import wall_clock
from engine.history import Replayer
from engine.history.fold import fold
from engine.history.signing import SigningKey
from engine.history.tree import ProofTree
from engine.store import Database, insert
from engine.store.probe import Counter
from engine.store.tables import METADATA, cases
from tests.infrastructure.postgres_server import PostgresServer

ROUNDS = 5
GRIDS = 1223


def rate(action: Callable[[], Any], seconds: float) -> float:
    """How often a second `action` runs."""
    began = time.perf_counter()
    runs = 0
    while (elapsed := time.perf_counter() - began) < seconds:
        action()
        runs += 1
    return runs / elapsed


class LoopingCases:
    """Cases that always have one task to complete; `complete` and `claim` do the next one."""

    def __init__(self, engine: Engine, number: int) -> None:
        self.engine = engine
        self._open: list[tuple[UUID, int]] = []
        for _ in range(number):
            outcome = engine.start("loop", {"again": True}, actor="li")
            self._open.append((outcome.case_id, _task_in(outcome.effects)))
        self._next = 0
        self._keys = 0
        self._name = str(self._open[0][0])

    def complete(self) -> None:
        """Complete a task; the case opens the next one."""
        place = self._next
        self._next = (place + 1) % len(self._open)
        self._keys += 1
        case_id, task = self._open[place]
        outcome = self.engine.complete(
            case_id, task, {"again": True}, actor="li", idempotency_key=f"{self._name}/{self._keys}"
        )
        self._open[place] = (case_id, _task_in(outcome.effects))

    def claim(self) -> None:
        """Claim a task and give it back: two durable steps."""
        place = self._next
        self._next = (place + 1) % len(self._open)
        case_id, task = self._open[place]
        self.engine.claim(case_id, task, actor="li")
        self.engine.unclaim(case_id, task, actor="li")


def _task_in(effects: list[list[Any]]) -> int:
    return next(int(effect[2][0]) for effect in effects if effect[0] == "task+")


def step(server: PostgresServer, seconds: float) -> dict[str, Any]:
    """Durable steps through the engine against a bare script that writes the same rows, in turn."""
    conninfo, url = server.conninfo(), server.url()
    database = Database.open(url, create=True)
    with database.transaction() as tx:
        tx.write_many(insert(cases), [floor.case_row(number) for number in range(floor.CASES)])
    bare = floor.Bare(conninfo, database)
    with Engine.open(url) as engine, Engine.open(url, config=Config(cache_size=0)) as uncached:
        engine.deploy(processes.loop(), actor="bench")
        live, cold = LoopingCases(engine, floor.CASES), LoopingCases(uncached, floor.CASES)
        counters = iter(range(floor.CASES * 10_000, 10**9))
        ways: dict[str, Callable[[], Any]] = {
            "one-row update, bare psycopg": lambda: bare.one_row(next(counters)),
            "step, bare psycopg": lambda: bare.step(next(counters)),
            "complete, engine": live.complete,
            "complete, engine, no cache": cold.complete,
            "claim and give back, engine (pairs)": live.claim,
        }
        figures = _in_turn(ways, seconds)
        counter = Counter()
        with engine.database.probed(counter):
            live.complete()
    bare.connection.close()
    database.close()
    return {
        "per_second": {name: round(value) for name, value in figures.items()},
        "complete_share_of_bare_step": round(figures["complete, engine"] / figures["step, bare psycopg"], 2),
        "complete_share_of_one_row_update": round(
            figures["complete, engine"] / figures["one-row update, bare psycopg"], 2
        ),
        "round_trips": counter.round_trips,
        "statements": len(counter.statements),
    }


def _in_turn(ways: dict[str, Callable[[], Any]], seconds: float) -> dict[str, float]:
    for action in ways.values():
        rate(action, 0.2)
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, action in ways.items():
            found[name].append(rate(action, seconds / ROUNDS))
    return {name: statistics.median(values) for name, values in found.items()}


def loop(url: str) -> dict[str, Any]:
    """What completing a task costs at the first rounds of a loop and after 1,000 rounds, cached and not."""
    result: dict[str, Any] = {}
    for name, cache in (("cached", 100), ("rebuilt", 0)):
        with Engine.open(url, config=Config(cache_size=cache)) as engine:
            engine.deploy(processes.loop(), actor="bench")
            old = LoopingCases(engine, 1)
            for _ in range(1000):
                old.complete()
            early, late = [], []
            for _ in range(200):
                young = LoopingCases(engine, 1)
                early.append(_time(young.complete))
                late.append(_time(old.complete))
        result[name] = {
            "iteration_1_ms": round(statistics.median(early) * 1000, 3),
            "iteration_1000_ms": round(statistics.median(late) * 1000, 3),
            "ratio": round(statistics.median(late) / statistics.median(early), 2),
        }
    return result


def _time(action: Callable[[], Any]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def multi_instance(url: str) -> dict[str, Any]:
    """Completions of the first and of the last instances among 1,223."""
    with Engine.open(url) as engine:
        engine.deploy(processes.many(), actor="bench")
        began = time.perf_counter()
        grids = [f"grid-{number}" for number in range(GRIDS)]
        outcome = engine.start("many", {"grids": grids}, actor="li")
        started = time.perf_counter() - began
        tasks = [int(effect[2][0]) for effect in outcome.effects if effect[0] == "task+"]
        times = [
            _time(lambda task=task: engine.complete(outcome.case_id, task, {"found": 0}, actor="li"))  # type: ignore[misc]
            for task in tasks
        ]
        status = engine.case(outcome.case_id).status
    first, last = statistics.median(times[:50]), statistics.median(times[-51:-1])
    return {
        "instances": GRIDS,
        "status": status,
        "start_s": round(started, 2),
        "first_ms": round(first * 1000, 2),
        "last_ms": round(last * 1000, 2),
        "very_last_ms": round(times[-1] * 1000, 2),
        "ratio": round(last / first, 2),
    }


def storage(url: str, number: int) -> dict[str, Any]:
    """Bytes a finished case of three user tasks leaves, log, proofs and indexes included, after VACUUM.

    As many cases have lived before, so that what their open tasks and unproved events took is used again.
    """
    with Engine.open(url) as engine:
        engine.deploy(processes.three(), actor="bench")
        key = SigningKey(Ed25519PrivateKey.generate())
        for _ in range(number):
            _live_through(engine)
        _prove(engine, key)
        before = _sizes(engine, vacuum=True)
        began = time.perf_counter()
        for _ in range(number):
            _live_through(engine)
        elapsed = time.perf_counter() - began
        _prove(engine, key)
        after = _sizes(engine, vacuum=True)
    by_table = {
        name: round((after[name] - before[name]) / number)
        for name in after
        if after[name] - before[name] > number
    }
    return {
        "cases": number,
        "bytes_per_case": round((sum(after.values()) - sum(before.values())) / number),
        "by_table": by_table,
        "cases_per_second": round(number / elapsed, 1),
    }


def _prove(engine: Engine, key: SigningKey) -> None:
    tree = ProofTree(engine.database, wall_clock)
    while tree.append(key) is not None:
        pass


def _live_through(engine: Engine) -> None:
    outcome = engine.start("three", {}, actor="li")
    for name in "abc":
        task = _task_in(outcome.effects)
        engine.claim(outcome.case_id, task, actor="wang")
        outcome = engine.complete(outcome.case_id, task, processes.filled(name), actor="wang")


def _sizes(engine: Engine, *, vacuum: bool) -> dict[str, int]:
    with engine.database.engine.connect() as connection:
        if vacuum:
            for _ in range(2):  # The second makes pages free again that the first emptied.
                connection.execute(sa.text("VACUUM"))
        query = sa.text("SELECT pg_total_relation_size(:name)")
        return {
            table.name: int(connection.execute(query, {"name": table.name}).scalar_one())
            for table in METADATA.sorted_tables
        }


def replay(url: str, events: int = 2000) -> dict[str, Any]:
    """Events a second: re-executed, and by effects and hashes only; and a case of 2,000 events."""
    with Engine.open(url) as engine:
        engine.deploy({**processes.loop(), **processes.three()}, actor="bench")
        long = LoopingCases(engine, 1)
        for _ in range(events - 1):
            long.complete()
        long_case = long._open[0][0]
        for _ in range(200):
            _live_through(engine)
        short = [case_id for case_id in engine.case_ids() if case_id != long_case][-200:]
        replayer = Replayer(engine)
        logs = [(case_id, list(engine.queries.events(case_id))) for case_id in short]
        number = sum(len(log) for _, log in logs)
        gc.collect()
        executed = _time(lambda: [replayer.replay_events(case_id, log) for case_id, log in logs])
        folded = _time(lambda: [fold(case_id, log) for case_id, log in logs])
        long_time = _time(lambda: replayer.replay(long_case))
        sound = replayer.replay(long_case).is_sound
    return {
        "re_executed_per_second": round(number / executed),
        "effects_and_hashes_per_second": round(number / folded),
        "case_of_2000_events_s": round(long_time, 2),
        "sound": sound,
    }


def sqlite_step(seconds: float) -> dict[str, Any]:
    """Durable steps on SQLite files (WAL, synchronous=FULL)."""
    with tempfile.TemporaryDirectory() as folder, Engine.open(f"sqlite:///{Path(folder) / 'b.db'}") as engine:
        engine.deploy(processes.loop(), actor="bench")
        live = LoopingCases(engine, 50)
        figures = _in_turn({"complete, engine": live.complete}, seconds)
    return {"per_second": {name: round(value) for name, value in figures.items()}}


def measure(seconds: float, number: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each row of figures with its name, as it is measured."""
    with PostgresServer() as server:
        yield (
            "machine",
            {
                "postgresql": server.version(),
                "fsync": "on",
                "python": platform.python_version(),
                "psycopg": psycopg.__version__,
            },
        )
        yield "step", step(server, seconds)
        yield "loop", loop(server.url(server.create_database()))
        yield "multi_instance", multi_instance(server.url(server.create_database()))
        yield "storage", storage(server.url(server.create_database()), number)
        yield "replay", replay(server.url(server.create_database()))
    yield "sqlite", sqlite_step(seconds)


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--seconds", type=float, default=5.0, help="time for each way (default 5)")
    options.add_argument("--cases", type=int, default=2000, help="cases for the storage row (default 2000)")
    chosen = options.parse_args()
    for name, figures in measure(chosen.seconds, chosen.cases):
        print(f"{name}: {json.dumps(figures, ensure_ascii=False, indent=2)}", flush=True)


if __name__ == "__main__":
    main()
