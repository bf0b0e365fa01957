"""People at work: each looks into the inbox, opens a task, takes it, completes it, and thinks in between.

Afterwards the log is counted: every completion and every claim that was answered with 200 is in it once, and nothing
else is.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections import Counter
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

import psycopg
import zstandard
from sqlalchemy.engine import make_url

from bench.load.connection import Answer, Connection, SignedIn, sign_in
from bench.load.figures import Times
from bench.load.installation import PASSWORD, STEPS, Installation, form
from bench.load.servers import Server, seconds_of
from tests.infrastructure.postgres_server import PostgresServer

KINDS: Final = ("list", "open", "claim", "complete")
THINKS: Final = (2.0, 6.0)
"""Seconds between two requests, evenly spread."""
ROUND: Final = 4 * sum(THINKS) / 2
"""Seconds somebody needs for a task: list, open, claim, complete."""


@dataclass(kw_only=True)
class Done:
    """What was asked and answered. claimed, completed: tasks, each time they were answered with 200."""

    times: dict[str, Times] = field(default_factory=lambda: {kind: Times() for kind in KINDS})
    claimed: Counter[str] = field(default_factory=Counter)
    completed: Counter[str] = field(default_factory=Counter)
    broken: int = 0


def run(
    place: Installation, api: Server, database: PostgresServer, *, number: int, seconds: float
) -> dict[str, Any]:
    """Have so many clerks work for so long."""
    people = _people(place, number)
    place.open_accounts([person for _, person in people])
    needed = int(number * seconds / ROUND * 1.3)
    for town in sorted(place.staff):
        place.start(town, needed // len(STEPS) // len(place.staff) + 40)
    done = Done()
    found = asyncio.run(_work(people, api, database, seconds, done))
    return {
        "clerks": number,
        "seconds": seconds,
        **found,
        **{kind: done.times[kind].figures() for kind in KINDS},
        "answers_lost": done.broken,
        "audit": audit(place.url, done),
    }


async def _work(
    people: list[tuple[str, str]], api: Server, database: PostgresServer, seconds: float, done: Done
) -> dict[str, Any]:
    connections = [await Connection.open(api.port) for _ in people]
    signing = [
        sign_in(connection, person, PASSWORD)
        for connection, (_, person) in zip(connections, people, strict=True)
    ]
    began = time.perf_counter()
    signed = await _few_at_once(signing)
    signing_in = time.perf_counter() - began
    watched = {"api": api.pid, "database": database.pid}
    began, spent = time.perf_counter(), {name: seconds_of(pid) for name, pid in watched.items()}
    own = time.process_time()
    clerks = [
        Clerk(connection=connection, who=who, role=role, random=Random(place), done=done)
        for place, (connection, who, (role, _)) in enumerate(zip(connections, signed, people, strict=True))
    ]
    await asyncio.gather(*(clerk.work(began + seconds) for clerk in clerks))
    elapsed = time.perf_counter() - began
    cores = {name: round((seconds_of(pid) - spent[name]) / elapsed, 2) for name, pid in watched.items()}
    return {
        "signed_in_per_second": round(len(people) / signing_in, 1),
        "actions_per_second": round(sum(len(times.seconds) for times in done.times.values()) / elapsed, 1),
        "cores": {**cores, "client": round((time.process_time() - own) / elapsed, 2)},
    }


async def _few_at_once(signing: Sequence[Awaitable[SignedIn]]) -> list[SignedIn]:
    turn = asyncio.Semaphore(4)

    async def one(each: Awaitable[SignedIn]) -> SignedIn:
        async with turn:
            return await each

    return await asyncio.gather(*map(one, signing))


@dataclass(frozen=True, kw_only=True)
class Clerk:
    """One of them. role: which steps are theirs."""

    connection: Connection
    who: SignedIn
    role: str
    random: Random
    done: Done

    async def work(self, until: float) -> None:
        """Task after task until the time is over; a task that was taken is completed still."""
        # Nobody begins at the same moment.
        await asyncio.sleep(self.random.uniform(0, ROUND))
        while time.perf_counter() < until:
            await self._task()

    async def _task(self) -> None:
        listed = await self._ask("list", "GET", "/api/v1/tasks?box=claimable&limit=50")
        rows = listed.json()["items"] if listed else []
        if not rows:
            return
        row = self.random.choice(rows)
        task = row["id"]
        if not await self._ask("open", "GET", f"/api/v1/tasks/{task}"):
            return
        if not await self._ask("claim", "POST", f"/api/v1/tasks/{task}/claim", b"{}"):
            return
        self.done.claimed[task] += 1
        if await self._ask("complete", "POST", f"/api/v1/tasks/{task}/complete", form(row["step"])):
            self.done.completed[task] += 1

    async def _ask(self, kind: str, method: str, path: str, body: bytes | None = None) -> Answer | None:
        """Ask, then think; None where the answer is not 200: somebody else was first."""
        headers = dict(self.who.headers)
        if body is not None:
            headers["Idempotency-Key"] = f"{kind}-{self.random.getrandbits(64):x}"
        began = time.perf_counter()
        try:
            answer = await self.connection.request(method, path, headers, body)
        except (OSError, asyncio.IncompleteReadError):
            self.done.broken += 1
            raise
        self.done.times[kind].add(time.perf_counter() - began, answer.status)
        await asyncio.sleep(self.random.uniform(*THINKS))
        return answer if answer.status == 200 else None


def audit(url: str, done: Done) -> dict[str, Any]:
    """Count the log, by the database's own client and without the engine, against what was answered."""
    logged: dict[str, Counter[str]] = {"claim": Counter(), "complete": Counter()}
    unpack = zstandard.ZstdDecompressor().decompress
    with psycopg.connect(make_url(url).set(drivername="postgresql").render_as_string()) as connection:
        rows = connection.execute(
            "SELECT case_id, kind, content FROM events WHERE kind IN ('claim', 'complete') AND actor <> 'bench'"
        )
        for case, kind, content in rows:
            logged[kind][f"{case}.{json.loads(unpack(content, 2**26))['input']['task']}"] += 1
        still = connection.execute("SELECT case_id, task_id FROM tasks").fetchall()
    open_tasks = {f"{case}.{task}" for case, task in still}
    answered = {"claim": done.claimed, "complete": done.completed}
    return {
        "log": {kind: sum(found.values()) for kind, found in logged.items()},
        "answered": {kind: sum(found.values()) for kind, found in answered.items()},
        "lost": sum(((answered[kind] - logged[kind]).total() for kind in logged), 0),
        "not_asked_for": sum(((logged[kind] - answered[kind]).total() for kind in logged), 0),
        "twice": sum(number > 1 for found in logged.values() for number in found.values()),
        "completed_and_open": len(open_tasks & set(logged["complete"])),
    }


def _people(place: Installation, number: int) -> list[tuple[str, str]]:
    """Towns take turns, and in each town the roles, so that every step has people."""
    towns = [
        _in_turn([[(role, person) for person in people] for role, people in sorted(roles.items())])
        for _, roles in sorted(place.staff.items())
    ]
    return _in_turn(towns)[:number]


def _in_turn(queues: list[list[tuple[str, str]]]) -> list[tuple[str, str]]:
    turns = itertools.chain.from_iterable(itertools.zip_longest(*queues))
    return [each for each in turns if each is not None]
