"""Reports of a simulated year: the same on SQLite and on PostgreSQL, and the same as recomputed from the exported log."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bench.reports import compare
from engine import Engine, ManualClock
from engine.cli.operator import operator
from engine.i18n import Language, catalogue
from engine.inbox import Viewer, viewer_of
from engine.installation import Timetables, open_engine
from engine.reports import INDICATORS, WRITERS, Asked, Grouping, Reports, open_reports, to_json
from engine.reports.rollup import packed, unpacked
from engine.simulation.shards import simulate_year
from engine.store import Database
from engine.store.tables import (
    METADATA,
    case_episodes,
    case_facts,
    case_heat,
    interviews_called,
    rollups,
    unproved_events,
)
from tests.integration.test_county_year import prepared

pytestmark = pytest.mark.slow

CONFIG = Path("config")
NOW = 1_766_000_000_000_000
"""18 December 2025, in microseconds: some of the year is still to be due."""
LEFT_OUT = (unproved_events, case_facts, case_episodes, case_heat, rollups)
"""What is not copied: events bring the first along themselves, the others are made of the logs anew."""


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a SQLite database with a small year."""
    folder = tmp_path_factory.mktemp("reports")
    share = replace(prepared(f"sqlite:///{folder / 'year.db'}", folder), scale=0.0004)
    simulate_year(share, 1, lambda progress: None)
    return share.url


@pytest.fixture
def embedded(year: str) -> Iterator[Engine]:
    """The year on SQLite."""
    with open_engine(year, CONFIG, clock=ManualClock(NOW), keyring="sqlite://") as engine:
        yield engine


@pytest.fixture
def server(year: str, postgres_url: str) -> Iterator[Engine]:
    """The same year on PostgreSQL."""
    source, target = Database.open(year), Database.open(postgres_url)
    try:
        with source.reading() as old, target.transaction() as new:
            for table in METADATA.sorted_tables:
                if table in LEFT_OUT:
                    continue
                rows = [dict(row._mapping) for row in old.execute(sa.select(table))]
                for start in range(0, len(rows), 500):
                    new.execute(sa.insert(table).values(rows[start : start + 500]))
    finally:
        source.close()
        target.close()
    with open_engine(postgres_url, CONFIG, clock=ManualClock(NOW), keyring="sqlite://") as engine:
        yield engine


def reports_of(engine: Engine) -> Reports:
    """The reports, with facts made of the logs."""
    reports = open_reports(engine, CONFIG, Timetables(CONFIG))
    reports.rollup.sweep(whole=True)
    return reports


def readers(engine: Engine) -> list[Viewer]:
    """An operator, who sees all, and two people of the county who see a part."""
    assert engine.directory is not None
    register = engine.directory.index.register
    people = [sorted(register.people)[place] for place in (0, -1)]
    return [operator(engine), *(viewer_of(engine.directory.index, person, NOW) for person in people)]


def all_reports(engine: Engine) -> dict[tuple[Any, ...], Any]:
    """Every report, in every grouping, for each reader, and the cases behind every number."""
    reports, say = reports_of(engine), catalogue(Language.ZH)
    found: dict[tuple[Any, ...], Any] = {}
    for number, viewer in enumerate(readers(engine)):
        for name in WRITERS:
            period = "2025-W26" if name == "weekly" else "2025"
            asked = [Asked(period=period)]
            if name == "overview":
                asked.append(Asked(period=period, step="week"))
            elif name == "indicators":
                asked += [Asked(period=period, by=by) for by in Grouping]
            for each in asked:
                found[number, name, each.by, each.step] = to_json(reports.write(name, viewer, each, say))
        for name in INDICATORS:
            for rest in (False, True):
                page = reports.behind(viewer, Asked(period="2025"), name, rest=rest, limit=100)
                found[number, name, rest] = page.rows
    digest = max(
        row["definition"] for row in _table(found[0, "heat", Grouping.NONE, "month"], "heat_definitions")
    )
    for number, viewer in enumerate(readers(engine)):
        heat = reports.write("heat", viewer, Asked(period="2025", definition=digest), say)
        found[number, "heat", digest] = to_json(heat)
    return found


