"""Supervision as it is shipped: its tables row by row, and the limits the law sets for petitions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.calendars import Timetable
from engine.calendars import ends as clock_ends
from engine.cases.queries import Case
from engine.feel import Environment
from engine.history import Replayer, Verifier
from engine.model import read_package
from engine.samples.package import read_folder
from tests.acceptance.whistle import Whistle
from tests.support.decisions import model

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "bpmn" / "supervision"
ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 2, 9, tzinfo=ZONE)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def test_the_package_has_no_findings() -> None:
    assert read_package(read_folder(FOLDER)).findings == ()


def decide(table: str, known: Mapping[str, Any]) -> Any:
    return model(FOLDER, table).evaluate(table, known, Environment(now=NOW, functions={})).value


@pytest.mark.parametrize(
    ("reason", "times", "level"),
    [
        ("overdue", 3, "interview"),
        ("decided", 3, "interview"),
        ("reopened", 2, "listed"),
        ("overdue", 2, "yellow"),
        ("refused", None, "yellow"),
        ("returned_twice", 1, "yellow"),
        ("instruction", 1, "yellow"),
        ("dissatisfied", None, "remind"),
        ("decided", 1, "remind"),
    ],
)
def test_the_reason_and_the_number_in_the_quarter_give_the_level(
    reason: str, times: int | None, level: str
) -> None:
    assert decide("order_level", {"reason": reason, "times_in_quarter": times}) == level


@pytest.mark.parametrize(
    ("state", "step", "unit", "blocker", "holds"),
    [
        ("settled", None, None, "verified", True),
        ("ended", None, None, "step_done", True),
        ("step_done", "sign_for", "城管", "step_done", True),
        ("step_done", "sign_for", None, "step_done", True),
        ("step_done", "check_in", "城管", "step_done", False),
        ("step_done", "sign_for", "住建", "step_done", False),
        ("step_done", "sign_for", "城管", "verified", False),
        ("step_done", "sign_for", "城管", None, False),
    ],
)
def test_an_order_is_released_when_its_condition_holds_and_at_the_latest_with_its_parent(
    state: str, step: str | None, unit: str | None, blocker: str | None, holds: bool
) -> None:
    known = {"event_state": state, "event_step": step, "event_unit": unit, "blocker": blocker}
    found = decide("release_condition", {**known, "parent_step": "sign_for", "unit": "城管"})
    assert found["holds"] is holds


SOUND: Mapping[str, Mapping[str, Any]] = {
    "order_rules": {
        "times_in_quarter": 1,
        "level": "yellow",
        "leader_approved": None,
        "order_due": "2026-03-02",
    },
    "minutes_rules": {
        "missing": [],
        "absence_noted": None,
        "no_decision": None,
        "decisions": [{"decision_due": "2026-03-02"}],
    },
    "meeting_closing": {"minutes_sent": True, "decisions": [{}], "orders": [{"outcome": "verified"}]},
    "calendar_rules": {"begins_on": "2026-03-02", "ends_on": "2026-03-02"},
    "receipt_rules": {"receipt_answer": "object", "received_by": "bureau", "objection_until": NOW},
}


@pytest.mark.parametrize("table", sorted(SOUND))
def test_what_is_in_order_is_let_through(table: str) -> None:
    assert not decide(table, SOUND[table])


@pytest.mark.parametrize(
    ("table", "changes", "rule"),
    [
        ("order_rules", {"times_in_quarter": 3}, "three_times"),
        ("order_rules", {"level": "listed"}, "leader_approval"),
        ("order_rules", {"level": "interview"}, "leader_approval"),
        ("order_rules", {"order_due": "2026-03-01"}, "due_past"),
        ("minutes_rules", {"missing": ["城管"]}, "absence"),
        ("minutes_rules", {"decisions": None}, "decision"),
        ("minutes_rules", {"decisions": [{"decision_due": "2026-03-01"}]}, "due_past"),
        ("meeting_closing", {"minutes_sent": None}, "minutes_sent"),
        ("meeting_closing", {"orders": [None]}, "orders"),
        ("meeting_closing", {"orders": None}, "orders"),
        ("calendar_rules", {"ends_on": "2026-03-01"}, "period"),
        ("receipt_rules", {"objection_until": NOW - timedelta(seconds=1)}, "objection_late"),
        ("receipt_rules", {"received_by": "unit"}, "objection_direct"),
    ],
)
def test_what_is_amiss_is_named(table: str, changes: Mapping[str, Any], rule: str) -> None:
    assert [row["rule"] for row in decide(table, {**SOUND[table], **changes})] == [rule]


@cache
def timetable() -> Timetable:
    return Timetable.load(ROOT / "config")


def ends(limit: str, start: datetime) -> datetime:
    moment = (start.astimezone(UTC) - EPOCH) // timedelta(microseconds=1)
    clock = timetable().start(limit, moment)
    found = clock_ends(clock, timetable().calendar_of(clock.row), moment)
    return (EPOCH + timedelta(microseconds=found.original.at)).astimezone(ZONE)


def day(text: str, hour: int = 18) -> datetime:
    return datetime.combine(date.fromisoformat(text), datetime.min.time(), ZONE) + timedelta(hours=hour)


def cases() -> Iterator[tuple[str, str, datetime, datetime]]:
    """Regulation on petitions 22, 23, 34, 35, 36; Civil Code 201 (first day), 203 (last day)."""
    yield "an ordinary start", "petition.register", day("2026-03-02", 9), day("2026-03-17")
    yield "midnight begins the day", "petition.register", day("2026-03-02", 0), day("2026-03-17")
    yield (
        "a second before midnight",
        "petition.register",
        day("2026-03-03", 0) - timedelta(seconds=1),
        day("2026-03-17"),
    )
    yield "the last day is a Sunday", "petition.register", day("2026-03-07", 9), day("2026-03-23")
    yield "the last day in the Spring Festival", "petition.inform", day("2026-02-01", 9), day("2026-02-24")
    yield (
        "the last day a Saturday worked in exchange",
        "petition.inform",
        day("2026-01-30", 9),
        day("2026-02-14"),
    )
    yield "over a leap day", "petition.register", day("2024-02-20", 9), day("2024-03-06")
    yield "over the month's end", "petition.review.request", day("2026-01-31", 9), day("2026-03-02")
    yield "objection before a holiday", "petition.objection", day("2026-02-12", 9), day("2026-02-26")
    yield "objection over a Saturday worked", "petition.objection", day("2026-02-25", 9), day("2026-03-03")
    yield "sixty days into May Day", "petition.decide", day("2026-03-02", 9), day("2026-05-06")
    yield "thirty days", "petition.review.decide", day("2026-03-02", 9), day("2026-04-01")
    yield "thirty days to Qingming", "petition.recheck.decide", day("2026-03-05", 9), day("2026-04-07")


@pytest.mark.parametrize(("limit", "start", "end"), [pytest.param(*row[1:], id=row[0]) for row in cases()])
def test_limits_of_the_law_for_petitions(limit: str, start: datetime, end: datetime) -> None:
    assert ends(limit, start) == end


@pytest.fixture
def whistle() -> Iterator[Whistle]:
    """A whistle about to be blown, where orders of supervision are to be had."""
    opened = Whistle()
    opened.engine.deploy(read_folder(FOLDER), actor="designer", package="supervision")
    yield opened
    opened.engine.close()


def orders(whistle: Whistle) -> list[Case]:
    whistle.engine.run_due()
    return list(whistle.engine.queries.cases(key="supervision"))


def test_a_late_department_is_supervised_until_it_has_signed(whistle: Whistle) -> None:
    whistle.complete("blow_whistle")
    whistle.complete("dispatch_whistle", mandatory_units=None, optional_units=None)
    whistle.later(hours=33)
    whistle.later(hours=24)
    (order,) = orders(whistle)
    known = whistle.engine.variables(order.id)
    assert known["parent_code"] == whistle.variable("case_code")
    assert (known["parent_step"], known["unit"], known["level"]) == ("sign_for", "city", "yellow")
    assert known["breached_at"] == day("2026-03-03").astimezone(UTC)
    whistle.complete("sign_for", "city")
    (order,) = orders(whistle)
    assert order.status == "completed"
    assert Verifier(whistle.engine).verify(order.id).is_sound
    assert Replayer(whistle.engine).replay(order.id).is_sound


def test_a_withdrawn_whistle_takes_its_order_with_it(whistle: Whistle) -> None:
    whistle.complete("blow_whistle")
    whistle.complete("dispatch_whistle", mandatory_units=None, optional_units=None)
    whistle.later(hours=33)
    whistle.later(hours=24)
    assert [order.status for order in orders(whistle)] == ["active"]
    whistle.engine.send_message("whistle.withdrawn", str(whistle.variable("case_code")), {})
    assert [order.status for order in orders(whistle)] == ["completed"]
