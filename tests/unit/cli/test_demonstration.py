"""demo: figures of the summary, and the folder it may remove."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.cases import ManualClock
from engine.cli.ledger import Department, Ledger
from engine.cli.moments import micros_of
from engine.cli.shipped import settings_folder, shipped
from engine.installation import open_engine
from engine.intake.drive import Action
from engine.intake.player import Case
from engine.samples.package import read_folder
from tests.unit.cli.conftest import Bihuan

DAY = 9
UNITS = [{"label": "住建局", "value": "housing"}, {"label": "城管局", "value": "city"}]


def test_a_demonstration_ends_with_every_case_proved(bihuan: Bihuan, tmp_path: Path) -> None:
    said = bihuan("demo", "--cases", 12)
    assert said.code == 0
    for words in (
        "模拟办理 12 个案件",
        "已消哨",
        "按期办结",
        "部门台账",
        "一个案件的全过程",
        "全部相符",
        "结果完全相同",
    ):
        assert words in said.out
    assert bihuan("demo", "--cases", 3, "--lang", "en").code == 0
    assert (tmp_path / ".bihuan-demo" / "bihuan.db").exists()


def test_a_demonstration_for_programs_is_one_json_document(bihuan: Bihuan) -> None:
    told = bihuan("demo", "--cases", 4, "--format", "json").json
    assert sum(told["outcomes"].values()) == 4
    # On some days a late whistle is supervised: a case of its own beside the four.
    assert told["verify"]["cases"] == told["replay"]["cases"] >= 4
    assert (told["verify"]["sound"], told["replay"]["sound"]) == (True, True)


def test_a_folder_somebody_else_made_is_left_alone(bihuan: Bihuan, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").touch()
    assert bihuan("demo", "--folder", "mine").code == 6
    assert (tmp_path / "mine" / "thesis.txt").exists()


def _at(day: int, hour: int) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def _done(element: str, at: datetime, values: Mapping[str, object], unit: str | None = None) -> Action:
    return Action(
        kind="complete",
        at=at,
        actor=unit or element,
        element=element,
        unit=unit,
        variables=values,
        simulated=True,
    )


@pytest.fixture
def ledger() -> Ledger:
    """One whistle, daily: housing late in signing for it, city released before it arrived."""
    folder = shipped("bpmn/whistle")
    assert folder is not None
    start = {"case_code": "C1", "village": "v", "units": UNITS}
    whistle = {
        "title": "t",
        "whistle_type": "daily",
        "place": "p",
        "why_beyond_village": "w",
        "lead_unit": "housing",
        "requested_units": ["housing"],
        "evidence": ["photo"],
        "within_item_list": True,
        "authoriser": "a",
    }
    accept = {"dispatch_decision": "accept", "lead_unit": "housing", "optional_units": ["city"]}
    arrival = {
        "arrival": "2026-03-03T09:00+08:00",
        "arrived_person": "p",
        "arrival_place": "p",
        "finding": "f",
    }
    steps = [
        _done("blow_whistle", _at(1, 1), whistle),
        _done("dispatch_whistle", _at(1, 2), accept),
        _done("sign_for", _at(1, 3), {"sign_for_decision": "accept", "received_by": "x"}, "city"),
        _done("sign_for", _at(3, 2), {"sign_for_decision": "accept", "received_by": "x"}, "housing"),
        _done("check_in", _at(3, 3), arrival, "housing"),
        _done("handle", _at(4, 3), {"measures": "m", "result": "solved"}, "housing"),
        _done(
            "lead_report", _at(4, 4), {"lead_result": "solved", "lead_summary": "s", "lead_signature": "s"}
        ),
        _done("confirm_on_site", _at(5, 4), {"confirmed": "yes", "score": 5}),
    ]
    with open_engine("sqlite://", settings_folder(), clock=ManualClock(micros_of(_at(30, 1)))) as engine:
        engine.deploy(read_folder(folder), actor="d")
        begin = Action(kind="start", at=_at(1, 1), actor="x", variables=start, simulated=True)
        case, _ = Case.start(engine, begin, provenance="simulated", key="k")
        for step in steps:
            case.do(step)
        made = Ledger(now=micros_of(_at(DAY, 1)))
        for row in engine.queries.cases():
            made.add(row.id, row.status, engine.queries.events(row.id))
    return made


def test_departments_are_counted_by_what_they_did_and_when(ledger: Ledger) -> None:
    assert ledger.departments == {
        "housing": Department(summoned=1, signed=1, signed_late=1, arrived=1, handled=1),
        "city": Department(summoned=1, signed=1, released=1),
    }
    assert ledger.names == {"housing": "住建局", "city": "城管局"}


def test_a_settled_case_that_is_not_closed_is_told_apart(ledger: Ledger) -> None:
    assert dict(ledger.outcomes) == {"settled": 1}
    assert dict(ledger.punctual) == {"on_time": 1}
    assert dict(ledger.steps) == {"call_back": 1}
    assert ledger.told is None
