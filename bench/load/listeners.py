"""Connections of server-sent events: how many one process holds, what they cost, how soon they hear of a change."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from bench.load.connection import Connection, sign_in
from bench.load.installation import PASSWORD, Installation, form
from bench.load.servers import Server, memory_of, seconds_of

CHANGES = 200
"""Completions while they listen, ten a second."""


def run(place: Installation, api: Server, live: Server, *, number: int) -> dict[str, Any]:
    """Hold so many connections: at rest, then while tasks are completed."""
    towns = sorted(place.staff)
    people = [place.staff[town]["town_centre"][0] for town in towns]
    place.open_accounts(people)
    cases = place.start(towns[0], CHANGES)
    return asyncio.run(_listen(place, api, live, people, [str(case) for case in cases], number))


async def _listen(
    place: Installation, api: Server, live: Server, people: list[str], cases: list[str], number: int
) -> dict[str, Any]:
    desk = await Connection.open(api.port)
    signed = [await sign_in(desk, person, PASSWORD) for person in people]
    memory, spent, began = memory_of(live.pid), seconds_of(live.pid), time.perf_counter()
    streams = []
    for each in range(number):
        streams.append(await _open(live.port, signed[each % len(signed)].headers["Cookie"]))
    opening = time.perf_counter() - began
    opened = seconds_of(live.pid) - spent
    held = memory_of(live.pid) - memory
    at_rest = await _share(live.pid, 20)
    heard: list[float] = []
    completed: list[float] = []
    ears = [
        asyncio.create_task(_hear(reader, heard))
        for place_, (reader, _) in enumerate(streams)
        if place_ % len(signed) == 0
    ]
    spent, began = seconds_of(live.pid), time.perf_counter()
    for case in cases:
        path = f"/api/v1/tasks/{case}.{place.tasks['a']}/complete"
        answer = await desk.request("POST", path, signed[0].headers, form("a"))
        assert answer.status == 200, answer.body
        completed.append(time.perf_counter())
        await asyncio.sleep(max(0.0, began + len(completed) / 10 - time.perf_counter()))
    busy = (seconds_of(live.pid) - spent) / (time.perf_counter() - began)
    await asyncio.sleep(2)
    for ear in ears:
        ear.cancel()
    for _, writer in streams:
        writer.close()
    return {
        "connections": number,
        "opened_per_second": round(number / opening),
        "processor_ms_to_open": round(1_000 * opened / number, 2),
        "kilobytes_each": round(held / number / 1_024, 1),
        "cores_at_rest": round(at_rest, 3),
        "completions_per_second": round(len(completed) / (completed[-1] - began), 1),
        "listeners_concerned": len(ears),
        "events_heard": len(heard),
        "cores_meanwhile": round(busy, 3),
    }


async def _open(port: int, cookie: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head
    await reader.readuntil(b"event: ready\ndata: {}\n\n")
    return reader, writer


async def _hear(reader: asyncio.StreamReader, heard: list[float]) -> None:
    while True:
        event = await reader.readuntil(b"\n\n")
        if event.startswith(b"event: inbox"):
            heard.append(time.perf_counter())


async def _share(pid: int, seconds: float) -> float:
    before = seconds_of(pid)
    await asyncio.sleep(seconds)
    return (seconds_of(pid) - before) / seconds
