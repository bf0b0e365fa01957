"""Simulated staff work on whatever is in front of them, the same for the same seed."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from engine import Config, Engine
from engine.cases.erasure import ERASE
from engine.samples.draw import Draw
from engine.simulation import Filler, Habits, Simulation, Tally
from engine.simulation.staff import in_office
from tests.support.bpmn import boundary, diagram, end, fork, parallel, service, start, timer, user, xor
from tests.support.driving import check

SHANGHAI = ZoneInfo("Asia/Shanghai")
BEGIN = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
FORM = {
    "id": "visit",
    "type": "default",
    "schemaVersion": 19,
    "components": [
        {"id": "c1", "type": "textfield", "key": "place", "label": "地点", "validate": {"required": True}},
        {
            "id": "c2",
            "type": "number",
            "key": "people",
            "label": "人数",
            "validate": {"required": True, "min": 1},
        },
        {"id": "c3", "type": "checkbox", "key": "solved", "label": "已解决"},
        {
            "id": "c4",
            "type": "select",
            "key": "kind",
            "label": "类型",
            "validate": {"required": True},
            "values": [{"label": "日常", "value": "daily"}, {"label": "应急", "value": "emergency"}],
        },
    ],
}
PROCESS = diagram(
    start("s"), user("report", form="visit"), fork("f"), user("visit", multi=parallel("=[1,2]", "i"), groups="town"),
    user("call"), fork("j"), xor("ok"), user("close"), end("e"),
    boundary("late", "call", timer(duration="P2D"), interrupting=False), end("told"),
    "s -> report -> f; f -> visit -> j; f -> call -> j -> ok; ok -> close if solved; close -> e; ok -> report else",
    "late -> told",
)  # fmt: skip


def simulate(seed: str, cases: int = 12) -> tuple[Engine, Tally, list[str]]:
    """A simulated engine, what happened, and the state hash of every case."""
    random = iter(range(1, 10**6))
    config = Config(random=lambda size: next(random).to_bytes(size, "big"))
    engine = Engine.open("sqlite://", config=config)
    engine.deploy({"p.bpmn": PROCESS, "visit.form": json.dumps(FORM).encode()}, actor="d")
    habits = Habits(returned=0.1, transferred=0.1, delegated=0.1, signed=0.1, urged=0.1, absent=0.2)
    simulation = Simulation(engine, "p", seed=seed, begin=BEGIN, habits=habits)
    tally = simulation.run(cases)
    return engine, tally, [engine.case(case_id).state_hash for case_id in engine.case_ids()]


@pytest.fixture(scope="module")
def simulated() -> tuple[Engine, Tally, list[str]]:
    """Twelve cases."""
    return simulate("one")


def test_every_case_comes_to_its_end(simulated: tuple[Engine, Tally, list[str]]) -> None:
    engine, tally, _ = simulated
    assert {case.status for case in engine.queries.cases()} == {"completed"}
    assert not tally.stuck


def test_people_return_hand_over_and_urge(simulated: tuple[Engine, Tally, list[str]]) -> None:
    _, tally, _ = simulated
    assert {"complete", "transfer", "delegate", "add-sign"} <= tally.steps.keys()


def test_what_was_simulated_is_marked_and_proves(simulated: tuple[Engine, Tally, list[str]]) -> None:
    engine, _, _ = simulated
    assert {case.provenance for case in engine.queries.cases()} == {"simulated"}
    for case_id in engine.case_ids():
        check(engine, case_id)


def test_the_same_seed_gives_the_same_cases(simulated: tuple[Engine, Tally, list[str]]) -> None:
    assert simulate("one")[2] == simulated[2]
    assert simulate("two")[2] != simulated[2]


def test_a_job_that_destroys_the_keys_of_a_case_is_carried_out_and_other_jobs_are_counted() -> None:
    engine = Engine.open("sqlite://")
    visit = json.dumps(FORM).encode()
    erasing = diagram(
        start("s"),
        user("report", form="visit"),
        service("erase", ERASE),
        end("e"),
        "s -> report -> erase -> e",
    )
    calling = diagram(start("s"), service("call", "sms"), end("e"), "s -> call -> e", key="q")
    engine.deploy({"p.bpmn": erasing, "q.bpmn": calling, "visit.form": visit}, actor="d")
    tally = Simulation(engine, "p", seed="erase", begin=BEGIN).run(3)
    assert {case.status for case in engine.queries.cases(key="p")} == {"completed"}
    for case in engine.queries.cases(key="p"):
        line = engine.erasure.of(case.id)
        assert line is not None
        assert line.ground.startswith("job ")
        check(engine, case.id)
    assert tally.steps["erase"] == 3
    assert Simulation(engine, "q", seed="call", begin=BEGIN).run(2).stuck == {"job: sms": 2}
    engine.close()


def test_people_work_in_office_hours() -> None:
    friday = datetime(2026, 3, 6, 18, tzinfo=SHANGHAI)
    assert in_office(friday) == datetime(2026, 3, 9, 8, 30, tzinfo=SHANGHAI)
    early = datetime(2026, 3, 6, 6, tzinfo=SHANGHAI)
    assert in_office(early) == early.replace(hour=8, minute=30)
    assert in_office(BEGIN + timedelta(hours=1)) == BEGIN + timedelta(hours=1)


def test_a_form_is_filled_with_what_it_accepts() -> None:
    values = Filler(Draw("x"), BEGIN).fill(FORM, {})
    assert values["kind"] in ("daily", "emergency")
    assert values["people"] >= 1
    assert values["place"]
    assert Filler(Draw("x"), BEGIN).fill(FORM, {}) == values
