"""代理 over HTTP: what somebody on leave has is done by whom the directory says, as far as it says."""

from __future__ import annotations

import pytest

from engine.directory.changes import Substitute
from tests.api.place import NOW, Place

DAY = 86_400_000_000


@pytest.fixture(scope="module")
def place(place: Place) -> Place:
    """Two are on leave: one represented in everything, one in one role only."""
    assert place.engine.directory is not None
    place.engine.directory.change(
        Substitute(absent="town", stand_in="colleague", at=NOW - DAY, until=NOW + 9 * DAY, reason="休假"),
        Substitute(
            absent="town2", stand_in="official", role="town_centre", at=NOW - DAY, until=NOW + 9 * DAY, reason="休假"
        ),
        actor="tests",
        recorded_at=NOW,
        reason="leave",
    )  # fmt: skip
    return place


def handled(place: Place, grid: str = "G1", by: str = "town") -> str:
    """A task at the town's centre that somebody there has taken."""
    case = place.start(grid)
    worker = "grid" if grid == "G1" else "grid2"
    done = place.sign_in(worker).post(
        f"/tasks/{place.task(case, 'register')}/complete", {"variables": {"title": "t"}}
    )
    assert done.status_code == 200
    task = place.task(case, "handle")
    assert place.sign_in(by).post(f"/tasks/{task}/claim").status_code == 200
    return task


def test_the_stand_in_completes_what_the_absent_has(place: Place) -> None:
    task = handled(place)
    caller = place.sign_in("colleague")
    assert caller.post(f"/tasks/{task}/complete").status_code == 409
    boxes = caller.send("GET", "/tasks?box=todo", headers={"Bihuan-On-Behalf-Of": "town"}).get_json()["items"]
    assert task in {row["id"] for row in boxes}
    done = caller.post(f"/tasks/{task}/complete", Bihuan_On_Behalf_Of="town")
    assert done.status_code == 200, done.text
    case = task.partition(".")[0]
    last = caller.get(f"/cases/{case}/history").get_json()["items"][-1]
    assert (last["actor"], last["on_behalf_of"]) == ("colleague", "town")


def test_in_one_role_it_is_what_came_to_that_role(place: Place) -> None:
    task = handled(place, "G2", "town2")
    official = place.sign_in("official")
    assert official.post(f"/tasks/{task}/complete", Bihuan_On_Behalf_Of="town2").status_code == 200
    named = handled(place, "G2", "town2")
    leader = {"to": "town2", "reason": "r"}
    other = place.start("G2")
    register = place.task(other, "register")
    place.sign_in("grid2").post(f"/tasks/{register}/claim")
    assert place.sign_in("grid2").post(f"/tasks/{register}/transfer", leader).status_code == 200
    refused = official.post(
        f"/tasks/{register}/complete", {"variables": {"title": "t"}}, Bihuan_On_Behalf_Of="town2"
    )
    assert refused.status_code == 409, refused.text
    rows = official.send("GET", "/tasks?box=todo", headers={"Bihuan-On-Behalf-Of": "town2"}).get_json()[
        "items"
    ]
    assert named not in {row["id"] for row in rows}


def test_who_does_not_stand_in_is_turned_away(place: Place) -> None:
    task = handled(place)
    answer = place.sign_in("mediator").post(f"/tasks/{task}/complete", Bihuan_On_Behalf_Of="town")
    assert (answer.status_code, answer.get_json()["code"]) == (403, "auth.not_stand_in")
