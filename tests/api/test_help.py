"""A case of help (flow D) is not there for other flows and the county: no list, search, count, page or export."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from engine.cases.clock import ManualClock
from engine.samples.package import read_folder
from engine.scenarios import read_package_folder
from engine.scenarios.stage import Stage
from engine.scenarios.words import Words
from tests.api.place import POSTS, Place

FOLDER = Path(__file__).resolve().parents[2] / "bpmn" / "service"
SECRETS = ("陶某", "10000000001", "离家近的工作", "睡眠不好", "会电焊")
INVOLVED = {"social", "town", "colleague", "auditor"}
"""The social worker; the town's centre and the auditor, who see that there is a case and nothing in it."""


def help_case(place: Place) -> str:
    """A case of help in the grid G1 that was assessed; its id."""
    package = read_package_folder(FOLDER, read_folder(FOLDER))
    place.engine.deploy(package.files, actor="tests", package="service")
    words = Words(definitions=package.definitions, zone=ZoneInfo("Asia/Shanghai"))
    stage = Stage(place.engine, ManualClock(place.clock()), words, package.common)
    stage.case_id = place.engine.start("service", {"grid": "G1"}, actor="social").case_id
    for name in ("登记申请", "告知并征求同意", "预估（五帮）"):
        (task,) = stage.tasks(name)
        place.engine.complete(stage.case_id, task.task.id, stage.filled(task, {}, ()), actor="social")
    return str(stage.case_id)


def listed(place: Place, person: str, **query: Any) -> set[str]:
    answer = place.sign_in(person).get("/cases", limit=100, **query)
    return {row["case_id"] for row in answer.get_json()["items"]} if answer.status_code == 200 else set()


@pytest.mark.parametrize("person", sorted(POSTS.keys() - INVOLVED))
def test_a_case_of_help_is_not_there_for_anybody_else(place: Place, person: str) -> None:
    case = help_case(place)
    code = place.engine.variables(UUID(case))["case_code"]
    caller = place.sign_in(person)
    assert case not in listed(place, person)
    assert case not in listed(place, person, flow="service")
    assert case not in listed(place, person, text="帮扶服务")
    assert case not in listed(place, person, code=code)
    assert case not in caller.get("/tasks", box="claimable", limit=100).text
    for path in ("", "/header", "/history", "/diagram", "/similar", "/export.json", "/export.xes"):
        answer, missing = (caller.get(f"/cases/{each}{path}") for each in (case, uuid4()))
        assert answer.status_code == missing.status_code in (403, 404), path
        assert answer.get_json()["code"] == missing.get_json()["code"]
    assert case not in caller.get("/exports/cases.csv").text


def test_counts_of_others_do_not_move(place: Place) -> None:
    people = ("county", "leader", "duty", "village", "town2")
    before = {person: place.sign_in(person).get("/cases/counts").get_json() for person in people}
    help_case(place)
    assert {person: place.sign_in(person).get("/cases/counts").get_json() for person in people} == before


@pytest.mark.parametrize("person", ["town", "auditor"])
def test_the_towns_centre_and_the_auditor_see_that_there_is_a_case_and_nothing_in_it(
    place: Place, person: str
) -> None:
    case = help_case(place)
    assert case in listed(place, person)
    for path in ("", "/history", "/export.json"):
        answer = place.sign_in(person).get(f"/cases/{case}{path}")
        assert answer.status_code in (200, 403)
        assert not any(secret in answer.text for secret in SECRETS), path


def test_the_social_worker_who_handles_it_sees_what_was_entered(place: Place) -> None:
    case = help_case(place)
    assert case in listed(place, "social")
    (task,) = place.engine.tasks(case_id=UUID(case), element="make_plan")
    caller = place.sign_in("social")
    assert "睡眠不好" not in caller.get(f"/tasks/{case}.{task.id}").text
    assert caller.post(f"/tasks/{case}.{task.id}/claim").status_code == 200
    answer = caller.get(f"/tasks/{case}.{task.id}")
    assert answer.status_code == 200
    assert "睡眠不好" in answer.text
