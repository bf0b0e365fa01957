"""`bihuan demo --serve`, as somebody who tries the product meets it: start, sign in, list, act, stop."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest

from tests.infrastructure.demo_service import Demo, demo_service

STOPS_WITHIN = 30.0
WORKING = {"grid_worker", "town_centre", "county_centre", "mediator", "official"}
"""Roles that somebody shows the product with."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """What `make run` starts, on ports of its own."""
    with demo_service(tmp_path_factory.mktemp("demo"), cases=2) as running:
        yield running


def signed_in(demo: Demo, account: dict[str, str]) -> httpx.Client:
    """A browser of somebody, who has changed the printed password where that is asked for."""
    client = httpx.Client(base_url=f"{demo.address}/api/v1", timeout=30)
    words = {"login": account["login"], "password": account["password"]}
    answer = client.post("/auth/login", json=words)
    assert answer.status_code == 200, f"{account['role']}: {answer.text}"
    me = client.get("/auth/me").json()
    client.headers["X-CSRF-Token"] = me["csrf_token"]
    if me.get("must_change_password"):
        new = {"current": account["password"], "new": f"{account['password']}-{account['login']}-x"}
        changed = client.post("/auth/password", json=new)
        assert changed.status_code in (200, 204), changed.text
        client.headers["X-CSRF-Token"] = client.get("/auth/me").json()["csrf_token"]
    return client


@pytest.mark.slow
def test_everybody_gets_in_somebody_acts_and_it_stops_in_order(demo: Demo) -> None:
    roles = {account["role"] for account in demo.accounts}
    assert roles > WORKING
    acted = 0
    for account in demo.accounts:
        with closing(signed_in(demo, account)) as client:
            me = client.get("/auth/me").json()
            assert me["login"] == account["login"]
            listed = client.get("/cases") if "cases:read" in me["permissions"] else None
            assert listed is None or listed.status_code == 200
            if "tasks:act" in me["permissions"]:
                acted += claimed(client)
    assert acted > 0
    demo.process.send_signal(signal.SIGTERM)
    assert demo.process.wait(STOPS_WITHIN) in (0, -signal.SIGTERM)
    with pytest.raises(httpx.HTTPError):
        httpx.get(f"{demo.address}/healthz", timeout=2)


def claimed(client: httpx.Client) -> int:
    """Take the most urgent task and give it back, if there is one."""
    found = client.get("/tasks/next").json()["task"]
    if found is None:
        return 0
    assert client.get(f"/tasks/{found['id']}").status_code == 200
    assert client.post(f"/tasks/{found['id']}/claim").status_code == 200
    assert client.post(f"/tasks/{found['id']}/unclaim").status_code == 200
    return 1
