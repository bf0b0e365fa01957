"""Documents over HTTP: listed, made, previewed, given out and signed; a dossier sealed; nothing of it for others."""

from __future__ import annotations

import hashlib
from pathlib import Path
from uuid import UUID

import pytest

from engine.history import Replayer, Verifier
from tests.api.place import Caller, Place, _properties, matter, open_place
from tests.support import bpmn
from tests.unit.documents.paper_world import words


def paperwork() -> dict[str, bytes]:
    """The flow `matter`, whose first step yields a document."""
    diagram = bpmn.diagram(
        bpmn.start("s"),
        bpmn.user(
            "register", form="register", extension=_properties(candidate="网格/网格员", document="受理登记表")
        ),
        bpmn.user("handle", extension=_properties(candidate="镇/综治中心", document="处置单: 通用文书")),
        bpmn.end("e"),
        "s -> register -> handle -> e",
        key="paperwork",
    )
    return {"paperwork.bpmn": diagram, "register.form": matter()["register.form"]}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    opened = open_place("sqlite://", Path(tmp_path_factory.mktemp("data")))
    opened.engine.deploy(paperwork(), actor="tests", package="paperwork")
    return opened


def registered(place: Place, grid: str = "G1") -> tuple[str, int]:
    """A case whose first document is due."""
    person = "grid" if grid == "G1" else "grid2"
    given = {"grid": grid, "title": "路灯不亮", "owner_unit": "T1-centre"}
    case = str(place.engine.start("paperwork", given, actor=person).case_id)
    task = place.task(case, "register")
    caller = place.sign_in(person)
    assert caller.post(f"/tasks/{task}/claim").status_code == 200
    values = {"title": "路灯不亮", "people_count": 2, "caller_phone": "13812345678"}
    assert caller.post(f"/tasks/{task}/complete", {"variables": values}).status_code == 200
    (item,) = caller.get(f"/cases/{case}/documents").get_json()["items"]
    return case, item["id"]


def handling(place: Place, case: str) -> Caller:
    """The town's clerk, who handles the case and so sees all of it."""
    town = place.sign_in("town")
    assert town.post(f"/tasks/{place.task(case, 'handle')}/claim").status_code == 200
    return town


def test_a_document_is_made_and_given_out(place: Place) -> None:
    case, number = registered(place)
    grid, town = place.sign_in("grid"), handling(place, case)
    address = f"/cases/{case}/documents/{number}"
    assert grid.get(address).status_code == 404
    preview = grid.get(f"{address}/preview")
    assert (preview.status_code, preview.content_type) == (200, "application/pdf")
    assert grid.post(address).status_code == 201
    answer = grid.post(address)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "document.made")
    listed = grid.get(f"/cases/{case}/documents").get_json()
    (item,) = listed["items"]
    assert (item["name"], item["state"], listed["dossier"]) == ("受理登记表", "made", None)
    assert item["number"].startswith("青石镇综治中心〔2025〕受理登记表第")
    (version,) = item["versions"]
    copy = town.get(address)
    assert copy.headers["Bihuan-Masked"] == "false"
    assert hashlib.sha256(copy.data).hexdigest() == version["sha256"]
    assert "inline" in copy.headers["Content-Disposition"]
    assert "attachment" in town.get(address, download="1").headers["Content-Disposition"]
    assert copy.headers["Cache-Control"] == "no-store"
    assert "sandbox" in copy.headers["Content-Security-Policy"]


def test_who_may_not_see_a_phone_gets_a_copy_without_it(place: Place) -> None:
    case, number = registered(place)
    address = f"/cases/{case}/documents/{number}"
    assert place.sign_in("grid").post(address).status_code == 201
    copy = place.sign_in("county").get(address)
    assert copy.headers["Bihuan-Masked"] == "true"
    assert "13812345678" not in words(copy.data)
    assert "脱敏副本" in words(copy.data)
    whole = handling(place, case).get(address)
    assert whole.headers["Bihuan-Masked"] == "false"
    assert "13812345678" in words(whole.data)
    lines = place.sign_in("auditor").get("/audit/access", case_id=case).get_json()["items"]
    assert [(line["person"], line["fields"]) for line in lines if line["person"] == "town"] == [
        ("town", ["caller_phone"])
    ]


def test_a_signature_and_a_corrected_version(place: Place) -> None:
    case, number = registered(place)
    address = f"/cases/{case}/documents/{number}"
    grid, town = place.sign_in("grid"), place.sign_in("town")
    grid.post(address)
    sha256 = grid.get(f"/cases/{case}/documents").get_json()["items"][0]["versions"][0]["sha256"]
    assert grid.post(f"{address}/signatures", {"sha256": "0" * 64}).status_code == 422
    assert grid.post(f"{address}/signatures", {"sha256": sha256}).status_code == 201
    assert grid.post(f"{address}/signatures", {"sha256": sha256}).status_code == 409
    assert town.post(address, {"reason": "人数有误"}).status_code == 422
    place.engine.set_variables(UUID(case), {"people_count": 3}, actor="town")
    assert town.post(address, {"reason": "人数有误"}).status_code == 201
    (item,) = town.get(f"/cases/{case}/documents").get_json()["items"]
    first, second = item["versions"]
    assert [each["name"] for each in first["signatures"]] == ["grid"]
    assert (second["number"], second["reason"], second["signatures"]) == (2, "人数有误", [])
    assert town.get(address, version=1).data != town.get(address).data
    assert town.get(address, version=3).status_code == 404
    assert town.get(address, version=0).status_code == 422


