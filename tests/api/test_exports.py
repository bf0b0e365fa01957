"""What leaves the house: in scope, masked, and marked with who took it out."""

from __future__ import annotations

import csv
import io
from uuid import uuid4

from lxml import etree

from tests.api.place import Place


def rows(text: str) -> list[dict[str, str]]:
    """The rows of a table as a spreadsheet reads it."""
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_a_list_holds_the_cases_in_scope_with_the_watermark_on_every_row(place: Place) -> None:
    own, foreign = place.start("G1", title="=cmd()"), place.start("G2")
    caller = place.sign_in("town")
    answer = caller.get("/exports/cases.csv")
    assert answer.content_type == "text/csv; charset=utf-8"
    found = rows(answer.text)
    assert own in {row["案件标识"] for row in found}
    assert foreign not in answer.text
    listed = {row["case_id"] for row in caller.get("/cases", limit=100).get_json()["items"]}
    assert {row["案件标识"] for row in found} == listed
    assert all(row["导出水印"].startswith("town(town) 2025-11-22T02:00:00Z ") for row in found)
    assert not any(cell.startswith("=") for row in found for cell in row.values())


def test_a_list_is_narrowed_like_the_list_on_the_screen(place: Place) -> None:
    place.start("G1", grade="red")
    caller = place.sign_in("town")
    found = rows(caller.get("/exports/cases.csv", grade="red").text)
    assert {row["分级"] for row in found} == {"red"}


def test_a_case_is_masked_as_on_its_page(place: Place) -> None:
    case = place.start("G1")
    form = {"variables": {"title": "积水", "caller_phone": "13800001234"}}
    assert (
        place.sign_in("grid").post(f"/tasks/{place.task(case, 'register')}/complete", form).status_code == 200
    )
    caller = place.sign_in("auditor")
    answer = caller.get(f"/cases/{case}/export.json")
    body = answer.get_json()
    assert "13800001234" not in answer.text
    assert body["watermark"]["person"] == "auditor"
    assert [each["seq"] for each in body["history"]] == list(range(1, body["total"] + 1))
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{case}.json"'


def test_a_case_for_process_mining_names_who_took_it(place: Place) -> None:
    case = place.start("G1")
    answer = place.sign_in("auditor").get(f"/cases/{case}/export.xes")
    log = etree.fromstring(answer.data)
    marks = [each.get("value") for each in log if each.get("key") == "bihuan:watermark"]
    assert len(marks) == 1
    assert str(marks[0]).startswith("auditor(auditor) ")


def test_a_foreign_case_is_not_there_to_be_exported(place: Place) -> None:
    case, caller = place.start("G2"), place.sign_in("town")
    for ending in ("json", "xes"):
        foreign, missing = (caller.get(f"/cases/{each}/export.{ending}") for each in (case, uuid4()))
        assert (foreign.status_code, missing.status_code) == (404, 404)
        assert foreign.get_json()["code"] == missing.get_json()["code"] == "case.unknown"


def test_who_exported_what_is_in_the_security_log(place: Place) -> None:
    case, caller = place.start("G1"), place.sign_in("auditor")
    caller.get(f"/cases/{case}/export.json")
    caller.get("/exports/cases.csv")
    lines = caller.get("/security-events").get_json()["items"][:2]
    assert [(each["kind"], each["subject"], each["detail"]) for each in lines] == [
        ("exported", "", "cases.csv"), ("exported", case, "case.json"),
    ]  # fmt: skip


def test_an_auditor_verifies_and_reads_accesses_in_their_area_alone(place: Place) -> None:
    case = place.start("G1")
    caller = place.sign_in("auditor")
    assert caller.get(f"/audit/cases/{case}/verify").get_json()["is_sound"]
    assert caller.get(f"/audit/cases/{uuid4()}/verify").get_json()["code"] == "case.unknown"
