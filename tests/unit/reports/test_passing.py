"""Heat: what waits beside a step is passed when it happens, and not before."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from engine import ManualClock
from engine.installation import Timetables, open_engine
from engine.reports import open_reports
from engine.reports.rollup import unpacked
from engine.store.tables import case_heat
from tests.support.bpmn import boundary, diagram, end, start, timer, user

CONFIG = Path("config")


@pytest.mark.parametrize("interrupting", [True, False])
def test_an_event_beside_a_step_is_passed_once_when_it_happens(
    interrupting: bool, database_url: str, tmp_path: Path
) -> None:
    flow = diagram(
        start("s"),
        user("u"),
        boundary("gone", "u", timer(duration="PT1H"), interrupting=interrupting),
        end("e"),
        end("other"),
        "s -> u -> e",
        "gone -> other",
        key="flow",
    )
    keyring = f"sqlite:///{tmp_path / 'keys.db'}"
    clock = ManualClock(1)
    with open_engine(database_url, CONFIG, create=True, clock=clock, keyring=keyring) as engine:
        rollup = open_reports(engine, CONFIG, Timetables(CONFIG)).rollup
        engine.deploy({"flow.bpmn": flow}, actor="designer")
        engine.start("flow", actor="li")

        def passed() -> dict[str, int]:
            rollup.sweep()
            with engine.database.reading() as tx:
                content = tx.execute(sa.select(case_heat.c.content)).scalar_one()
            return {name: row[0] for name, row in unpacked(bytes(content))["elements"].items()}

        assert passed() == {"s": 1, "u": 1}
        clock.advance(3_600_000_000)
        assert engine.run_due() == 1
        assert passed() == {"s": 1, "u": 1, "gone": 1, "other": 1}
