"""What administrators do with accounts, and what they may not."""

from __future__ import annotations

import pytest

from tests.api.auth.house import PASSWORD, Browser, House

ACCOUNTS = "/api/v1/accounts"


@pytest.fixture
def admin(house: House) -> Browser:
    return house.signed_in("root", roles=("admin",))


def opened(admin: Browser, **given: object) -> dict[str, str]:
    answer = admin.send("POST", ACCOUNTS, json={"login": "wang", "person": "wang", **given})
    assert answer.status_code == 201, answer.json
    assert answer.json is not None
    return dict(answer.json)


def test_an_account_is_opened_with_a_password_told_once(house: House, admin: Browser) -> None:
    made = opened(admin)
    browser = house.browser()
    assert browser.sign_in("wang", made["password"]).status_code == 200
    shown = admin.get(f"{ACCOUNTS}/{made['id']}").json
    assert shown is not None
    assert shown["must_change_password"] is True
    assert "password" not in shown


def test_a_name_or_a_person_has_one_account(admin: Browser) -> None:
    opened(admin)
    for given in ({"login": "WANG", "person": "li"}, {"login": "other", "person": "wang"}):
        answer = admin.send("POST", ACCOUNTS, json=given)
        assert answer.json is not None
        assert (answer.status_code, answer.json["code"]) == (409, "accounts.taken")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"login": "a b", "person": "wang"}, "login"),
        ({"login": "_x", "person": "wang"}, "login"),
        ({"login": "wang", "person": "ghost"}, "person"),
        ({"login": "wang", "roles": ["king"]}, "roles"),
        ({"login": "wang"}, "roles"),
        ({"login": "wang", "person": "wang", "power": 1}, "power"),
    ],
)
def test_an_account_that_cannot_be_is_refused_by_field(
    admin: Browser, given: dict[str, object], field: str
) -> None:
    answer = admin.send("POST", ACCOUNTS, json=given)
    assert answer.status_code == 422
    assert answer.json is not None
    assert [name.partition(".")[0] for name in answer.json["errors"]] == [field]


def test_accounts_are_listed_page_by_page(house: House, admin: Browser) -> None:
    for name in ("li", "wang", "zhao"):
        house.account(name, person=name)
    logins: list[str] = []
    cursor = ""
    for _ in range(2):
        page = admin.get(f"{ACCOUNTS}?limit=2&cursor={cursor}").json
        assert page is not None
        logins += [item["login"] for item in page["items"]]
        cursor = page["next"]
    assert logins == ["li", "root", "wang", "zhao"]
    assert cursor is None


def test_a_disabled_account_is_shut_out_and_let_in_again(house: House, admin: Browser) -> None:
    browser = house.signed_in("wang", person="wang")
    account = house.office.register.by_login("wang").id
    for active, status in ((False, 403), (True, 200)):
        answer = admin.send("PATCH", f"{ACCOUNTS}/{account}", json={"active": active})
        assert answer.json is not None
        assert answer.json["active"] is active
        assert browser.get("/api/v1/auth/me").status_code == 401
        assert house.browser().sign_in("wang").status_code == status


def test_other_roles_take_effect_at_once(house: House, admin: Browser) -> None:
    house.signed_in("wang", person="wang")
    account = house.office.register.by_login("wang").id
    admin.send("PATCH", f"{ACCOUNTS}/{account}", json={"roles": ["auditor"], "locale": "en"})
    browser = house.browser()
    me = browser.sign_in("wang").json
    assert me is not None
    assert me["account_roles"] == ["auditor"]
    assert me["locale"] == "en"
    assert "audit:read" in me["permissions"]


def test_nobody_disables_or_promotes_the_own_account(house: House, admin: Browser) -> None:
    account = house.office.register.by_login("root").id
    for change in ({"active": False}, {"roles": ["admin", "auditor"]}, {"person": "wang"}):
        answer = admin.send("PATCH", f"{ACCOUNTS}/{account}", json=change)
        assert answer.json is not None
        assert (answer.status_code, answer.json["rule"]) == (422, "accounts.own")
    assert admin.send("PATCH", f"{ACCOUNTS}/{account}", json={"locale": "zh"}).status_code == 200


def test_a_reset_gives_a_new_password_ends_sessions_and_lifts_the_lockout(
    house: House, admin: Browser
) -> None:
    browser = house.signed_in("wang", person="wang")
    for _ in range(7):
        house.browser().sign_in("wang", "wrong")
    account = house.office.register.by_login("wang").id
    answer = admin.send("POST", f"{ACCOUNTS}/{account}/password-reset")
    assert answer.json is not None
    assert browser.get("/api/v1/auth/me").status_code == 401
    assert house.browser().sign_in("wang", PASSWORD).status_code == 401
    assert house.browser().sign_in("wang", answer.json["password"]).status_code == 200


def test_an_administrator_ends_a_session(house: House, admin: Browser) -> None:
    browser = house.signed_in("wang", person="wang")
    account = house.office.register.by_login("wang").id
    listed = admin.get(f"{ACCOUNTS}/{account}/sessions").json
    assert listed is not None
    path = f"{ACCOUNTS}/{account}/sessions/{listed[0]['id']}"
    assert admin.send("DELETE", path).status_code == 204
    assert browser.get("/api/v1/auth/me").status_code == 401


def test_what_is_not_there_is_not_found(admin: Browser) -> None:
    for method, path in (
        ("GET", "none"),
        ("POST", "none/password-reset"),
        ("GET", "none/sessions"),
        ("DELETE", "none/sessions/x"),
    ):
        assert admin.send(method, f"{ACCOUNTS}/{path}").status_code == 404
    assert admin.send("PATCH", f"{ACCOUNTS}/none", json={"active": False}).status_code == 404


def test_the_auditor_reads_the_log_and_the_administrator_does_not(house: House, admin: Browser) -> None:
    assert admin.get("/api/v1/security-events").status_code == 403
    auditor = house.signed_in("eye", roles=("auditor",))
    first = auditor.get("/api/v1/security-events?limit=2").json
    assert first is not None
    rest = auditor.get(f"/api/v1/security-events?cursor={first['next']}").json
    assert rest is not None
    told = [(item["kind"], item["subject"]) for item in first["items"] + rest["items"]]
    assert told == [
        ("sign-in", "eye"),
        ("account-opened", "eye"),
        ("sign-in", "root"),
        ("account-opened", "root"),
    ]
    account = house.office.register.by_login("eye").id
    only = auditor.get(f"/api/v1/security-events?account={account}").json
    assert only is not None
    assert {item["subject"] for item in only["items"]} == {"eye"}


def test_nobody_but_an_administrator_touches_accounts(house: House) -> None:
    auditor, clerk = house.signed_in("eye", roles=("auditor",)), house.signed_in("wang", person="wang")
    for browser, reads in ((auditor, 200), (clerk, 403)):
        assert browser.get(ACCOUNTS).status_code == reads
        assert browser.send("POST", ACCOUNTS, json={"login": "x1", "person": "li"}).status_code == 403
        assert browser.send("POST", "/api/v1/tokens", json={"name": "x"}).status_code == 403


def test_who_did_it_is_in_the_log(house: House, admin: Browser) -> None:
    opened(admin)
    event = house.office.log.read()[0]
    assert (event.kind, event.subject, event.actor, event.address) == (
        "account-opened",
        "wang",
        "root",
        "127.0.0.1",
    )
