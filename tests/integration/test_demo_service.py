"""`bihuan demo --serve`, as somebody who tries the product meets it: start, sign in, list, act, stop."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import httpx
import pytest

STARTS_WITHIN = 180.0
STOPS_WITHIN = 30.0
WORKING = {"grid_worker", "town_centre", "county_centre", "mediator", "official"}
"""Roles that somebody shows the product with."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Demo:
    """A running demonstration."""

    process: subprocess.Popen[str]
    address: str
    accounts: list[dict[str, str]]


def free_port() -> int:
    with socket.socket() as attempt:
        attempt.bind(("127.0.0.1", 0))
        return int(attempt.getsockname()[1])


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """What `make run` starts, on ports of its own."""
    folder = tmp_path_factory.mktemp("demo")
    environment = {
        **os.environ,
        "BIHUAN_PORT": str(free_port()),
        "BIHUAN_LIVE_PORT": str(free_port()),
    }
    words = ["demo", "--serve", "--cases", "2", "--folder", str(folder / "d"), "--format", "json", "--quiet"]
    log = (folder / "log").open("w")
    process = subprocess.Popen(
        [sys.executable, "-m", "engine.cli", *words],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        told = first_json(process.stdout)
        wait_until_up(process, told["address"], folder / "log")
        yield Demo(process=process, address=told["address"].rstrip("/"), accounts=told["accounts"])
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if process.stdout is not None:
            process.stdout.close()
        log.close()


def first_json(stream: IO[str]) -> Any:
    """The first JSON text that is printed."""
    text = ""
    for line in stream:
        text += line
        try:
            return json.loads(text)
        except ValueError:
            continue
    raise AssertionError(f"the demonstration ended: {text}")


def wait_until_up(process: subprocess.Popen[str], address: str, log: Path) -> None:
    """Until the service answers."""
    end = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text("utf-8")
        try:
            if httpx.get(f"{address}readyz", timeout=2).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise AssertionError(log.read_text("utf-8"))


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
