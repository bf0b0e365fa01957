"""Tokens of machines: made by an administrator, with scopes, for a time."""

from __future__ import annotations

from typing import Any

from engine.accounts.office import Office
from engine.store.tables import tokens
from tests.api.auth.house import CLI, SECOND, House

JOBS = "/api/v1/tests/jobs"
ME = "/api/v1/auth/me"


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def make(office: Office, *scopes: str, person: str | None = None) -> tuple[str, str]:
    token, secret = office.tokens.make("gateway", scopes, 30, CLI, person=person)
    return token.id, secret


def ask(house: House, secret: str, path: str = JOBS, method: str = "POST") -> Any:
    return house.browser().send(method, path, headers=bearer(secret))


def test_a_token_opens_what_its_scopes_allow_and_needs_no_token_against_forgery(house: House) -> None:
    _, secret = make(house.office, "jobs:work")
    answer = ask(house, secret)
    assert answer.json == {"actor": "client:gateway", "kind": "client", "roles": {}}
    assert ask(house, secret, "/api/v1/tests/work", "GET").status_code == 403


def test_a_token_sees_with_the_eyes_of_its_person_and_no_longer_than_they_are_there(own_house: House) -> None:
    from engine.directory.changes import Leave

    _, secret = make(own_house.office, "jobs:work", person="sun")
    assert ask(own_house, secret).json["roles"] == {"K-labour": ["official"]}
    assert own_house.engine.directory is not None
    own_house.engine.directory.change(
        Leave(person="sun", at=own_house.clock.now),
        actor="root",
        recorded_at=own_house.clock.now,
        reason="left",
    )
    assert ask(own_house, secret).status_code == 401


def test_a_token_never_may_more_than_the_person_it_sees_with_may_now(own_house: House) -> None:
    from engine.directory.changes import EndRole

    _, secret = make(own_house.office, "jobs:work", "tasks:read", "audit:read", person="sun")
    # What only machines do is theirs to do; an official's role reads no audit.
    assert ask(own_house, secret, ME, "GET").json["permissions"] == ["jobs:work", "tasks:read"]
    assert own_house.engine.directory is not None
    own_house.engine.directory.change(
        EndRole(person="sun", unit="K-labour", role="official", at=own_house.clock.now),
        actor="root",
        recorded_at=own_house.clock.now,
        reason="moved",
    )
    assert ask(own_house, secret, ME, "GET").json["permissions"] == ["jobs:work"]


def test_a_token_expires(house: House) -> None:
    _, secret = make(house.office, "jobs:work")
    house.clock.advance(30 * 86_400 * SECOND - 1)
    assert ask(house, secret).status_code == 200
    house.clock.advance(1)
    assert ask(house, secret).status_code == 401


def test_a_revoked_token_opens_nothing(house: House) -> None:
    token, secret = make(house.office, "jobs:work")
    admin = house.signed_in("root", roles=("admin",))
    assert admin.send("DELETE", f"/api/v1/tokens/{token}").status_code == 200
    assert ask(house, secret).status_code == 401
    assert admin.send("DELETE", "/api/v1/tokens/none").status_code == 404


def test_a_wrong_token_is_no_token_even_beside_a_session(house: House) -> None:
    browser = house.signed_in("li", person="li")
    for wrong in ("bihuan_wrong", "wrong", "", "bihuan_" + "x" * 500):
        answer = browser.get("/api/v1/tests/work", Authorization=f"Bearer {wrong}")
        assert answer.status_code == 401


def test_when_a_token_was_used_is_kept_by_the_minute(house: House) -> None:
    _, secret = make(house.office, "jobs:work")
    began = house.clock.now
    ask(house, secret)
    house.clock.advance(59 * SECOND)
    ask(house, secret)
    assert house.office.tokens.all()[0].used_at == began
    house.clock.advance(SECOND)
    ask(house, secret)
    assert house.office.tokens.all()[0].used_at == began + 60 * SECOND


def test_only_the_digest_and_the_beginning_of_a_token_are_kept(house: House) -> None:
    _, secret = make(house.office, "jobs:work")
    with house.engine.database.reading() as tx:
        kept = repr([tuple(row) for row in tx.execute(tokens.select())])
    assert secret[:13] in kept
    assert secret[:14] not in kept


def test_an_administrator_makes_lists_and_revokes_tokens(house: House) -> None:
    admin = house.signed_in("root", roles=("admin",))
    given = {"name": "SMS", "scopes": ["jobs:work"], "days": 10}
    made = admin.send("POST", "/api/v1/tokens", json=given)
    assert made.status_code == 201
    assert made.json is not None
    assert ask(house, made.json["secret"]).status_code == 200
    listed = admin.get("/api/v1/tokens").json
    assert listed is not None
    assert listed["next"] is None
    (item,) = listed["items"]
    assert (item["name"], item["scopes"], item["created_by"]) == ("SMS", ["jobs:work"], "root")
    assert "secret" not in item
    assert house.kinds()[-1] == ("token-made", "jobs:work")


def test_a_token_with_unknown_scopes_or_too_long_a_life_is_refused_by_field(house: House) -> None:
    admin = house.signed_in("root", roles=("admin",))
    for wrong, field in (
        ({"scopes": ["everything"]}, "scopes"),
        ({"scopes": []}, "scopes"),
        ({"days": 400}, "days"),
        ({"person": "ghost"}, "person"),
        ({"name": " "}, "name"),
    ):
        given = {"name": "SMS", "scopes": ["jobs:work"], "days": 10, **wrong}
        answer = admin.send("POST", "/api/v1/tokens", json=given)
        assert answer.status_code == 422
        assert answer.json is not None
        assert [name.partition(".")[0] for name in answer.json["errors"]] == [field]


def test_a_machine_has_no_session_to_list_or_leave(house: House) -> None:
    _, secret = make(house.office, "jobs:work")
    me = ask(house, secret, ME, "GET").json
    assert (me["kind"], me["csrf_token"], me["expires_at"]) == ("client", None, None)
    for method, path in (("POST", "logout"), ("GET", "sessions"), ("DELETE", "sessions/x")):
        assert ask(house, secret, f"/api/v1/auth/{path}", method).status_code == 403
