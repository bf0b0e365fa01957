"""Reports over the API: who sees what, from facts that workers bring up to the logs."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from pypdf import PdfReader

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
            assert [row["case_id"] for row in body["rows"]] == body["items"]
            assert all(row["place_name"] for row in body["rows"])
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
    for name in set(WRITERS) - {"weekly"}:
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


def taken(place: Place, person: str, kind: str, report: str = "indicators", **query: Any) -> Any:
    answer = place.sign_in(person).get(f"/reports/{report}", period=YEAR, format=kind, **query)
    assert answer.status_code == 200, answer.text
    return answer


def test_every_report_is_handed_out_as_a_workbook(place: Place) -> None:
    for name in set(WRITERS) - {"weekly"}:
        answer = taken(place, "county", "xlsx", name)
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}-{YEAR}.xlsx"'
        book = openpyxl.load_workbook(io.BytesIO(answer.data))
        assert len(book.sheetnames) >= 2
        assert book.worksheets[0]["B2"].value == f"{YEAR} ({YEAR}-01-01 — {YEAR}-12-31)"


def test_a_weekly_report_is_of_a_week_and_a_draft_until_it_is_issued(place: Place) -> None:
    caller = place.sign_in("county")
    assert caller.get("/reports/weekly", period=YEAR).status_code == 422
    answer = caller.get("/reports/weekly", period="2025-W47", unit="K")
    assert answer.get_json()["statement"]["first"] == "2025-11-17"
    assert any(note.startswith("拟稿") for note in answer.get_json()["notes"])
    book = caller.get("/reports/weekly", period="2025-W47", unit="K", format="xlsx")
    assert "单位排名" in openpyxl.load_workbook(io.BytesIO(book.data)).sheetnames


def test_numbers_in_a_workbook_are_numbers_within_what_one_may_see(place: Place) -> None:
    for person, expected in (("county", 10), ("town", 3), ("town2", 7)):
        book = openpyxl.load_workbook(io.BytesIO(taken(place, person, "xlsx").data))
        rows = {row[0]: row[1:5] for row in book.worksheets[1].iter_rows(values_only=True)}
        assert rows["受理数"][:2] == (expected, expected)


def test_a_unit_of_others_gives_an_empty_workbook(place: Place) -> None:
    book = openpyxl.load_workbook(io.BytesIO(taken(place, "town", "xlsx", unit="T2").data))
    rows = {row[0]: row[1:3] for row in book.worksheets[1].iter_rows(values_only=True)}
    assert rows["受理数"] == (0, 0)


def test_a_page_says_who_took_it_out(place: Place) -> None:
    answer = taken(place, "town", "pdf", unit="T1")
    assert answer.content_type == "application/pdf"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="indicators-T1-{YEAR}.pdf"'
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages)
    assert "受理数" in text
    assert "(town)" in text


def test_the_kind_of_file_may_be_said_by_what_is_accepted(place: Place) -> None:
    answer = place.sign_in("county").send(
        "GET", "/reports/indicators", query_string={"period": YEAR}, headers={"Accept": "text/csv"}
    )
    assert answer.content_type.startswith("text/csv")
    assert answer.data.decode().startswith("\ufeff指标\r\n")
    plain = place.sign_in("county").send(
        "GET", "/reports/indicators", query_string={"period": YEAR}, headers={"Accept": "*/*"}
    )
    assert plain.content_type == "application/json"


def test_who_took_a_report_out_is_in_the_security_log_and_who_looked_is_not(place: Place) -> None:
    table(place, "town2", "rates", unit="T2")
    taken(place, "town2", "csv", "overview", unit="T2")
    lines = place.sign_in("auditor").get("/security-events").get_json()["items"]
    noted = [(each["detail"], each["subject"]) for each in lines if each["subject"].startswith("overview-T2")]
    assert noted == [("report.csv", f"overview-T2-{YEAR}")]


def test_no_other_kinds_of_files_and_none_for_who_may_not_read_reports(place: Place) -> None:
    answer = place.sign_in("county").get("/reports/overview", period=YEAR, format="docx")
    assert answer.status_code == 422
    for person in ("grid", "designer", "admin", "official"):
        caller = place.sign_in(person)
        assert caller.get("/reports/overview", period=YEAR, format="xlsx").status_code == 403


def test_the_document_names_the_kinds_of_files(place: Place) -> None:
    document = place.nobody().get("/openapi.json").get_json()
    answers = document["paths"]["/api/v1/reports/{name}"]["get"]["responses"]["200"]["content"]
    assert {"application/json", "application/pdf", "text/csv"} <= set(answers)
