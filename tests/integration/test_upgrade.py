"""An upgrade without downtime: processes of two versions at work on one database through a migration."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from engine import Config, Engine
from engine.history import Replayer, Verifier
from engine.store import Database, SchemaMismatch
from engine.store.migrations import Phase, upgrade
from tests.infrastructure.postgres_server import PostgresServer
from tests.integration.upgrader import PROCESS, NewVersion

ENOUGH = 5
PATIENCE = 60.0


@contextmanager
def process(version: str, url: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / f"{version}.log").open("ab") as log:
        running = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.upgrader", version, url, str(folder)], stderr=log
        )
    try:
        yield running
    finally:
        running.kill()
        running.wait()


def done(version: str, folder: Path) -> list[UUID]:
    path = folder / f"{version}.done"
    return [UUID(line) for line in path.read_text().split()] if path.exists() else []


def goes_on(version: str, running: subprocess.Popen[bytes], folder: Path) -> None:
    """It completes some more from here."""
    goal = len(done(version, folder)) + ENOUGH
    deadline = time.monotonic() + PATIENCE
    while len(done(version, folder)) < goal:
        if running.poll() is not None:
            pytest.fail(f"{version} ended: {(folder / f'{version}.log').read_text()[-2000:]}")
        assert time.monotonic() < deadline, f"{version} does not go on"
        time.sleep(0.02)


def upgraded(url: str, folder: Path, phase: Phase) -> None:
    with NewVersion(folder):
        engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
        try:
            upgrade(engine, phase=phase)
        finally:
            engine.dispose()


def test_old_and_new_processes_work_side_by_side_through_a_migration(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    url = postgres.url(postgres.create_database())
    with Engine.open(url, config=Config(keyring=f"sqlite:///{tmp_path}/keys")) as engine:
        engine.deploy({"p.bpmn": PROCESS}, actor="d")
    with process("old", url, tmp_path) as old:
        goes_on("old", old, tmp_path)
        with NewVersion(tmp_path), pytest.raises(SchemaMismatch):
            Database.open(url).close()
        upgraded(url, tmp_path, Phase.PRE)
        goes_on("old", old, tmp_path)
        with process("new", url, tmp_path) as new:
            goes_on("new", new, tmp_path)
            goes_on("old", old, tmp_path)
            # One that starts now finds a database newer than itself, and works with it.
            old.kill()
            with process("old", url, tmp_path) as late:
                goes_on("old", late, tmp_path)
            upgraded(url, tmp_path, Phase.POST)
            goes_on("new", new, tmp_path)
    _check(url, tmp_path)


def _check(url: str, folder: Path) -> None:
    """What was certain is there, the log of both versions holds, and the new version's marks are in place."""
    certain = {*done("old", folder), *done("new", folder)}
    with Engine.open(url, config=Config(keyring=f"sqlite:///{folder}/keys"), create=False) as engine:
        assert {engine.case(case).status for case in certain} == {"completed"}
        findings = [
            finding
            for reports in (Verifier(engine).verify_all(), Replayer(engine).replay_all())
            for report in reports
            for finding in report.findings
        ]
        assert findings == []
        with engine.database.engine.connect() as connection:
            rows = connection.execute(sa.text("SELECT case_id, mark FROM cases"))
            marks = {row[0]: row[1] for row in rows}
            version = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    assert version == "9002"
    assert {marks[case] for case in done("new", folder)} == {1}
    assert {marks[case] for case in done("old", folder)} == {0}
