"""What holds for every endpoint there is."""

from __future__ import annotations

from typing import Any

from api.auth import access_of
from api.spec import PATH
from tests.api.endpoints import endpoints
from tests.api.place import Place

ROLES = ("grid", "town", "county", "auditor", "designer", "admin")


def test_every_endpoint_says_who_may_call_it(place: Place) -> None:
    silent = [
        str(each)
        for each in endpoints(place.app)
        if access_of(place.app.view_functions[each.view], each.method) is None
    ]
    assert silent == []


def test_nobody_gets_in_without_signing_in(place: Place) -> None:
    for each in endpoints(place.app):
        access = access_of(place.app.view_functions[each.view], each.method)
        assert access is not None
        if not access.public:
            assert place.nobody().send(each.method, each.path()).status_code == 401, each


def test_no_endpoint_fails_on_what_does_not_exist(place: Place) -> None:
    """Neither with an empty body nor with one of nonsense."""
    for role in ROLES:
        caller = place.sign_in(role)
        for each in endpoints(place.app):
            if each.rule.startswith("/auth/"):
                continue
            for body in ({}, {"nonsense": [1, {"x": None}]}):
                answer = caller.send(each.method, each.path(), json=None if each.method == "GET" else body)
                assert answer.status_code < 500, f"{role} {each}: {answer.text}"
                if answer.status_code >= 400:
                    assert answer.content_type == "application/problem+json", each
                    assert set(answer.get_json()) >= {
                        "type",
                        "title",
                        "status",
                        "code",
                        "detail",
                        "request_id",
                    }


def test_a_foreign_case_is_like_none_at_all(place: Place) -> None:
    """Same status, same words, whatever the endpoint: nobody learns that the case exists."""
    case, own = place.start("G2"), place.start("G1")
    task = place.task(case, "register")
    seen = [each for each in endpoints(place.app) if "<case:" in each.rule or "<task:task>" in each.rule]
    caller = place.sign_in("grid")
    assert len(seen) > 30
    for each in seen:
        foreign, missing = (
            caller.send(each.method, path, **_body(each.rule, each.method, own))
            for path in (each.path(case=case, task=task), each.path())
        )
        assert foreign.status_code == missing.status_code, f"{each}: {foreign.text} {missing.text}"
        if foreign.status_code == 204:
            continue
        told, other = foreign.get_json(), missing.get_json()
        assert told["code"] == other["code"], each
        assert foreign.status_code in (403, 404), f"{each}: {foreign.text}"


def _body(rule: str, method: str, other: str) -> dict[str, Any]:
    """A body that is valid, so that it is the case that decides."""
    if method == "GET":
        return {}
    if rule.endswith("/attachments") and method == "POST":
        import io

        return {"data": {"file": (io.BytesIO(b"%PDF-1.4 x"), "a.pdf")}}
    bodies: dict[str, dict[str, Any]] = {
        "complete": {"variables": {"title": "t"}},
        "return": {"reason": "r"},
        "transfer": {"to": "town"},
        "delegate": {"to": "town"},
        "add-sign": {"users": ["town"], "mode": "after"},
        "remove-sign": {"user": "town"},
        "copy": {"users": ["town"]},
        "extend": {"more": "1 workDay", "reason": "r"},
        "suspend": {"reason": "r"},
        "cancel": {"reason": "r"},
        "jump": {"reason": "r", "token": 1, "to": "handle"},
        "set-variables": {"reason": "r", "variables": {}},
        "comments": {"text": "t"},
        "links": {"other": other, "kind": "related"},
        "grants": {"reason": "a reason that is long enough"},
        "signatures": {"sha256": "0" * 64},
        "draft": {"values": {}},
        "<int(max=2147483647):number>": {"reason": "r"},
    }
    return {"json": bodies.get(rule.rpartition("/")[2], {})}


def test_the_document_describes_everything(place: Place) -> None:
    document = place.nobody().get("/openapi.json").get_json()
    assert document["openapi"].startswith("3.1")
    documented = {
        (method.upper(), path.removeprefix(PATH))
        for path, operations in document["paths"].items()
        for method in operations
        if method != "parameters"
    }
    assert len(documented) == len([each for each in endpoints(place.app) if each.rule != "/openapi.json"])
    lacking = [
        f"{name}.{field}"
        for name, schema in document["components"]["schemas"].items()
        for field, told in schema.get("properties", {}).items()
        if not _describes(told, document)
    ]
    assert lacking == []
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if method != "parameters":
                assert operation.get("summary"), f"{method} {path}"
                assert any(status[0] in "23" for status in operation["responses"]), f"{method} {path}"


def _describes(told: dict[str, Any], document: dict[str, Any]) -> bool:
    return (
        bool(told.get("description"))
        or "$ref" in told
        or any("description" in each for each in told.get("anyOf", []))
    )
