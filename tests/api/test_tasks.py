"""Tasks over HTTP: who may act on them, and what the verbs answer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.place import FORM, Place
from tests.support import bpmn


def test_a_case_goes_its_way(place: Place) -> None:
    case = place.sign_in("grid").post("/cases", {"key": "matter", "variables": {"grid": "G1"}})
    assert case.status_code == 201, case.text
    id_ = case.get_json()["case_id"]
    assert case.headers["Location"] == f"/api/v1/cases/{id_}"
    register = place.task(id_, "register")
    assert place.sign_in("grid").post(f"/tasks/{register}/claim").status_code == 200
    done = place.sign_in("grid").post(
        f"/tasks/{register}/complete", {"variables": {"title": "路灯不亮", "caller_phone": "13800001234"}}
    )
    assert done.status_code == 200, done.text
    handle = place.task(id_, "handle")
    assert place.sign_in("town").post(f"/tasks/{handle}/complete").status_code == 200
    close = place.task(id_, "close")
    closed = place.sign_in("leader").post(f"/tasks/{close}/complete")
    assert closed.get_json()["status"] == "completed"


@pytest.mark.parametrize("verb", ["claim", "complete", "unclaim", "recall", "urge"])
def test_a_foreign_clerk_meets_no_task_at_all(place: Place, verb: str) -> None:
    task = place.task(place.start("G1"), "register")
    answer = place.sign_in("grid2").post(f"/tasks/{task}/{verb}")
    assert answer.status_code == 404
    assert answer.get_json()["code"] == "case.unknown"


def test_who_sees_the_case_but_is_no_candidate_cannot_claim(place: Place) -> None:
    task = place.task(place.start("G1"), "register")
    answer = place.sign_in("town").post(f"/tasks/{task}/claim")
    assert answer.status_code == 403
    assert answer.get_json()["code"] == "not_entitled"
    assert place.sign_in("town").post(f"/tasks/{task}/complete").status_code == 403


def test_the_second_to_claim_is_told_who_was_first(place: Place) -> None:
    case = place.start("G1")
    register = place.task(case, "register")
    place.sign_in("grid").post(f"/tasks/{register}/complete", {"variables": {"title": "积水"}})
    handle = place.task(case, "handle")
    assert place.sign_in("town").post(f"/tasks/{handle}/claim").status_code == 200
    answer = place.sign_in("colleague").post(f"/tasks/{handle}/claim")
    assert answer.status_code == 409
    assert answer.get_json()["current"]["assignee"] == "town"


def test_errors_come_by_field_and_in_the_language_asked_for(place: Place) -> None:
    task = place.task(place.start("G1"), "register")
    caller = place.sign_in("grid")
    answer = caller.post(f"/tasks/{task}/complete", {"variables": {"title": ""}})
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert "title" in answer.get_json()["errors"]
    english = caller.post(f"/tasks/{task}/transfer", {}, Accept_Language="en")
    assert english.get_json()["errors"] == {"to": ["Missing data for required field."]}
    chinese = caller.post(f"/tasks/{task}/transfer", {}, Accept_Language="zh-CN")
    assert chinese.get_json()["errors"] == {"to": ["必填"]}


def test_the_same_key_again_gives_the_first_answer(place: Place) -> None:
    task = place.task(place.start("G1"), "register")
    caller = place.sign_in("grid")
    first = caller.post(f"/tasks/{task}/complete", {"variables": {"title": "a"}}, Idempotency_Key="k1")
    again = caller.post(f"/tasks/{task}/complete", {"variables": {"title": "a"}}, Idempotency_Key="k1")
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.get_json() == {**first.get_json(), "repeated": True}


def test_a_case_that_changed_meanwhile_is_refused_by_its_tag(place: Place) -> None:
    task = place.task(place.start("G1"), "register")
    caller = place.sign_in("grid")
    case = task.split(".")[0]
    seen = caller.get(f"/cases/{case}/header").headers["ETag"]
    assert caller.post(f"/tasks/{task}/claim", If_Match=seen).status_code == 200
    late = caller.post(f"/tasks/{task}/unclaim", If_Match=seen)
    assert late.status_code == 412
    assert late.get_json()["code"] == "case.changed"


def test_the_page_of_a_task_has_its_form_and_what_is_known(place: Place) -> None:
    task = place.task(place.start("G1", title="已知标题"), "register")
    page = place.sign_in("grid").get(f"/tasks/{task}").get_json()
    assert page["form"]["id"] == "register"
    assert page["data"] == {"title": "已知标题"}
    assert page["claimable"]
    looked_on = place.sign_in("town").get(f"/tasks/{task}").get_json()
    assert not looked_on["claimable"]
    assert looked_on["data"] == {}


def test_whoever_has_a_task_need_not_type_the_moment_and_their_name(place: Place) -> None:
    def asks(kind: str, key: str, known: str, **more: str) -> dict[str, Any]:
        return {"type": kind, "key": key, "label": key, "properties": {"bihuan:known": known}, **more}

    fields = [
        asks("datetime", "arrived", "now", subtype="datetime", dateLabel="到场时间"),
        asks("datetime", "day", "now", subtype="date", dateLabel="日期"),
        asks("textfield", "who", "name"),
        asks("textfield", "before", "name"),
        asks("datetime", "again", "now", subtype="datetime", dateLabel="时间"),
        {"type": "textfield", "key": "free", "label": "其他"},
    ]
    form = {"id": "register", "type": "default", "components": fields}
    grid = bpmn.properties({"bihuan:candidate": "网格/网格员"})
    diagram = bpmn.diagram(
        bpmn.start("s"),
        bpmn.user("report", form="register", extension=grid),
        bpmn.user("check", extension=grid),
        bpmn.end("e"),
        "s -> report -> check -> e",
        key="known",
    )
    place.engine.deploy({"r.bpmn": diagram, "register.form": json.dumps(form).encode()}, actor="designer")
    given = {"grid": "G1", "before": "王二", "again": "2025-11-01T08:00+08:00"}
    task = place.task(str(place.engine.start("known", given, actor="grid").case_id), "report")
    caller = place.sign_in("grid")
    assert caller.get(f"/tasks/{task}").get_json()["data"] == {
        "before": "王二",
        "again": "2025-11-01T08:00+08:00",
    }, "not before it is theirs"
    assert caller.post(f"/tasks/{task}/claim").status_code == 200
    assert caller.get(f"/tasks/{task}").get_json()["data"] == {
        "arrived": "2025-11-22T10:00+08:00",
        "day": "2025-11-22",
        "who": "grid",
        # What an earlier round left gives way.
        "before": "grid",
        "again": "2025-11-22T10:00+08:00",
    }
    moment = "2025-11-22T09:00+08:00"
    entered = {"arrived": moment, "day": "2025-11-21", "who": "王二", "before": "王二", "again": moment}
    assert caller.post(f"/tasks/{task}/complete", {"variables": entered}).status_code == 200
    assert caller.post(f"/tasks/{task}/recall").status_code == 200
    again = place.task(task.split(".")[0], "report")
    offered = caller.get(f"/tasks/{again}").get_json()["data"]
    assert {name: offered[name] for name in entered} == entered, "as it was before it was put back"


def test_what_was_entered_is_offered_again_after_a_step_was_put_back(place: Place) -> None:
    """Also what the step's mapping did not take over into the case; not to who comes to the step in the usual way."""
    grid = bpmn.properties({"bihuan:candidate": "网格/网格员"})
    diagram = bpmn.diagram(
        bpmn.start("s"),
        bpmn.user("report", form="register", outputs={"title": "=title"}, extension=grid),
        bpmn.user("check", outputs={"done": "=done"}, extension=grid),
        bpmn.xor("x"),
        bpmn.end("e"),
        "s -> report -> check -> x; x -> e if done; x -> report else",
        key="reports",
    )
    place.engine.deploy({"r.bpmn": diagram, "register.form": json.dumps(FORM).encode()}, actor="designer")
    case = str(place.engine.start("reports", {"grid": "G1"}, actor="grid").case_id)
    caller = place.sign_in("grid")
    entered = {"title": "积水", "people_count": 3, "caller_phone": "13800001234"}

    def report() -> str:
        task = place.task(case, "report")
        assert caller.post(f"/tasks/{task}/complete", {"variables": entered}).status_code == 200
        return task

    def offered() -> dict[str, Any]:
        data: dict[str, Any] = caller.get(f"/tasks/{place.task(case, 'report')}").get_json()["data"]
        return data

    assert caller.post(f"/tasks/{report()}/recall").status_code == 200
    assert offered() == entered
    report()
    check = place.task(case, "check")
    back = {"to": "report", "reason": "人数不对"}
    assert caller.post(f"/tasks/{check}/return", back).status_code == 200
    assert offered() == entered
    report()
    again = {"variables": {"done": False}}
    assert caller.post(f"/tasks/{place.task(case, 'check')}/complete", again).status_code == 200
    assert offered() == {"title": "积水"}


