"""Reports over the API: who sees what, from facts that workers bring up to the logs."""

from __future__ import annotations

from typing import Any

import pytest

from api.service import service
from engine.reports import WRITERS
from tests.api.place import Place

YEAR = "2025"


@pytest.fixture(scope="module", autouse=True)
def counted(place: Place) -> None:
    for _ in range(3):
        place.start("G1", risk_grade="red")
    for _ in range(7):
        place.start("G2", category=["neighbour"])
    service(place.app).reports.rollup.sweep(whole=True)


def table(
    place: Place, person: str, name: str, report: str = "overview", **query: Any
) -> list[dict[str, Any]]:
    answer = place.sign_in(person).get(f"/reports/{report}", period=YEAR, **query)
    assert answer.status_code == 200, answer.text
    found = {each["name"]: each["rows"] for each in answer.get_json()["tables"]}
    rows: list[dict[str, Any]] = found[name]
    return rows


def rate(rows: list[dict[str, Any]], key: str) -> Any:
    return next(row["rate"] for row in rows if row["key"] == key)


def test_everybody_counts_what_they_may_see(place: Place) -> None:
    assert rate(table(place, "county", "rates"), "accepted")["whole"] == 10
    assert rate(table(place, "town", "rates"), "accepted")["whole"] == 3
    assert rate(table(place, "town2", "rates"), "accepted")["whole"] == 7


def test_open_cases_are_told_by_colour(place: Place) -> None:
    rows = {row["key"]: row["open"] for row in table(place, "county", "open_by_grade")}
    assert rows == {"red": 3, "orange": 0, "yellow": 0, "unassessed": 7, "total": 10}


def test_numbers_are_told_apart_by_unit(place: Place) -> None:
    rows = {row["title"]: row["accepted"]["whole"] for row in table(place, "county", "by_unit")}
    assert rows == {"青石镇": 3, "白马镇": 7}


def test_a_unit_of_others_counts_nothing_and_an_unknown_one_is_refused(place: Place) -> None:
    assert rate(table(place, "town", "rates", unit="T2"), "accepted")["whole"] == 0
    answer = place.sign_in("town").get("/reports/overview", period=YEAR, unit="nowhere")
    assert answer.status_code == 422


def test_the_cases_behind_a_number_are_those_of_the_scope_page_by_page(place: Place) -> None:
    for person, expected in (("county", 10), ("town", 3)):
        caller, seen, cursor = place.sign_in(person), [], None
        while True:
            query: dict[str, Any] = {"cursor": cursor} if cursor else {}
            body = caller.get(
                "/reports/cases", period=YEAR, indicator="accepted", limit=2, **query
            ).get_json()
            seen += body["items"]
            cursor = body["next"]
            if cursor is None:
                break
        assert len(seen) == len(set(seen)) == expected


def test_a_cursor_of_another_number_is_refused(place: Place) -> None:
    caller = place.sign_in("county")
    page = caller.get("/reports/cases", period=YEAR, indicator="accepted", limit=2).get_json()
    answer = caller.get("/reports/cases", period=YEAR, indicator="settled", cursor=page["next"])
    assert answer.status_code == 422


def test_who_may_not_read_reports_is_turned_away(place: Place) -> None:
    for person in ("grid", "designer", "admin", "official"):
        assert place.sign_in(person).get("/reports/overview", period=YEAR).status_code == 403


def test_every_report_says_what_it_is_about(place: Place) -> None:
    for name in WRITERS:
        said = place.sign_in("county").get(f"/reports/{name}", period="2025-11").get_json()["statement"]
        assert (said["first"], said["last"], said["time"]) == ("2025-11-01", "2025-11-30", "effective")
        assert said["rules"]
        assert said["snapshot"] == "2025-11-22T02:00:00Z"
        assert said["provenances"] == {"live": 10}


def test_a_report_that_has_not_changed_is_not_sent_again(place: Place) -> None:
    caller = place.sign_in("county")
    tag = caller.get("/reports/overview", period=YEAR).headers["ETag"]
    again = caller.send(
        "GET", "/reports/overview", query_string={"period": YEAR}, headers={"If-None-Match": tag}
    )
    assert again.status_code == 304


def test_an_unknown_report_is_not_there_and_a_wrong_period_is_refused(place: Place) -> None:
    caller = place.sign_in("county")
    assert caller.get("/reports/nothing", period=YEAR).status_code == 404
    for period in ("2025-13", "2025-W54", "yesterday", "2025-03-02..2025-03-01"):
        assert caller.get("/reports/overview", period=period).status_code == 422, period


def test_machines_count_the_cases_they_started(place: Place) -> None:
    answer = place.machine("reports:read").get("/reports/overview", period=YEAR)
    rows = {each["name"]: each["rows"] for each in answer.get_json()["tables"]}["rates"]
    assert rate(rows, "accepted")["whole"] == 0
