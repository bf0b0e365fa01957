"""Signing in with a password: what is told, what is kept, and for how long it opens."""

from __future__ import annotations

import pytest

from engine.accounts.sessions import csrf_token
from engine.store.tables import accounts, sessions, sign_in_failures
from tests.api.auth.house import CLI, PASSWORD, SECOND, House

ME = "/api/v1/auth/me"
SESSION = "/api/v1/auth/session"
WORK = "/api/v1/tests/work"


def test_who_signs_in_is_told_who_they_are(house: House) -> None:
    browser = house.signed_in("Wang", person="wang")
    me = browser.get(ME).json
    assert me is not None
    assert (me["person"], me["login"], me["name"], me["kind"]) == ("wang", "wang", "wang", "user")
    assert me["posts"] == [
        {"unit": "T1-med", "unit_name": "青石镇调委会", "role": "mediator", "role_name": "调解员"}
    ]
    assert [absent["person"] for absent in me["stands_in_for"]] == ["qian"]
    assert "tasks:act" in me["permissions"]
    assert "accounts:write" not in me["permissions"]
    assert me["must_change_password"] is False


def test_a_browser_is_told_without_an_error_that_nobody_is_signed_in(house: House) -> None:
    browser = house.browser()
    answer = browser.get(SESSION)
    assert (answer.status_code, answer.json) == (200, {"me": None})
    house.account("wang", person="wang")
    browser.sign_in("wang")
    assert browser.get(SESSION).json == {"me": browser.get(ME).json}
    house.clock.advance(3_600 * SECOND)
    assert browser.get(SESSION).json == {"me": None}
    browser.client.set_cookie("bihuan", "guessed")
    assert browser.get(SESSION).json == {"me": None}


def test_names_of_roles_are_in_the_callers_language(house: House) -> None:
    browser = house.signed_in("wang", person="wang")
    me = browser.get(ME, **{"Accept-Language": "en"}).json
    assert me is not None
    assert me["posts"][0]["role_name"] == "mediator"


def test_an_unknown_name_and_a_wrong_password_are_answered_alike(house: House) -> None:
    house.account("wang", person="wang")
    unknown = house.browser().sign_in("nobody", "guess").json
    wrong = house.browser().sign_in("wang", "guess").json
    assert unknown is not None
    assert wrong is not None
    assert unknown.pop("request_id") is not None
    wrong.pop("request_id")
    assert unknown == wrong
    assert (wrong["status"], wrong["code"]) == (401, "auth.refused")


