"""The whistle flow as it is shipped, from 吹哨 to 消哨 and on every side path."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from engine.errors import InvalidInput, NotFound, Refusal
from engine.history import Replayer, Verifier
from engine.intake.player import micros
from engine.model import read_package
from engine.samples.package import read_folder
from tests.acceptance.whistle import FOLDER, MORNING, Whistle


@pytest.fixture
def whistle() -> Iterator[Whistle]:
    """A whistle about to be blown; whatever a test did to it, its log must verify and replay afterwards."""
    opened = Whistle()
    yield opened
    verified, replayed = (
        Verifier(opened.engine).verify(opened.case_id),
        Replayer(opened.engine).replay(opened.case_id),
    )
    assert verified.is_sound, verified
    assert replayed.is_sound, replayed
    opened.engine.close()


def test_the_package_has_no_findings() -> None:
    package = read_package(read_folder(FOLDER))
    assert package.findings == ()
    assert {definition.key: len(definition.forms) for definition in package.definitions} == {
        "whistle": 11,
        "whistle_department": 6,
    }


def test_from_blowing_to_closing(whistle: Whistle) -> None:
    assert whistle.open() == ["blow_whistle"]
    whistle.to_departments()
    assert whistle.open() == ["sign_for"] * 3
    whistle.department("city")
    whistle.complete("sign_for", "police")
    assert whistle.open() == ["check_in", "sign_for"]
    whistle.complete("check_in", "police")
    whistle.complete("handle", "police")
    assert whistle.open() == ["lead_report"]
    assert whistle.task("lead_report", "city").name == "牵头汇总"
    whistle.complete("lead_report")
    whistle.later(hours=5)
    whistle.complete("confirm_on_site")
    assert whistle.variable("settled_at") == MORNING + timedelta(hours=5)
    whistle.complete("call_back")
    assert whistle.open() == ["close_whistle"]
    whistle.later(hours=1)
    whistle.complete("close_whistle")
    assert whistle.status == "completed"
    assert whistle.engine.case(whistle.case_id).ended_at == micros(MORNING + timedelta(hours=6))


def test_every_task_goes_to_those_whose_lane_it_is_in(whistle: Whistle) -> None:
    assert [task.element for task in whistle.engine.tasks(group="village:liuxi")] == ["blow_whistle"]
    whistle.complete("blow_whistle")
    assert [task.element for task in whistle.engine.tasks(group="platform")] == ["dispatch_whistle"]
    whistle.complete("dispatch_whistle")
    assert [task.element for task in whistle.engine.tasks(group="department:water")] == ["sign_for"]
    assert whistle.engine.tasks(group="platform") == []


def here(day: int, hour: int, minute: int = 0) -> int:
    """A moment of March 2026 in Shanghai."""
    return micros(datetime(2026, 3, day, hour, minute, tzinfo=timezone(timedelta(hours=8))))


@pytest.mark.parametrize(
    ("whistle_type", "dispatch", "sign_for", "check_in", "handle"),
    [
        ("emergency", here(2, 9, 10), here(2, 9, 20), here(2, 9, 35), here(3, 9, 6)),
        ("daily", here(3, 18), here(3, 18), here(5, 18), here(11, 18)),
        ("hard", here(3, 18), here(4, 18), here(9, 18), None),
    ],
)
def test_limits_are_those_of_the_configuration_in_working_time(
    whistle: Whistle, whistle_type: str, dispatch: int, sign_for: int, check_in: int, handle: int | None
) -> None:
    whistle.complete("blow_whistle", whistle_type=whistle_type)
    assert whistle.task("dispatch_whistle").due_at == dispatch
    assert whistle.task("dispatch_whistle").priority == (90 if whistle_type == "emergency" else 50)
    whistle.later(minutes=5)
    whistle.complete("dispatch_whistle")
    assert whistle.task("sign_for", "city").due_at == sign_for
    whistle.later(minutes=1)
    whistle.complete("sign_for", "city")
    assert whistle.task("check_in", "city").due_at == check_in
    whistle.complete("check_in", "city", photo="ZP1" if whistle_type == "emergency" else None)
    if handle is None:
        assert whistle.task("make_plan", "city").due_at == here(23, 18)
    else:
        assert whistle.task("handle", "city").due_at == handle


def notes(whistle: Whistle) -> list[tuple[str, str, int]]:
    """What the clocks have noted: kind, element, percentage."""
    return [
        (effect[1], effect[2]["element"], effect[2]["percent"])
        for event in whistle.engine.queries.events(whistle.case_id)
        for effect in event.open().effects
        if effect[0] == "note" and effect[1].startswith("limit.")
    ]


@pytest.mark.parametrize("step", ["sign_for", "check_in"])
def test_reminders_at_half_and_four_fifths_and_a_breach_at_the_limit(whistle: Whistle, step: str) -> None:
    whistle.complete("blow_whistle", whistle_type="emergency")
    whistle.complete("dispatch_whistle", mandatory_units=None, optional_units=None)
    minutes = 15
    if step == "check_in":
        minutes = 30
        whistle.complete("sign_for", "city")
    seen = []
    for share in (0.49, 0.02, 0.28, 0.02, 0.18, 0.02):
        whistle.later(minutes=minutes * share)
        seen.append([percent for _, element, percent in notes(whistle) if element == step])
    assert seen == [[], [50], [50], [50, 80], [50, 80], [50, 80, 100]]
    assert notes(whistle)[-1] == ("limit.breached", step, 100)
    assert whistle.open() == [step]


def test_who_was_late_stands_in_the_report_of_each_department(whistle: Whistle) -> None:
    whistle.to_departments(whistle_type="emergency")
    whistle.complete("sign_for", "police")
    whistle.later(minutes=16)
    whistle.complete("sign_for", "city")
    whistle.complete("check_in", "city", photo="ZP1")
    whistle.later(minutes=20)
    whistle.complete("check_in", "police", photo="ZP1")
    for unit in ("city", "police"):
        whistle.complete("handle", unit)
    reports = {report["unit"]: report for report in whistle.variable("reports")}
    assert {unit: report["late"] for unit, report in reports.items()} == {
        "city": ["sign_for"],
        "police": ["check_in"],
    }
    assert [card["limit"] for card in reports["city"]["cards"]] == ["whistle.emergency.accept"]
    assert reports["city"]["result"] == "solved"
    assert reports["city"]["cost"] == 300


def test_signing_in_time_disarms_the_timers(whistle: Whistle) -> None:
    whistle.to_departments()
    for unit in ("city", "police"):
        whistle.department(unit)
    assert whistle.engine.queries.timers(whistle.case_id) == []
    assert whistle.later(days=30) == 0


def test_helping_departments_are_released_when_the_required_ones_are_done(whistle: Whistle) -> None:
    whistle.to_departments()
    whistle.department("city")
    assert whistle.open() == ["sign_for", "sign_for"]
    whistle.department("police")
    assert whistle.open() == ["lead_report"]
    assert [report["unit"] for report in whistle.variable("reports")] == ["city", "police"]


def test_a_helping_department_that_is_done_first_releases_nobody(whistle: Whistle) -> None:
    whistle.to_departments()
    whistle.department("water")
    whistle.department("police")
    assert whistle.open() == ["sign_for"]
    assert whistle.task("sign_for", "city").element == "sign_for"


def test_the_lead_is_called_once_although_named_twice(whistle: Whistle) -> None:
    whistle.complete("blow_whistle")
    whistle.complete("dispatch_whistle", mandatory_units=["city", "police"], optional_units=["police"])
    assert whistle.open() == ["sign_for", "sign_for"]


def test_the_lead_alone_is_enough(whistle: Whistle) -> None:
    whistle.complete("blow_whistle")
    whistle.complete("dispatch_whistle", mandatory_units=None, optional_units=None)
    whistle.department("city")
    assert whistle.open() == ["lead_report"]


def test_returned_revised_and_accepted(whistle: Whistle) -> None:
    whistle.complete("blow_whistle")
    whistle.complete(
        "dispatch_whistle",
        dispatch_decision="return",
        return_reason="请写清地点",
        lead_unit=None,
        mandatory_units=None,
        optional_units=None,
    )
    assert whistle.open() == ["revise_whistle"]
    revised = {
        "resubmit": "yes",
        "title": "河道倾倒垃圾",
        "whistle_type": "emergency",
        "place": "柳溪村三组桥头",
        "why_beyond_village": "车辆来自外村",
        "lead_unit": "city",
        "requested_units": ["city"],
    }
    whistle.engine.complete(whistle.case_id, whistle.task("revise_whistle").id, revised, actor="village")
    assert whistle.task("dispatch_whistle").due_at == here(2, 9, 10)
    whistle.complete("dispatch_whistle")
    assert whistle.open() == ["sign_for"] * 3


def test_returned_and_given_up(whistle: Whistle) -> None:
    whistle.complete("blow_whistle")
    returned = {"dispatch_decision": "return", "return_reason": "村社职责"}
    whistle.engine.complete(whistle.case_id, whistle.task("dispatch_whistle").id, returned, actor="platform")
    given_up = {"resubmit": "no", "give_up_reason": "自行解决"}
    whistle.engine.complete(whistle.case_id, whistle.task("revise_whistle").id, given_up, actor="village")
    assert whistle.status == "completed"
    assert whistle.variable("settled_at") is None


def test_not_confirmed_means_rework_until_it_is(whistle: Whistle) -> None:
    whistle.to_confirmation()
    for times in (1, 2):
        whistle.complete("confirm_on_site", confirmed="no", score=1)
        assert whistle.open() == ["rework"]
        assert whistle.variable("rework_count") == times
        assert whistle.variable("settled_at") is None
        assert whistle.task("rework", "city").name == "牵头返工"
        whistle.complete("rework")
        assert whistle.open() == ["confirm_on_site"]
    whistle.complete("confirm_on_site")
    assert whistle.open() == ["call_back"]


def test_only_a_confirmation_leads_to_closing() -> None:
    (definition,) = (
        found for found in read_package(read_folder(FOLDER)).definitions if found.key == "whistle"
    )
    before = {flow.source for flow in definition.flows.values() if flow.target == "record_settled"}
    assert before == {"tell_orders"}
    (confirmed,) = (definition.flows[flow] for flow in definition.nodes["tell_orders"].incoming)
    assert confirmed.source == "is_confirmed"
    assert confirmed.condition is not None
    assert confirmed.condition.text == 'confirmed = "yes"'
    assert not confirmed.is_default
    assert definition.nodes["close_whistle"].properties["bihuan:condition"] == "whistle_closing"


def test_jumping_to_the_close_does_not_get_around_its_conditions(whistle: Whistle) -> None:
    whistle.complete("blow_whistle")
    whistle.complete("dispatch_whistle", mandatory_units=None, optional_units=None)
    whistle.department("city")
    (item,) = whistle.items("lead_report")
    whistle.engine.jump(whistle.case_id, item.token, "close_whistle", actor="admin", reason="x")
    with pytest.raises(Refusal) as refused:
        whistle.complete("close_whistle")
    assert refused.value.rule == "close.report"
    assert refused.value.place["unmet"] == "report,confirmation,score,call_back"
    assert whistle.open() == ["close_whistle"]


@pytest.mark.parametrize(
    "stage", ["blow_whistle", "dispatch_whistle", "sign_for", "handle", "confirm_on_site", "rework"]
)
def test_withdrawing_ends_the_case_wherever_it_stands(whistle: Whistle, stage: str) -> None:
    if stage == "dispatch_whistle":
        whistle.complete("blow_whistle")
    elif stage in ("sign_for", "handle"):
        whistle.to_departments()
        if stage == "handle":
            whistle.complete("sign_for", "city")
            whistle.complete("check_in", "city")
    elif stage in ("confirm_on_site", "rework"):
        whistle.to_confirmation()
        if stage == "rework":
            whistle.complete("confirm_on_site", confirmed="no", score=1)
    assert stage in whistle.open()
    whistle.engine.send_message("whistle.withdrawn", "CS-1")
    assert whistle.status == "completed"
    assert whistle.variable("outcome") == "withdrawn"
    assert whistle.open() == []
    assert whistle.engine.queries.timers(whistle.case_id) == []


def test_withdrawing_another_case_changes_nothing(whistle: Whistle) -> None:
    whistle.engine.send_message("whistle.withdrawn", "CS-2")
    assert whistle.open() == ["blow_whistle"]
    assert whistle.status == "active"


@pytest.mark.parametrize(
    ("element", "changes", "field"),
    [
        ("blow_whistle", {"title": None}, "title"),
        ("blow_whistle", {"whistle_type": "loud"}, "whistle_type"),
        ("blow_whistle", {"requested_units": ["nobody"]}, "requested_units"),
        ("blow_whistle", {"within_item_list": False}, "within_item_list"),
        ("blow_whistle", {"reporter_phone": "not a number"}, "reporter_phone"),
        ("blow_whistle", {"authoriser": None}, "authoriser"),
        ("dispatch_whistle", {"dispatch_decision": "return"}, "return_reason"),
        ("dispatch_whistle", {"lead_unit": "nobody"}, "lead_unit"),
        ("confirm_on_site", {"score": 6}, "score"),
        ("confirm_on_site", {"score": 4.5}, "score"),
        ("confirm_on_site", {"confirmed": None}, "confirmed"),
        ("call_back", {"satisfaction": None}, "satisfaction"),
        ("close_whistle", {"materials_checked": False}, "materials_checked"),
    ],
)
def test_forms_refuse_what_is_missing_or_wrong(
    whistle: Whistle, element: str, changes: dict[str, Any], field: str
) -> None:
    if element == "dispatch_whistle":
        whistle.complete("blow_whistle")
    elif element != "blow_whistle":
        whistle.to_confirmation()
        if element in ("call_back", "close_whistle"):
            whistle.complete("confirm_on_site")
        if element == "close_whistle":
            whistle.complete("call_back")
    with pytest.raises(InvalidInput) as refused:
        whistle.complete(element, **changes)
    assert list(refused.value.fields) == [field]
    assert element in whistle.open()


def test_only_an_emergency_asks_for_a_photo(whistle: Whistle) -> None:
    whistle.to_departments(whistle_type="emergency")
    whistle.complete("sign_for", "city")
    with pytest.raises(InvalidInput) as refused:
        whistle.complete("check_in", "city")
    assert list(refused.value.fields) == ["photo"]


def test_a_live_case_cannot_say_that_nothing_was_recorded(whistle: Whistle) -> None:
    with pytest.raises(InvalidInput) as refused:
        whistle.complete("blow_whistle", order_not_recorded=True, authoriser=None)
    assert list(refused.value.fields) == ["authoriser"]


def test_a_task_is_done_once(whistle: Whistle) -> None:
    task = whistle.task("blow_whistle")
    whistle.complete("blow_whistle")
    with pytest.raises(NotFound):
        whistle.engine.complete(whistle.case_id, task.id, {}, actor="village")


def test_no_name_phone_or_free_text_reaches_the_log(whistle: Whistle) -> None:
    whistle.to_confirmation()
    whistle.complete("confirm_on_site", confirm_comment="村里很满意")
    whistle.complete("call_back", call_back_note="反映人说谢谢")
    whistle.complete("close_whistle", closing_note="同意消哨")
    log = b"".join(
        event.open().canonical() for event in whistle.engine.queries.events(whistle.case_id)
    ).decode()
    assert "河道倾倒垃圾" in log
    secrets = [
        "周素云",
        "10000001234",
        "许明远",
        "何立新",
        "秦国梁",
        "车辆来自外村",
        "情况属实",
        "清运",
        "很满意",
        "说谢谢",
        "同意消哨",
    ]
    assert [secret for secret in secrets if secret in log] == []


def test_an_imported_request_without_due_date_has_no_due_handling(whistle: Whistle) -> None:
    start = {
        "case_code": "CS-9",
        "village": "liuxi",
        "units": [{"label": "a", "value": "city"}],
        "imported": True,
    }
    due = datetime(2018, 1, 5, tzinfo=UTC)
    for source_due in (None, due):
        outcome = whistle.engine.start(
            "whistle",
            {**start, "source_due_at": source_due},
            actor="import",
            provenance="imported",
            at=micros(datetime(2018, 1, 1, tzinfo=UTC)),
        )
        steps: list[tuple[str, dict[str, Any]]] = [
            (
                "blow_whistle",
                {
                    "order_not_recorded": True,
                    "title": "t",
                    "whistle_type": "daily",
                    "place": "p",
                    "lead_unit": "city",
                    "requested_units": ["city"],
                },
            ),
            ("dispatch_whistle", {"dispatch_decision": "accept", "lead_unit": "city"}),
            ("sign_for", {"sign_for_not_recorded": True}),
            ("check_in", {"check_in_not_recorded": True}),
        ]
        for element, values in steps:
            (task,) = whistle.engine.tasks(case_id=outcome.case_id)
            assert task.element == element
            whistle.engine.complete(
                outcome.case_id, task.id, values, actor="import", at=micros(datetime(2018, 1, 1, tzinfo=UTC))
            )
        (task,) = whistle.engine.tasks(case_id=outcome.case_id)
        assert (task.element, task.due_at) == ("handle", None if source_due is None else micros(source_due))
