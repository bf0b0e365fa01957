"""What every request passes before a view sees it."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Response

from api.auth import public
from tests.api.auth.house import CHEAP, House, build
from tests.unit.directory.office import DAY

WORK = "/api/v1/tests/work"
ME = "/api/v1/auth/me"


def test_an_endpoint_that_does_not_say_whom_it_is_for_is_closed_to_everybody(house: House) -> None:
    admin = house.signed_in("root", roles=("admin", "auditor", "designer"))
    assert admin.get("/api/v1/tests/silent").status_code == 403
    assert house.browser().get("/api/v1/tests/silent").status_code == 401


def test_a_public_endpoint_is_open(house: House) -> None:
    assert house.browser().get("/api/v1/tests/open").json == {"open": True}


def test_nobody_in_particular_is_asked_to_sign_in(house: House) -> None:
    answer = house.browser().get(WORK)
    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="bihuan"'


def test_a_missing_scope_is_named(house: House) -> None:
    answer = house.signed_in("root", roles=("admin",)).get(WORK)
    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (403, "auth.scope")
    assert answer.json["place"] == {"scope": "tasks:act"}


def test_a_scope_follows_from_a_role_in_the_directory(house: House) -> None:
    assert house.signed_in("li", person="li").get(WORK).json == {"actor": "li", "behalf": None}


def test_the_mark_holds_below_and_above_other_decorators(house: House) -> None:
    browser = house.browser()
    assert browser.get(WORK).status_code == 401
    assert browser.send("POST", WORK).status_code == 401


def test_who_is_asked_for_with_head_is_checked_like_get(house: House) -> None:
    assert house.browser().client.head(WORK).status_code == 401


# -- forgery ---------------------------------------------------------------------------------------


def test_a_change_without_the_token_is_refused(house: House) -> None:
    browser = house.signed_in("li", person="li")
    browser.csrf = None
    answer = browser.send("POST", WORK)
    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (403, "auth.csrf")


def test_the_token_of_another_session_does_not_do(house: House) -> None:
    browser, other = house.signed_in("li", person="li"), house.signed_in("wang", person="wang")
    browser.csrf = other.csrf
    assert browser.send("POST", WORK).status_code == 403


def test_reading_needs_no_token(house: House) -> None:
    browser = house.signed_in("li", person="li")
    browser.csrf = None
    assert browser.get(WORK).status_code == 200


@pytest.mark.parametrize(
    ("origin", "status"),
    [("http://localhost", 200), ("https://evil.example", 403), ("null", 403), ("http://localhost.evil", 403)],
)
def test_a_change_from_a_page_of_another_host_is_refused(house: House, origin: str, status: int) -> None:
    browser = house.signed_in("li", person="li")
    assert browser.send("POST", WORK, headers={"Origin": origin}).status_code == status


def test_nobody_is_signed_in_by_a_page_of_another_host(house: House) -> None:
    house.account("li", person="li")
    answer = house.browser().send(
        "POST",
        "/api/v1/auth/login",
        json={"login": "li", "password": "x"},
        headers={"Origin": "https://evil.example"},
    )
    assert answer.status_code == 403
    assert ("sign-in-refused", "password") not in house.kinds()


def test_who_signs_in_anew_needs_no_token_of_the_session_before(house: House) -> None:
    browser = house.signed_in("li", person="li")
    browser.csrf = None
    assert browser.sign_in("li").status_code == 200


# -- standing in -----------------------------------------------------------------------------------


def test_a_stand_in_acts_on_behalf_of_the_absent(house: House) -> None:
    browser = house.signed_in("wang", person="wang")
    answer = browser.get(WORK, **{"Bihuan-On-Behalf-Of": "qian"})
    assert answer.json == {"actor": "wang", "behalf": "qian"}
    me = browser.get(ME, **{"Bihuan-On-Behalf-Of": "qian"}).json
    assert me is not None
    assert me["on_behalf_of"] == "qian"


@pytest.mark.parametrize("absent", ["li", "nobody", "wang"])
def test_nobody_else_is_acted_for(house: House, absent: str) -> None:
    browser = house.signed_in("wang", person="wang")
    answer = browser.get(WORK, **{"Bihuan-On-Behalf-Of": absent})
    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (403, "auth.not_stand_in")


def test_standing_in_ends_with_the_absence(house: House) -> None:
    house.account("wang", person="wang")
    house.clock.advance(DAY)
    browser = house.browser()
    browser.sign_in("wang")
    assert browser.get(WORK, **{"Bihuan-On-Behalf-Of": "qian"}).status_code == 403


def test_an_account_without_a_person_stands_in_for_nobody(house: House) -> None:
    browser = house.signed_in("root", roles=("admin",))
    assert browser.get(ME, **{"Bihuan-On-Behalf-Of": "qian"}).status_code == 403


def test_a_stand_in_may_ask_for_what_the_absent_may_but_not_for_an_administrators(house: House) -> None:
    me = house.signed_in("wang", person="wang").get(ME).json
    assert me is not None
    # Of the town centre's officer, whom the mediator stands in for.
    assert "cases:intervene" in me["permissions"]
    other = house.signed_in("zhao", person="zhao").get(ME).json
    assert other is not None
    assert "cases:intervene" not in other["permissions"]


# -- rates, hosts, headers -------------------------------------------------------------------------


def test_too_many_requests_of_one_caller_wait(tmp_path: Path) -> None:
    house = build(tmp_path / "config", accounts=CHEAP + "[rates]\ncaller = 5\n")
    browser, other = house.signed_in("li", person="li"), house.signed_in("wang", person="wang")
    codes = [browser.get(ME).status_code for _ in range(6)]
    assert codes == [200] * 5 + [429]
    answer = browser.get(ME)
    assert answer.json is not None
    assert answer.json["code"] == "rate.exceeded"
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert other.get(ME).status_code == 200
    house.engine.close()


def test_too_many_requests_of_one_address_wait_before_anything_is_looked_up(tmp_path: Path) -> None:
    house = build(tmp_path / "config", accounts=CHEAP + "[rates]\naddress = 3\n")
    codes = [house.browser().get(ME, Authorization="Bearer bihuan_guess").status_code for _ in range(4)]
    assert codes == [401] * 3 + [429]
    house.engine.close()


def test_files_that_are_the_same_for_everybody_are_not_counted(tmp_path: Path) -> None:
    house = build(tmp_path / "config", accounts=CHEAP + "[rates]\ncaller = 2\naddress = 4\n")
    house.app.add_url_rule("/icon.svg", "icon", public(lambda: "<svg/>"))
    browser = house.signed_in("li", person="li")
    assert [browser.get("/icon.svg").status_code for _ in range(9)] == [200] * 9
    assert [browser.get(ME).status_code for _ in range(3)] == [200, 200, 429]
    house.engine.close()


def test_attempts_to_sign_in_have_their_own_rate(tmp_path: Path) -> None:
    house = build(tmp_path / "config", accounts=CHEAP + "[rates]\nsign_in = 2\n")
    codes = [house.browser().sign_in(f"name{n}", "wrong").status_code for n in range(3)]
    assert codes == [401, 401, 429]
    house.engine.close()


def test_another_host_name_is_not_answered(house: House) -> None:
    client = house.app.test_client()
    assert client.get("/api/v1/tests/open", headers={"Host": "evil.example"}).status_code == 400
    assert client.get("/api/v1/tests/open").status_code == 200


def test_answers_tell_browsers_to_be_careful(house: House) -> None:
    headers = house.browser().get("/api/v1/tests/open").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "Strict-Transport-Security" not in headers


def test_a_page_may_load_only_what_is_ours(own_house: House) -> None:
    own_house.app.add_url_rule("/page", "page", public(lambda: Response("<p>", mimetype="text/html")))
    policy = own_house.browser().get("/page").headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


def test_the_script_of_a_worker_may_ask_what_a_page_may(own_house: House) -> None:
    own_house.app.add_url_rule("/sw.js", "sw", public(lambda: Response("", mimetype="text/javascript")))
    policy = own_house.browser().get("/sw.js").headers["Content-Security-Policy"]
    assert "connect-src 'self'" in policy
    assert "unsafe" not in policy


def test_over_https_the_cookie_is_bound_to_it(tmp_path: Path) -> None:
    house = build(tmp_path / "config", public_url="https://bihuan.example", allowed_hosts=())
    house.account("li", person="li")
    browser = house.browser()
    answer = browser.sign_in("li")
    session, csrf = answer.headers.getlist("Set-Cookie")
    assert session.startswith("__Host-bihuan=")
    assert "Secure" in session
    assert "Secure" in csrf
    assert "max-age=" in answer.headers["Strict-Transport-Security"]
    same = {"Origin": "https://bihuan.example"}
    assert browser.send("POST", WORK, headers={**same, "X-CSRF-Token": "wrong"}).status_code in (401, 403)
    house.engine.close()
