"""`bihuan start`: start a case."""

from __future__ import annotations

from pathlib import Path

from engine.cli.command import argument, command, option
from engine.cli.desk import Desk, actor
from engine.cli.grammar import Command
from engine.cli.outcomes import show_outcome
from engine.cli.types import File, Whole
from engine.cli.values import variables
from engine.i18n import Catalogue


def start(say: Catalogue) -> Command:
    """The command."""
    params = [
        argument("key", "KEY"),
        option(say, "start", "--var", "pairs", multiple=True, metavar="NAME=JSON"),
        option(say, "start", "--json", "file", type=File(), metavar="FILE"),
        option(say, "start", "--business-key", metavar="TEXT"),
        option(say, "start", "--version", type=Whole(say, least=1)),
        option(say, "start", "--idempotency-key", metavar="TEXT"),
        option(say, "start", "--actor", default=actor),
    ]
    return command("start", say, _run, params)


def _run(
    desk: Desk,
    key: str,
    pairs: tuple[str, ...],
    file: Path | None,
    business_key: str | None,
    version: int | None,
    idempotency_key: str | None,
    actor: str,
) -> None:
    given = variables(pairs, file)
    with desk.engine() as engine:
        outcome = engine.start(
            key,
            given,
            actor=actor,
            business_key=business_key,
            version=version,
            idempotency_key=idempotency_key,
        )
        show_outcome(desk, engine, outcome, "start.done")
