"""Indicators against plain loops that share no code with them: over random facts, and over the raw logs of cases."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from engine import Engine, ManualClock
from engine.cli.operator import operator
from engine.installation import Timetables, open_engine
from engine.reports import Rollup, open_reports
from engine.reports.counting import count
from engine.reports.days import period
from engine.reports.facts import CaseFacts, Facts
from engine.reports.rate import rate
from engine.reports.rollup import rows_of
from engine.reports.selection import Selection
from engine.samples.package import read_folder
from engine.samples.small_county import grids, load_small_county
from engine.simulation import Simulation, read_profile
from engine.simulation.haste import hasty
from engine.store import insert
from engine.store.tables import case_facts

CONFIG = Path("config")
ZONE = ZoneInfo("Asia/Shanghai")
BEGIN = datetime(2026, 3, 2, 9, tzinfo=ZONE)
MORNING = int(BEGIN.timestamp()) * 1_000_000
YEAR = period("2026", ZONE)
DAY = 86_400_000_000


def counted(engine: Engine, snapshot: int) -> dict[str, tuple[int, int]]:
    reports = open_reports(engine, CONFIG, Timetables(CONFIG))
    selection = Selection(viewer=operator(engine), snapshot=snapshot, period=YEAR)
    with engine.database.reading() as tx:
        found = count(tx, selection, reports.rules())
    return {
        name: (each.part, each.whole) for name, each in found.rates.get("", {}).items() if each is not None
    }


def test_341_of_343_prints_99_4_and_nothing_of_nothing_a_dash() -> None:
    assert rate(341, 343) == "99.4 %"
    assert rate(0, 0) == "—"
    assert rate(0, 5) == "0.0 %"


@pytest.mark.parametrize("seed", range(4))
def test_rates_over_random_facts(seed: int, database_url: str) -> None:
    draw = random.Random(seed)
    snapshot = YEAR.start + 200 * DAY

    def moment(*, share: float = 1.0) -> int | None:
        return YEAR.start + draw.randrange(-30, 400) * DAY if draw.random() < share else None

    facts = []
    for _ in range(60):
        received = moment()
        assert received is not None
        settled = moment(share=0.6)
        facts.append(
            CaseFacts(
                seq=1,
                received_at=received,
                due_at=moment(share=0.7),
                settled_at=settled,
                first_settled_at=settled,
                closed_at=None if settled is None or draw.random() < 0.3 else settled + DAY,
                ended_at=moment(share=0.4),
                accepted=int(draw.random() < 0.9),
                outcome=draw.choice(["written", "oral", "failed", "to_case", "withdrawn", ""]),
                reworks=draw.choice([0, 0, 1, 2]),
                reopened_at=None
                if settled is None or draw.random() < 0.7
                else settled + draw.randrange(1, 300) * DAY,
            )
        )
    with open_engine(database_url, CONFIG, clock=ManualClock(snapshot)) as engine:
        with engine.database.transaction() as tx:
            add = insert(case_facts)
            for number, each in enumerate(facts, start=1):
                case = Facts(case=each, episodes=[], heat={})
                tx.write_many(add, rows_of(UUID(int=number), case, "r")["case_facts"])
        found = counted(engine, snapshot)
    expected: dict[str, list[int]] = {
        name: [0, 0]
        for name in (
            "accepted",
            "on_time",
            "overdue",
            "settled",
            "closed",
            "resolved",
            "reworked",
            "reopened",
        )
    }

    def add_to(name: str, part: bool) -> None:
        expected[name][0] += part
        expected[name][1] += 1

    for each in facts:
        if not each.accepted:
            continue
        if YEAR.start <= each.received_at < YEAR.end:
            add_to("accepted", True)
            add_to("settled", each.settled_at is not None)
        due, settled = each.due_at, each.settled_at
        if due is not None and YEAR.start <= due < min(YEAR.end, snapshot):
            withdrawn = settled is None and each.ended_at is not None and each.ended_at <= due
            if not withdrawn:
                add_to("on_time", settled is not None and settled <= due)
                add_to("overdue", settled is None or settled > due)
        if settled is not None and YEAR.start <= settled < YEAR.end:
            add_to("closed", each.closed_at is not None)
            add_to("reworked", each.reworks > 0)
            if each.outcome in {"written", "oral", "failed", "to_case"}:
                add_to("resolved", each.outcome in {"written", "oral"})
            add_to("reopened", each.reopened_at is not None and each.reopened_at <= settled + 180 * DAY)
    assert {name: found[name] for name in expected} == {name: tuple(each) for name, each in expected.items()}
    assert found["on_time"][0] + found["overdue"][0] == found["on_time"][1]


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Any:
    clock = ManualClock(MORNING)
    path = tmp_path_factory.mktemp("reports") / "b.db"
    with open_engine(f"sqlite:///{path}", CONFIG, clock=clock) as engine:
        assert engine.directory is not None
        load_small_county(engine.directory, actor="admin", at=MORNING - DAY, reason="sample")
        engine.deploy(read_folder(Path("bpmn/whistle")), actor="designer")
        places = grids(engine.directory, MORNING)
        simulation = Simulation(
            engine,
            "whistle",
            seed="reports",
            begin=BEGIN,
            every=timedelta(hours=6),
            start=lambda number, draw: {"case_code": f"R-{number}", "grid": draw.pick(places)},
            profile=read_profile(Path("bpmn/whistle/samples/simulation.toml").read_bytes()),
        )
        with hasty(engine):
            simulation.run(8)
        yield engine


def raw_steps(
    engine: Engine, case_id: UUID
) -> tuple[dict[int, tuple[str, int | None]], dict[int, int], dict[int, dict[str, Any]]]:
    """Element and due time of each task, when it was done for good, and what was entered: from the raw events."""
    due: dict[int, tuple[str, int | None]] = {}
    done: dict[int, int] = {}
    undone, entered = set(), dict[int, dict[str, Any]]()
    for event in engine.queries.events(case_id):
        content = event.open()
        if event.head.kind == "complete":
            entered.setdefault(content.input["task"], {}).update(content.input["variables"])
        if event.head.kind == "recall":
            undone.add(content.input["task"])
        for effect in content.effects:
            if effect[0] == "task+" and "sign_of" not in (effect[2][12] or {}):
                due[effect[2][0]] = (effect[2][2], effect[2][9])
            elif effect[0] == "task=" and "due" in effect[3] and effect[2] in due:
                due[effect[2]] = (due[effect[2]][0], effect[3]["due"])
            elif effect[0] == "task-" and effect[3] == "completed":
                done[effect[2]] = event.head.effective_at
    return due, {task: at for task, at in done.items() if task not in undone}, entered


def test_signing_arriving_and_follow_ups_are_those_of_the_raw_logs(simulated: Engine) -> None:
    rollup: Rollup = open_reports(simulated, CONFIG, Timetables(CONFIG)).rollup
    assert rollup.sweep(whole=True) == 8
    snapshot = simulated.clock()
    expected: dict[str, list[int]] = {"signed_in_time": [0, 0], "arrived_in_time": [0, 0]}
    satisfied = [0, 0]
    for case_id in simulated.case_ids():
        due, done, entered = raw_steps(simulated, case_id)
        for task, (element, until) in due.items():
            name = {"sign_for": "signed_in_time", "check_in": "arrived_in_time"}.get(element)
            at = done.get(task)
            if at is None:
                continue
            if name is not None and until is not None and YEAR.start <= until < min(YEAR.end, snapshot):
                expected[name][0] += at <= until
                expected[name][1] += 1
            values = entered.get(task, {})
            reached = element == "call_back" and values.get("resident_called") == "reached"
            if reached and YEAR.start <= at < YEAR.end and values["satisfaction"] != "unstated":
                satisfied[0] += values["satisfaction"] in {"satisfied", "mostly"}
                satisfied[1] += 1
    found = counted(simulated, snapshot)
    # What vanished late with its token counts as not done: only the whole may be larger than of what was done.
    for name, (part, whole) in expected.items():
        assert found[name][0] == part > 0
        assert found[name][1] >= whole
    assert found["satisfied"] == tuple(satisfied)


def test_facts_made_again_are_the_same_and_a_changed_one_is_found(simulated: Engine) -> None:
    rollup = open_reports(simulated, CONFIG, Timetables(CONFIG)).rollup
    rollup.sweep(whole=True)
    assert rollup.sweep() == rollup.sweep(whole=True) == 0
    case_id = next(iter(simulated.case_ids()))
    assert rollup.differences(case_id) == []
    with simulated.database.transaction() as tx:
        tx.execute(case_facts.update().where(case_facts.c.case_id == case_id).values(reworks=77))
    assert rollup.differences(case_id) == ["case_facts"]
    rollup.refresh(case_id)
    assert rollup.differences(case_id) == []
