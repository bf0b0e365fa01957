"""A request becomes commands: what the file records counts, what it does not record is marked simulated."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from engine.intake.drive import NOT_RECORDED, plan
from engine.intake.layout import read_layout
from engine.intake.rows import ImportedRequest

LAYOUT = read_layout(Path("config/imports/baltimore-311.toml").read_bytes())
CREATED = datetime(2018, 7, 2, 13, tzinfo=UTC)
CLOSED = CREATED + timedelta(days=3)
REQUEST = ImportedRequest(
    row=2,
    line=2,
    key="k",
    code="18-1",
    type="Pothole",
    agency="Transportation",
    status="Closed",
    created_at=CREATED,
    due_at=CREATED + timedelta(days=2),
    closed_at=CLOSED,
    seen_at=CLOSED,
    address="1 MAIN ST",
    fields={"channel": "Phone"},
)


def test_a_closed_request_runs_through_to_the_close() -> None:
    actions = plan(REQUEST, LAYOUT, CLOSED)
    assert [(action.element, action.simulated, action.at) for action in actions] == [
        (None, False, CREATED),
        ("blow_whistle", False, CREATED),
        ("dispatch_whistle", False, CREATED),
        ("sign_for", True, CREATED),
        ("check_in", True, CREATED),
        ("handle", False, CLOSED),
        ("lead_report", True, CLOSED),
        ("confirm_on_site", True, CLOSED),
        ("call_back", True, CLOSED),
        ("close_whistle", True, CLOSED),
    ]
    assert {action.unit for action in actions[3:6]} == {"Transportation"}


def test_who_checks_is_not_who_handled() -> None:
    actors = {action.element: action.actor for action in plan(REQUEST, LAYOUT, CLOSED)}
    assert actors["confirm_on_site"] == actors["call_back"] != actors["handle"]


def test_an_open_request_ends_with_its_handling_open() -> None:
    actions = plan(replace(REQUEST, closed_at=None), LAYOUT, CLOSED)
    assert actions[-1].element == "check_in"


def test_what_happened_after_the_snapshot_has_not_happened() -> None:
    assert plan(REQUEST, LAYOUT, CLOSED - timedelta(seconds=1))[-1].element == "check_in"


def test_the_due_date_is_the_sources_own_or_none() -> None:
    assert plan(REQUEST, LAYOUT, CLOSED)[0].variables["source_due_at"] == REQUEST.due_at
    assert plan(replace(REQUEST, due_at=None), LAYOUT, CLOSED)[0].variables["source_due_at"] is None


def test_no_result_no_score_and_no_signature_is_invented() -> None:
    handed_in = [variables for action in plan(REQUEST, LAYOUT, CLOSED) for variables in action.variables]
    assert {"score", "result", "lead_result", "authoriser", "measures", "arrival"}.isdisjoint(handed_in)


def test_a_place_nobody_wrote_is_said_so() -> None:
    assert plan(replace(REQUEST, address=""), LAYOUT, CLOSED)[1].variables["place"] == NOT_RECORDED
