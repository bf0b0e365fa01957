"""Help with consent as it is shipped: its tables row by row, what other flows learn of it, and what erasure leaves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from engine.errors import Conflict
from engine.feel import Environment
from engine.history import Replayer, Verifier
from engine.model import read_package
from engine.samples.package import read_folder
from engine.scenarios import read_package_folder
from engine.scenarios.stage import Stage
from engine.scenarios.words import Words
from engine.store.tables import legal_holds
from engine.vault import Erased
from tests.acceptance.whistle import Whistle
from tests.support.decisions import model

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "bpmn" / "service"
ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 2, 9, tzinfo=ZONE)
SECRETS = ("陶某", "10000000001", "离家近的工作", "电焊")


def test_the_package_has_no_findings() -> None:
    assert read_package(read_folder(FOLDER)).findings == ()


def _texts(components: list[dict[str, Any]], around: str = "") -> Iterator[str]:
    for part in components:
        path = around + str(part.get("key") or part.get("path") or "")
        if part["type"] in ("textfield", "textarea"):
            yield path
        yield from _texts(part.get("components", []), f"{path}.")


def test_what_is_written_about_the_person_is_sealed_as_care() -> None:
    """Names of units and codes apart; nobody but who handles the case is shown it."""
    plain = {"referred_by", "linked_case", "link_name", "erasures.erased_unit"}
    definitions = read_package(read_folder(FOLDER)).definitions
    forms = {form.id: form for definition in definitions for form in definition.forms.values()}
    assert len(forms) == 18
    for form in forms.values():
        texts = set(_texts(form.schema["components"]))
        assert texts - set(form.masked) <= plain
        assert {masking.kind for masking in form.masked.values()} <= {"care"}


def decide(table: str, known: Mapping[str, Any]) -> Any:
    return model(FOLDER, table).evaluate(table, known, Environment(now=NOW, functions={})).value


@pytest.mark.parametrize(
    ("kind", "first"),
    [
        ("relief", "镇/民政"),
        ("schooling", "县/教育"),
        ("guidance", "镇/司法所"),
        ("work", "县/人社"),
        ("treatment", "县/卫健"),
        ("counselling", "镇/社工站"),
        ("elder_call", "镇/社工站"),
    ],
)
def test_an_order_goes_to_the_providers_of_its_type_in_turn(kind: str, first: str) -> None:
    found = decide("service_catalogue", {"order": {"order_type": kind}})
    assert found["providers"][0] == first
    assert decide("service_suggestions", {"needs": [kind]}) == [kind]


@pytest.mark.parametrize(
    ("accepts", "redone", "step", "count"),
    [("yes", 1, "done", 1), ("no", 0, "redo", 1), ("no", 1, "next", 0)],
)
def test_who_is_not_satisfied_gets_it_done_again_once_then_somebody_else(
    accepts: str, redone: int, step: str, count: int
) -> None:
    assert decide("delivery_outcome", {"person_accepts": accepts, "redo_count": redone}) == {
        "next": step,
        "redo_count": count,
    }


@pytest.mark.parametrize(
    ("kind", "links"),
    [
        ("medical", ["医院", "综治中心"]),
        ("self_harm", ["医院", "派出所", "综治中心"]),
        ("violence", ["派出所", "综治中心"]),
        ("missing", ["派出所", "综治中心"]),
    ],
)
def test_only_those_who_are_needed_learn_of_a_crisis(kind: str, links: list[str]) -> None:
    assert [link["name"] for link in decide("crisis_chain", {"crisis_kind": kind})] == links


WORK = {"purpose": "work", "agreed": "yes", "sensitive": "no", "sharing": "agree"}
CARE = {**WORK, "purpose": "treatment", "sensitive": "yes", "separate": True, "necessity": True}
SOUND: Mapping[str, Mapping[str, Any]] = {
    "service_consent_rules": {
        "told": ["processor", "purpose", "kinds", "rights", "recipients"],
        "under_14": "no",
        "guardian_consent": None,
        "consents": [WORK, CARE],
    },
    "service_plan_rules": {
        "agreed_purposes": ["work"],
        "shared_purposes": ["work"],
        "orders": [{"order_type": "work", "order_due": "2026-03-02"}],
    },
    "service_payment_rules": {
        "pay_decision": "approve",
        "cost": 300,
        "receipt": True,
        "order": {"budget": 300},
    },
    "service_crisis_rules": {
        "crisis_kind": "self_harm",
        "called": ["120", "110"],
        "told_data": ["place", "medication"],
    },
    "service_erasure_rules": {
        "shared_with": ["县/人社"],
        "erasures": [{"erased_unit": "县/人社", "erased": "deleted", "erased_on": "2026-03-02"}],
    },
    "service_closing": {
        "crisis_open": None,
        "results": [{"state": "done"}],
        "cancelled_explained": None,
        "reached": "yes",
        "satisfied": "fairly",
    },
}


@pytest.mark.parametrize("table", sorted(SOUND))
def test_what_is_in_order_is_let_through(table: str) -> None:
    assert not decide(table, SOUND[table])


@pytest.mark.parametrize(
    ("table", "changes", "rule"),
    [
        ("service_consent_rules", {"told": ["purpose"]}, "informed"),
        ("service_consent_rules", {"consents": [{**CARE, "separate": None}]}, "separate"),
        ("service_consent_rules", {"consents": [{**CARE, "necessity": False}]}, "necessity"),
        (
            "service_consent_rules",
            {"under_14": "yes", "guardian_consent": "yes", "consents": [WORK]},
            "minor",
        ),
        ("service_consent_rules", {"under_14": "yes", "consents": [CARE]}, "guardian"),
        ("service_consent_rules", {"consents": [WORK, {**WORK, "agreed": "no"}]}, "twice"),
        ("service_plan_rules", {"agreed_purposes": []}, "purpose"),
        ("service_plan_rules", {"shared_purposes": []}, "sharing"),
        ("service_plan_rules", {"orders": [{"order_type": "work", "order_due": "2026-03-01"}]}, "due_past"),
        ("service_payment_rules", {"cost": 301}, "over_budget"),
        ("service_payment_rules", {"receipt": None}, "receipt"),
        ("service_crisis_rules", {"called": ["110"]}, "call_120"),
        ("service_crisis_rules", {"called": ["120"]}, "call_110"),
        ("service_crisis_rules", {"crisis_kind": "violence"}, "too_much"),
        ("service_erasure_rules", {"shared_with": ["县/人社", "县/工会"]}, "incomplete"),
        (
            "service_erasure_rules",
            {"erasures": [{"erased_unit": "县/人社", "erased": "deleted", "erased_on": "2026-03-03"}]},
            "future",
        ),
        ("service_closing", {"crisis_open": 1}, "crisis"),
        ("service_closing", {"results": [{"state": "cancelled"}]}, "cancelled"),
        ("service_closing", {"reached": "no"}, "unreached"),
    ],
)
def test_what_is_amiss_is_named(table: str, changes: Mapping[str, Any], rule: str) -> None:
    assert [row["rule"] for row in decide(table, {**SOUND[table], **changes})] == [rule]


@pytest.mark.parametrize("refused", [{"agreed": "no"}, {"agreed": "no", "sensitive": "yes"}])
def test_what_nobody_agreed_to_needs_nothing_more(refused: Mapping[str, str]) -> None:
    known = {**SOUND["service_consent_rules"], "under_14": "yes", "consents": [{**WORK, **refused}]}
    assert not decide("service_consent_rules", known)


@pytest.fixture
def whistle() -> Iterator[Whistle]:
    """A whistle about to be blown, where help is to be had."""
    opened = Whistle()
    opened.engine.deploy(read_folder(FOLDER), actor="designer", package="service")
    yield opened
    opened.engine.close()


def helped(whistle: Whistle) -> Stage:
    """The case of help that the whistle led to."""
    whistle.complete("blow_whistle", help_offer="agreed")
    whistle.engine.run_due()
    (case,) = whistle.engine.queries.cases(key="service")
    package = read_package_folder(FOLDER, read_folder(FOLDER))
    words = Words(definitions=package.definitions, zone=ZONE)
    stage = Stage(whistle.engine, whistle.clock, words, package.common)
    stage.case_id = case.id
    return stage


def do(stage: Stage, *names: str, **entered: Any) -> None:
    for name in names:
        for place in stage.tasks(name):
            values = {**stage.filled(place, {}, ()), **entered}
            stage.engine.complete(stage.case_id, place.task.id, values, actor="ye")
        stage.engine.run_due()


def test_who_refers_learns_that_help_was_accepted_and_ended_and_nothing_else(whistle: Whistle) -> None:
    stage = helped(whistle)
    known = stage.engine.variables(stage.case_id)
    assert known["linked_case"] == whistle.variable("case_code")
    assert str(known["case_code"]).startswith("BF")
    before = set(stage.engine.variables(whistle.case_id))
    do(stage, "联系本人", "告知并征求同意")
    assert whistle.variable("help_answer") == "accepted"
    do(stage, "预估（五帮）", "制定一人一策")
    do(stage, "登记本人的要求")
    do(stage, "落实停止和删除", erasures=[])
    assert whistle.variable("help_answer") == "ended"
    assert set(stage.engine.variables(whistle.case_id)) - before == {"help_answer"}


def test_a_refusal_looks_to_who_referred_like_any_other_end(whistle: Whistle) -> None:
    stage = helped(whistle)
    (place,) = stage.tasks("联系本人")
    values = stage.filled(place, {"本人的意愿": "不愿意"}, ("本人称呼", "联系电话"))
    stage.engine.complete(stage.case_id, place.task.id, values, actor="ye")
    stage.engine.run_due()
    assert whistle.variable("help_answer") == "ended"


def texts(stage: Stage, case: UUID) -> str:
    return "\n".join(str(event.open()) for event in stage.engine.queries.events(case))


def test_erasure_leaves_a_log_that_proves_itself_and_opens_nothing(whistle: Whistle) -> None:
    stage = helped(whistle)
    do(stage, "联系本人", "告知并征求同意", "预估（五帮）")
    assert not any(secret in texts(stage, stage.case_id) for secret in SECRETS)
    (case,) = stage.engine.queries.cases(key="service")
    assert Verifier(stage.engine).verify(case.id).is_sound
    stage.engine.erasure.erase(case.id, actor="系统", ground="job 9")
    for party in (None, "person", "guardian"):
        with pytest.raises(Erased):
            stage.engine.vault.seal(case.id, 1, party, "陶某")
    assert Verifier(stage.engine).verify(case.id).is_sound
    assert Replayer(stage.engine).replay(case.id).is_sound


def test_a_case_on_legal_hold_is_not_erased(whistle: Whistle) -> None:
    stage = helped(whistle)
    do(stage, "联系本人")
    hold = {"case_id": stage.case_id, "number": 1, "reason": "r", "placed_by": "a", "placed_at": 1}
    with whistle.engine.database.transaction() as tx:
        tx.execute(legal_holds.insert(), hold)
    with pytest.raises(Conflict) as refused:
        stage.engine.erasure.erase(stage.case_id, actor="系统", ground="job 9")
    assert refused.value.code == "vault.held"
    stage.engine.vault.seal(stage.case_id, 1, "person", "陶某")
