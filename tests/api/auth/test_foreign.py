"""Signing in with another organisation: OpenID Connect against a provider in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from werkzeug.test import TestResponse

from tests.api.auth.house import CHEAP, CLI, SECOND, Browser, House, build
from tests.infrastructure.identity_provider import CLIENT_ID, CLIENT_SECRET, IdentityProvider

START = "/api/v1/auth/oidc/county/start"
ME = "/api/v1/auth/me"
SUBJECT = "248289761001"


@pytest.fixture(scope="module")
def provider() -> Iterator[IdentityProvider]:
    with IdentityProvider() as started:
        yield started


def settings(provider: IdentityProvider, match: str, **more: str) -> str:
    entry = {
        "name": "county",
        "title": "县统一身份认证",
        "issuer": provider.issuer,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "match": match,
        **more,
    }
    lines = "\n".join(f'{name} = "{value}"' for name, value in entry.items())
    return f"{CHEAP}\n[[providers]]\n{lines}\n"


@pytest.fixture(scope="module")
def houses(
    provider: IdentityProvider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, House]]:
    """An application for each way of finding accounts."""
    made = {
        match: build(tmp_path_factory.mktemp("config"), accounts=settings(provider, match))
        for match in ("preferred_username", "subject", "email")
    }
    yield made
    for house in made.values():
        house.engine.close()


@pytest.fixture
def house(provider: IdentityProvider, houses: dict[str, House], request: pytest.FixtureRequest) -> House:
    found = houses[getattr(request, "param", "preferred_username")].empty()
    found.account("wang", person="wang")
    claim(provider, found, preferred_username="wang")
    return found


def claim(provider: IdentityProvider, house: House, /, *, broken: str = "", **claims: Any) -> None:
    control: dict[str, Any] = {"claims": claims, "now": house.clock.now // SECOND}
    provider.control(**control, **({"break": broken} if broken else {}))


def go(provider: IdentityProvider, browser: Browser, start: str = START) -> str:
    """Leave for the provider and sign in there; the path one comes back to."""
    leaving = browser.get(start)
    assert leaving.status_code == 302
    back = urlsplit(provider.authorize(leaving.headers["Location"]))
    assert (back.netloc, back.path) == ("localhost", "/api/v1/auth/oidc/county/callback")
    return f"{back.path}?{back.query}"


def sign_in(provider: IdentityProvider, browser: Browser, start: str = START) -> TestResponse:
    return browser.get(go(provider, browser, start))


def refused(answer: TestResponse) -> str:
    """The code with which the sign-in page is shown."""
    assert answer.status_code == 302
    where = urlsplit(answer.headers["Location"])
    assert (where.netloc, where.path) == ("", "/sign-in")
    assert all(not cookie.startswith("bihuan=") for cookie in answer.headers.getlist("Set-Cookie"))
    return parse_qs(where.query)["error"][0]


def test_the_organisations_are_listed(house: House) -> None:
    assert house.browser().get("/api/v1/auth/providers").json == [
        {"name": "county", "title": "县统一身份认证", "start": START}
    ]


def test_who_signs_in_there_is_signed_in_here(provider: IdentityProvider, house: House) -> None:
    browser = house.browser()
    answer = sign_in(provider, browser, f"{START}?next=/inbox")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/inbox")
    me = browser.get(ME).json
    assert me is not None
    assert me["person"] == "wang"
    assert house.kinds()[-1] == ("sign-in", "oidc county")


def test_a_provider_that_wants_the_secret_in_the_body_gets_it_there(
    provider: IdentityProvider, house: House
) -> None:
    provider.control(
        document={"token_endpoint_auth_methods_supported": ["client_secret_post"]},
        claims={"preferred_username": "wang"},
        now=house.clock.now // SECOND,
    )
    browser = house.browser()
    sign_in(provider, browser)
    assert browser.get(ME).status_code == 200


def test_a_wrong_secret_signs_nobody_in(provider: IdentityProvider, tmp_path: Path) -> None:
    house = build(
        tmp_path / "config", accounts=settings(provider, "preferred_username").replace(CLIENT_SECRET, "other")
    )
    house.account("wang", person="wang")
    claim(provider, house, preferred_username="wang")
    assert refused(sign_in(provider, house.browser())) == "auth.provider"
    house.engine.close()


@pytest.mark.parametrize("wanted", ["https://evil.example", "//evil.example", "/\\evil.example", "inbox"])
def test_nobody_is_sent_on_to_another_host(provider: IdentityProvider, house: House, wanted: str) -> None:
    answer = sign_in(provider, house.browser(), f"{START}?next={wanted}")
    assert answer.headers["Location"] == "/"


def test_the_way_there_carries_a_challenge_and_no_secret(house: House) -> None:
    leaving = house.browser().get(START)
    asked = parse_qs(urlsplit(leaving.headers["Location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge"} <= set(asked)
    assert "client_secret" not in asked
    cookie = leaving.headers.getlist("Set-Cookie")[0]
    assert {"HttpOnly", "SameSite=Lax"} <= set(cookie.split("; "))


def test_the_first_sign_in_links_the_identity_so_that_the_name_opens_nothing_later(
    provider: IdentityProvider, house: House
) -> None:
    sign_in(provider, house.browser())
    claim(provider, house, preferred_username="someone-else")
    browser = house.browser()
    sign_in(provider, browser)
    me = browser.get(ME).json
    assert me is not None
    assert me["person"] == "wang"
    # The name was given to somebody else there.
    claim(provider, house, preferred_username="wang", sub="999")
    assert refused(sign_in(provider, house.browser())) == "auth.refused"


@pytest.mark.parametrize("house", ["subject"], indirect=True)
def test_by_subject_only_linked_identities_are_signed_in(provider: IdentityProvider, house: House) -> None:
    assert refused(sign_in(provider, house.browser())) == "auth.refused"
    admin = house.signed_in("root", roles=("admin",))
    account = house.office.register.by_login("wang").id
    path = f"/api/v1/accounts/{account}/identities"
    given = {"provider": "county", "subject": SUBJECT}
    assert admin.send("POST", path, json=given).status_code == 204
    assert admin.send("POST", path, json=given).status_code == 409
    assert admin.send("POST", path, json={**given, "provider": "none"}).status_code == 422
    browser = house.browser()
    sign_in(provider, browser)
    assert browser.get(ME).status_code == 200


@pytest.mark.parametrize("house", ["email"], indirect=True)
@pytest.mark.parametrize(("verified", "status"), [(True, 200), (False, 401), ("true", 401), (None, 401)])
def test_an_e_mail_address_counts_only_when_verified(
    provider: IdentityProvider, house: House, verified: object, status: int
) -> None:
    house.account("zhao@county.example", person="zhao")
    claim(provider, house, email="zhao@county.example", email_verified=verified)
    browser = house.browser()
    sign_in(provider, browser)
    assert browser.get(ME).status_code == status


@pytest.mark.parametrize(
    "broken", ["signature", "none", "symmetric", "nonce", "aud", "iss", "exp", "iat", "sub"]
)
def test_an_id_token_that_breaks_a_rule_signs_nobody_in(
    provider: IdentityProvider, house: House, broken: str
) -> None:
    claim(provider, house, broken=broken, preferred_username="wang")
    browser = house.browser()
    assert refused(sign_in(provider, browser)) == "auth.provider"
    assert browser.get(ME).status_code == 401


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another-client"},
        {"aud": [CLIENT_ID, "another-client"]},
        {"aud": [CLIENT_ID, "another-client"], "azp": "another-client"},
        {"iss": "http://127.0.0.1:1"},
        {"nonce": "another"},
        {"exp": 1},
        {"iat": 4_000_000_000, "exp": 4_000_000_300},
    ],
)
def test_a_claim_about_something_else_signs_nobody_in(
    provider: IdentityProvider, house: House, claims: dict[str, Any]
) -> None:
    claim(provider, house, preferred_username="wang", **claims)
    assert refused(sign_in(provider, house.browser())) == "auth.provider"


def test_a_key_that_is_new_there_is_fetched(provider: IdentityProvider, house: House) -> None:
    sign_in(provider, house.browser())
    now = house.clock.now // SECOND
    provider.control(rotate=True, now=now, claims={"preferred_username": "wang"})
    browser = house.browser()
    sign_in(provider, browser)
    assert browser.get(ME).status_code == 200


def test_who_comes_back_with_another_browser_is_not_signed_in(
    provider: IdentityProvider, house: House
) -> None:
    back = go(provider, house.browser())
    victim = house.browser()
    assert refused(victim.get(back)) == "auth.provider"
    victim.get(START)
    assert refused(victim.get(back)) == "auth.provider"


def test_nobody_comes_back_twice_or_too_late(provider: IdentityProvider, house: House) -> None:
    browser = house.browser()
    back = go(provider, browser)
    cookie = browser.client.get_cookie("bihuan_oidc", path="/api/v1/auth/oidc")
    assert cookie is not None
    assert browser.get(back).headers["Location"] == "/"
    browser.client.set_cookie("bihuan_oidc", cookie.value, path="/api/v1/auth/oidc")
    assert refused(house.browser().get(back)) == "auth.provider"
    late = house.browser()
    back = go(provider, late)
    house.clock.advance(600 * SECOND)
    assert refused(late.get(back)) == "auth.provider"


def test_a_state_nobody_left_with_is_refused(house: House) -> None:
    path = "/api/v1/auth/oidc/county/callback"
    assert refused(house.browser().get(path)) == "auth.provider"
    assert refused(house.browser().get(f"{path}?state=x&code=y")) == "auth.provider"


def test_a_refusal_there_is_a_refusal_here(provider: IdentityProvider, house: House) -> None:
    provider.control(refuse="access_denied")
    assert refused(sign_in(provider, house.browser())) == "auth.provider"


def test_a_disabled_account_is_not_opened_from_there(provider: IdentityProvider, house: House) -> None:
    house.office.register.set_active(house.office.register.by_login("wang").id, False, CLI)
    assert refused(sign_in(provider, house.browser())) == "auth.closed"


def test_a_provider_that_calls_itself_otherwise_is_not_believed(
    provider: IdentityProvider, house: House
) -> None:
    claim(provider, house, broken="issuer-document", preferred_username="wang")
    assert refused(house.browser().get(START)) == "auth.provider"


def test_a_provider_that_does_not_answer_is_told_apart_from_a_wrong_password(tmp_path: Path) -> None:
    entry = 'name = "county"\ntitle = "x"\nissuer = "http://127.0.0.1:9"\nclient_id = "x"'
    house = build(tmp_path / "config", accounts=f"{CHEAP}\n[[providers]]\n{entry}\n")
    assert refused(house.browser().get(START)) == "auth.provider"
    assert house.browser().get("/api/v1/auth/oidc/other/start").status_code == 404
    house.engine.close()
