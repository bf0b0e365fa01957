"""The bare baseline writes what the store writes."""

from __future__ import annotations

from typing import Any

import psycopg
import sqlalchemy as sa

from bench.floor import CASES, Bare, case_row, rates, step_rows, ways_to_read, ways_to_step
from engine.store import Database, insert
from engine.store.tables import METADATA, cases


def content(database: Database) -> dict[str, Any]:
    with database.reading() as reading:
        return {
            table.name: reading.execute(sa.select(table).order_by(*table.primary_key)).all()
            for table in METADATA.tables.values()
        }


def test_every_way_to_make_a_step_writes_the_same_rows(postgres_url: str) -> None:
    database = Database.open(postgres_url)
    with database.transaction() as tx:
        tx.write_many(insert(cases), [case_row(number) for number in range(CASES)])
    bare = Bare(postgres_url.replace("postgresql+psycopg", "postgresql"), database)
    _one_row, *steps = ways_to_step(bare, database).values()
    found = []
    for step in steps:
        for number in (CASES, 2 * CASES):
            step(number)
        found.append(content(database))
        with database.transaction() as tx:
            for name in ("tasks", "task_candidates", "idempotency_keys", "unproved_events"):
                tx.execute(sa.delete(METADATA.tables[name]))
        with psycopg.connect(bare.connection.info.dsn, autocommit=True) as admin:
            admin.execute("SET session_replication_role = replica; DELETE FROM events")
    assert found == [found[0]] * 4
    assert {name: len(rows) for name, rows in found[0].items() if rows} == {
        "cases": CASES,
        "events": 2,
        "idempotency_keys": 2,
        "task_candidates": 1,
        "tasks": 1,
        "unproved_events": 2,
    }
    assert found[0]["tasks"][0].task_id == step_rows(2 * CASES)["task"]["task_id"]
    bare.connection.close()
    database.close()


def test_rates_are_measured_for_each_way(postgres_url: str) -> None:
    database = Database.open(postgres_url)
    bare = Bare(postgres_url.replace("postgresql+psycopg", "postgresql"), database)
    bare.connection.autocommit = True
    ways = ways_to_read(bare, database)
    assert [rate > 0 for rate in rates(ways, 0.01, rounds=1).values()] == [True] * len(ways)
    bare.connection.close()
    database.close()
