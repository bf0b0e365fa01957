"""The decision tables of the dispute flow: every row is hit, by what it is meant for, and gives what it should."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from engine.feel import Environment
from tests.support.decisions import model

FOLDER = Path(__file__).resolve().parents[2] / "bpmn" / "dispute"
CALM: Mapping[str, Any] = {
    "violence": "no",
    "home_danger": "no",
    "people_count": 2,
    "days_open": 1,
    "failed_attempts": 0,
    "police_calls": 0,
    "group_sign": "no",
    "criminal_sign": "no",
}
PLAIN: Mapping[str, Any] = {
    "home_danger_now": "no",
    "matter": "civil",
    "police_mediable": None,
    "police_class": None,
    "pending_at": "none",
    "referred_back": None,
    "party_refuses": "no",
}
SETTLED: Mapping[str, Any] = {
    "outcome": "agreed_written",
    "outcome_document_no": "1",
    "consents": [{"party": "甲方", "consent": "agree"}],
    "terms": [{"obligor": "甲方"}],
    "performance": [{"state": "performed"}],
    "docking": {"kind": "none"},
    "follow_up": [{"new_risk": "no"}],
    "regrading": None,
    "signatures_complete": True,
    "grade": "yellow",
    "closer_role": "town_centre",
}


def decide(table: str, known: Mapping[str, Any], **changes: Any) -> Any:
    environment = Environment(now=datetime(2026, 3, 2, tzinfo=UTC), functions={})
    return model(FOLDER, table).evaluate(table, {**known, **changes}, environment).value


GRADES = [
    ("1", {"violence": "yes"}, "red", "镇", "dispute.first_contact.red", "dispute.review.red"),
    ("2", {"home_danger": "yes"}, "red", "镇", "dispute.first_contact.red", "dispute.review.red"),
    ("3", {"criminal_sign": "yes"}, "red", "镇", "dispute.first_contact.red", "dispute.review.red"),
    ("4", {"police_calls": 3}, "red", "镇", "dispute.first_contact.red_repeated", "dispute.review.red"),
    ("5", {"people_count": 30}, "orange", "县", "dispute.first_contact.orange", "dispute.review.orange"),
    ("6", {"group_sign": "yes"}, "orange", "镇", "dispute.first_contact.orange", "dispute.review.orange"),
    (
        "7 days",
        {"days_open": 31},
        "orange",
        "上一级",
        "dispute.first_contact.orange",
        "dispute.review.orange",
    ),
    (
        "7 failed",
        {"failed_attempts": 2},
        "orange",
        "上一级",
        "dispute.first_contact.orange",
        "dispute.review.orange",
    ),
    (
        "8",
        {"people_count": 5, "police_calls": 1},
        "orange",
        "镇",
        "dispute.first_contact.orange",
        "dispute.review.orange",
    ),
    ("9", {}, "yellow", "村", "dispute.first_contact.yellow", "dispute.review.yellow"),
]


@pytest.mark.parametrize(
    ("changes", "grade", "level", "contact", "review"),
    [pytest.param(*row[1:], id=row[0]) for row in GRADES],
)
def test_each_row_of_the_grading_table(
    changes: dict[str, Any], grade: str, level: str, contact: str, review: str
) -> None:
    expected = {"grade": grade, "level": level, "contact_limit": contact, "review_limit": review}
    assert decide("grading_table", CALM, **changes) == expected


@pytest.mark.parametrize(
    "changes",
    [
        {"people_count": 29},
        {"days_open": 30},
        {"failed_attempts": 1},
        {"police_calls": 2},
        {"people_count": 4, "police_calls": 1},
        {"people_count": 5},
        {"group_sign": "unknown"},
    ],
)
def test_just_below_a_threshold_it_is_yellow(changes: dict[str, Any]) -> None:
    assert decide("grading_table", CALM, **changes)["grade"] == "yellow"


@pytest.mark.parametrize("sign", ["violence", "home_danger", "criminal_sign"])
@pytest.mark.parametrize("answer", ["unknown", None])
@pytest.mark.parametrize("rest", [{}, {"people_count": 40}, {"days_open": 60}])
def test_what_could_be_red_and_is_not_known_is_unassessed(
    sign: str, answer: str | None, rest: dict[str, Any]
) -> None:
    assert decide("grading_table", CALM, **rest, **{sign: answer})["grade"] == "unassessed"


@pytest.mark.parametrize("calls", [None, ""])
def test_an_unknown_number_of_police_calls_is_unassessed(calls: Any) -> None:
    assert decide("grading_table", CALM, police_calls=calls)["grade"] == "unassessed"


def test_what_is_known_to_be_red_is_red_whatever_else_is_unknown() -> None:
    assert decide("grading_table", CALM, violence="yes", criminal_sign="unknown")["grade"] == "red"
    assert decide("grading_table", CALM, home_danger="yes", people_count=50)["grade"] == "red"


def test_the_shorter_first_contact_counts_when_two_rows_are_red() -> None:
    graded = decide("grading_table", CALM, violence="yes", police_calls=5)
    assert graded["contact_limit"] == "dispute.first_contact.red"


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"violence": "yes"}, ["violence"]),
        ({"home_danger": "yes"}, ["home_danger"]),
        ({"criminal_sign": "yes"}, ["criminal_sign"]),
        ({"police_calls": 3}, ["police_calls"]),
        ({"people_count": 30}, ["crowd"]),
        ({"group_sign": "yes"}, ["group_sign"]),
        ({"days_open": 31}, ["long_open"]),
        ({"failed_attempts": 2}, ["long_open"]),
        ({"people_count": 5, "police_calls": 1}, ["several"]),
        ({"people_count": 29}, ["ordinary"]),
        ({"people_count": 4, "police_calls": 2}, ["ordinary"]),
        ({}, ["ordinary"]),
        ({"violence": "yes", "group_sign": "yes"}, ["violence", "group_sign"]),
    ],
)
def test_each_row_of_the_table_of_reasons(changes: dict[str, Any], codes: list[str]) -> None:
    assert decide("reason_table", CALM, **changes) == codes


@pytest.mark.parametrize(
    ("changes", "channel"),
    [
        ({"home_danger_now": "yes"}, "police"),
        ({"matter": "criminal"}, "police"),
        ({"police_class": "police_led"}, "police"),
        ({"matter": "public_security"}, "police"),
        ({"matter": "exclusive"}, "authority"),
        ({"pending_at": "court"}, "court"),
        ({"pending_at": "arbitration"}, "arbitration"),
        ({"pending_at": "petition"}, "petition"),
        ({"party_refuses": "yes"}, "apply_later"),
    ],
)
def test_each_reason_not_to_admit(changes: dict[str, Any], channel: str) -> None:
    decided = decide("admissibility", PLAIN, **changes)
    assert decided["admissible"] is False
    assert decided["reason"]
    assert decided["channel"] == channel


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"matter": "public_security", "police_mediable": "yes"},
        {"police_class": "not_police_led"},
        {"police_class": "rescue"},
        {"pending_at": "court", "referred_back": "yes"},
        {"pending_at": "arbitration", "referred_back": "yes"},
        {"pending_at": "petition", "referred_back": "yes"},
    ],
)
def test_everything_else_is_admitted(changes: dict[str, Any]) -> None:
    assert decide("admissibility", PLAIN, **changes) == {"admissible": True, "reason": None, "channel": None}


@pytest.mark.parametrize(
    ("category", "lead", "exit_"),
    [
        ("family", "调委会", "法院"),
        ("neighbour", "调委会", "法院"),
        ("labour", "人社", "劳动仲裁"),
        ("land_contract", "农业农村", "土地承包仲裁"),
        ("land_taking", "自然资源", "信访、行政复议"),
        ("property", "住建", "法院"),
        ("medical", "卫健", "法院"),
        ("traffic", "派出所", "保险、法院"),
        ("consumer", "市监", "法院"),
        ("environment", "生态环境", "法院"),
        ("appearance", "城管", "行政复议"),
        ("campus", "教育", "法院"),
        ("finance", "金融办", "法院"),
        ("gig", "人社", "劳动仲裁"),
        ("safety", "应急", "主管机关"),
        ("elder_care", "民政", "法院"),
        ("other", "综治中心", "人工告知"),
        (None, "综治中心", "人工告知"),
    ],
)
def test_each_category_has_a_department(category: str | None, lead: str, exit_: str) -> None:
    route = decide("routing", {"category": category})
    assert (route["lead"], route["legal_exit"]) == (lead, exit_)


@pytest.mark.parametrize(
    ("result", "failed", "level", "following", "counted"),
    [
        ("failed", 0, "村", "continue", 1),
        ("failed", 1, "县", "failed", 2),
        ("failed", 1, "镇", "escalate", 2),
        ("escalate", 0, "县", "failed", 0),
        ("escalate", 0, "村", "escalate", 0),
        ("agreed_oral", 1, "村", "agreed_oral", 1),
        ("continue", 1, "村", "continue", 1),
    ],
)
def test_what_comes_after_a_session(
    result: str, failed: int, level: str, following: str, counted: int
) -> None:
    known = {"session_result": result, "failed_here": failed, "level": level}
    assert decide("after_session", known) == {"next": following, "failed_here": counted}


@pytest.mark.parametrize(("grade", "visits"), [("red", 3), ("orange", 3), ("yellow", 1)])
def test_the_plan_of_follow_ups(grade: str, visits: int) -> None:
    assert len(decide("follow_up_schedule", {"grade": grade})) == visits


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"outcome": None}, "outcome"),
        ({"outcome_document_no": None}, "outcome"),
        ({"consents": []}, "consent"),
        ({"consents": None}, "consent"),
        ({"performance": []}, "terms"),
        ({"performance": None}, "terms"),
        ({"docking": None}, "blocking_child"),
        ({"follow_up": None}, "follow_up"),
        ({"follow_up": [{"new_risk": "no"}, {"new_risk": "yes"}]}, "new_risk"),
        ({"regrading": True}, "regrading"),
        ({"signatures_complete": False}, "signatures"),
        ({"signatures_complete": None}, "signatures"),
        ({"grade": "red"}, "red_leader"),
    ],
)
def test_each_closing_condition_alone_is_named(changes: dict[str, Any], rule: str) -> None:
    assert [unmet["rule"] for unmet in decide("closing_conditions", SETTLED, **changes)] == [rule]


def test_when_all_conditions_hold_nothing_is_unmet() -> None:
    assert not decide("closing_conditions", SETTLED)
    assert not decide("closing_conditions", SETTLED, grade="red", closer_role="town_leader")
    assert not decide("closing_conditions", SETTLED, outcome="failed", terms=None, performance=[])
