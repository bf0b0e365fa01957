"""What may be registered: by role, at one's own place, with what is known."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.errors import InvalidInput
from engine.registration import FILE, read_entries
from engine.samples.package import read_folder
from tests.api.place import Place, open_place


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    opened = open_place("sqlite://", tmp_path_factory.mktemp("data"))
    for package in ("dispute", "intake"):
        opened.engine.deploy(read_folder(Path("bpmn") / package), actor="tests", package=package)
    yield opened
    opened.engine.close()


def offered(place: Place, who: str) -> dict[str, dict[str, Any]]:
    items = place.sign_in(who).get("/registrations").get_json()["items"]
    return {each["process"]: each for each in items}


def test_a_grid_worker_registers_events_and_disputes_of_their_own_grid(place: Place) -> None:
    found = offered(place, "grid")
    assert list(found) == ["grid_event", "dispute"]
    dispute = found["dispute"]
    assert (dispute["place"], dispute["place_name"]) == ("G1", "柳溪村第一网格")
    assert dispute["variables"]["village"] == "V1"
    assert {"label": "县住建局", "value": "housing"} in dispute["variables"]["units"]
    known = dispute["values"]
    assert (known["grid"], known["owner_unit"], known["owner_user"]) == ("G1", "V1", "village")
    assert (known["found_by"], known["found_at"]) == ("grid", "@now")
    assert dispute["form"]["id"] == "register_dispute"
    fields = {each.get("key"): each for each in dispute["form"]["components"]}
    assert "linked_cases" in dispute["aside"]
    assert not any(fields[name].get("validate", {}).get("required") for name in dispute["aside"])


def test_others_are_offered_nothing_and_an_undeployed_flow_is_not_offered(place: Place) -> None:
    assert offered(place, "town") == {}
    assert offered(place, "village") == {}, "flow B is not deployed here"
    assert place.sign_in("auditor").get("/registrations").status_code == 403


def test_everything_offered_can_be_started_and_its_first_step_completed(place: Place) -> None:
    caller = place.sign_in("grid")
    event = offered(place, "grid")["grid_event"]
    started = caller.post("/cases", {"key": event["process"], "variables": event["variables"]}).get_json()
    (task,) = caller.get(f"/cases/{started['case_id']}").get_json()["tasks"]
    assert task["element"] == event["step"]
    values = {
        "category": "safety",
        "danger_now": "no",
        "title": "井盖破损",
        "place": "柳溪路 3 号",
        "event_facts": "井盖缺了一角",
        "on_site_action": "放了警示桩",
        "disposal": "self",
    }
    done = caller.post(f"/tasks/{task['id']}/complete", {"variables": values})
    assert done.status_code == 200, done.text


def test_a_wrong_line_is_named(tmp_path: Path) -> None:
    assert read_entries(tmp_path) == ()
    (tmp_path / FILE).write_text(
        '[[entry]]\nprocess = "x"\nstep = "y"\nzh = "甲"\nen = "a"\ncolour = "red"\n'
    )
    with pytest.raises(InvalidInput, match=r"registration\.toml"):
        read_entries(tmp_path)