def test_only_a_superior_moves_a_task_that_is_not_theirs(place: Place) -> None:
    case = place.start("G1")
    place.sign_in("grid").post(
        f"/tasks/{place.task(case, 'register')}/complete", {"variables": {"title": "t"}}
    )
    handle = place.task(case, "handle")
    place.sign_in("town").post(f"/tasks/{handle}/claim")
    to = {"to": "colleague", "reason": "忙"}
    assert place.sign_in("grid").post(f"/tasks/{handle}/transfer", to).status_code == 403
    assert (
        place.sign_in("town").post(f"/tasks/{handle}/transfer", {**to, "superior": True}).status_code == 403
    )
    assert (
        place.sign_in("leader").post(f"/tasks/{handle}/transfer", {**to, "superior": True}).status_code == 200
    )


def test_a_batch_tells_what_came_of_each(place: Place) -> None:
    own, foreign = (place.task(place.start(grid), "register") for grid in ("G1", "G2"))
    answer = place.sign_in("grid").post("/tasks/batch/claim", {"tasks": [own, foreign, "nonsense"]})
    assert answer.status_code == 200
    assert [each["status"] for each in answer.get_json()["results"]] == [200, 404, 404]


def test_separation_of_duties_is_a_refusal_with_its_rule(place: Place) -> None:
    case = place.start("G1")
    place.sign_in("grid").post(
        f"/tasks/{place.task(case, 'register')}/complete", {"variables": {"title": "t"}}
    )
    handle = place.task(case, "handle")
    place.sign_in("leader").post(f"/tasks/{handle}/transfer", {"to": "leader", "superior": True})
    assert place.sign_in("leader").post(f"/tasks/{handle}/complete").status_code == 200
    answer = place.sign_in("leader").post(f"/tasks/{place.task(case, 'close')}/complete")
    assert answer.status_code == 422
    assert answer.get_json()["rule"] == "separation"


def test_boxes_and_counts(place: Place) -> None:
    place.start("G2")
    caller = place.sign_in("grid2")
    rows = caller.get("/tasks", box="claimable").get_json()["items"]
    assert {row["place"] for row in rows} == {"G2"}
    counts = caller.get("/tasks/counts")
    assert counts.get_json()["claimable"] == len(rows)
    assert (
        caller.send("GET", "/tasks/counts", headers={"If-None-Match": counts.headers["ETag"]}).status_code
        == 304
    )
    assert caller.get("/tasks/next").get_json()["task"]["id"] in {row["id"] for row in rows}
