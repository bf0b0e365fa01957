"""Every endpoint of the whole application: who passes the gate, and that the document says so.

What a caller then sees of foreign and confidential cases is tested with the resources.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from api.app import create_app
from api.auth.document import Endpoint, endpoints, written
from api.auth.gate import gate
from engine import ManualClock
from engine.accounts.office import Office
from engine.accounts.permissions import Permissions, read_permissions
from engine.accounts.security_log import Origin
from engine.installation import open_engine
from engine.settings import ServiceSettings
from tests.unit.directory.office import NOW, VOCABULARY

CONFIG = Path("config")
CASE = "019aa000-0000-7000-8000-000000000000"
PERMISSIONS: Permissions = read_permissions(CONFIG, VOCABULARY.roles.by_code)


@pytest.fixture(scope="module")
def app() -> Iterator[Flask]:
    with open_engine("sqlite://", CONFIG, clock=ManualClock(NOW)) as engine:
        yield create_app(ServiceSettings(log_requests=False), engine=engine)


@pytest.fixture(scope="module")
def office(app: Flask) -> Office:
    return gate(app).office


def address(endpoint: Endpoint) -> str:
    """An address that the endpoint's rule matches."""
    named = {"case": CASE, "task": f"{CASE}.1", "uuid": CASE, "int": "1"}
    # One of the words that `any` lists, else one of the kind.
    return re.sub(
        r"<(?:(\w+)(?:\((\w*)[^)]*\))?:)?\w+>",
        lambda found: found[2] if found[1] == "any" else named.get(found[1] or "", "x"),
        endpoint.rule,
    )


def test_every_endpoint_says_whom_it_is_for(app: Flask) -> None:
    assert [f"{each.method} {each.rule}" for each in endpoints(app) if not each.said] == []


def test_only_these_endpoints_are_open_to_anybody(app: Flask) -> None:
    """Written out, so that nobody opens another one by the way."""
    assert {f"{each.method} {each.rule}" for each in endpoints(app) if each.public} <= {
        "GET /",
        "GET /<page:path>",
        "GET /healthz",
        "GET /readyz",
        # By its own token, or from this machine.
        "GET /metrics",
        "GET /api/v1/openapi.json",
        "POST /api/v1/auth/login",
        # Says to a browser who is signed in at it, or that nobody is.
        "GET /api/v1/auth/session",
        "GET /api/v1/auth/providers",
        "GET /api/v1/auth/oidc/<string:provider>/start",
        "GET /api/v1/auth/oidc/<string:provider>/callback",
        # Requests of the public; what opens one is its two codes.
        "GET /api/v1/intake/options",
        "GET /api/v1/intake/challenge",
        "POST /api/v1/intake",
        "GET /api/v1/intake/<string(maxlength=40):case_code>",
        "POST /api/v1/intake/<string(maxlength=40):case_code>/photos",
        "POST /api/v1/intake/<string(maxlength=40):case_code>/rating",
        "POST /api/v1/intake/<string(maxlength=40):case_code>/withdrawal",
    }


def test_nobody_passes_without_signing_in(app: Flask) -> None:
    client = app.test_client()
    for endpoint in endpoints(app):
        if not endpoint.public:
            answer = client.open(address(endpoint), method=endpoint.method)
            assert answer.status_code == 401, f"{endpoint.method} {endpoint.rule}"
            assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize("role", sorted(PERMISSIONS.by_role))
def test_no_role_passes_where_its_scopes_do_not_reach(app: Flask, office: Office, role: str) -> None:
    scopes = PERMISSIONS.by_role[role]
    _, secret = office.tokens.make(role, scopes, 1, Origin(actor="tests"))
    client, refused = app.test_client(), 0
    for endpoint in endpoints(app):
        if not endpoint.admits(scopes):
            answer = client.open(
                address(endpoint), method=endpoint.method, headers={"Authorization": f"Bearer {secret}"}
            )
            assert answer.json is not None
            told = (answer.status_code, answer.json["code"])
            assert told == (403, "auth.scope"), f"{role}: {endpoint.method} {endpoint.rule}"
            refused += 1
    assert refused > 0


def test_the_document_is_what_the_code_does(app: Flask) -> None:
    kept = Path("docs/permissions.md").read_text("utf-8")
    assert kept == written(app, PERMISSIONS, VOCABULARY), "run `make docs`"
