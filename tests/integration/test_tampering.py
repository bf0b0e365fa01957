"""Whoever changes a byte in the database is found out, and the finding says where.

The attacker writes the database but holds no signing key: the triggers are dropped first. BIHUAN_TAMPER=all
tries every byte of every cell instead of a sample.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from engine import Engine, canonical
from engine.cases.log import GENESIS, EventContent, chain, pack, unpack
from engine.errors import BihuanError, Refusal
from engine.history import HistoryFinding, Replayer, Verifier
from engine.store.tables import METADATA
from tests.integration.scenarios import begin, item, opened

EVERY_BYTE = os.environ.get("BIHUAN_TAMPER") == "all"
SAMPLE = 5
"""Bytes tried in one cell when not every one is."""

LOG = ("events", "cases", "scopes")
MIRRORS = ("tasks", "task_candidates", "timers", "subscriptions", "jobs", "incidents", "vault_entries")
DEFINED = ("definitions", "resources", "definition_resources")

UNPROVED: dict[str, set[str]] = {
    "definitions": {"deployment_id", "deployed_at"},
    "jobs": {"status", "due_at", "worker", "locked_until", "lane"},
    "timers": {"lane", "sweep_at"},
}
"""Columns that are no part of what is proved: who works on a job is its worker's business, until it reports, and
when and in which order a sweep takes due work is the scheduler's."""


@dataclass
class Attacked:
    """An engine, and the way its database's owner goes past it."""

    engine: Engine
    owner: sa.Engine


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def attacked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    """An open and a closed case, and a connection for which triggers and constraints do not exist."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('tamper') / 'bihuan.sqlite'}"
    else:
        server = request.getfixturevalue("postgres")
        url = server.url(server.create_database())
    engine, _ = opened(url, cache_size=0)
    with engine:
        populate(engine)
        owner = sa.create_engine(url, isolation_level="AUTOCOMMIT")
        sa.event.listen(owner, "connect", unfettered)
        drop_protection(owner)
        yield Attacked(engine=engine, owner=owner)
        owner.dispose()


def unfettered(connection: Any, _: Any) -> None:
    """No constraint is checked."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute("PRAGMA foreign_keys = OFF")
    else:
        connection.execute("SET session_replication_role = replica")


def drop_protection(owner: sa.Engine) -> None:
    """No trigger refuses, and on PostgreSQL no check either."""
    if owner.dialect.name == "sqlite":
        query, drop = "SELECT name FROM sqlite_master WHERE sql LIKE '%RAISE(%'", "DROP TRIGGER {}"
    else:
        query = "SELECT conrelid::regclass || ' DROP CONSTRAINT ' || conname FROM pg_constraint WHERE contype = 'c'"
        query, drop = f"{query} AND conrelid > 0", "ALTER TABLE {}"
    with owner.connect() as connection:
        for name in connection.execute(sa.text(query)).scalars().all():
            connection.execute(sa.text(drop.format(name)))


def populate(engine: Engine) -> None:
    """One case all open, with an incident and a refusal in its log; one cancelled."""
    case = begin(engine)
    first = item(engine, case, "tasks", "first")
    engine.claim(case, first, actor="zhang")
    engine.fail_job(case, item(engine, case, "jobs", "work"), "坏了", actor="mailer", retries=0)
    engine.suspend(case, actor="admin", reason="等材料")
    with pytest.raises(Refusal):
        engine.complete(case, first, {"name": "李四", "result": "好"}, actor="zhang")
    engine.resume(case, actor="admin")
    other = begin(engine)
    task = item(engine, other, "tasks", "first")
    engine.complete(other, task, {"name": "李四", "result": "好"}, actor="zhang", on_behalf_of="li")
    engine.cancel(other, actor="admin")


def findings(engine: Engine) -> list[HistoryFinding]:
    """Everything a verification of the whole database finds."""
    return [finding for report in Verifier(engine).verify_all() for finding in report.findings]


