"""Referral as it is shipped: its tables row by row, and what the dispute, the dock and the late answer tell each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from engine.feel import Environment
from engine.model import read_package
from engine.samples.package import read_folder
from tests.acceptance.county import County, Desk
from tests.support.decisions import model

FOLDER = Path(__file__).resolve().parents[2] / "bpmn" / "referral"
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
DISPUTE = {"case_code": "JF-2026-0001", "grid": "柳溪村一网格", "level": "村"}


def test_the_package_has_no_findings() -> None:
    assert read_package(read_folder(FOLDER)).findings == ()


def decide(table: str, known: Mapping[str, Any]) -> Any:
    return model(FOLDER, table).evaluate(table, known, Environment(now=NOW, functions={})).value


@pytest.mark.parametrize(
    ("channel", "unit", "level", "limit", "consent"),
    [
        ("court", "法院", "县", "referral.court.filing", True),
        ("procuratorate", "检察院", "县", "referral.procuratorate", True),
        ("police", "派出所", "镇", "referral.police", False),
        ("petition", "信访", "县", "petition.decide", True),
        ("cross_region", "综治中心", "县", "referral.cross_region", True),
        ("legal_aid", "司法", "县", "referral.legal_aid", True),
    ],
)
def test_a_dock_has_its_receiver_its_clock_and_whether_the_parties_must_agree(
    channel: str, unit: str, level: str, limit: str, consent: bool
) -> None:
    found = decide("referral_dock", {"channel": channel, "category": "labour", "channel_again": None})
    assert (found["dock"], found["unit"], found["level"]) == (channel, unit, level)
    assert (found["limit"], found["consent_needed"]) == (limit, consent)


@pytest.mark.parametrize("channel", ["administration", "arbitration", "authority", "apply_later", None])
@pytest.mark.parametrize(
    ("category", "unit"),
    [
        ("labour", "人社"),
        ("gig", "人社"),
        ("land_contract", "农业农村"),
        ("land_taking", "自然资源"),
        ("property", "住建"),
        ("medical", "卫健"),
        ("traffic", "公安"),
        ("consumer", "市监"),
        ("environment", "生态环境"),
        ("appearance", "城管"),
        ("campus", "教育"),
        ("finance", "金融办"),
        ("safety", "应急"),
        ("elder_care", "民政"),
        ("family", "妇联"),
        ("neighbour", None),
        (None, None),
    ],
)
def test_with_an_administrative_body_the_category_gives_the_receiver(
    channel: str | None, category: str | None, unit: str | None
) -> None:
    found = decide("referral_dock", {"channel": channel, "category": category, "channel_again": None})
    assert (found["dock"], found["unit"], found["limit"]) == (
        "administration",
        unit,
        "referral.administration",
    )


def test_sent_again_it_goes_where_it_is_sent_now() -> None:
    found = decide("referral_dock", {"channel": "police", "category": "labour", "channel_again": "court"})
    assert found["dock"] == "court"


@pytest.mark.parametrize(
    ("kind", "limit", "confirmable", "source", "pending"),
    [
        ("court_delegated", "referral.court.delegated", True, "court", "court"),
        ("court_entrusted_ordinary", "referral.court.entrusted.ordinary", False, "court", "court"),
        ("court_entrusted_summary", "referral.court.entrusted.summary", False, "court", "court"),
        ("police", "referral.police", True, "police", "none"),
        ("procuratorate", "referral.procuratorate", True, "superior", "none"),
        ("petition", "referral.petition", True, "superior", "petition"),
        ("administration", "referral.administration", True, "superior", "none"),
        ("cross_region", "referral.cross_region", True, "superior", "none"),
        ("legal_aid", "referral.legal_aid", True, "superior", "none"),
    ],
)
def test_what_comes_in_has_the_clock_of_who_sent_it(
    kind: str, limit: str, confirmable: bool, source: str, pending: str
) -> None:
    assert decide("referral_clock", {"sender_kind": kind}) == {
        "limit": limit,
        "confirmable": confirmable,
        "source": source,
        "pending": pending,
    }


AGREED = [{"packet_label": "甲方", "packet_consent": "agree"}]
REFUSED = [{"packet_label": "甲方", "packet_consent": "refuse"}]
SOUND: Mapping[str, Mapping[str, Any]] = {
    "packet_rules": {
        "consent_needed": True,
        "packet_parties": AGREED,
        "legal_basis": None,
        "packet_materials": ["registration"],
        "receiver_unit": "法院",
        "receiver_level": "县",
    },
    "answer_rules": {
        "answer_result": "agreed",
        "agreed_on": "2026-03-02",
        "accepted_at": NOW,
        "undisputed_recorded": "yes",
        "undisputed_confirmed": "yes",
    },
    "mediation_rules": {"false_mediation": "no", "mediation_result": "agreed", "agreed_on": "2026-03-02"},
    "confirmation_rules": {
        "applied_on": "2026-03-02",
        "confirmation_until": datetime(2026, 3, 2, 10, tzinfo=UTC),
        "applicants": ["甲方", "乙方"],
    },
}


@pytest.mark.parametrize("table", sorted(SOUND))
def test_what_is_in_order_is_let_through(table: str) -> None:
    assert not decide(table, SOUND[table])


@pytest.mark.parametrize(
    ("table", "changes", "rule"),
    [
        ("packet_rules", {"packet_parties": REFUSED}, "consent"),
        ("packet_rules", {"consent_needed": False, "packet_parties": REFUSED}, "basis"),
        ("packet_rules", {"packet_materials": ["registration", "minutes"]}, "statements"),
        ("packet_rules", {"receiver_unit": None}, "receiver"),
        ("packet_rules", {"receiver_level": None}, "receiver"),
        ("answer_rules", {"agreed_on": "2026-03-03"}, "agreed_future"),
        ("answer_rules", {"agreed_on": "2026-03-01"}, "agreed_early"),
        ("answer_rules", {"undisputed_confirmed": "no"}, "undisputed"),
        ("mediation_rules", {"false_mediation": "yes"}, "false_mediation"),
        ("mediation_rules", {"agreed_on": "2026-03-03"}, "agreed_future"),
        (
            "confirmation_rules",
            {"confirmation_until": datetime(2026, 3, 1, 10, tzinfo=UTC)},
            "late",
        ),
        ("confirmation_rules", {"applicants": ["甲方"]}, "joint"),
        (
            "confirmation_rules",
            {"applied_on": "2026-03-03", "confirmation_until": datetime(2026, 3, 9, 10, tzinfo=UTC)},
            "future",
        ),
    ],
)
def test_what_is_amiss_is_named(table: str, changes: Mapping[str, Any], rule: str) -> None:
    assert [row["rule"] for row in decide(table, {**SOUND[table], **changes})] == [rule]


def test_what_the_law_has_reported_needs_no_consent_but_its_basis() -> None:
    known = {**SOUND["packet_rules"], "consent_needed": False, "packet_parties": REFUSED}
    assert not decide("packet_rules", {**known, "legal_basis": "人民调解法第二十五条"})


# -- between cases ------------------------------------------------------------------------------------


@pytest.fixture
def county() -> Iterator[County]:
    opened = County("dispute", "referral", "supervision")
    yield opened
    opened.prove()
    opened.engine.close()


def recalls(county: County) -> Callable[[], list[dict[str, Any]]]:
    """What is asked back from here on: gives the contents of the messages sent."""
    before = set(county.engine.case_ids())

    def told() -> list[dict[str, Any]]:
        found = []
        for case_id in before:
            for event in county.engine.queries.events(case_id):
                for effect in event.open().effects:
                    if effect[:2] == ["out", "message"] and effect[2]["name"] == "referral.recalled":
                        found.append(effect[2]["variables"])
        return found

    return told


def referred(county: County, where: str) -> tuple[Desk, Desk]:
    """A dispute that could not be settled, and its referral."""
    dispute = county.start("dispute", "dispute", DISPUTE)
    dispute.play("23-to-court", 3)
    dispute.do("提出移送", filled={"对接哪里": where})
    return dispute, county.the("referral", "referral")


def test_a_dispute_starts_a_referral_and_takes_its_answer_back(county: County) -> None:
    dispute, referral = referred(county, "公调：公安机关")
    assert [referral.known(name) for name in ("case_code", "parent_code", "grid", "channel", "category")] == [
        "JF-2026-0001-YS1",
        "JF-2026-0001",
        "柳溪村一网格",
        "police",
        "neighbour",
    ]
    assert referral.open == ["制作移送函"]
    referral.do("制作移送函", "接收或拒收", "办理并回复")
    assert dispute.known("docking") == {
        "kind": "to_court",
        "state": "answered",
        "answer": "agreed",
        "answer_no": "回-1",
        "reference": "JF-2026-0001-YS1",
    }


def test_confirmation_offered_in_time_goes_straight_to_the_court(county: County) -> None:
    """Nothing that is known is asked again."""
    dispute = county.start("dispute", "dispute", DISPUTE)
    dispute.play("00-to-monitoring")
    dispute.do("告知司法确认", filled={"各方是否共同申请": "是"})
    dispute.do("司法确认申请")
    court = county.the("referral", "referral")
    assert court.open == ["审查是否受理"]
    assert court.known("agreement_no") == dispute.known("outcome_document_no")
    assert court.known("agreed_on") == dispute.known("effective_on")
    court.do("审查是否受理", "审查并裁定", "送达并告知")
    answered = dispute.known("docking")
    assert (answered["kind"], answered["answer"], answered["answer_no"]) == (
        "confirmation",
        "confirmed",
        "裁-1",
    )


def test_what_is_not_received_is_reclaimed_sent_elsewhere_and_its_late_answer_kept(county: County) -> None:
    dispute, referral = referred(county, "公调：公安机关")
    referral.do("制作移送函")
    referral.later(4)
    assert referral.open == ["拒收、收回后处理"]
    order = county.the("supervision", "supervision")
    assert order.known("parent_step") == "receive_packet"
    again = {"怎么处理": "再次移送", "改为对接哪里": "诉调：人民法院"}
    referral.do("拒收、收回后处理", filled=again)
    referral.do("制作移送函", filled={"接收单位": "法院", "接收单位的层级": "县"})
    referral.do("接收或拒收")
    # The police answer what they no longer have: it is not taken for the court's answer.
    late = {"reference": "JF-2026-0001-YS1", "answer_result": "handled", "answer_no": "公-7"}
    county.send("referral.answered", "JF-2026-0001-YS1", {**late, "grid": "柳溪村一网格"})
    assert referral.open == ["办理并回复"]
    county.the("referral", "late_answer").do("登记迟到的答复")
    assert "处理迟到的答复" in dispute.open
    (kept,) = dispute.known("late_replies")
    assert {name: kept[name] for name in ("reference", "answer", "answer_no")} == {
        "reference": "YS-1",
        "answer": "handled",
        "answer_no": "公-7",
    }
    dispute.do("处理迟到的答复")
    filed = {"结果": "已经立案、受理"}
    referral.do("办理并回复", filled=filed, left_out=("协议形式", "协议编号", "达成协议（生效）日期"))
    assert dispute.known("docking")["answer"] == "filed"


def test_consent_withdrawn_ends_the_referral_and_the_dispute_learns_of_it(county: County) -> None:
    dispute, referral = referred(county, "公调：公安机关")
    referral.do("制作移送函")
    county.send("referral.withdrawn", "JF-2026-0001-YS1", {})
    assert referral.open == []
    assert dispute.known("docking")["answer"] == "withdrawn"


def reopened(county: County, dispute: Desk) -> None:
    county.send("dispute.reopen", "JF-2026-0001", {"reopen_cause": "dissatisfied"})
    assert "核实研判要素" in dispute.open


def test_a_dispute_that_is_reopened_takes_its_open_referral_back_and_both_sides_know(county: County) -> None:
    dispute, referral = referred(county, "公调：公安机关")
    referral.do("制作移送函", "接收或拒收")
    told = recalls(county)
    reopened(county, dispute)
    assert referral.open == []
    assert referral.known("referral_state") == "taken_back"
    assert [(each["reference"], each["reason"]) for each in told()] == [("JF-2026-0001-YS1", "reopened")]
    (kept,) = dispute.known("late_replies")
    assert (kept["reference"], kept["answer"]) == ("JF-2026-0001-YS1", "taken_back")
    assert "处理迟到的答复" in dispute.open
    assert county.engine.stuck.list() == []


def test_a_referral_that_nobody_has_received_yet_is_taken_back_as_well(county: County) -> None:
    dispute, referral = referred(county, "公调：公安机关")
    assert referral.open == ["制作移送函"]
    reopened(county, dispute)
    assert referral.open == []


def test_an_application_to_the_court_goes_back_with_the_agreement_it_was_about(county: County) -> None:
    dispute = county.start("dispute", "dispute", DISPUTE)
    dispute.play("00-to-monitoring")
    dispute.do("告知司法确认", filled={"各方是否共同申请": "是"})
    dispute.do("司法确认申请")
    court = county.the("referral", "referral")
    reopened(county, dispute)
    assert court.open == []
    assert dispute.known("outcome_document_no") is None


def test_a_dispute_that_is_reopened_without_a_referral_leaves_those_of_others_alone(county: County) -> None:
    _, referral = referred(county, "公调：公安机关")
    other = county.start("dispute", "dispute", {**DISPUTE, "case_code": "JF-2026-0002"})
    other.play("00-to-monitoring")
    county.send("dispute.reopen", "JF-2026-0002", {"reopen_cause": "breach"})
    assert "核实研判要素" in other.open
    assert referral.open == ["制作移送函"]


def test_what_is_answered_after_it_was_taken_back_is_kept(county: County) -> None:
    dispute, referral = referred(county, "公调：公安机关")
    referral.do("制作移送函", "接收或拒收")
    reopened(county, dispute)
    given = {"reference": "JF-2026-0001-YS1", "parent_code": "JF-2026-0001", "answer_result": "agreed"}
    county.send(
        "referral.answered", "JF-2026-0001-YS1", {**given, "answer_no": "公-9", "grid": "柳溪村一网格"}
    )
    county.the("referral", "late_answer").do("登记迟到的答复")
    assert [each["answer"] for each in dispute.known("late_replies")] == ["taken_back", "agreed"]


def test_what_is_referred_by_hand_answers_its_dispute_as_well(county: County) -> None:
    dispute = county.start("dispute", "dispute", DISPUTE)
    dispute.play("00-to-mediation")
    referral = county.start("referral", "referral", {"level": "镇"})
    referral.do("提出移送", filled={"对接哪里": "公调：公安机关"})
    referral.do("制作移送函", "接收或拒收", "办理并回复")
    assert "处理迟到的答复" in dispute.open


# -- what comes in ------------------------------------------------------------------------------------


def taken_in(county: County) -> tuple[Desk, Desk]:
    """A matter of the police that became a dispute."""
    given = {"case_code": "LJ-1", "sender_kind": "police", "external_ref": "公-3", "grid": "柳溪村一网格"}
    county.send("referral.received", "", given)
    incoming = county.the("referral", "referral_in")
    incoming.do("来件登记", filled={"来件性质": "派出所公调", "移送单位全称": "青石镇派出所"})
    incoming.do("接受或退回", filled={"怎么办": "转入纠纷调处"})
    incoming.do("询问各方意愿")
    return incoming, county.the("dispute", "dispute")


def test_a_dispute_from_outside_gives_its_result_to_who_sent_it(county: County) -> None:
    incoming, dispute = taken_in(county)
    assert (dispute.known("case_code"), dispute.known("linked_cases")) == ("LJ-1-JF", "LJ-1")
    dispute.do("登记移交")
    settle(dispute)
    assert incoming.open == ["回复移送方"]
    incoming.do("回复移送方")
    # The dispute itself offers confirmation: nobody is asked twice.
    assert incoming.open == []
    assert "告知司法确认" in dispute.open
    for name in ("agreement_no", "agreed_on", "answer_result"):
        assert incoming.known(name) is not None


def settle(dispute: Desk) -> None:
    dispute.do("重复核查", "核实研判要素", "确认分级", "权利告知与同意", "指派调解员", "首次联系")
    dispute.do("调查核实", "组织调解", "制作调解协议书")


def test_a_dispute_that_is_not_taken_on_lets_nobody_wait(county: County) -> None:
    incoming, dispute = taken_in(county)
    dispute.do("登记移交", filled={"家庭内正有人身危险": "是"})
    dispute.do("重复核查", "不予受理告知")
    assert incoming.open == ["回复移送方"]
