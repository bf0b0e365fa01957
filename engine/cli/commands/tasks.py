"""`bihuan tasks`: open user tasks, soonest due first."""

from __future__ import annotations

from engine.cli.command import argument, command, option
from engine.cli.desk import Desk
from engine.cli.grammar import Command
from engine.cli.outcomes import show_tasks, task_json
from engine.cli.types import Whole
from engine.i18n import Catalogue


def tasks(say: Catalogue) -> Command:
    """The command."""
    params = [
        argument("case", "[CASE]", required=False),
        option(say, "tasks", "--group", metavar="NAME"),
        option(say, "tasks", "--user", metavar="NAME"),
        option(say, "tasks", "--assignee", metavar="NAME"),
        option(say, "tasks", "--element", metavar="ID"),
        option(say, "tasks", "--limit", type=Whole(say, least=1, most=10_000), default=50),
    ]
    return command("tasks", say, _run, params)


def _run(
    desk: Desk,
    case: str | None,
    group: str | None,
    user: str | None,
    assignee: str | None,
    element: str | None,
    limit: int,
) -> None:
    from engine.cli.cases import find_case

    with desk.engine() as engine:
        found = engine.tasks(
            case_id=None if case is None else find_case(engine, case),
            group=group,
            user=user,
            assignee=assignee,
            element=element,
            limit=limit + 1,
        )
    more, found = len(found) > limit, found[:limit]
    if desk.chosen.is_json:
        desk.screen.json({"tasks": [task_json(desk, task) for task in found], "more": more})
        return
    if found:
        show_tasks(desk, found)
    desk.screen.remark(desk.say("tasks.more" if more else "tasks.all", count=len(found)))
