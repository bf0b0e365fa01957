"""Two processes act on one thing at one moment: one wins, the other is told so, nothing is doubled or lost."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from engine import Config, Engine
from engine.history import Verifier
from tests.infrastructure.postgres_server import PostgresServer
from tests.integration.scenarios import item
from tests.property.checks import dump
from tests.support.bpmn import boundary, diagram, end, receive, start, timer, user

ROUNDS = 12
AHEAD = 0.004
"""Seconds between an order and the moment both begin: enough for both to have read it."""

PROCESS = diagram(
    start("s"),
    user("first", groups="clerks"),
    boundary("late", "first", timer(duration="PT0S"), interrupting=False),
    user("reminded"),
    end("le"),
    receive("wait", "answer", "=key"),
    user("last"),
    end("e"),
    "s -> first -> wait -> last -> e; late -> reminded -> le",
)

LOST = {"Conflict", "NotFound"}


@dataclass
class Race:
    """An engine to look with and two processes that race on its database."""

    engine: Engine
    racers: list[subprocess.Popen[str]]

    def run(self, *orders: tuple[str, dict[str, Any]]) -> list[dict[str, Any]]:
        """Give each racer its order for the same moment; their answers."""
        moment = time.time() + AHEAD
        for racer, (kind, arguments) in zip(self.racers, orders, strict=True):
            assert racer.stdin is not None
            racer.stdin.write(json.dumps([moment, kind, arguments]) + "\n")
            racer.stdin.flush()
        answers = []
        for racer in self.racers:
            assert racer.stdout is not None
            answers.append(json.loads(racer.stdout.readline()))
        assert not [found for found in answers if "crash" in found], answers
        return answers

    def both(self, kind: str, **arguments: Any) -> list[dict[str, Any]]:
        """The same order for both; `actor` differs."""
        named = [
            {**arguments, "actor": actor} if kind in ("claim", "complete") else arguments for actor in "ab"
        ]
        return self.run((kind, named[0]), (kind, named[1]))

    def begin(self, key: str) -> UUID:
        """A case that waits at `first`."""
        return self.engine.start("p", {"key": key}, actor="starter").case_id


def only_winner(answers: list[dict[str, Any]]) -> dict[str, Any]:
    """The one answer that is no error; the other is a typed loss."""
    won = [found["ok"] for found in answers if "ok" in found]
    lost = [found["error"] for found in answers if "error" in found]
    assert len(won) == 1, answers
    assert set(lost) <= LOST, answers
    winner: dict[str, Any] = won[0]
    return winner


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def running(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer
) -> Iterator[Race]:
    """Two processes that stay for all races of this module on one kind of database."""
    folder = tmp_path_factory.mktemp("race")
    sqlite = request.param == "sqlite"
    url = f"sqlite:///{folder / 'bihuan.sqlite'}" if sqlite else postgres.url(postgres.create_database())
    keyring = f"sqlite:///{folder / 'keys.sqlite'}"
    with Engine.open(url, config=Config(keyring=keyring, cache_size=0)) as engine:
        engine.deploy({"p.bpmn": PROCESS}, actor="designer")
        command = [sys.executable, "-m", "tests.integration.racer", url, keyring]
        racers = [
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for _ in range(2)
        ]
        try:
            yield Race(engine=engine, racers=racers)
        finally:
            for racer in racers:
                assert racer.stdin is not None
                assert racer.stdout is not None
                racer.stdin.close()
                racer.wait(10)
                racer.stdout.close()


@pytest.fixture
def race(running: Race) -> Iterator[Race]:
    """The race, whose cases all verify afterwards."""
    before = set(running.engine.case_ids())
    running.run(("ready", {}), ("ready", {}))
    yield running
    for case_id in set(running.engine.case_ids()) - before:
        assert [str(finding) for finding in Verifier(running.engine).verify(case_id).findings] == []


def events(engine: Engine, case: UUID) -> list[str]:
    """What happened in a case."""
    return [event.head.kind for event in engine.queries.events(case)]


def test_a_task_is_claimed_by_one(race: Race) -> None:
    for number in range(ROUNDS):
        case = race.begin(str(number))
        task = item(race.engine, case, "tasks", "first")
        answers = race.both("claim", case=str(case), task=task)
        only_winner(answers)
        assert [found["code"] for found in answers if "error" in found] == ["task.taken"]
        assert events(race.engine, case) == ["start", "claim"]
        (open_task,) = race.engine.tasks(case_id=case)
        assert open_task.assignee == "ab"[["ok" in found for found in answers].index(True)]


def test_a_task_is_completed_once(race: Race) -> None:
    for number in range(ROUNDS):
        case = race.begin(str(number))
        only_winner(race.both("complete", case=str(case), task=item(race.engine, case, "tasks", "first")))
        assert events(race.engine, case) == ["start", "complete"]


def test_claim_against_complete_leaves_one_story(race: Race) -> None:
    for number in range(ROUNDS):
        case = race.begin(str(number))
        at = {"case": str(case), "task": item(race.engine, case, "tasks", "first")}
        answers = race.run(("claim", {**at, "actor": "a"}), ("complete", {**at, "actor": "b"}))
        only_winner(answers)
        assert events(race.engine, case) == ["start", "claim" if "ok" in answers[0] else "complete"]


def test_one_key_used_twice_at_once_gives_one_answer(race: Race) -> None:
    for number in range(ROUNDS):
        case = race.begin(str(number))
        order = {"case": str(case), "task": item(race.engine, case, "tasks", "first"), "actor": "a"}
        order["key"] = f"complete-{number}"
        answers = race.run(("complete", order), ("complete", order))
        assert sorted(found["ok"]["repeated"] for found in answers) == [False, True], answers
        assert len({found["ok"]["seq"] for found in answers}) == 1


def test_one_key_used_for_two_cases_at_once_is_a_typed_loss(race: Race) -> None:
    for number in range(ROUNDS):
        orders = []
        for which in "ab":
            case = race.begin(f"{number}{which}")
            task = item(race.engine, case, "tasks", "first")
            orders.append({"case": str(case), "task": task, "actor": "a", "key": f"shared-{number}"})
        answers = race.run(("complete", orders[0]), ("complete", orders[1]))
        only_winner(answers)
        assert [found["code"] for found in answers if "error" in found] == ["idempotency.reused"]


def test_a_timer_fires_once(race: Race) -> None:
    for number in range(ROUNDS):
        case = race.begin(str(number))
        only_winner(race.both("fire", case=str(case), timer=item(race.engine, case, "timers", "late")))
        assert events(race.engine, case) == ["start", "fire-timer"]


def test_two_sweeps_fire_what_is_due_once(race: Race) -> None:
    for number in range(ROUNDS):
        race.engine.run_due()
        cases = [race.begin(f"{number}/{which}") for which in range(3)]
        answers = race.both("due")
        assert sum(found["ok"]["done"] for found in answers) == 3, answers
        assert [events(race.engine, case) for case in cases] == [["start", "fire-timer"]] * 3


def test_a_case_is_started_once_for_a_key(race: Race) -> None:
    before = len(list(race.engine.case_ids()))
    for number in range(ROUNDS):
        answers = race.both("start", key=f"start-{number}")
        assert sorted(found["ok"]["repeated"] for found in answers) == [False, True], answers
        assert len({found["ok"]["case"] for found in answers}) == 1
    after = len(list(race.engine.case_ids()))
    assert after - before == ROUNDS


def test_a_message_sent_twice_is_delivered_once(race: Race) -> None:
    for number in range(ROUNDS):
        key = f"twice-{number}"
        cases = [race.begin(key), race.begin(key)]
        for case in cases:
            race.engine.complete(case, item(race.engine, case, "tasks", "first"), actor="a")
        answers = race.both("send", name="answer", key=key, message=f"m-{key}")
        assert sum(len(found["ok"]["delivered"]) for found in answers) >= 1, answers
        assert sorted(events(race.engine, case).count("message") for case in cases) == [0, 1]
        assert dump(race.engine.database)["messages"] == []


def test_two_messages_for_two_who_wait_reach_both(race: Race) -> None:
    for number in range(ROUNDS):
        key = f"both-{number}"
        cases = [race.begin(key), race.begin(key)]
        for case in cases:
            race.engine.complete(case, item(race.engine, case, "tasks", "first"), actor="a")
        order = {"name": "answer", "key": key}
        race.run(("send", order | {"message": f"a-{number}"}), ("send", order | {"message": f"b-{number}"}))
        assert [events(race.engine, case).count("message") for case in cases] == [1, 1]
        assert dump(race.engine.database)["messages"] == []


def test_who_subscribes_while_the_message_comes_gets_it_without_a_sweep(race: Race) -> None:
    for number in range(ROUNDS):
        key = f"meanwhile-{number}"
        case = race.begin(key)
        task = item(race.engine, case, "tasks", "first")
        answers = race.run(
            ("complete", {"case": str(case), "task": task, "actor": "a"}),
            ("send", {"name": "answer", "key": key, "message": f"m-{key}"}),
        )
        assert all("ok" in found for found in answers), answers
        assert events(race.engine, case) == ["start", "complete", "message"]
        assert dump(race.engine.database)["messages"] == []
