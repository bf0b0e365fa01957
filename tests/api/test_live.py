"""Server-sent events: a real process's loop on a real socket, told by the commands of another."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from api.app import create_app
from api.live.server import Live
from tests.api.place import Place, open_place


@pytest.fixture
def listening(tmp_path: Path) -> Iterator[tuple[Place, str]]:
    place = open_place(f"sqlite:///{tmp_path / 'b.db'}", tmp_path)
    ready, loop = threading.Event(), asyncio.new_event_loop()
    held: list[Live] = []

    async def run() -> None:
        settings = place.app.extensions["bihuan"].settings
        live = Live(place.engine, replace(settings, live_port=0))
        held.append(live)
        up = asyncio.Event()
        task = asyncio.create_task(live.run(up))
        await up.wait()
        ready.set()
        try:
            await task
        except asyncio.CancelledError:
            return

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()))
    thread.start()
    assert ready.wait(10)
    yield place, f"http://127.0.0.1:{held[0].port}/api/v1/events"

    def stop() -> None:
        for task in asyncio.all_tasks(loop):
            task.cancel()

    loop.call_soon_threadsafe(stop)
    thread.join(10)
    loop.close()
    place.engine.close()


def test_who_may_take_a_new_task_is_told_and_others_are_not(listening: tuple[Place, str]) -> None:
    place, url = listening
    own, foreign = (place.sign_in(person).secret for person in ("grid", "grid2"))
    with (
        httpx.stream("GET", url, cookies={"bihuan": own}, timeout=10) as told,
        httpx.stream("GET", url, cookies={"bihuan": foreign}, timeout=2) as other,
    ):
        lines, silent = told.iter_lines(), other.iter_lines()
        assert [next(lines) for _ in range(3)][2] == "event: ready"
        assert [next(silent) for _ in range(3)][2] == "event: ready"
        place.clock.now += 1_000_000
        case = place.start("G1")
        event = next(line for line in lines if line == "event: inbox")
        assert event
        assert json.loads(next(lines).removeprefix("data: "))["cases"] == [case]
        with pytest.raises(httpx.ReadTimeout):
            next(line for line in silent if line == "event: inbox")


@pytest.mark.parametrize("headers", [{}, {"Cookie": "bihuan=nonsense"}, {"Authorization": "Bearer nonsense"}])
def test_nobody_listens_without_signing_in(listening: tuple[Place, str], headers: dict[str, str]) -> None:
    assert httpx.get(listening[1], headers=headers).status_code == 401


def test_a_page_of_another_host_does_not_listen(listening: tuple[Place, str]) -> None:
    place, url = listening
    cookie = {"Cookie": f"bihuan={place.sign_in('grid').secret}"}
    assert httpx.get(url, headers={**cookie, "Origin": "https://evil.example"}).status_code == 403


def test_a_page_is_led_to_the_stream_and_its_policy_lets_it_listen(
    listening: tuple[Place, str], tmp_path: Path
) -> None:
    """As the embedded default has it: the page on one port, the events on another of the same host."""
    place, url = listening
    built = tmp_path / "web"
    built.mkdir()
    (built / "index.html").write_text("<!doctype html>", "utf-8")
    port = httpx.URL(url).port or 0
    settings = replace(place.app.extensions["bihuan"].settings, live_port=port, web=str(built))
    page, secret = "http://127.0.0.1:8080", place.sign_in("grid").secret
    client = create_app(settings, engine=place.engine).test_client()
    client.set_cookie("bihuan", secret, domain="127.0.0.1")
    with client.get("/", base_url=page) as shown:
        policy = shown.headers["Content-Security-Policy"]
    allowed = next(each.split() for each in policy.split("; ") if each.startswith("connect-src "))
    answer = client.get("/api/v1/events", base_url=page)
    assert (answer.status_code, answer.headers["Location"]) == (307, url)
    assert f"http://127.0.0.1:{port}" in allowed
    headers = {"Origin": page, "Cookie": f"bihuan={secret}"}
    with httpx.stream("GET", answer.headers["Location"], headers=headers, timeout=10) as told:
        assert told.headers["Access-Control-Allow-Origin"] == page
        assert told.headers["Access-Control-Allow-Credentials"] == "true"
        lines = told.iter_lines()
        assert [next(lines) for _ in range(3)][2] == "event: ready"
