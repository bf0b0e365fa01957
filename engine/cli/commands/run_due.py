"""`bihuan run-due`: fire due timers, send what waits in the outbox, start what is due."""

from __future__ import annotations

from engine.cli import moments
from engine.cli.command import command, option
from engine.cli.desk import Desk
from engine.cli.grammar import Command
from engine.i18n import Catalogue


def run_due(say: Catalogue) -> Command:
    """The command."""
    params = [option(say, "run_due", "--until", metavar="TIME")]
    return command("run-due", say, _run, params, topic="run_due")


def _run(desk: Desk, until: str | None) -> None:
    from pathlib import Path

    from engine.casepage import open_content
    from engine.cli.shipped import settings_folder
    from engine.settings import ServiceSettings

    moment = None if until is None else moments.given(until, "--until", desk.zone)
    with desk.engine() as engine:
        # Dossiers of closed cases are sealed by what lies beside the cases.
        open_content(engine, settings_folder(), Path(ServiceSettings.read().data))
        count = engine.run_due(moment)
    if desk.chosen.is_json:
        desk.screen.json({"done": count})
    else:
        desk.screen.remark(desk.say("run_due.done", count=count))
