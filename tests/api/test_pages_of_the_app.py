"""What the web app asks beside cases and tasks: names, words of forms, where the events are."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from api.resources.inbox import work_left
from engine.calendars.timetable import Timetable
from tests.api.place import Place


def test_ids_have_names(place: Place) -> None:
    found = place.sign_in("town").get("/directory/names", id=["T1", "grid", "nobody"]).get_json()["items"]
    assert [each["id"] for each in found] == ["T1", "grid"]
    assert found[0]["name"] == "青石镇"


def test_names_are_asked_for_by_id(place: Place) -> None:
    answer = place.sign_in("town").get("/directory/names")
    assert answer.status_code == 422
    assert "id" in answer.get_json()["errors"]


def test_variables_are_called_what_the_forms_call_them(place: Place) -> None:
    words = place.sign_in("town").get("/definitions/matter/versions/1/words").get_json()["items"]
    assert words["title"]["type"] == "textfield"
    # A date is called what its own label says: without it, no page would show it.
    assert words["happened_on"]["label"] == "发生日期"
    assert all(
        word["label"] and set(word) == {"label", "type", "source", "options"} for word in words.values()
    )


def test_the_events_are_elsewhere(place: Place) -> None:
    answer = place.sign_in("town").get("/events")
    assert answer.status_code == 307
    assert answer.headers["Location"] == "http://localhost:8081/api/v1/events"


def test_office_hours_are_left_until_a_due_moment() -> None:
    calendar = Timetable.load(Path("config")).calendar()
    friday, monday = _at("2025-11-21T16:00:00+08:00"), _at("2025-11-24T09:30:00+08:00")
    assert work_left(monday, friday, calendar) == 3 * 3600
    assert work_left(friday, monday, calendar) == -3 * 3600
    assert work_left(None, friday, calendar) is None


def test_rows_say_how_much_office_time_is_left(place: Place) -> None:
    place.start("G1")
    (row,) = place.sign_in("grid").get("/tasks", box="todo").get_json()["items"]
    assert row["work_left"] is None or isinstance(row["work_left"], int)


def _at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp()) * 1_000_000
