"""The past weeks of the demonstration: open, overdue, graded, settled and closed cases, each with a sound history."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from engine.calendars.timetable import Timetable
from engine.cases.clock import ManualClock
from engine.cli.files import package_files
from engine.facade import Engine
from engine.history import Verifier
from engine.installation import open_engine
from engine.samples.small_county import load_small_county
from engine.simulation.county_year import micros
from engine.simulation.season import LASTS, simulate_season
from engine.store.tables import UNGRADED, case_headers, cases, tasks

CONFIG, PACKAGES = Path("config"), Path("bpmn")
UNTIL = datetime(2026, 6, 15, 10, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.slow
def test_weeks_gone_by_leave_cases_at_every_stage(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'season.db'}"
    clock = ManualClock(micros(UNTIL - LASTS))
    with open_engine(url, CONFIG, create=True, clock=clock, keyring=f"{url}.keys") as engine:
        assert engine.directory is not None
        load_small_county(engine.directory, actor="demo", at=engine.clock(), reason="demo")
        for package in sorted(path for path in PACKAGES.iterdir() if path.is_dir()):
            engine.deploy(package_files([package]), actor="demo", package=package.name)
        arrived: list[int] = []
        tally = simulate_season(
            engine,
            PACKAGES,
            Timetable.load(CONFIG),
            number=40,
            seed="demo",
            until=UNTIL,
            told=arrived.append,
        )
        assert arrived[-1] == 40
        assert not tally.stuck
        now = micros(UNTIL)
        header = case_headers.c
        assert _number(engine, cases.c.effective_at > now) == 0
        assert _number(engine, header.grade != UNGRADED) > 0
        assert _number(engine, header.settled_at.is_not(None)) > 0
        assert _number(engine, header.closed_at.is_not(None)) > 0
        assert _number(engine, header.lifecycle == "open") > 0
        assert _number(engine, tasks.c.due_at > now, tasks.c.due_at < now + 90 * 86_400 * 1_000_000) > 0
        assert all(not checked.findings for checked in Verifier(engine).verify_all())


def _number(engine: Engine, *conditions: sa.ColumnElement[bool]) -> int:
    query = sa.select(sa.func.count()).where(*conditions)
    with engine.database.reading() as tx:
        return int(tx.execute(query).scalar_one())