@contextmanager
def altered(
    attacked: Attacked, table: sa.Table, key: dict[str, Any], column: str, value: Any
) -> Iterator[None]:
    """One cell is another for a while."""
    where = sa.and_(*(table.c[name] == found for name, found in key.items()))
    moved = sa.and_(*(table.c[name] == (value if name == column else found) for name, found in key.items()))
    with attacked.owner.connect() as connection:
        before = connection.execute(sa.select(table.c[column]).where(where)).scalar_one()
        connection.execute(sa.update(table).where(where).values({column: value}))
    try:
        yield
    finally:
        with attacked.owner.connect() as connection:
            connection.execute(sa.update(table).where(moved).values({column: before}))


def rows(engine: Engine, name: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Key and columns of every row of a table."""
    table = METADATA.tables[name]
    keys = [column.name for column in table.primary_key]
    with engine.database.reading() as tx:
        found = [dict(row._mapping) for row in tx.execute(sa.select(table))]
    return [({key: row[key] for key in keys}, row) for row in found]


def others(value: Any, random: Random) -> Iterator[Any]:
    """What an attacker might write instead."""
    if isinstance(value, bytes | memoryview):
        content = bytes(value)
        places = range(len(content))
        if not EVERY_BYTE and len(content) > SAMPLE:
            places = sorted(random.sample(places, SAMPLE))  # type: ignore[assignment]
        for place in places:
            yield (
                content[:place] + bytes([content[place] ^ (1 << random.randrange(8))]) + content[place + 1 :]
            )
        yield content[:-1]
        yield content + b"\x00"
    elif isinstance(value, bool) or value is None:
        return
    elif isinstance(value, int):
        yield value + 1_000 if value < 2**62 else value - 1
    elif isinstance(value, UUID):
        yield UUID(int=value.int ^ (1 << random.randrange(60)))
    else:
        text = str(value)
        yield text + "x"
        yield "x" + text[1:]


def cells(
    engine: Engine, name: str, random: Random
) -> Iterator[tuple[dict[str, Any], dict[str, Any], str, Any]]:
    """Every cell of a table with each other value to try."""
    for key, row in rows(engine, name):
        for column, value in row.items():
            if column in UNPROVED.get(name, ()):
                continue
            for other in others(value, random):
                yield key, row, column, other


@pytest.mark.parametrize("name", LOG + MIRRORS)
def test_no_cell_of_a_case_changes_unnoticed(name: str, attacked: Attacked) -> None:
    engine = attacked.engine
    table = METADATA.tables[name]
    tried = 0
    for key, row, column, other in cells(engine, name, Random(name)):
        tried += 1
        with altered(attacked, table, key, column, other):
            found = findings(engine)
        where = f"{name} {key} {column}: {found}"
        named = [finding for finding in found if finding.case_id in (row["case_id"], other)]
        assert named, where
        if name == "events" and column not in ("case_id", "seq"):
            assert any(finding.seq == row["seq"] for finding in named), where
        elif name != "events" and column != "case_id":
            assert any(name in finding.place or name in finding.rule for finding in named), where
        assert all(finding.message_zh and finding.message_en and finding.rule for finding in named), where
    assert tried > 0
    assert findings(engine) == []


@pytest.mark.parametrize("name", DEFINED)
def test_no_cell_of_a_definition_changes_unnoticed(name: str, attacked: Attacked) -> None:
    engine = attacked.engine
    table = METADATA.tables[name]
    for key, _, column, other in cells(engine, name, Random(name)):
        with altered(attacked, table, key, column, other):
            found = findings(engine)
        assert any(finding.rule.startswith("definition") for finding in found), (
            f"{name} {key} {column}: {found}"
        )
    assert findings(engine) == []


@pytest.mark.parametrize("name", LOG + MIRRORS)
def test_no_row_of_a_case_vanishes_unnoticed(name: str, attacked: Attacked) -> None:
    engine = attacked.engine
    table = METADATA.tables[name]
    for key, row in rows(engine, name):
        where = sa.and_(*(table.c[column] == value for column, value in key.items()))
        with attacked.owner.connect() as connection:
            connection.execute(sa.delete(table).where(where))
        try:
            assert row["case_id"] in {finding.case_id for finding in findings(engine)}, f"{name} {key}"
        finally:
            with attacked.owner.connect() as connection:
                connection.execute(sa.insert(table).values(row))
    assert findings(engine) == []


def test_a_forged_log_with_every_hash_made_anew_is_found_by_executing_it_again(attacked: Attacked) -> None:
    engine = attacked.engine
    events = METADATA.tables["events"]
    for key, row in rows(engine, "events"):
        stored = next(engine.queries.events(row["case_id"], after=row["seq"] - 1))
        content = stored.open()
        if row["kind"] not in ("complete", "fail-job"):
            continue
        forged = pack(
            EventContent(
                input={**content.input, "variables": {"result": "另一个"}, "retries": 1},
                reads=content.reads,
                effects=content.effects,
                state_hash=content.state_hash,
            ).canonical()
        )
        before = next(engine.queries.events(row["case_id"], after=row["seq"] - 2)).hash
        with (
            altered(attacked, events, key, "content", forged),
            altered(attacked, events, key, "hash", chain(before, stored.head, forged)),
        ):
            report = Replayer(engine).replay(row["case_id"])
        assert [(finding.case_id, finding.seq) for finding in report.findings] == [
            (row["case_id"], row["seq"])
        ]


def test_an_altered_snapshot_is_not_executed(attacked: Attacked) -> None:
    engine = attacked.engine
    cases = METADATA.tables["cases"]
    case, row = next((key, row) for key, row in rows(engine, "cases") if row["state"] is not None)
    spoilt = bytes(row["state"]).replace(b"k-1", b"k-2")
    with altered(attacked, cases, case, "state", spoilt), pytest.raises(BihuanError) as caught:
        engine.set_variables(case["case_id"], {"a": 5}, actor="admin")
    assert caught.value.code == "state.corrupt"
    assert caught.value.place == {"case": str(case["case_id"])}


NONSENSE: list[dict[str, Any]] = [
    {"input": {}},
    {"input": []},
    {"input": {"definition": "zz", "task": [], "variables": 5, "job": None}},
    {"effects": 5},
    {"effects": [[]]},
    {"effects": [[{}]]},
    {"effects": [["scope+", 1, None, None, "process", 5, "00", None, 7]]},
    {"effects": [["scope+", 1, None, None, "process", "p", "zz", None, {}]]},
    {"effects": [["task+", 1, [99, 2, "first", "open", None, 5, [[]], None, 0, None, None, 50, None]]]},
    {"effects": [["case", {"a": 1}]]},
    {"reads": [5]},
    {"reads": {}},
    {"state": 5},
    {"state": None},
]


@pytest.mark.parametrize("attacked", ["sqlite"], indirect=True)
@pytest.mark.parametrize("nonsense", NONSENSE, ids=str)
def test_a_log_that_makes_no_sense_is_a_finding_and_no_crash(
    nonsense: dict[str, Any], attacked: Attacked
) -> None:
    engine = attacked.engine
    events = METADATA.tables["events"]
    for key, row in rows(engine, "events"):
        stored = next(engine.queries.events(row["case_id"], after=row["seq"] - 1))
        forged = pack(canonical.dumps({**canonical.loads(unpack(stored.content)), **nonsense}))
        if forged == stored.content:
            continue
        before = GENESIS
        if row["seq"] > 1:
            before = next(engine.queries.events(row["case_id"], after=row["seq"] - 2)).hash
        with (
            altered(attacked, events, key, "content", forged),
            altered(attacked, events, key, "hash", chain(before, stored.head, forged)),
        ):
            assert row["case_id"] in {finding.case_id for finding in findings(engine)}
            Replayer(engine).replay(row["case_id"])
