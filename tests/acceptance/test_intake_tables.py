"""The decision tables of the intake flows: every row is hit, by what it is meant for, and gives what it should."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from engine.feel import Environment
from tests.support.decisions import model

FOLDER = Path(__file__).resolve().parents[2] / "bpmn" / "intake"
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
REQUEST: Mapping[str, Any] = {
    "belongs_to": "none",
    "is_repeat": "no",
    "within_duty": "yes",
    "request_type": "complaint",
}
ROUTE: Mapping[str, Any] = {"known": True, "lead": "城管", "co_units": []}
MATTER: Mapping[str, Any] = {"between_parties": "no", "needs_joint": "no", "route": ROUTE}
DISPATCH: Mapping[str, Any] = {
    "dispatch_kind": "lead_co",
    "lead_unit": "城管",
    "co_units": ["住建"],
    "reported_unit": None,
    "objected_unit": None,
}
OBJECTION: Mapping[str, Any] = {
    "sign_decision": "object",
    "objection_count": None,
    "objection_until": datetime(2026, 3, 3, 10, tzinfo=UTC),
}
REPORTED: Mapping[str, Any] = {
    "points_account": "ZH-1",
    "source": "resident",
    "names_person": "no",
    "is_repeat": "no",
    "outcome": "solved",
    "points_today": 0,
}
SHELVING: Mapping[str, Any] = {
    "unsolved_decision": "shelve",
    "review_decision": None,
    "next_review_on": "2026-05-31",
}
READY: Mapping[str, Any] = {
    "settled_at": NOW,
    "screening": {"result": "dispatch"},
    "answered_now": None,
    "called_back": "reached",
    "publish": True,
    "public_answer": "已经办理。",
    "danger_now": "yes",
    "alerted_at": "2026-03-02T09:00:00+08:00",
    "documents_complete": True,
}


def decide(table: str, known: Mapping[str, Any], **changes: Any) -> Any:
    environment = Environment(now=NOW, functions={})
    return model(FOLDER, table).evaluate(table, {**known, **changes}, environment).value


def broken(table: str, known: Mapping[str, Any], **changes: Any) -> list[str]:
    """The rules a COLLECT table finds broken."""
    return [found["rule"] for found in decide(table, known, **changes) or []]


@pytest.mark.parametrize(
    ("changes", "result", "channel"),
    [
        ({"belongs_to": "litigation"}, "channel", "人民法院"),
        ({"belongs_to": "arbitration"}, "channel", "仲裁机构"),
        ({"belongs_to": "petition"}, "channel", "信访机构"),
        ({"belongs_to": "discipline"}, "channel", "纪检监察机关"),
        ({"belongs_to": "litigation", "is_repeat": "yes"}, "channel", "人民法院"),
        ({"is_repeat": "yes"}, "progress", None),
        ({"within_duty": "no"}, "explain", None),
        ({"request_type": "consult"}, "answer", None),
        ({}, "dispatch", None),
        ({"belongs_to": None, "is_repeat": None, "within_duty": None}, "dispatch", None),
    ],
)
def test_each_row_of_screening(changes: dict[str, Any], result: str, channel: str | None) -> None:
    decided = decide("intake_screening", REQUEST, **changes)
    assert (decided["result"], decided["channel"]) == (result, channel)
    assert (decided["notice"] is None) == (result in ("answer", "dispatch"))


@pytest.mark.parametrize(
    ("category", "lead", "co_units", "legal_exit"),
    [
        ("family", "调委会", ["妇联"], "法院"),
        ("neighbour", "调委会", ["司法所"], "法院"),
        ("labour", "人社", ["工会"], "劳动仲裁"),
        ("land_contract", "农业农村", ["司法所"], "土地承包仲裁"),
        ("land_taking", "自然资源", ["信访"], "信访、行政复议"),
        ("property", "住建", ["城管"], "法院"),
        ("medical", "卫健", ["调委会"], "法院"),
        ("traffic", "公安", ["调委会"], "保险、法院"),
        ("consumer", "市监", [], "消协、法院"),
        ("environment", "生态环境", ["城管", "公安"], "法院"),
        ("appearance", "城管", ["住建"], "行政复议"),
        ("campus", "教育", ["公安"], "法院"),
        ("finance", "金融办", [], "法院"),
        ("gig", "人社", ["市监", "工会"], "劳动仲裁"),
        ("safety", "应急", [], "主管机关"),
        ("elder_care", "民政", [], "法院"),
        ("public_security", "公安", [], "行政复议、法院"),
        ("enterprise", "市监", [], "行政复议、法院"),
    ],
)
def test_each_category_has_its_units_and_its_legal_exit(
    category: str, lead: str, co_units: list[str], legal_exit: str
) -> None:
    assert decide("intake_routing", {"category": category}) == {
        "known": True,
        "lead": lead,
        "co_units": co_units,
        "legal_exit": legal_exit,
    }


@pytest.mark.parametrize("category", ["other", "吵架", None])
def test_an_unknown_category_is_never_refused_but_left_to_a_person(category: str | None) -> None:
    decided = decide("intake_routing", {"category": category})
    assert decided == {"known": False, "lead": None, "co_units": [], "legal_exit": "人工告知"}


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"between_parties": "yes"}, "dispute"),
        ({"between_parties": "yes", "needs_joint": "yes"}, "dispute"),
        ({"needs_joint": "yes"}, "whistle"),
        ({"route": {**ROUTE, "co_units": ["住建"]}}, "lead_co"),
        ({}, "department"),
        ({"route": {"known": False, "lead": None, "co_units": []}}, "area"),
        ({"between_parties": None, "needs_joint": None}, "department"),
    ],
)
def test_each_way_of_dispatching(changes: dict[str, Any], kind: str) -> None:
    assert decide("intake_dispatching", MATTER, **changes)["kind"] == kind


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({}, []),
        ({"co_units": ["城管", "住建"]}, ["lead_twice"]),
        ({"reported_unit": "城管"}, ["reported_unit"]),
        ({"reported_unit": "住建"}, ["reported_unit"]),
        ({"objected_unit": "城管"}, ["objected_unit"]),
        ({"dispatch_kind": "department", "reported_unit": "住建"}, []),
        ({"dispatch_kind": "dispute", "reported_unit": "城管", "lead_unit": None}, []),
    ],
)
def test_what_a_dispatch_may_not_be(changes: dict[str, Any], rules: list[str]) -> None:
    assert broken("intake_dispatch_rules", DISPATCH, **changes) == rules


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({}, []),
        ({"objection_count": 1}, ["second_objection"]),
        ({"objection_until": NOW}, []),
        ({"objection_until": datetime(2026, 3, 2, 0, 59, tzinfo=UTC)}, ["objection_late"]),
        ({"sign_decision": "accept", "objection_count": 1}, []),
    ],
)
def test_one_objection_within_its_time(changes: dict[str, Any], rules: list[str]) -> None:
    assert broken("intake_objection_rules", OBJECTION, **changes) == rules


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("已于 2026 年 3 月 2 日责令整改。", []),
        ("请拨打 13800001234 联系。", ["phone"]),
        ("13800001234", ["phone"]),
        ("证件 11010119900101123X", ["identity"]),
        ("编号 113800001234", []),
    ],
)
def test_a_public_answer_holds_no_personal_numbers(text: str, rules: list[str]) -> None:
    assert broken("intake_public_rules", {"public_answer": text, "anonymised": True}) == rules


@pytest.mark.parametrize("anonymised", [False, None])
def test_a_public_answer_is_confirmed_to_be_anonymous(anonymised: bool | None) -> None:
    known = {"public_answer": "已办。", "anonymised": anonymised}
    assert broken("intake_public_rules", known) == ["not_anonymised"]


@pytest.mark.parametrize(
    ("changes", "given", "reason"),
    [
        ({}, 2, "核实、不重复的上报"),
        ({"points_account": None}, 0, "没有要求积分"),
        ({"source": "grid"}, 0, "只给群众上报积分"),
        ({"names_person": "yes"}, 0, "反映具体个人的不积分"),
        ({"is_repeat": "yes"}, 0, "重复上报不积分"),
        ({"outcome": "answered"}, 0, "没有核实的不积分"),
        ({"outcome": None}, 0, "没有核实的不积分"),
        ({"points_today": 9}, 2, "核实、不重复的上报"),
        ({"points_today": 10}, 0, "当日积分已到上限"),
    ],
)
def test_each_row_of_points(changes: dict[str, Any], given: int, reason: str) -> None:
    assert decide("intake_points", REPORTED, **changes) == {"given": given, "reason": reason}


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({}, []),
        ({"next_review_on": "2026-06-01"}, ["review_late"]),
        ({"next_review_on": "2026-03-02"}, ["review_past"]),
        ({"next_review_on": "2026-03-03"}, []),
        ({"unsolved_decision": "supervise", "next_review_on": None}, []),
        ({"review_decision": "keep", "next_review_on": "2026-06-01"}, ["review_late"]),
        ({"review_decision": "resume", "next_review_on": "2026-03-02"}, []),
    ],
)
def test_shelving_lasts_ninety_days_at_most(changes: dict[str, Any], rules: list[str]) -> None:
    assert broken("intake_shelving_rules", SHELVING, **changes) == rules


@pytest.mark.parametrize(
    ("category", "danger", "code", "verify"),
    [
        ("safety", "no", "WG-1", True),
        ("appearance", "yes", "WG-1", True),
        ("appearance", "no", "WG-20261122-00000-00003", True),
        ("appearance", "no", "WG-20261122-00000-0000K", True),
        ("appearance", "no", "WG-1", False),
    ],
)
def test_each_row_of_sampling(category: str, danger: str, code: str, verify: bool) -> None:
    known = {"category": category, "danger_now": danger, "case_code": code}
    assert decide("intake_sampling", known)["verify"] is verify


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({}, []),
        ({"settled_at": None}, ["told"]),
        ({"called_back": None}, ["call_back"]),
        ({"screening": {"result": "answer"}, "called_back": None}, ["call_back"]),
        ({"screening": {"result": "answer"}, "called_back": None, "answered_now": "yes"}, []),
        ({"screening": {"result": "channel"}, "called_back": None}, []),
        ({"public_answer": None}, ["public_answer"]),
        ({"public_answer": None, "publish": False}, []),
        ({"alerted_at": None}, ["emergency"]),
        ({"danger_now": "no", "alerted_at": None}, []),
        ({"documents_complete": False}, ["documents"]),
    ],
)
def test_a_request_is_closed_only_when_it_is_done(changes: dict[str, Any], rules: list[str]) -> None:
    assert broken("intake_closing", READY, **changes) == rules


def test_no_table_is_left_without_a_test() -> None:
    tested = {
        "intake_screening", "intake_routing", "intake_dispatching", "intake_dispatch_rules", "intake_points",
        "intake_objection_rules", "intake_public_rules", "intake_shelving_rules", "intake_sampling",
        "intake_closing",
    }  # fmt: skip
    assert {path.stem for path in FOLDER.glob("*.dmn")} == tested
