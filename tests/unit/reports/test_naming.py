"""Reports name what diagrams name; steps of several processes that are called the same are told apart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import Engine, ManualClock
from engine.cli.operator import operator
from engine.i18n import Language, catalogue
from engine.installation import Timetables, open_engine
from engine.reports import Asked, open_reports
from tests.support.bpmn import diagram, end, start, user

CONFIG = Path("config")


def flow(key: str, second: str) -> bytes:
    made = diagram(start("s"), user("close"), user(second), end("e"), f"s -> close -> {second} -> e", key=key)
    return made.replace(b'id="close"', 'id="close" name="销号"'.encode()).replace(
        f'<process id="{key}"'.encode(), f'<process id="{key}" name="流程{key}"'.encode()
    )


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with open_engine("sqlite://", CONFIG, create=True, clock=ManualClock(1)) as opened:
        opened.deploy({"a.bpmn": flow("a", "look"), "b.bpmn": flow("b", "ask")}, actor="designer")
        for key in ("a", "b"):
            case_id = opened.start(key, actor="li").case_id
            for _ in range(2):
                (task,) = opened.tasks(case_id=case_id)
                opened.complete(case_id, task.id, {}, actor="li")
        yield opened


def titles(engine: Engine, name: str, table: str, definition: str | None = None) -> list[str]:
    reports = open_reports(engine, CONFIG, Timetables(CONFIG))
    reports.rollup.sweep(whole=True)
    asked = Asked(period="1970", definition=definition)
    written = reports.write(name, operator(engine), asked, catalogue(Language.ZH))
    column = "process" if table == "heat_definitions" else "title"
    return sorted(str(row[column]) for row in written.table(table).rows)


def test_steps_called_the_same_bear_their_process(engine: Engine) -> None:
    assert titles(engine, "durations", "step_durations") == ["ask", "look", "销号（流程a）", "销号（流程b）"]


def test_heat_names_processes_elements_and_flows(engine: Engine) -> None:
    digest, _ = engine.definitions.find("a")
    assert titles(engine, "heat", "heat_definitions") == ["流程a", "流程b"]
    assert titles(engine, "heat", "heat_elements", digest) == ["e", "look", "s", "销号"]
    assert titles(engine, "heat", "heat_flows", digest) == ["look → e", "s → 销号", "销号 → look"]
    # What is deployed no more keeps its ids.
    assert titles(engine, "heat", "heat_elements", "0" * 64) == []