def test_only_digests_of_secrets_are_kept(house: House) -> None:
    browser = house.signed_in("wang", person="wang")
    cookie = browser.client.get_cookie("bihuan")
    assert cookie is not None
    with house.engine.database.reading() as tx:
        kept = [tuple(row) for table in (accounts, sessions) for row in tx.execute(table.select())]
    text = repr(kept)
    assert cookie.value not in text
    assert csrf_token(cookie.value) not in text
    assert PASSWORD not in text
    assert "$argon2id$v=19$" in text


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(house: House) -> None:
    house.account("wang", person="wang")
    answer = house.browser().sign_in("wang")
    session, csrf = answer.headers.getlist("Set-Cookie")
    assert session.startswith("bihuan=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(session.split("; "))
    assert "Domain" not in session
    assert csrf.startswith("bihuan_csrf=")
    assert "HttpOnly" not in csrf
    assert "SameSite=Strict" in csrf


def test_a_session_ends_when_idle_for_too_long(house: House) -> None:
    browser = house.signed_in("wang", person="wang")
    for _ in range(3):
        house.clock.advance(1_700 * SECOND)
        assert browser.get(ME).status_code == 200
    house.clock.advance(1_800 * SECOND)
    assert browser.get(ME).status_code == 401


def test_a_session_ends_in_any_case_after_its_longest_time(house: House) -> None:
    browser = house.signed_in("wang", person="wang")
    for _ in range(28):
        house.clock.advance(1_500 * SECOND)
        assert browser.get(ME).status_code == 200
    house.clock.advance(1_200 * SECOND)
    assert browser.get(ME).status_code == 401


def test_signing_in_gives_another_id_and_ends_the_one_before(house: House) -> None:
    browser = house.signed_in("wang", person="wang")
    before = browser.client.get_cookie("bihuan")
    browser.sign_in("wang")
    after = browser.client.get_cookie("bihuan")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    browser.client.set_cookie("bihuan", before.value)
    assert browser.get(ME).status_code == 401


def test_a_session_id_that_somebody_planted_is_never_taken_over(house: House) -> None:
    house.account("wang", person="wang")
    browser = house.browser()
    browser.client.set_cookie("bihuan", "planted")
    browser.sign_in("wang")
    cookie = browser.client.get_cookie("bihuan")
    assert cookie is not None
    assert cookie.value != "planted"


def test_signing_out_ends_the_session_on_the_server(house: House) -> None:
    browser, other = house.signed_in("wang", person="wang"), house.browser()
    other.sign_in("wang")
    cookie = browser.client.get_cookie("bihuan")
    assert cookie is not None
    assert browser.send("POST", "/api/v1/auth/logout").status_code == 204
    assert browser.client.get_cookie("bihuan") is None
    browser.client.set_cookie("bihuan", cookie.value)
    assert browser.get(ME).status_code == 401
    assert other.get(ME).status_code == 200


def test_signing_out_everywhere_ends_all_sessions(house: House) -> None:
    browser, other = house.signed_in("wang", person="wang"), house.browser()
    other.sign_in("wang")
    assert browser.send("POST", "/api/v1/auth/logout", json={"everywhere": True}).status_code == 204
    assert other.get(ME).status_code == 401


def test_ones_own_sessions_are_listed_and_ended_and_nobody_elses(house: House) -> None:
    browser, other = house.signed_in("wang", person="wang"), house.browser()
    other.sign_in("wang")
    stranger = house.signed_in("li", person="li")
    listed = browser.get("/api/v1/auth/sessions").json
    assert listed is not None
    assert [session["current"] for session in listed].count(True) == 1
    foreign = next(session["id"] for session in listed if not session["current"])
    assert stranger.send("DELETE", f"/api/v1/auth/sessions/{foreign}").status_code == 404
    assert browser.send("DELETE", f"/api/v1/auth/sessions/{foreign}").status_code == 204
    assert other.get(ME).status_code == 401
    assert browser.get(ME).status_code == 200


def test_the_session_idle_longest_makes_room(house: House) -> None:
    house.account("wang", person="wang")
    browsers = []
    for _ in range(11):
        browsers.append(house.browser())
        browsers[-1].sign_in("wang")
        house.clock.advance(SECOND)
    assert [browser.get(ME).status_code for browser in browsers] == [401] + [200] * 10


def test_a_one_time_password_opens_nothing_but_its_own_change(house: House) -> None:
    opened = house.office.register.open("wang", CLI, person="wang")
    assert opened.password is not None
    browser = house.browser()
    answer = browser.sign_in("wang", opened.password)
    assert answer.json is not None
    assert answer.json["must_change_password"] is True
    assert answer.json["permissions"] == []
    refused = browser.get(WORK)
    assert refused.json is not None
    assert (refused.status_code, refused.json["code"]) == (403, "auth.must_change_password")
    assert browser.change_password(opened.password, PASSWORD).status_code == 200
    assert browser.get(WORK).status_code == 200


def test_a_one_time_password_expires(house: House) -> None:
    opened = house.office.register.open("wang", CLI, person="wang")
    assert opened.password is not None
    house.clock.advance(7 * 86_400 * SECOND)
    answer = house.browser().sign_in("wang", opened.password)
    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (403, "auth.expired")


def test_changing_the_password_ends_the_other_sessions_and_renews_this_one(house: House) -> None:
    browser, other = house.signed_in("wang", person="wang"), house.browser()
    other.sign_in("wang")
    before = browser.client.get_cookie("bihuan")
    assert browser.change_password(PASSWORD, "another walk in the hills 7").status_code == 200
    after = browser.client.get_cookie("bihuan")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    assert browser.get(ME).status_code == 200
    assert other.get(ME).status_code == 401
    assert house.browser().sign_in("wang").status_code == 401


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("wrong", "another walk in the hills 7", "old_password"),
        (PASSWORD, "short", "new_password"),
        (PASSWORD, "qwertyuiop123", "new_password"),
        (PASSWORD, PASSWORD, "new_password"),
    ],
)
def test_a_bad_change_of_password_is_refused_by_field(house: House, old: str, new: str, field: str) -> None:
    browser = house.signed_in("wang", person="wang")
    answer = browser.change_password(old, new)
    assert answer.status_code == 422
    assert answer.json is not None
    assert list(answer.json["errors"]) == [field]


