"""The smaller mechanisms as they are shipped: their decision tables, every row by what it is meant for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.feel import Environment
from engine.model import read_package
from engine.samples.package import read_folder
from tests.support.decisions import model

FOLDER = Path(__file__).resolve().parents[2] / "bpmn" / "mechanisms"
NOW = datetime(2026, 3, 2, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


def test_the_package_has_no_findings() -> None:
    assert read_package(read_folder(FOLDER)).findings == ()


def decide(table: str, known: Mapping[str, Any]) -> Any:
    return model(FOLDER, table).evaluate(table, known, Environment(now=NOW, functions={})).value


@pytest.mark.parametrize(
    ("conflict", "kind", "scope"),
    [
        (True, "public", "refuse"),
        (None, "neighbour", "mediation"),
        (None, "public", "deliberate"),
        (False, "unclear", "deliberate"),
        (None, "department", "refuse"),
        (None, "individual", "refuse"),
    ],
)
def test_what_may_be_deliberated(conflict: bool | None, kind: str, scope: str) -> None:
    known = {"legal_conflict": conflict is True, "topic_kind": kind}
    assert decide("deliberation_scope", known) == scope


@pytest.mark.parametrize(
    ("eligible", "present", "favour", "passed"),
    [(40, 21, 11, True), (40, 20, 20, False), (40, 30, 15, False), (1, 1, 1, True)],
)
def test_more_than_half_of_more_than_half(eligible: int, present: int, favour: int, passed: bool) -> None:
    assert (
        decide("deliberation_vote", {"eligible": eligible, "present": present, "in_favour": favour}) is passed
    )


FINE = {"lawful": "yes", "reasonable": "yes", "feasible": "yes", "controllable": "yes"}


@pytest.mark.parametrize(
    ("changes", "opposed", "risk"),
    [
        ({"lawful": "no"}, 0, "high"),
        ({"controllable": "no", "reasonable": "unclear"}, 0, "high"),
        ({}, 30, "high"),
        ({"feasible": "unclear"}, 0, "unassessed"),
        ({"lawful": "unclear"}, 29, "unassessed"),
        ({"reasonable": "no"}, None, "medium"),
        ({"feasible": "no"}, 0, "medium"),
        ({}, 10, "medium"),
        ({}, 9, "low"),
        ({}, None, "low"),
    ],
)
def test_one_department_is_enough_to_raise_a_risk(
    changes: Mapping[str, str], opposed: int | None, risk: str
) -> None:
    known = {"opinions": [FINE, {**FINE, **changes}], "opposed_share": opposed}
    assert decide("stability_grade", known) == risk


@pytest.mark.parametrize(
    ("reach", "links"),
    [
        ("grid", ["包村干警", "治保主任", "网格长"]),
        ("building", ["包村干警", "治保主任", "网格长", "巷长", "楼长"]),
        ("household", ["包村干警", "治保主任", "网格长", "巷长", "楼长", "户"]),
    ],
)
def test_a_notice_goes_link_by_link(reach: str, links: list[str]) -> None:
    chain = decide("contact_chain", {"reach": reach})
    assert [link["name"] for link in chain] == links
    assert all("/" in link["candidate"] for link in chain)


SOUND: Mapping[str, Mapping[str, Any]] = {
    "vote_rules": {
        "eligible": 40,
        "present": 30,
        "in_favour": 28,
        "against": 1,
        "abstained": 1,
        "decision_due": "2026-03-02",
    },
    "risk_rules": {"proposed_risk": "low", "risk": "low", "risk_change": "none"},
    "ruling_rules": {"risk": "low", "ruling": "go", "mitigate_by": None},
    "plan_rules": {
        "jobs": [{"job_unit": "派出所", "job_due": "2026-03-09"}],
        "area_due": "2026-03-09",
        "lead_unit": "派出所",
    },
    "area_closing": {"work": [{"state": "done"}], "area_level": "listed", "delist_no": "1"},
    "duty_rules": {"grade_from": "2026-03-02", "grade_until": "2026-05-31"},
    "notice_rules": {"households_reached": 5, "households_due": 5, "unreached_noted": None},
    "service_day_rules": {"silent": [], "silence_explained": None},
}


@pytest.mark.parametrize("table", sorted(SOUND))
def test_what_is_in_order_is_let_through(table: str) -> None:
    assert not decide(table, SOUND[table])


@pytest.mark.parametrize(
    ("table", "changes", "rule"),
    [
        ("vote_rules", {"eligible": 29}, "present"),
        ("vote_rules", {"abstained": 2}, "sum"),
        ("vote_rules", {"decision_due": "2026-03-01"}, "due_past"),
        ("risk_rules", {"proposed_risk": "high"}, "reason"),
        ("risk_rules", {"proposed_risk": "unassessed"}, "unassessed"),
        ("ruling_rules", {"risk": "high"}, "high"),
        ("ruling_rules", {"risk": "medium"}, "medium"),
        ("ruling_rules", {"ruling": "defer", "mitigate_by": "2026-03-01"}, "due_past"),
        ("plan_rules", {"area_due": "2026-03-08"}, "due_late"),
        ("plan_rules", {"lead_unit": "住建"}, "lead"),
        ("area_closing", {"work": [{"state": "partly"}]}, "jobs"),
        ("area_closing", {"delist_no": None}, "number"),
        ("duty_rules", {"grade_until": "2026-03-01"}, "period"),
        ("duty_rules", {"grade_until": "2026-06-01"}, "long"),
        ("notice_rules", {"households_reached": 4}, "unreached"),
        ("service_day_rules", {"silent": ["司法所"]}, "silent"),
    ],
)
def test_what_is_amiss_is_named(table: str, changes: Mapping[str, Any], rule: str) -> None:
    assert [row["rule"] for row in decide(table, {**SOUND[table], **changes})] == [rule]
