"""An auditor steps through a case: at each event how it stood then, masked, with what the event changed."""

from __future__ import annotations

import pytest

from tests.api.place import Place


@pytest.fixture
def case(place: Place) -> str:
    """A case that was registered with a telephone number and handled by the town."""
    case = place.start("G1")
    grid, town = place.sign_in("grid"), place.sign_in("town")
    variables = {"title": "路灯不亮", "people_count": 2, "caller_phone": "13800138000"}
    done = grid.post(f"/tasks/{place.task(case, 'register')}/complete", {"variables": variables})
    assert done.status_code == 200, done.text
    assert town.post(f"/tasks/{place.task(case, 'handle')}/claim").status_code == 200
    return case


def test_each_event_shows_the_case_as_it_stood_then(place: Place, case: str) -> None:
    auditor = place.sign_in("auditor")
    first, done, claimed = (auditor.get(f"/audit/cases/{case}/steps/{seq}").get_json() for seq in (1, 2, 3))
    assert first["diagrams"][0]["active"] == {"register": 1}
    assert (first["told"]["kind"], first["told"]["actor"], first["total"]) == ("start", "grid", 3)
    assert done["diagrams"][0]["active"] == {"handle": 1}
    assert [each["element"] for each in done["entered"]] == ["handle"]
    assert [each["element"] for each in done["left"]] == ["register"]
    assert [(each["element"], each["change"]) for each in done["tasks"]] == [("handle", "added")]
    assert [each["element"] for each in done["finished"]] == ["register"]
    assert [(each["assignee"], each["change"]) for each in claimed["tasks"]] == [("town", "changed")]
    assert len({step["hash"] for step in (first, done, claimed)}) == 3


def test_values_are_masked_and_compared_with_before(place: Place, case: str) -> None:
    step = place.sign_in("auditor").get(f"/audit/cases/{case}/steps/2").get_json()
    values = {each["name"]: each for each in step["values"]}
    assert (values["title"]["value"], values["title"]["change"]) == ("路灯不亮", "added")
    assert values["grid"]["change"] == ""
    assert values["caller_phone"]["value"] != "13800138000"
    assert step["masked"] == {"caller_phone": "phone"}
    assert "13800138000" not in str(step)


def test_after_an_unmasking_the_step_shows_it_and_the_access_log_says_so(place: Place, case: str) -> None:
    auditor = place.sign_in("auditor")
    assert auditor.post(f"/cases/{case}/grants", {"reason": "核对投诉人身份"}).status_code in (200, 201)
    step = auditor.get(f"/audit/cases/{case}/steps/2").get_json()
    assert "13800138000" in str(step)
    lines = auditor.get("/audit/access", case_id=case).get_json()["items"]
    assert ("grant", "核对投诉人身份") in [(each["basis"], each["reason"]) for each in lines]


def test_only_auditors_step_through_and_only_cases_they_may_see(place: Place, case: str) -> None:
    assert place.sign_in("town").get(f"/audit/cases/{case}/steps/1").status_code == 403
    auditor = place.sign_in("auditor")
    for path in (
        f"/audit/cases/{case}/steps/99",
        "/audit/cases/019aa000-0000-7000-8000-000000000000/steps/1",
    ):
        assert auditor.get(path).status_code == 404
