"""Completions a second: clients that ask again as soon as they are answered, beside the ceiling."""

from __future__ import annotations

import asyncio
import gc
import statistics
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from uuid import UUID

from bench.load.connection import Connection, SignedIn, sign_in
from bench.load.figures import Times
from bench.load.installation import PASSWORD, ROLES, STEPS, Installation, form
from bench.load.servers import Server, seconds_of

Request: TypeAlias = tuple[str, Mapping[str, str], bytes]
"""Path, headers, body of a POST."""
BARE: Final = b'{"title":"a","place":"b","people":12,"urgent":false,"kind":"daily"}'
WARM_UP: Final = 30
MOST: Final = 700
"""Completions a second for which there are cases enough."""


@dataclass(frozen=True, kw_only=True)
class Client:
    """One closed loop. requests: endless, or until what there is to do is done."""

    connection: Connection
    requests: AsyncIterator[Request]


def run(
    place: Installation,
    api: Server,
    ceiling: Server,
    database: int,
    *,
    numbers: list[int],
    seconds: float,
    rounds: int,
) -> dict[str, Any]:
    """Both for each number of clients, in turn, several times. database: the process of PostgreSQL."""
    towns = sorted(place.staff)[: max(numbers)]
    place.open_accounts(sorted({place.staff[town][role][0] for town in towns for role in ROLES.values()}))
    found: dict[str, Any] = {}
    for number in numbers:
        ours, theirs = [], []
        for _ in range(rounds):
            each = int(seconds * MOST / len(STEPS) / number) + WARM_UP
            cases = {town: place.start(town, each) for town in towns[:number]}
            gc.collect()
            ours.append(
                asyncio.run(_ours(place, api, cases, seconds, {"api": api.pid, "database": database}))
            )
            theirs.append(
                asyncio.run(_bare(ceiling, number, seconds, {"api": ceiling.pid, "database": database}))
            )
        found[f"{number} clients"] = {
            "completions": _middle(ours),
            "ceiling": _middle(theirs),
            "ratio": round(_middle(ours)["per_second"] / _middle(theirs)["per_second"], 2),
            "all_rounds": [
                (mine["per_second"], its["per_second"]) for mine, its in zip(ours, theirs, strict=True)
            ],
        }
    return found


def _middle(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """The round with the median rate."""
    middle = statistics.median_low([each["per_second"] for each in rounds])
    return next(each for each in rounds if each["per_second"] == middle)


async def _ours(
    place: Installation,
    api: Server,
    cases: Mapping[str, list[UUID]],
    seconds: float,
    watched: Mapping[str, int],
) -> dict[str, Any]:
    clients = [await completions(place, api, town, cases[town]) for town in cases]
    return await measure(clients, seconds, watched)


async def _bare(server: Server, number: int, seconds: float, watched: Mapping[str, int]) -> dict[str, Any]:
    return await measure([await bare(server) for _ in range(number)], seconds, watched)


async def completions(place: Installation, server: Server, town: str, cases: list[UUID]) -> Client:
    """A client that completes the three tasks of case after case of a town, as the people whose they are."""
    connection = await Connection.open(server.port)
    people = {
        role: await sign_in(connection, place.staff[town][role][0], PASSWORD) for role in set(ROLES.values())
    }
    return Client(connection=connection, requests=_completing(place, people, cases))


async def _completing(
    place: Installation, people: Mapping[str, SignedIn], cases: list[UUID]
) -> AsyncIterator[Request]:
    bodies = {step: form(step) for step in STEPS}
    while cases:
        case = cases.pop()
        for step in STEPS:
            path = f"/api/v1/tasks/{case}.{place.tasks[step]}/complete"
            headers = {**people[ROLES[step]].headers, "Idempotency-Key": f"{case}/{step}"}
            yield path, headers, bodies[step]


async def bare(server: Server) -> Client:
    """A client of the ceiling."""

    async def requests() -> AsyncIterator[Request]:
        while True:
            yield "/rows", {}, BARE

    return Client(connection=await Connection.open(server.port), requests=requests())


async def measure(clients: list[Client], seconds: float, watched: Mapping[str, int]) -> dict[str, Any]:
    """What clients come to at once. watched: processes whose share of the processor is told, by name."""
    await asyncio.gather(*(_loop(client, Times(), lambda n: n < WARM_UP) for client in clients))
    times = Times()
    began, spent = time.perf_counter(), _spent(watched)
    await asyncio.gather(
        *(_loop(client, times, lambda _: time.perf_counter() - began < seconds) for client in clients)
    )
    elapsed = time.perf_counter() - began
    cores = {name: round((after - spent[name]) / elapsed, 2) for name, after in _spent(watched).items()}
    for client in clients:
        client.connection.close()
    good = times.statuses[200]
    return {
        "clients": len(clients),
        "per_second": round(good / elapsed),
        "errors": len(times.seconds) - good,
        **times.figures(),
        "cores": cores,
    }


async def _loop(client: Client, times: Times, goes_on: Callable[[int], bool]) -> None:
    number = 0
    while goes_on(number):
        number += 1
        path, headers, body = await anext(client.requests)
        began = time.perf_counter()
        answer = await client.connection.request("POST", path, headers, body)
        times.add(time.perf_counter() - began, answer.status)


def _spent(watched: Mapping[str, int]) -> dict[str, float]:
    return {"client": time.process_time(), **{name: seconds_of(pid) for name, pid in watched.items()}}
