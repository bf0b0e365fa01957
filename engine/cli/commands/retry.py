"""`bihuan retry`: let a case go on where an incident stopped it."""

from __future__ import annotations

from engine.cli.command import argument, command, option
from engine.cli.desk import Desk, actor
from engine.cli.grammar import Command
from engine.cli.outcomes import show_outcome
from engine.i18n import Catalogue


def retry(say: Catalogue) -> Command:
    """The command."""
    params = [
        argument("case", "CASE"),
        argument("incident", "INCIDENT"),
        option(say, "retry", "--actor", default=actor),
    ]
    return command("retry", say, _run, params)


def _run(desk: Desk, case: str, incident: str, actor: str) -> None:
    from engine.cli.cases import find_case, find_incident

    with desk.engine() as engine:
        case_id = find_case(engine, case)
        outcome = engine.retry(case_id, find_incident(engine, case_id, incident), actor=actor)
        show_outcome(desk, engine, outcome, "retry.done")
