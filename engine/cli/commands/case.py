"""`bihuan case`: one case, its open tasks, incidents, closing conditions, and what each second of its limits was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.cli.clocks import clock_json, show_clock
from engine.cli.command import argument, command, option
from engine.cli.desk import Desk
from engine.cli.grammar import Command
from engine.cli.outcomes import headings, incident_json, show_tasks, task_json
from engine.i18n import Catalogue, Language

if TYPE_CHECKING:
    from uuid import UUID

    from engine.cases.queries import Case, Task
    from engine.errors import Message
    from engine.facade import Engine
    from engine.history import TaskClock
    from engine.inbox import CaseRow

INCIDENT_COLUMNS = ("#incident", "kind", "element", "since", "reason")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Condition:
    """An open task that has conditions, and those not met as things stand."""

    task: Task
    unmet: tuple[Message, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Sheet:
    """All there is to show."""

    case: Case
    row: CaseRow | None
    tasks: list[Task]
    incidents: list[dict[str, Any]]
    conditions: list[_Condition]
    clocks: list[TaskClock]
    names: dict[str, str]


def case(say: Catalogue) -> Command:
    """The command."""
    params = [argument("case", "CASE"), option(say, "case", "--until", metavar="TIME")]
    return command("case", say, _run, params)


def _run(desk: Desk, case: str, until: str | None) -> None:
    from engine.cli.cases import find_case
    from engine.cli.moments import given

    with desk.engine() as engine:
        at = engine.clock() if until is None else given(until, "--until", desk.zone)
        sheet = _read(engine, find_case(engine, case), at)
    if desk.chosen.is_json:
        desk.screen.json(_json(desk, sheet))
    else:
        _show(desk, sheet)


# -- reading ---------------------------------------------------------------------------------------


def _read(engine: Engine, case_id: UUID, at: int) -> _Sheet:
    from engine.cli.operator import operator
    from engine.cli.shipped import settings_folder
    from engine.history import task_clocks
    from engine.inbox import CaseFilters, Cases
    from engine.installation import Timetables

    header = engine.case(case_id)
    tasks = engine.tasks(case_id=case_id)
    found = Cases(engine.database).page(operator(engine), CaseFilters(only=case_id), limit=1)
    timetable = Timetables(settings_folder())()
    return _Sheet(
        case=header,
        row=next(iter(found.rows), None),
        tasks=tasks,
        incidents=engine.queries.incidents(case_id),
        conditions=list(_conditions(engine, header, tasks)),
        clocks=task_clocks(engine, timetable, case_id, at),
        names=_names(engine, header),
    )


def _conditions(engine: Engine, header: Case, tasks: list[Task]) -> Iterable[_Condition]:
    from engine.casepage.asking import Asked, ask
    from engine.errors import Conflict

    try:
        asked = engine.executor.look(header.id, lambda session: ask(session, [task.id for task in tasks]))
    except Conflict:
        # The case has ended.
        asked = Asked()
    for task in tasks:
        if task.id in asked.conditional:
            yield _Condition(task=task, unmet=asked.unmet.get(task.id, ()))


def _names(engine: Engine, header: Case) -> dict[str, str]:
    """What the nodes are called, of the case's process and of those it calls."""
    digests = dict.fromkeys(
        effect[6]
        for event in engine.queries.events(header.id)
        for effect in event.open().effects
        if effect[0] == "scope+"
    )
    return {
        node.id: node.name
        for digest in digests
        for node in engine.definitions.programs.get(digest).nodes.values()
        if node.name
    }


# -- writing ---------------------------------------------------------------------------------------


def _json(desk: Desk, sheet: _Sheet) -> dict[str, Any]:
    header, row = sheet.case, sheet.row
    return {
        "case": str(header.id),
        "case_code": None if row is None else row.case_code,
        "title": None if row is None else row.title,
        "process": header.key,
        "version": header.version,
        "business_key": header.business_key,
        "status": header.status,
        "lifecycle": None if row is None else row.lifecycle,
        "category": None if row is None else row.category,
        "grade": None if row is None else row.grade,
        "place": None if row is None else row.place,
        "owner_unit": None if row is None else row.owner_unit,
        "provenance": header.provenance,
        "received_at": None if row is None else desk.iso(row.received_at),
        "started_at": desk.iso(header.started_at),
        "due_at": None if row is None else desk.iso(row.due_at),
        "settled_at": None if row is None else desk.iso(row.settled_at),
        "closed_at": None if row is None else desk.iso(row.closed_at),
        "ended_at": desk.iso(header.ended_at),
        "state_hash": header.state_hash,
        "tasks": [task_json(desk, task) for task in sheet.tasks],
        "incidents": [incident_json(incident) for incident in sheet.incidents],
        "conditions": [
            {
                "task": condition.task.id,
                "element": condition.task.element,
                "is_met": not condition.unmet,
                "unmet": [{"message_zh": each.zh, "message_en": each.en} for each in condition.unmet],
            }
            for condition in sheet.conditions
        ],
        "clocks": [clock_json(desk, clock) for clock in sheet.clocks],
    }


def _show(desk: Desk, sheet: _Sheet) -> None:
    _header(desk, sheet)
    say, screen = desk.say, desk.screen
    if sheet.tasks:
        screen.line()
        show_tasks(desk, sheet.tasks)
    if sheet.incidents:
        rows = [_incident(desk, incident) for incident in sheet.incidents]
        screen.table(headings(desk, INCIDENT_COLUMNS), rows, title=say("case.incidents"))
    for condition in sheet.conditions:
        screen.line()
        name = condition.task.name
        if not condition.unmet:
            screen.line(say("case.met", name=name))
        for message in condition.unmet:
            reason = message.zh if say.language is Language.ZH else message.en
            screen.line(say("case.unmet", name=name, reason=reason))
    for clock in sheet.clocks:
        show_clock(desk, clock, sheet.names.get(clock.element, clock.element))


def _header(desk: Desk, sheet: _Sheet) -> None:
    say, header, row = desk.say, sheet.case, sheet.row
    name = header.business_key or str(header.id)
    desk.screen.line(say("case.title", name=name if row is None else row.case_code), style="bold")
    facts: list[tuple[str, object]] = [("case", header.id)]
    if row is not None:
        facts += [("title", row.title), ("category", row.category), ("grade", say(f"grade.{row.grade}"))]
    facts += [
        ("process", say("case.version", process=header.key, version=header.version)),
        ("status", say(f"status.{header.status}")),
    ]
    if row is not None:
        facts += [
            ("lifecycle", say(f"lifecycle.{row.lifecycle}")),
            ("place", row.place),
            ("owner_unit", row.owner_unit),
            ("received", desk.time(row.received_at)),
            ("due", desk.time(row.due_at)),
            ("settled", desk.time(row.settled_at)),
            ("closed", desk.time(row.closed_at)),
        ]
    rows = [(say(f"column.{column}"), value) for column, value in facts if value not in (None, "")]
    desk.screen.table(headings(desk, ("item", "content")), rows)


def _incident(desk: Desk, row: dict[str, Any]) -> tuple[object, ...]:
    message = row["message_zh" if desk.say.language is Language.ZH else "message_en"]
    return row["incident_id"], row["kind"], row["element_id"], desk.time(row["created_at"]), message
