"""`bihuan claim`: take a task."""

from __future__ import annotations

from engine.cli.command import argument, command, option
from engine.cli.desk import Desk, actor
from engine.cli.grammar import Command
from engine.cli.outcomes import show_outcome
from engine.i18n import Catalogue


def claim(say: Catalogue) -> Command:
    """The command."""
    params = [
        argument("case", "CASE"),
        argument("task", "TASK"),
        option(say, "claim", "--actor", default=actor),
    ]
    return command("claim", say, _run, params)


def _run(desk: Desk, case: str, task: str, actor: str) -> None:
    from engine.cli.cases import find_case, find_task

    with desk.engine() as engine:
        case_id = find_case(engine, case)
        outcome = engine.claim(case_id, find_task(engine, case_id, task).id, actor=actor)
        show_outcome(desk, engine, outcome, "claim.done")
