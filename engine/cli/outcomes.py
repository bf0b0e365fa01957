"""What a command did to a case, and what is open there now."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from engine.cli.desk import Desk
from engine.i18n import Language

if TYPE_CHECKING:
    from engine.cases.command import Outcome
    from engine.cases.queries import Task
    from engine.facade import Engine

TASK_COLUMNS = ("case", "#task", "name", "element", "status", "assignee", "due")


def show_outcome(desk: Desk, engine: Engine, outcome: Outcome, key: str) -> None:
    """The case, its status and its open tasks; `key` is the sentence before them."""
    if desk.chosen.is_json:
        desk.screen.json(outcome_json(desk, engine, outcome))
        return
    tasks = engine.tasks(case_id=outcome.case_id)
    incidents = engine.queries.incidents(outcome.case_id)
    desk.screen.line(
        desk.say(key, case=outcome.case_id, status=desk.say(f"status.{outcome.status}"), seq=outcome.seq)
    )
    if outcome.repeated:
        desk.screen.line(desk.say("outcome.repeated"))
    for incident in incidents:
        message = incident["message_zh" if desk.say.language is Language.ZH else "message_en"]
        desk.screen.line(desk.say("outcome.incident", place=incident["element_id"], message=message))
    if tasks:
        show_tasks(desk, tasks)


def outcome_json(desk: Desk, engine: Engine, outcome: Outcome) -> dict[str, Any]:
    """The same for programs."""
    return {
        "case": str(outcome.case_id),
        "seq": outcome.seq,
        "status": outcome.status,
        "state_hash": outcome.state_hash,
        "repeated": outcome.repeated,
        "tasks": [task_json(desk, task) for task in engine.tasks(case_id=outcome.case_id)],
        "incidents": [incident_json(incident) for incident in engine.queries.incidents(outcome.case_id)],
    }


def show_tasks(desk: Desk, tasks: Iterable[Task]) -> None:
    """Open tasks as a table."""
    rows = [
        (
            task.case_id,
            task.id,
            task.name,
            task.element,
            desk.say(f"task.{task.status}"),
            task.assignee or "",
            desk.time(task.due_at),
        )
        for task in tasks
    ]
    desk.screen.table(headings(desk, TASK_COLUMNS), rows)


def incident_json(row: dict[str, Any]) -> dict[str, Any]:
    """One incident for programs."""
    names = ("incident_id", "kind", "element_id", "message_zh", "message_en")
    return {name: row[name] for name in names}


def headings(desk: Desk, columns: Iterable[str]) -> list[str]:
    """The names of columns; `#` before one marks figures."""
    return [
        ("#" if column[0] == "#" else "") + desk.say(f"column.{column.lstrip('#')}") for column in columns
    ]


def task_json(desk: Desk, task: Task) -> dict[str, Any]:
    """One open task for programs."""
    return {
        "case": str(task.case_id),
        "task": task.id,
        "element": task.element,
        "name": task.name,
        "process": task.process,
        "form": task.form,
        "status": task.status,
        "assignee": task.assignee,
        "due_at": desk.iso(task.due_at),
        "priority": task.priority,
        "created_at": desk.iso(task.created_at),
    }