def test_each_reader_is_told_what_they_may_do_and_it_is_so(place: Place) -> None:
    case, number = registered(place)
    address = f"/cases/{case}/documents/{number}"
    grid, county, auditor = place.sign_in("grid"), place.sign_in("county"), place.sign_in("auditor")

    def actions(of: Caller) -> list[str]:
        (item,) = of.get(f"/cases/{case}/documents").get_json()["items"]
        return list(item["actions"])

    def looks() -> list[str]:
        lines = auditor.get("/audit/access", case_id=case).get_json()["items"]
        return [line["person"] for line in lines]

    assert (actions(grid), actions(county), actions(auditor)) == (["make"], ["make"], [])
    assert grid.post(address).status_code == 201
    town = handling(place, case)
    before = looks()
    # What is masked for the county cannot be signed there; nothing was corrected that would make another version.
    assert (actions(grid), actions(county), actions(town), actions(auditor)) == (["sign"], [], ["sign"], [])
    # Being told so shows nobody anything.
    assert looks() == before
    sha256 = grid.get(f"/cases/{case}/documents").get_json()["items"][0]["versions"][0]["sha256"]
    refused = county.post(f"{address}/signatures", {"sha256": sha256})
    assert refused.get_json()["rule"] == "document.masked"
    assert grid.post(f"{address}/signatures", {"sha256": sha256}).status_code == 201
    assert (actions(grid), actions(town)) == ([], ["sign"])
    place.engine.set_variables(UUID(case), {"people_count": 3}, actor="town")
    assert actions(grid) == ["correct"]
    assert grid.post(address, {"reason": "人数有误"}).status_code == 201
    # A new version is unsigned.
    assert actions(grid) == ["sign"]


def test_a_dossier_is_sealed_when_the_case_has_ended(place: Place) -> None:
    case, number = registered(place)
    address = f"/cases/{case}/dossier/list"
    town = place.sign_in("town")
    assert town.get(address).status_code == 404
    assert town.post(address).get_json()["code"] == "case.open"
    task = place.task(case, "handle")
    assert town.post(f"/tasks/{task}/claim").status_code == 200
    assert town.post(f"/tasks/{task}/complete", {"variables": {}}).status_code == 200
    key = {"Idempotency_Key": "seal-1"}
    first, again = town.post(address, **key), town.post(address, **key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.get_json()["seq"] == again.get_json()["seq"]
    listed = town.get(f"/cases/{case}/documents").get_json()
    assert [each["state"] for each in listed["items"]] == ["made", "made"]
    assert listed["dossier"]["entries"] == 2
    assert [each["actions"] for each in listed["items"]] == [[], []]
    pdf = town.get(address)
    assert hashlib.sha256(pdf.data).hexdigest() == listed["dossier"]["sha256"]
    sha256 = listed["items"][0]["versions"][0]["sha256"]
    refused = place.sign_in("grid").post(f"/cases/{case}/documents/{number}/signatures", {"sha256": sha256})
    assert refused.get_json()["rule"] == "dossier.sealed"
    assert Verifier(place.engine).verify(UUID(case)).is_sound
    assert Replayer(place.engine, rebuild=True).replay(UUID(case)).is_sound


def test_documents_of_others_are_not_there(place: Place) -> None:
    case, number = registered(place, "G2")
    place.sign_in("grid2").post(f"/cases/{case}/documents/{number}")
    stranger = place.sign_in("grid")
    address = f"/cases/{case}/documents"
    for method, path, body in (
        ("GET", address, None),
        ("GET", f"{address}/{number}", None),
        ("GET", f"{address}/{number}/preview", None),
        ("POST", f"{address}/{number}", {}),
        ("POST", f"{address}/{number}/signatures", {"sha256": "0" * 64}),
        ("GET", f"/cases/{case}/dossier/list", None),
        ("POST", f"/cases/{case}/dossier/list", None),
    ):
        answer = stranger.send(method, path, **({} if body is None else {"json": body}))
        assert (answer.status_code, answer.get_json()["code"]) == (404, "case.unknown"), path


def test_a_document_of_another_case_is_not_there_either(place: Place) -> None:
    case, number = registered(place)
    other, _ = registered(place)
    place.engine.command(UUID(other), "comment", {"text": "x"}, actor="town")
    for wrong in (number + 1, 999, 2_147_483_647):
        assert place.sign_in("town").get(f"/cases/{case}/documents/{wrong}").status_code == 404


def test_who_only_reads_makes_and_signs_nothing(place: Place) -> None:
    case, number = registered(place)
    auditor = place.sign_in("auditor")
    assert auditor.get(f"/cases/{case}/documents").status_code == 200
    for path in (f"/cases/{case}/documents/{number}", f"/cases/{case}/dossier/list"):
        assert auditor.post(path).status_code == 403
