"""`bihuan message`: give a message to the case that waits for it, or start a case with it."""

from __future__ import annotations

from pathlib import Path

from engine.cli.command import argument, command, option
from engine.cli.desk import Desk
from engine.cli.grammar import Command
from engine.cli.outcomes import outcome_json, show_outcome
from engine.cli.types import File, Whole
from engine.cli.values import variables
from engine.i18n import Catalogue

HOUR = 3_600_000_000
MOST_HOURS = 24 * 366


def message(say: Catalogue) -> Command:
    """The command."""
    params = [
        argument("name", "NAME"),
        option(say, "message", "--key", default="", metavar="TEXT"),
        option(say, "message", "--var", "pairs", multiple=True, metavar="NAME=JSON"),
        option(say, "message", "--json", "file", type=File(), metavar="FILE"),
        option(say, "message", "--id", "message_id", metavar="TEXT"),
        option(say, "message", "--hours", type=Whole(say, most=MOST_HOURS), default=24),
    ]
    return command("message", say, _run, params)


def _run(
    desk: Desk,
    name: str,
    key: str,
    pairs: tuple[str, ...],
    file: Path | None,
    message_id: str | None,
    hours: int,
) -> None:
    given = variables(pairs, file)
    with desk.engine() as engine:
        outcomes = engine.send_message(name, key, given, message_id=message_id, ttl=hours * HOUR)
        if desk.chosen.is_json:
            desk.screen.json({"delivered": [outcome_json(desk, engine, outcome) for outcome in outcomes]})
            return
        for outcome in outcomes:
            show_outcome(desk, engine, outcome, "message.done")
    if not outcomes:
        desk.screen.line(desk.say("message.kept", name=name, key=key, hours=hours))
