"""Commands that change something on a server."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from api.client import Client
from api.remote.connection import connected
from api.remote.finding import find_case, find_task
from engine.cli.desk import Desk
from engine.cli.outcomes import TASK_COLUMNS, headings
from engine.cli.values import variables


def start(
    desk: Desk,
    key: str,
    pairs: tuple[str, ...],
    file: Path | None,
    business_key: str | None,
    version: int | None,
    idempotency_key: str | None,
    **_: object,
) -> None:
    """`bihuan --server URL start`."""
    body: dict[str, Any] = {"key": key, "variables": variables(pairs, file)}
    if business_key is not None:
        body["business_key"] = business_key
    if version is not None:
        body["version"] = version
    with connected(desk) as client:
        _show(desk, client, client.command("/cases", body, key=idempotency_key), "start.done")


def claim(desk: Desk, case: str, task: str, **_: object) -> None:
    """`bihuan --server URL claim`."""
    with connected(desk) as client:
        outcome = client.claim(find_task(client, find_case(client, case), task))
        _show(desk, client, outcome, "claim.done")


def complete(
    desk: Desk,
    case: str,
    task: str,
    pairs: tuple[str, ...],
    file: Path | None,
    idempotency_key: str | None,
    **_: object,
) -> None:
    """`bihuan --server URL complete`."""
    given = variables(pairs, file)
    with connected(desk) as client:
        case_id = find_case(client, case)
        # A repeated command names a task that is open no more.
        known = (
            f"{case_id}.{task}" if idempotency_key and task.isdecimal() else find_task(client, case_id, task)
        )
        _show(desk, client, client.complete(known, given, key=idempotency_key), "complete.done")


def retry(desk: Desk, case: str, incident: str, **_: object) -> None:
    """`bihuan --server URL retry`."""
    with connected(desk) as client:
        case_id = find_case(client, case)
        outcome = client.command(f"/incidents/{case_id}.{incident}/retry", {})
        _show(desk, client, outcome, "retry.done")


def message(
    desk: Desk,
    name: str,
    key: str,
    pairs: tuple[str, ...],
    file: Path | None,
    message_id: str | None,
    hours: int,
) -> None:
    """`bihuan --server URL message`."""
    body: dict[str, Any] = {
        "name": name,
        "correlation_key": key,
        "variables": variables(pairs, file),
        "ttl": hours * 3_600,
    }
    if message_id is not None:
        body["message_id"] = message_id
    with connected(desk) as client:
        outcomes = client.call("POST", "/messages", body=body)["items"]
        if desk.chosen.is_json:
            desk.screen.json({"delivered": [_json(outcome, []) for outcome in outcomes]})
            return
        for outcome in outcomes:
            _say(desk, outcome, "message.done")
    if not outcomes:
        desk.screen.line(desk.say("message.kept", name=name, key=key, hours=hours))


def _show(desk: Desk, client: Client, outcome: Mapping[str, Any], key: str) -> None:
    tasks = client.case(UUID(outcome["case_id"]))["tasks"]
    if desk.chosen.is_json:
        desk.screen.json(_json(outcome, tasks))
        return
    _say(desk, outcome, key)
    if tasks:
        rows = [
            (
                outcome["case_id"],
                task["id"].rpartition(".")[2],
                task["name"],
                task["element"],
                desk.say(f"task.{task['status']}"),
                task["assignee"] or "",
                task["due_at"] or "",
            )
            for task in tasks
        ]
        desk.screen.table(headings(desk, TASK_COLUMNS), rows)


def _say(desk: Desk, outcome: Mapping[str, Any], key: str) -> None:
    status = desk.say(f"status.{outcome['status']}")
    desk.screen.line(desk.say(key, case=outcome["case_id"], status=status, seq=outcome["seq"]))
    if outcome["repeated"]:
        desk.screen.line(desk.say("outcome.repeated"))


def _json(outcome: Mapping[str, Any], tasks: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "case": outcome["case_id"],
        "seq": outcome["seq"],
        "status": outcome["status"],
        "repeated": outcome["repeated"],
        "tasks": [
            {
                "case": outcome["case_id"],
                "task": int(task["id"].rpartition(".")[2]),
                **{name: task[name] for name in ("element", "name", "status", "assignee", "due_at")},
            }
            for task in tasks
        ],
    }