def test_wrong_present_passwords_are_counted_like_wrong_sign_ins(house: House) -> None:
    browser = house.signed_in("wang", person="wang")
    for _ in range(6):
        assert browser.change_password("wrong", "another walk in the hills 7").status_code == 422
    answer = browser.change_password(PASSWORD, "another walk in the hills 7")
    assert answer.status_code == 429


def test_the_delay_grows_and_is_told(house: House) -> None:
    house.account("wang", person="wang")
    browser = house.browser()
    for _ in range(6):
        assert browser.sign_in("wang", "wrong").status_code == 401
    answer = browser.sign_in("wang")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "30")
    house.clock.advance(30 * SECOND)
    assert browser.sign_in("wang", "wrong").status_code == 401
    assert browser.sign_in("wang").headers["Retry-After"] == "60"
    house.clock.advance(60 * SECOND)
    assert browser.sign_in("wang").status_code == 200


def test_an_unknown_name_is_locked_like_a_known_one(house: House) -> None:
    browser = house.browser()
    codes = [browser.sign_in("nobody", "wrong").status_code for _ in range(7)]
    assert codes == [401] * 6 + [429]


def test_one_address_is_delayed_after_many_names(house: House) -> None:
    browser = house.browser()
    codes = [browser.sign_in(f"name{n}", "wrong").status_code for n in range(52)]
    assert codes == [401] * 51 + [429]


def test_the_right_password_forgets_the_wrong_ones(house: House) -> None:
    house.account("wang", person="wang")
    browser = house.browser()
    for _ in range(3):
        for _ in range(5):
            browser.sign_in("wang", "wrong")
        assert browser.sign_in("wang").status_code == 200


def test_what_was_tried_is_not_kept_in_the_open(house: House) -> None:
    house.browser().sign_in("my-secret-typed-as-name", "wrong")
    with house.engine.database.reading() as tx:
        kept = repr([tuple(row) for row in tx.execute(sign_in_failures.select())])
    assert "my-secret" not in kept
    assert house.kinds() == [("sign-in-refused", "password")]
    assert house.office.log.read()[0].subject == ""


def test_a_disabled_account_is_out_at_once_and_told_why_only_by_the_right_password(house: House) -> None:
    browser = house.signed_in("wang", person="wang")
    account = house.office.register.by_login("wang")
    house.office.register.set_active(account.id, False, CLI)
    assert browser.get(ME).status_code == 401
    assert house.browser().sign_in("wang", "wrong").status_code == 401
    answer = house.browser().sign_in("wang")
    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (403, "auth.closed")
    house.office.register.set_active(account.id, True, CLI)
    assert house.browser().sign_in("wang").status_code == 200


def test_who_has_left_the_staff_is_out_at_once(own_house: House) -> None:
    from engine.directory.changes import Leave

    browser = own_house.signed_in("sun", person="sun")
    assert own_house.engine.directory is not None
    own_house.engine.directory.change(
        Leave(person="sun", at=own_house.clock.now),
        actor="root",
        recorded_at=own_house.clock.now,
        reason="left",
    )
    assert browser.get(ME).status_code == 401
    answer = own_house.browser().sign_in("sun")
    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (403, "auth.closed")


def test_sign_ins_and_refusals_are_in_the_security_log(house: House) -> None:
    browser = house.signed_in("wang", person="wang")
    browser.send("POST", "/api/v1/auth/logout")
    browser.sign_in("wang", "wrong")
    assert house.kinds() == [
        ("account-opened", "person=wang"),
        ("sign-in", "password"),
        ("sign-out", ""),
        ("sign-in-refused", "password"),
    ]


def test_a_hash_made_at_other_costs_is_made_anew(house: House) -> None:
    from engine.accounts.passwords import Hasher
    from engine.accounts.settings import PasswordSettings
    from engine.store import update

    house.account("wang", person="wang")
    account = house.office.register.by_login("wang")
    older = Hasher(PasswordSettings(iterations=2, memory_kib=64, lanes=1)).hash(PASSWORD)
    with house.engine.database.transaction() as tx:
        tx.write(update(accounts, "password"), {"key_account_id": account.id, "password": older})
    assert house.browser().sign_in("wang").status_code == 200
    kept = house.office.register.by_login("wang").password
    assert kept is not None
    assert "t=1" in kept
    assert house.browser().sign_in("wang").status_code == 200