def _table(report: dict[str, Any], name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = next(table["rows"] for table in report["tables"] if table["name"] == name)
    return rows


def test_every_report_is_the_same_on_both_databases(embedded: Engine, server: Engine) -> None:
    here, there = all_reports(embedded), all_reports(server)
    assert here.keys() == there.keys()
    assert [key for key in here if here[key] != there[key]] == []
    rates = {
        row["key"]: row["whole"]
        for row in _table(here[0, "indicators", Grouping.NONE, "month"], "indicators")
    }
    assert rates["accepted"] > 80
    assert min(rates[name] for name in ("on_time", "satisfied", "solved", "signed_in_time", "responded")) > 0


@pytest.mark.parametrize("kind", ["embedded", "server"])
def test_indicators_are_those_recomputed_from_the_log(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    engine: Engine = request.getfixturevalue(kind)
    assert compare(engine, tmp_path / "log.jsonl", 2025) == 0
    assert "every value is the same" in capsys.readouterr().out


def test_weekly_reports_are_issued_as_recomputed_with_interviews(
    embedded: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # So that the few cases of a small county make places and interviews.
    config = tmp_path / "config"
    shutil.copytree(CONFIG, config)
    rules = (config / "reports.toml").read_text("utf-8")
    for line, other in (
        ("smallest_cases = 5", "smallest_cases = 1"),
        ("smallest_units = 3", "smallest_units = 2"),
        ("streak = 3", "streak = 1"),
    ):
        assert line in rules
        rules = rules.replace(line, other)
    (config / "reports.toml").write_text(rules, "utf-8")
    assert compare(embedded, tmp_path / "log.jsonl", 2025, issue=True, config=config) == 0
    told = re.search(r"(\d+) times criticism, (\d+) interviews", capsys.readouterr().out)
    assert told is not None
    assert int(told[1]) > 0
    assert int(told[2]) > 0
    with embedded.database.transaction() as tx:
        tx.execute(interviews_called.delete())
    assert compare(embedded, tmp_path / "log.jsonl", 2025, reuse=True, config=config) == 1


def heat_with_one_more(content: bytes) -> bytes:
    found = unpacked(content)
    first = min(found["elements"])
    found["elements"][first][0] += 1
    return packed(found)


def tampered(engine: Engine, report: str) -> None:
    """Change a stored fact that a report is made of, and nothing that says so."""
    step, facts = case_episodes.c, case_facts.c
    whistles = sa.select(facts.case_id).where(facts.definition_key == "whistle", facts.accepted == 1)
    with engine.database.transaction() as tx:
        one = tx.execute(whistles.limit(1)).scalar()
        if report == "whistle-ledger":
            arrived = (step.case_id.in_(whistles), step.role == "arrive", step.ending == "completed")
            assert tx.execute(case_episodes.update().where(*arrived).values(unit="elsewhere")).rowcount > 0
        elif report == "ping-pong":
            row = tx.execute(sa.select(case_episodes).where(step.case_id == one, step.kind == "task")).first()
            assert row is not None
            for number, unit in ((901, "one"), (902, "two"), (903, "three")):
                begun = {"opened_at": row.opened_at + number, "ended_at": row.opened_at + number + 1}
                turn = {**row._mapping, "number": number, "unit": unit, "ending": "returned", **begun}
                tx.execute(case_episodes.insert().values(turn))
        elif report == "honesty":
            closed = tx.execute(
                sa.select(facts.case_id).where(facts.closed_at.is_not(None)).limit(1)
            ).scalar()
            late = {"settled_at": facts.closed_at + 1}
            assert tx.execute(case_facts.update().where(facts.case_id == closed).values(late)).rowcount == 1
        elif report == "supervision":
            other = {"definition_key": "supervision"}
            assert tx.execute(case_facts.update().where(facts.case_id == one).values(other)).rowcount == 1
        elif report == "heat":
            row = tx.execute(sa.select(case_heat).where(case_heat.c.case_id == one)).first()
            assert row is not None
            content = heat_with_one_more(bytes(row.content))
            which = (case_heat.c.case_id == one, case_heat.c.definition == row.definition)
            tx.execute(case_heat.update().where(*which).values(content=content))
        else:
            due = {"due_at": facts.settled_at - 1}
            given = (facts.settled_at <= facts.due_at, facts.definition_key.in_(("whistle", "intake")))
            assert tx.execute(case_facts.update().where(*given).values(due)).rowcount > 0


@pytest.mark.parametrize(
    "report", ["whistle-ledger", "ping-pong", "honesty", "supervision", "heat", "weekly"]
)
def test_a_wrong_fact_is_found_in_its_report(
    report: str, server: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reports_of(server)
    tampered(server, report)
    assert compare(server, tmp_path / "log.jsonl", 2025) > 0
    assert f"≠ {report} " in capsys.readouterr().out


def test_a_wrong_fact_is_a_difference(server: Engine, tmp_path: Path) -> None:
    reports_of(server)
    case_id = reports_of(server).behind(operator(server), Asked(period="2025"), "on_time").rows[0]
    with server.database.transaction() as tx:
        tx.execute(
            case_facts.update()
            .where(case_facts.c.case_id == case_id)
            .values(due_at=case_facts.c.settled_at - 1)
        )
    assert compare(server, tmp_path / "log.jsonl", 2025) > 0
