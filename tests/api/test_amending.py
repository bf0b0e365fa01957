"""A decision table or a template is changed by one person, checked with its package, and published by another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.api.place import Place

PACKAGE = Path("bpmn/intake")
FILES = {
    str(file.relative_to(PACKAGE)): file.read_bytes()
    for file in sorted(PACKAGE.rglob("*"))
    if file.suffix in (".bpmn", ".dmn", ".form", ".typ")
}
TABLE = "intake_routing.dmn"


@pytest.fixture(scope="module", autouse=True)
def deployed(place: Place) -> None:
    """The flow of requests, and one that has nothing to do with it."""
    place.engine.deploy(FILES, actor="tests", package="intake")


def newest(place: Place, key: str = "intake") -> int:
    """Its newest version."""
    found = place.sign_in("grid").get(f"/definitions/{key}/versions").get_json()["items"]
    return int(found[0]["version"])


def process_with(place: Place, file: str) -> str:
    """A process of the package that uses a file."""
    for row in place.sign_in("grid").get("/definitions").get_json()["items"]:
        path = f"/definitions/{row['key']}/versions/{row['version']}/files"
        if file in [each["name"] for each in place.sign_in("grid").get(path).get_json()["items"]]:
            return str(row["key"])
    raise AssertionError(file)


def table_of(place: Place, key: str, version: int) -> dict[str, Any]:
    """The routing table."""
    found = place.sign_in("grid").get(f"/definitions/{key}/versions/{version}/tables").get_json()["items"]
    return next(each for each in found if each["file"] == TABLE)


def changed(table: dict[str, Any], cell: str) -> dict[str, Any]:
    """The table with the lead of property matters being somebody else."""
    lead = table["columns"].index("牵头")
    rows = [[*row] for row in table["rows"]]
    next(row for row in rows if '"property"' in row)[lead] = cell
    return {"file": table["file"], "decision": table["decision"], "rows": rows}


def test_a_changed_table_takes_effect_when_somebody_else_publishes_it(place: Place) -> None:
    key = process_with(place, TABLE)
    version = newest(place, key)
    before = {
        row["key"]: row["version"] for row in place.sign_in("grid").get("/definitions").get_json()["items"]
    }
    table = table_of(place, key, version)
    assert table["columns"][0] == "说明"
    assert table["inputs"] >= 1
    path = f"/definitions/{key}/versions/{version}/amendments"
    body = {"tables": [changed(table, '"物业办"')]}
    checked = place.sign_in("admin").post(path, {**body, "check_only": True})
    assert checked.status_code == 200, checked.text
    assert checked.get_json()["submission"] is None
    kept = place.sign_in("admin").post(path, body).get_json()["submission"]
    assert (kept["status"], kept["author"], kept["package"]) == ("waiting", "admin", "intake")
    # Not before somebody else said so.
    assert newest(place, key) == version
    own = place.sign_in("admin").post(f"/deployments/{kept['number']}/publish")
    assert (own.status_code, own.get_json()["rule"]) == (422, "deployment.two_people")
    done = place.sign_in("designer").post(f"/deployments/{kept['number']}/publish")
    assert done.status_code == 201, done.text
    after = table_of(place, key, newest(place, key))
    assert after["rows"] == body["tables"][0]["rows"]
    now = {
        row["key"]: row["version"] for row in place.sign_in("grid").get("/definitions").get_json()["items"]
    }
    # Processes that do not use the table stay as they were.
    assert now[key] == version + 1
    assert {other for other in now if now[other] != before[other]} == {
        other for other in now if TABLE in _files(place, other, now[other])
    }
    late = place.sign_in("admin").post(path, body)
    assert (late.status_code, late.get_json()["code"]) == (409, "definition.changed")


def test_rules_that_are_none_are_refused_with_their_number(place: Place) -> None:
    key = process_with(place, TABLE)
    version = newest(place, key)
    path = f"/definitions/{key}/versions/{version}/amendments"
    table = table_of(place, key, version)
    answer = place.sign_in("admin").post(path, {"tables": [changed(table, '"住建局')], "check_only": True})
    assert (answer.status_code, answer.get_json()["code"]) == (422, "table.rules")
    assert "第" in answer.get_json()["detail"]
    narrow = {**changed(table, "null"), "rows": [["x"]]}
    answer = place.sign_in("admin").post(path, {"tables": [narrow]})
    assert (answer.status_code, answer.get_json()["code"]) == (422, "table.columns")
    assert place.sign_in("admin").post(path, {}).status_code == 422


def test_a_template_is_looked_at_checked_and_handed_in(place: Place) -> None:
    key, version = _with_documents(place)
    path = f"/definitions/{key}/versions/{version}"
    found = place.sign_in("admin").get(f"{path}/templates").get_json()["items"]
    template = next(each for each in found if each["steps"])
    assert not template["is_own"]
    given = {"file": template["file"], "text": template["text"] + "\n本文书一式两份。\n"}
    pdf = place.sign_in("admin").post(f"{path}/templates/preview", given)
    assert pdf.content_type == "application/pdf"
    assert pdf.data.startswith(b"%PDF-")
    wrong = {"templates": [{**given, "text": "#不存在的函数()"}], "check_only": True}
    findings = place.sign_in("admin").post(f"{path}/amendments", wrong).get_json()["findings"]
    assert [each["severity"] for each in findings if each["rule"] == "document.field"][:1] == ["error"]
    assert (
        place.sign_in("admin").post(f"{path}/amendments", {**wrong, "check_only": False}).status_code == 422
    )
    kept = place.sign_in("admin").post(f"{path}/amendments", {"templates": [given]}).get_json()["submission"]
    assert place.sign_in("designer").post(f"/deployments/{kept['number']}/publish").status_code == 201
    now = place.sign_in("admin").get(f"/definitions/{key}/versions/{newest(place, key)}/templates").get_json()
    own = next(each for each in now["items"] if each["file"] == template["file"])
    assert own["is_own"]
    assert own["text"].endswith("本文书一式两份。\n")


def test_files_of_another_process_and_people_without_the_right_come_to_nothing(place: Place) -> None:
    version = newest(place, "matter")
    table = table_of(place, process_with(place, TABLE), newest(place, process_with(place, TABLE)))
    foreign = {"tables": [changed(table, "null")]}
    path = f"/definitions/matter/versions/{version}"
    assert place.sign_in("admin").post(f"{path}/amendments", foreign).status_code == 404
    diagram = {"templates": [{"file": "matter.bpmn", "text": "x"}]}
    assert place.sign_in("admin").post(f"{path}/amendments", diagram).status_code == 404
    preview = {"file": TABLE, "text": "x"}
    assert place.sign_in("admin").post(f"{path}/templates/preview", preview).status_code == 404
    assert place.sign_in("admin").get("/definitions/nothing/versions/1/tables").status_code == 404
    for who in ("grid", "county", "auditor"):
        assert place.sign_in(who).post(f"{path}/amendments", foreign).status_code == 403


def _files(place: Place, key: str, version: int) -> list[str]:
    path = f"/definitions/{key}/versions/{version}/files"
    return [each["name"] for each in place.sign_in("grid").get(path).get_json()["items"]]


def _with_documents(place: Place) -> tuple[str, int]:
    """A process of the package that yields documents, and its version."""
    for row in place.sign_in("grid").get("/definitions").get_json()["items"]:
        found = place.sign_in("grid").get(f"/definitions/{row['key']}/versions/{row['version']}/templates")
        if any(each["steps"] for each in found.get_json()["items"]):
            return row["key"], row["version"]
    raise AssertionError("no process yields documents")
