"""Simulated staff ask for more time where the rule gives it, and who the rule names approves."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from engine import ManualClock
from engine.installation import open_engine
from engine.samples.small_county import grids, load_small_county
from engine.simulation import Habits, Simulation, read_profile
from engine.simulation.haste import hasty
from tests.unit.simulation.test_profile import deploy

BEGIN = datetime(2026, 3, 2, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
MORNING = int(BEGIN.timestamp()) * 1_000_000


def test_extensions_are_approved_by_whom_the_rule_names(tmp_path: Path) -> None:
    profile = read_profile(Path("bpmn/whistle/samples/simulation.toml").read_bytes())
    clock = ManualClock(MORNING)
    with open_engine(f"sqlite:///{tmp_path}/b.db", Path("config"), clock=clock) as engine:
        directory = engine.directory
        assert directory is not None
        load_small_county(directory, actor="admin", at=MORNING - 86_400_000_000, reason="sample")
        deploy(engine, Path("bpmn/whistle"))
        places = grids(directory, MORNING)
        simulation = Simulation(
            engine,
            "whistle",
            seed="extend",
            begin=BEGIN,
            every=timedelta(hours=2),
            habits=Habits(extended=0.4),
            start=lambda number, draw: {"case_code": f"E-{number}", "grid": draw.pick(places)},
            profile=profile,
        )
        with hasty(engine):
            tally = simulation.run(10)
        assert tally.steps["extend"] > 0
        assert not [rule for rule in tally.refusals if rule.startswith(("limit.extension", "extend"))]
        for case_id in engine.case_ids():
            for event in engine.queries.events(case_id):
                if event.head.kind == "extend":
                    posts = directory.index.posts(event.open().input["approved_by"], event.head.effective_at)
                    assert {post.membership.role for post in posts} & {"county_centre", "duty_leader"}
