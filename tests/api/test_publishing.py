"""A diagram is handed in by one person and published by another."""

from __future__ import annotations

import io

from werkzeug.test import TestResponse

from engine.store.tables import submissions
from tests.api.place import Place
from tests.support import bpmn


def flow(key: str, *, broken: bool = False) -> bytes:
    """A small diagram; a broken one leads nowhere."""
    steps = "s -> a" if broken else "s -> a -> e"
    return bpmn.diagram(bpmn.start("s"), bpmn.user("a"), bpmn.end("e"), steps, key=key)


def hand_in(place: Place, content: bytes, *, by: str = "designer") -> TestResponse:
    """Hand a package of one file in."""
    data = {"package": "trial", "trial.bpmn": (io.BytesIO(content), "trial.bpmn")}
    return place.sign_in(by).send("POST", "/deployments", data=data)


def test_what_was_handed_in_waits_and_somebody_else_publishes_it(place: Place) -> None:
    answer = hand_in(place, flow("visit"))
    assert answer.status_code == 201, answer.text
    kept = answer.get_json()
    assert (kept["status"], kept["author"], kept["files"]) == ("waiting", "designer", ["trial.bpmn"])
    assert place.sign_in("grid").get("/definitions/visit/versions").status_code == 404
    path = f"/deployments/{kept['number']}"
    assert "visit" in place.sign_in("admin").get(f"{path}/files/trial.bpmn").get_json()["xml"]
    done = place.sign_in("admin").post(f"{path}/publish")
    assert done.status_code == 201, done.text
    assert done.get_json()["definitions"][0]["key"] == "visit"
    version = place.sign_in("grid").get("/definitions/visit/versions").get_json()["items"][0]
    assert version["actor"] == "designer"
    now = place.sign_in("admin").get(path).get_json()
    assert (now["status"], now["decided_by"]) == ("published", "admin")
    again = place.sign_in("admin").post(f"{path}/publish")
    assert (again.status_code, again.get_json()["code"]) == (409, "submission.decided")


def test_the_author_never_publishes_it(place: Place) -> None:
    number = hand_in(place, flow("mine")).get_json()["number"]
    answer = place.sign_in("designer").post(f"/deployments/{number}/publish")
    assert (answer.status_code, answer.get_json()["rule"]) == (422, "deployment.two_people")
    assert place.sign_in("designer").get("/definitions/mine/versions").status_code == 404


def test_what_has_errors_is_not_kept(place: Place) -> None:
    with place.engine.database.reading() as tx:
        before = len(tx.execute(submissions.select()).fetchall())
    answer = hand_in(place, b"<definitions/>")
    assert answer.status_code == 422
    assert answer.get_json()["findings"]
    with place.engine.database.reading() as tx:
        assert len(tx.execute(submissions.select()).fetchall()) == before


def test_it_is_rejected_with_a_reason(place: Place) -> None:
    number = hand_in(place, flow("no")).get_json()["number"]
    assert place.sign_in("admin").post(f"/deployments/{number}/reject").status_code == 422
    answer = place.sign_in("admin").post(f"/deployments/{number}/reject", {"reason": "缺少退回环节"})
    assert answer.get_json()["reason"] == "缺少退回环节"
    listed = place.sign_in("designer").get("/deployments", status="rejected").get_json()["items"]
    assert number in [each["number"] for each in listed]
    assert place.sign_in("admin").post(f"/deployments/{number}/publish").status_code == 409


def test_who_only_publishes_cannot_hand_in(place: Place) -> None:
    assert hand_in(place, flow("x"), by="admin").status_code == 403
