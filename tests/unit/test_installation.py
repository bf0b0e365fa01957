"""The engine of an installation finds its limits, its calendars and its directory."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from engine import Engine, ManualClock
from engine.calendars.config_text import ConfigProblems
from engine.directory import Directory
from engine.installation import configured, open_engine
from engine.runtime import Settings
from tests.support.bpmn import diagram, end, start, user
from tests.support.driving import check, micros
from tests.unit.directory.office import NOW, STAFF, UNITS, VOCABULARY
from tests.verbs.acting import prop

CONFIG = Path(__file__).parents[2] / "config"
MORNING = datetime(2026, 3, 2, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """A copy of the settings that come along, to be edited."""
    return Path(shutil.copytree(CONFIG, tmp_path / "config"))


def groups(engine: Engine, case: UUID) -> list[list[str]]:
    """The candidate groups of the case's open tasks."""
    return [
        task.groups for scope in engine.queries.state(case).scopes.values() for task in scope.tasks.values()
    ]


def one_task(extension: str) -> dict[str, bytes]:
    return {"p.bpmn": diagram(start("s"), user("a", extension=extension), end("e"), "s -> a -> e")}


def test_limits_are_those_of_the_folder_and_a_change_is_seen(settings: Path) -> None:
    clock = ManualClock(micros(MORNING))
    with open_engine("sqlite://", settings, clock=clock) as engine:
        engine.deploy(one_task(prop("limit", "whistle.emergency.check_in")), actor="d")
        for minutes in (30, 20):
            case = engine.start("p", {}, actor="li").case_id
            (task,) = engine.tasks(case_id=case)
            assert task.due_at == clock.now + minutes * 60_000_000
            check(engine, case)
            file = settings / "limits" / "whistle.toml"
            text = file.read_text(encoding="utf-8")
            before, name, after = text.partition('name = "whistle.emergency.check_in"')
            file.write_text(before + name + after.replace("value = 30", "value = 20", 1), encoding="utf-8")


def test_expressions_know_working_time_and_the_directory(settings: Path) -> None:
    clock = ManualClock(micros(MORNING))
    due = '<zeebe:taskSchedule dueDate="=work days(2)" /><zeebe:userTask />'
    with open_engine("sqlite://", settings, clock=clock, settings=Settings(zone="UTC")) as engine:
        engine.deploy(one_task(due), actor="d")
        case = engine.start("p", {}, actor="li").case_id
        assert engine.config.settings.zone == "UTC"
        assert [task.due_at for task in engine.tasks(case_id=case)] == [
            micros(datetime(2026, 3, 4, 18, tzinfo=ZoneInfo("Asia/Shanghai")))
        ]
        check(engine, case)


def test_without_anybody_in_the_directory_the_expression_is_the_group(settings: Path) -> None:
    with open_engine("sqlite://", settings) as engine:
        engine.deploy(one_task(prop("candidate", "镇/调委会")), actor="d")
        case = engine.start("p", {"grid": "G1"}, actor="li").case_id
        assert groups(engine, case) == [["镇/调委会"]]


def test_candidates_come_from_the_directory_of_the_database(settings: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.sqlite'}"
    with open_engine(url, settings) as engine:
        office = Directory(engine.database, VOCABULARY)
        office.change(*UNITS, *STAFF, actor="x", recorded_at=NOW, reason="x")
    with open_engine(url, settings, clock=ManualClock(NOW)) as engine:
        engine.deploy(one_task(prop("candidate", "镇/调委会")), actor="d")
        case = engine.start("p", {"grid": "G1"}, actor="li").case_id
        assert groups(engine, case) == [["unit:T1-med/*"]]
        lost = engine.start("p", {}, actor="li").case_id
        assert [incident["kind"] for incident in engine.queries.incidents(lost)] == ["staffing.gap"]
        engine.deploy(one_task(prop("candidate", "镇/没有的词")), actor="d")
        wrong = engine.start("p", {"grid": "G1"}, actor="li").case_id
        assert [incident["kind"] for incident in engine.queries.incidents(wrong)] == ["candidates.unknown"]
        for one in (case, lost, wrong):
            check(engine, one)


def test_settings_that_are_not_sound_are_refused(settings: Path) -> None:
    (settings / "limits" / "whistle.toml").write_text("[[limit]]\nname = 3\n", encoding="utf-8")
    with pytest.raises(ConfigProblems):
        configured(settings)
