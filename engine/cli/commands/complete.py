"""`bihuan complete`: complete a task with the values of its form."""

from __future__ import annotations

from pathlib import Path

from engine.cli.command import argument, command, option
from engine.cli.desk import Desk, actor
from engine.cli.grammar import Command
from engine.cli.outcomes import show_outcome
from engine.cli.types import File
from engine.cli.values import variables
from engine.i18n import Catalogue


def complete(say: Catalogue) -> Command:
    """The command."""
    params = [
        argument("case", "CASE"),
        argument("task", "TASK"),
        option(say, "complete", "--var", "pairs", multiple=True, metavar="NAME=JSON"),
        option(say, "complete", "--json", "file", type=File(), metavar="FILE"),
        option(say, "complete", "--idempotency-key", metavar="TEXT"),
        option(say, "complete", "--actor", default=actor),
    ]
    return command("complete", say, _run, params)


def _run(
    desk: Desk,
    case: str,
    task: str,
    pairs: tuple[str, ...],
    file: Path | None,
    idempotency_key: str | None,
    actor: str,
) -> None:
    from engine.cli.cases import find_case, find_task

    given = variables(pairs, file)
    with desk.engine() as engine:
        case_id = find_case(engine, case)
        number = int(task) if idempotency_key and task.isdecimal() else find_task(engine, case_id, task).id
        outcome = engine.complete(case_id, number, given, actor=actor, idempotency_key=idempotency_key)
        show_outcome(desk, engine, outcome, "complete.done")
