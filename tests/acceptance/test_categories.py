"""Three levels of categories from the form to the header, the lists and the reports."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from engine import Engine, ManualClock
from engine.cli.operator import operator
from engine.history import Replayer, Verifier
from engine.i18n import Language, catalogue
from engine.inbox import CaseFilters, Cases
from engine.installation import Timetables, open_engine
from engine.model.submission import FormErrors
from engine.reports import Asked, Grouping, open_reports
from engine.samples.package import read_folder

ROOT = Path(__file__).resolve().parents[2]
MORNING = 1_772_413_200_000_000
"""Monday 2 March 2026, 09:00 in Shanghai."""
EVENT: dict[str, Any] = {
    "category": "appearance",
    "danger_now": "no",
    "title": "店外摆放货物",
    "place": "青石街 3 号",
    "event_facts": "货物占了人行道",
    "on_site_action": "已劝回店内",
    "disposal": "on_the_spot",
}
STREET, STALL = "appearance/street", "appearance/street/night_stall"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Settings of one's own."""
    shutil.copytree(ROOT / "config", tmp_path / "config")
    return tmp_path / "config"


@pytest.fixture
def engine(config: Path) -> Iterator[Engine]:
    """An engine with the flow of grid events."""
    with open_engine("sqlite://", config, clock=ManualClock(MORNING)) as opened:
        for package in ("dispute", "whistle", "supervision", "intake"):
            opened.deploy(read_folder(ROOT / "bpmn" / package), actor="designer", package=package)
        yield opened


def report(engine: Engine, **chosen: Any) -> UUID:
    case_id = engine.start("grid_event", {"grid": "g1", "village": "v1"}, actor="u1").case_id
    (task,) = engine.tasks(case_id=case_id)
    engine.complete(case_id, task.id, {**EVENT, **chosen}, actor="u1")
    return case_id


def listed(engine: Engine, category: str) -> dict[UUID, str]:
    page = Cases(engine.database).page(operator(engine), CaseFilters(category=category))
    return {row.case_id: row.category for row in page.rows}


@pytest.mark.parametrize(
    ("chosen", "field"),
    [
        ({"category_second": "占道"}, "category_second"),
        ({"category_second": "environment/noise"}, "category_second"),
        ({"category_second": STREET, "category_third": "appearance/green/damaged_green"}, "category_third"),
        ({"category_third": STALL}, "category_third"),
    ],
)
def test_what_is_not_below_the_level_above_is_refused_at_its_field(
    engine: Engine, chosen: dict[str, str], field: str
) -> None:
    with pytest.raises(FormErrors) as refused:
        report(engine, **chosen)
    assert list(refused.value.fields) == [field]


def test_lists_are_narrowed_at_any_level(engine: Engine) -> None:
    first = report(engine)
    second = report(engine, category_second=STREET)
    third = report(engine, category_second=STREET, category_third=STALL)
    assert listed(engine, "appearance") == {first: "appearance", second: STREET, third: STALL}
    assert set(listed(engine, STREET)) == {second, third}
    assert set(listed(engine, STALL)) == {third}
    assert listed(engine, "appearance/green") == {}


def test_a_category_that_is_withdrawn_is_refused_and_old_cases_keep_it(engine: Engine, config: Path) -> None:
    old = report(engine, category_second=STREET, category_third=STALL)
    table = config / "categories.csv"
    text = table.read_text("utf-8")
    row = next(line for line in text.splitlines() if line.startswith(f"{STALL},"))
    table.write_text(text.replace(row, f"{row}2026-01-01"), "utf-8")
    with pytest.raises(FormErrors) as refused:
        report(engine, category_second=STREET, category_third=STALL)
    assert list(refused.value.fields) == ["category_third"]
    assert listed(engine, STALL) == {old: STALL}
    # What was offered then is in the log: the table of today changes nothing.
    assert Verifier(engine).verify(old).is_sound
    assert Replayer(engine).replay(old).is_sound


def test_a_rebuild_comes_to_the_same_header(engine: Engine) -> None:
    case_id = report(engine, category_second=STREET, category_third=STALL)
    assert engine.projections.differences(case_id) == []
    assert listed(engine, "appearance") == {case_id: STALL}


def test_reports_count_what_is_below_the_category_asked_for(engine: Engine, config: Path) -> None:
    report(engine)
    for _ in range(2):
        report(engine, category_second=STREET)
    report(engine, category_second=STREET, category_third=STALL)
    report(engine, category="environment")
    reports = open_reports(engine, config, Timetables(config))
    reports.rollup.sweep(whole=True)

    def counted(category: str | None) -> dict[str, int]:
        asked = Asked(period="2026-03", category=category, by=Grouping.CATEGORY)
        found = reports.write("indicators", operator(engine), asked, catalogue(Language.ZH))
        rows = next(table.rows for table in found.tables if table.name == "by_category")
        return {str(row["title"]): row["accepted"].whole for row in rows}  # type: ignore[union-attr]

    assert counted(None) == {"市容违建": 4, "环境": 1}
    assert counted("appearance") == {"占道经营": 3, "未分类": 1}
    assert counted(STREET) == {"夜间大排档": 1, "未分类": 2}
