"""Changing the settings over HTTP: checked, logged, written whole; some by two people."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.app import create_app
from engine.directory.changes import AssignRole, Hire
from engine.installation import open_engine
from engine.settings import ServiceSettings
from tests.api.place import BEGIN, NOW, POSTS, UNITS, Clock, Place

WHY = "国务院公布放假安排"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Settings of an installation's own."""
    return Path(shutil.copytree("config", tmp_path_factory.mktemp("own") / "config"))


@pytest.fixture(scope="module")
def place(folder: Path) -> Iterator[Place]:
    """An installation with two administrators, `admin` and `grid`."""
    clock = Clock()
    engine = open_engine("sqlite://", folder, clock=clock, create=True)
    assert engine.directory is not None
    people = [Hire(person=each, name=each, login=each, at=BEGIN) for each in ("admin", "grid", "town")]
    roles = [AssignRole(person=each, unit="K", role="admin", at=BEGIN) for each in ("admin", "grid")]
    town = AssignRole(person="town", unit=POSTS["town"][0], role="town_centre", at=BEGIN)
    engine.directory.change(*UNITS, *people, *roles, town, actor="tests", recorded_at=NOW, reason="a county")
    settings = ServiceSettings(log_requests=False, log_level="critical", config=str(folder))
    yield Place(engine=engine, app=create_app(settings, engine=engine), clock=clock)
    engine.close()


def put(place: Place, part: str, file: str, text: str, *, by: str = "admin", tag: str | None = None) -> Any:
    """Write a file anew."""
    tag = tag or place.sign_in(by).get(f"/config/{part}").get_json()["tag"]
    return place.sign_in(by).put(f"/config/{part}/files/{file}", {"text": text, "tag": tag, "reason": WHY})


def test_a_new_version_of_a_limit_is_in_force_from_its_date_at_once_for_all(
    place: Place, folder: Path
) -> None:
    path = folder / "limits" / "whistle.toml"
    before = path.read_text("utf-8")
    block = before[before.index("[[limit]]") :].split("[[limit]]")[1]
    later = "\n".join(
        "effective_from = 2027-01-01" if line.startswith("effective_from") else line
        for line in block.splitlines()
    )
    answer = put(place, "limits", "whistle.toml", f"{before}\n[[limit]]{later}\n")
    assert answer.status_code == 200, answer.text
    assert path.read_text("utf-8").startswith(before)
    assert [each.name for each in path.parent.iterdir() if each.name.startswith(".")] == []
    logged = place.sign_in("admin").get("/config/changes", part="limits").get_json()["items"][0]
    assert (logged["before"], logged["after"]) == (before, path.read_text("utf-8"))
    assert (logged["author"], logged["reason"], logged["status"]) == ("admin", WHY, "applied")
    assert place.sign_in("town").get("/config/limits").get_json()["edited"] == []


def test_a_version_that_is_in_force_stays_as_it_is(place: Place, folder: Path) -> None:
    path = folder / "limits" / "whistle.toml"
    before = path.read_text("utf-8")
    answer = put(
        place,
        "limits",
        "whistle.toml",
        before.replace("value = 1\n", "value = 2\n", 1).replace('title = "', 'title = "新', 1),
    )
    assert (answer.status_code, answer.get_json()["code"]) == (422, "config.in_force")
    assert path.read_text("utf-8") == before


def test_a_mistake_is_named_with_its_place_and_changes_nothing(place: Place, folder: Path) -> None:
    path = folder / "calendars" / "cn.toml"
    before = path.read_text("utf-8")
    answer = put(place, "calendars", "cn.toml", f"{before}\nnonsense = 1\n")
    told = answer.get_json()
    assert (answer.status_code, told["code"]) == (422, "config.invalid")
    assert all(name.startswith("cn.toml:") for name in told["errors"])
    assert path.read_text("utf-8") == before


def test_who_was_second_is_told(place: Place) -> None:
    text = place.sign_in("admin").get("/config/privacy").get_json()["files"]["privacy.toml"]
    answer = put(place, "privacy", "privacy.toml", text, tag="0" * 64)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "config.changed")


def test_rights_are_changed_by_two_people(place: Place, folder: Path) -> None:
    path = folder / "permissions.toml"
    before = path.read_text("utf-8")
    after = before.replace('social_worker = ["@handling"]', 'social_worker = ["@handling", "reports:read"]')
    number = put(place, "permissions", "permissions.toml", after).get_json()["number"]
    assert path.read_text("utf-8") == before
    own = place.sign_in("admin").post(f"/config/changes/{number}/approve")
    assert (own.status_code, own.get_json()["rule"]) == (422, "config.two_people")
    done = place.sign_in("grid").post(f"/config/changes/{number}/approve")
    assert (done.status_code, done.get_json()["status"]) == (200, "applied")
    assert path.read_text("utf-8") == after
    assert place.sign_in("grid").post(f"/config/changes/{number}/reject").status_code == 409


def test_an_unknown_scope_is_refused(place: Place) -> None:
    text = place.sign_in("admin").get("/config/permissions").get_json()["files"]["permissions.toml"]
    assert (
        put(
            place, "permissions", "permissions.toml", text.replace("reports:read", "reports:reed")
        ).status_code
        == 422
    )


def test_a_code_once_in_use_stays(place: Place) -> None:
    text = place.sign_in("admin").get("/config/words").get_json()["files"]["directory.toml"]
    lines = [line for line in text.splitlines() if 'code = "finance"' not in line]
    answer = put(place, "words", "directory.toml", "\n".join(lines))
    assert (answer.status_code, answer.get_json()["code"]) == (422, "config.code_gone")


def test_no_other_file_is_reached(place: Place) -> None:
    for file in ("..%2Faccounts.toml", "accounts.toml", ".hidden.toml", "x.txt"):
        answer = put(place, "words", file, "x = 1")
        assert answer.status_code == 404, file


def test_what_was_edited_by_hand_is_told(place: Place, folder: Path) -> None:
    path = folder / "limits" / "service.toml"
    text = path.read_text("utf-8")
    assert put(place, "limits", "service.toml", text + "\n# one\n").status_code == 200
    path.write_text(text + "\n# two\n", "utf-8")
    assert place.sign_in("admin").get("/config/limits").get_json()["edited"] == ["service.toml"]


def test_running_clocks_go_over_when_a_second_person_agrees(place: Place) -> None:
    body = {"limit": "whistle.emergency.check_in", "reason": "汛期"}
    proposed = place.sign_in("admin").post("/clock-changes", body)
    assert proposed.status_code == 201, proposed.text
    number = proposed.get_json()["change"]
    own = place.sign_in("admin").post(f"/clock-changes/{number}/approve")
    assert own.get_json()["rule"] == "limits.two_people"
    assert place.sign_in("grid").post(f"/clock-changes/{number}/approve").get_json()["status"] == "approved"
    assert place.sign_in("town").get("/clock-changes").get_json()["items"][0]["decided_by"] == "grid"


def test_shipped_settings_are_not_changed(tmp_path: Path) -> None:
    from tests.api.place import open_place

    shipped = open_place("sqlite://", tmp_path)
    text = shipped.sign_in("admin").get("/config/words").get_json()["files"]["directory.toml"]
    answer = put(shipped, "words", "directory.toml", text)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "config.shipped")
    shipped.engine.close()
