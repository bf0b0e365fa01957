"""Facts follow the logs: which cases a sweep takes up."""

from __future__ import annotations

from pathlib import Path

from engine import ManualClock
from engine.installation import Timetables, open_engine
from engine.reports import open_reports
from tests.support.bpmn import diagram, end, start, user

CONFIG = Path("config")
FLOW = diagram(start("s"), user("u"), end("e"), "s -> u -> e", key="flow")


def test_a_sweep_takes_up_what_is_new_and_what_changed(database_url: str, tmp_path: Path) -> None:
    # Databases in memory are no installation: each connection would have its own.
    keyring = f"sqlite:///{tmp_path / 'keys.db'}"
    with open_engine(database_url, CONFIG, create=True, clock=ManualClock(1), keyring=keyring) as engine:
        rollup = open_reports(engine, CONFIG, Timetables(CONFIG)).rollup
        engine.deploy({"flow.bpmn": FLOW}, actor="designer")
        first = engine.start("flow", actor="li").case_id
        assert list(rollup.behind()) == [first]
        assert rollup.sweep() == 1
        second = engine.start("flow", actor="li").case_id
        assert rollup.sweep() == 1
        (task,) = engine.tasks(case_id=first)
        engine.claim(first, task.id, actor="li")
        assert list(rollup.behind()) == [first]
        assert rollup.sweep(most=1) == 1
        assert rollup.sweep() == 0
        assert rollup.differences(second) == []
