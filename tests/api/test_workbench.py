"""What designers and administrators look things up by: rules, files of versions, days of calendars, stand-ins."""

from __future__ import annotations

import io

from tests.api.place import Place
from tests.api.test_publishing import flow


def test_a_package_is_checked_without_being_handed_in(place: Place) -> None:
    designer = place.sign_in("designer")
    before = designer.get("/deployments").get_json()["items"]
    data = {"trial.bpmn": (io.BytesIO(flow("trial", broken=True)), "trial.bpmn")}
    findings = designer.send("POST", "/deployments/check", data=data).get_json()["findings"]
    found = {each["rule"]: each for each in findings}
    asks = {each["rule"]: each["asks"] for each in designer.get("/model-rules").get_json()["items"]}
    assert found
    assert set(found) <= set(asks)
    assert all(each["file"] == "trial.bpmn" and each["line"] > 0 for each in findings)
    assert designer.get("/deployments").get_json()["items"] == before
    data = {"trial.bpmn": (io.BytesIO(flow("trial")), "trial.bpmn")}
    assert place.sign_in("admin").send("POST", "/deployments/check", data=data).status_code == 403


def test_the_files_of_a_version_are_those_handed_in(place: Place) -> None:
    items = place.sign_in("designer").get("/definitions/matter/versions/1/files").get_json()["items"]
    assert [each["name"] for each in items] == ["matter.bpmn", "register.form"]
    assert "caller_phone" in items[1]["text"]
    assert place.sign_in("designer").get("/definitions/matter/versions/99/files").status_code == 404


def test_a_year_of_a_calendar(place: Place) -> None:
    answer = place.sign_in("admin").get("/calendars/cn/days", year=2026)
    days = {each["date"]: each for each in answer.get_json()["items"]}
    assert len(days) == 365
    assert (days["2026-10-01"]["kind"], days["2026-10-01"]["hours"]) == ("holiday", [])
    assert days["2026-11-23"]["hours"] == ["08:30-12:00", "13:30-18:00"]
    assert [day for day, each in days.items() if each["is_exchanged"]]
    assert place.sign_in("admin").get("/calendars/none/days", year=2026).status_code == 404


def test_settings_as_data(place: Place) -> None:
    files = place.sign_in("admin").get("/config/limits/rows").get_json()["files"]
    limits = [each["name"] for each in files["whistle.toml"]["limit"]]
    assert "whistle.daily.case" in limits
    assert place.sign_in("observer").get("/config/limits/rows").status_code == 403


def test_stand_ins_of_a_person(place: Place) -> None:
    admin = place.sign_in("admin")
    given = {"absent": "colleague", "stand_in": "town", "reason": "休假", "until": "2099-01-01T00:00:00Z"}
    body = {"reason": "休假", "changes": [{"kind": "Substitute", "given": given}]}
    assert admin.post("/directory/changes", body).status_code == 200
    for person in ("colleague", "town"):
        items = admin.get(f"/directory/people/{person}/substitutions").get_json()["items"]
        assert [(each["absent"], each["stand_in"], each["reason"]) for each in items] == [
            ("colleague", "town", "休假")
        ]
    assert admin.get("/directory/people/grid/substitutions").get_json()["items"] == []
    assert admin.get("/directory/people/nobody/substitutions").status_code == 404
