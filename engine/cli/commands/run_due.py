"""`bihuan run-due`: fire due timers, send what waits in the outbox, start what is due."""

from __future__ import annotations

from engine.cli import moments
from engine.cli.command import command, option
from engine.cli.desk import Desk
from engine.cli.grammar import Command
from engine.errors import InvalidInput
from engine.i18n import Catalogue


def run_due(say: Catalogue) -> Command:
    """The command."""
    params = [option(say, "run_due", "--until", metavar="TIME")]
    return command("run-due", say, _run, params, topic="run_due")


def _run(desk: Desk, until: str | None) -> None:
    moment = None
    if until is not None:
        try:
            moment = moments.read(until, desk.zone)
        except (ValueError, OverflowError):
            raise InvalidInput.at(
                "--until",
                message_zh="时间应写成 2026-11-20T08:30，可带时区",
                message_en="write a time as 2026-11-20T08:30, with an offset if need be",
            ) from None
    with desk.engine() as engine:
        count = engine.run_due(moment)
    if desk.chosen.is_json:
        desk.screen.json({"done": count})
    else:
        desk.screen.remark(desk.say("run_due.done", count=count))
