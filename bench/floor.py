"""The floor: what a durable step costs when a bare script writes the same rows.

    python -m bench.floor [--seconds N]

Measures on a PostgreSQL server of its own, with fsync on, the client on the same machine: a one-row update; the
rows of a durable step written by a bare psycopg script in one transaction, statement by statement and as a
pipeline; and the same rows written through `engine.store`. Also what a single statement costs by each way.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg
import sqlalchemy as sa

from engine.store import Database, Reading, Statement, Transaction, delete, insert, update
from engine.store.probe import Counter
from engine.store.tables import cases, events, idempotency_keys, task_candidates, tasks
from tests.infrastructure.postgres_server import PostgresServer

CASES = 200
STATE = bytes(range(256)) * 3
CONTENT = b'{"kind":"complete","input":{"result":"ok"}}' * 10
HASH = b"h" * 32

Step = Callable[[int], None]


def case_row(number: int) -> dict[str, Any]:
    """A row of `cases` for the case of that number."""
    return {
        "case_id": case_id(number), "definition": HASH, "definition_key": "bench", "definition_version": 1,
        "business_key": None, "status": "active", "provenance": "live", "behaviour": 1, "started_at": 1,
        "ended_at": None, "effective_at": 1, "seq": 0, "head": HASH, "state_hash": HASH, "state": STATE,
    }  # fmt: skip


def case_id(number: int) -> UUID:
    """The id of the case of that number."""
    return UUID(int=0x01890000_0000_7000_8000_000000000000 + number)


def step_rows(number: int) -> dict[str, dict[str, Any]]:
    """The rows that step `number` writes: it completes one task and opens the next."""
    case, task = case_id(number % CASES), number // CASES
    return {
        "event": {
            "case_id": case, "seq": task, "recorded_at": 1, "effective_at": 1, "kind": "complete", "actor": "li",
            "on_behalf_of": None, "content": CONTENT, "hash": HASH,
        },
        "task": {
            "case_id": case, "task_id": task + 1, "token_id": task, "definition_key": "bench", "element_id": "check",
            "name": "核查", "form": "check", "status": "open", "assignee": None, "due_at": 5, "priority": 50,
            "created_at": 1, "soon_at": 4, "urged": 0, "provisional": 0,
        },
        "candidate": {
            "case_id": case, "task_id": task + 1, "kind": "group", "candidate": "town.centre", "due_at": 5,
            "created_at": 1, "free": 1, "soon_at": 4, "priority": 50, "grade": 3, "confidentiality": 0,
            "flow": "bench", "element_id": "check",
        },
        "done_task": {"key_case_id": case, "key_task_id": task},
        "done_candidate": {
            "key_case_id": case, "key_task_id": task, "key_kind": "group", "key_candidate": "town.centre",
        },
        "idempotency": {
            "owner": "li", "key": f"k{number}", "case_id": case, "seq": task, "result": b"{}", "created_at": 1,
        },
        "case": {
            "key_case_id": case, "effective_at": 1, "seq": task, "head": HASH, "state_hash": HASH, "state": STATE,
        },
    }  # fmt: skip


LOCK_CORE = (
    sa.select(cases.c.seq, cases.c.head, cases.c.state)
    .where(cases.c.case_id == sa.bindparam("case_id"))
    .with_for_update()
)
KNOWN_CORE = sa.select(idempotency_keys.c.result).where(
    idempotency_keys.c.owner == sa.bindparam("owner"), idempotency_keys.c.key == sa.bindparam("key")
)
LOCK, KNOWN = Statement(LOCK_CORE), Statement(KNOWN_CORE)
CASE_COLUMNS = ("effective_at", "seq", "head", "state_hash", "state")
WRITES = {
    "event": insert(events),
    "task": insert(tasks),
    "candidate": insert(task_candidates),
    "done_task": delete(tasks),
    "done_candidate": delete(task_candidates),
    "idempotency": insert(idempotency_keys),
    "case": update(cases, *CASE_COLUMNS),
}


def _by_key(statement: Any, table: sa.Table) -> Any:
    return statement.where(*(column == sa.bindparam(f"key_{column.name}") for column in table.primary_key))


WRITES_CORE: dict[str, Any] = {
    "event": events.insert(),
    "task": tasks.insert(),
    "candidate": task_candidates.insert(),
    "done_task": _by_key(tasks.delete(), tasks),
    "done_candidate": _by_key(task_candidates.delete(), task_candidates),
    "idempotency": idempotency_keys.insert(),
    "case": _by_key(cases.update(), cases).values({name: sa.bindparam(name) for name in CASE_COLUMNS}),
}


def write_step(tx: Transaction, rows: dict[str, dict[str, Any]]) -> None:
    """Lock, look for the key, write all rows: a durable step through the store, without any engine."""
    tx.rows_of((LOCK, {"case_id": rows["case"]["key_case_id"]}), (KNOWN, rows["idempotency"]))
    for name, statement in WRITES.items():
        tx.write(statement, rows[name])


def measure(step: Step, seconds: float, start: int) -> tuple[float, int]:
    """Steps per second over about `seconds`, and the number of the next step."""
    number = start
    for _ in range(50):
        step(number)
        number += 1
    began, first = time.perf_counter(), number
    while time.perf_counter() - began < seconds:
        step(number)
        number += 1
    return (number - first) / (time.perf_counter() - began), number


class Bare:
    """The same statements by psycopg alone, in one transaction."""

    def __init__(self, conninfo: str, database: Database) -> None:
        self.connection = psycopg.connect(conninfo)
        dialect = database.engine.dialect
        self._lock, self._known = LOCK.on(dialect).sql, KNOWN.on(dialect).sql
        self._writes = {name: statement.on(dialect) for name, statement in WRITES.items()}

    def one_row(self, number: int) -> None:
        """A one-row update, committed."""
        query = "UPDATE cases SET effective_at = %s WHERE case_id = %s"
        self.connection.execute(query, (number, case_id(number % CASES)))
        self.connection.commit()

    def step(self, number: int) -> None:
        """A durable step, statement by statement."""
        rows = step_rows(number)
        self._read(rows)
        for name, write in self._writes.items():
            self.connection.execute(write.sql, rows[name])
        self.connection.commit()

    def pipelined(self, number: int) -> None:
        """A durable step whose writes and commit are one pipeline."""
        rows = step_rows(number)
        self._read(rows)
        with self.connection.pipeline():
            for name, write in self._writes.items():
                self.connection.execute(write.sql, rows[name])
            self.connection.commit()

    def _read(self, rows: dict[str, dict[str, Any]]) -> None:
        self.connection.execute(self._lock, {"case_id": rows["case"]["key_case_id"]}).fetchone()
        self.connection.execute(self._known, rows["idempotency"]).fetchone()


def ways_to_step(bare: Bare, database: Database) -> dict[str, Step]:
    """The ways to make a durable step, by name; the first is no step but a single row."""

    def by_store(number: int) -> None:
        with database.transaction() as tx:
            write_step(tx, step_rows(number))

    def by_core(number: int) -> None:
        rows = step_rows(number)
        with database.transaction() as tx:
            tx.execute(LOCK_CORE, {"case_id": rows["case"]["key_case_id"]}).fetchone()
            tx.execute(KNOWN_CORE, rows["idempotency"]).fetchone()
            for name, statement in WRITES_CORE.items():
                tx.execute(statement, rows[name])

    return {
        "one-row update, bare psycopg": bare.one_row,
        "step, bare psycopg": bare.step,
        "step, bare psycopg, writes in a pipeline": bare.pipelined,
        "step, engine.store": by_store,
        "step, SQLAlchemy Core": by_core,
    }


def ways_to_read(bare: Bare, database: Database) -> dict[str, Step]:
    """The ways to execute one query that finds one row."""
    query = cases.select().with_only_columns(cases.c.seq).where(cases.c.case_id == sa.bindparam("case_id"))
    prepared = Statement(query)
    text = prepared.on(database.engine.dialect).sql

    def by_driver(number: int) -> None:
        for _ in range(50):
            bare.connection.execute(text, {"case_id": case_id(number % CASES)}).fetchone()

    def repeatedly(execute: Callable[[Reading, dict[str, Any]], Any]) -> Step:
        def run(number: int) -> None:
            with database.reading() as reading:
                for _ in range(50):
                    execute(reading, {"case_id": case_id(number % CASES)})

        return run

    return {
        "query, bare psycopg": by_driver,
        "query, engine.store": repeatedly(lambda reading, params: reading.row(prepared, params)),
        "query, SQLAlchemy Core": repeatedly(
            lambda reading, params: reading.execute(query, params).fetchone()
        ),
    }


def rates(ways: dict[str, Step], seconds: float, rounds: int = 3) -> dict[str, float]:
    """Runs per second of each way: the median of several rounds, taken in turn."""
    found: dict[str, list[float]] = {name: [] for name in ways}
    number = CASES
    for _ in range(rounds):
        for name, step in ways.items():
            rate, number = measure(step, seconds / rounds, number)
            found[name].append(rate)
    return {name: statistics.median(values) for name, values in found.items()}


def floor(server: PostgresServer, seconds: float) -> dict[str, Any]:
    """All figures, on a server that is running."""
    database = Database.open(server.url(), create=True)
    with database.transaction() as tx:
        tx.write_many(insert(cases), [case_row(number) for number in range(CASES)])
    bare = Bare(server.conninfo(), database)
    steps = rates(ways_to_step(bare, database), seconds)
    bare.connection.autocommit = True
    queries = {name: 50 * rate for name, rate in rates(ways_to_read(bare, database), seconds).items()}
    counter = Counter()
    with database.probed(counter), database.transaction() as tx:
        write_step(tx, step_rows(CASES * 1_000_000))
    bare.connection.close()
    database.close()
    return {
        "postgresql": server.version(), "python": platform.python_version(), "fsync": "on",
        "per_second": {name: round(rate) for name, rate in (steps | queries).items()},
        "share_of_bare_step": round(steps["step, engine.store"] / steps["step, bare psycopg"], 2),
        "step_statements": len(counter.statements), "step_round_trips": counter.round_trips,
    }  # fmt: skip


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--seconds", type=float, default=6.0, help="time for each way (default 6)")
    with PostgresServer() as server:
        print(json.dumps(floor(server, options.parse_args().seconds), indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
