"""`bihuan history`: a case told line by line."""

from __future__ import annotations

from engine.cli.command import argument, command, option
from engine.cli.desk import Desk
from engine.cli.grammar import Command
from engine.cli.story import Line
from engine.i18n import Catalogue


def history(say: Catalogue) -> Command:
    """The command."""
    params = [argument("case", "CASE"), option(say, "history", "--values", is_flag=True)]
    return command("history", say, _run, params)


def _run(desk: Desk, case: str, *, values: bool) -> None:
    from engine.cli.cases import find_case
    from engine.cli.story import Story
    from engine.history.lines import told

    with desk.engine() as engine:
        header = engine.case(find_case(engine, case))
        events = list(engine.queries.events(header.id))
        if desk.chosen.is_json:
            desk.screen.json(
                {
                    "case": str(header.id),
                    "process": header.key,
                    "version": header.version,
                    "business_key": header.business_key,
                    "status": header.status,
                    "provenance": header.provenance,
                    "started_at": desk.iso(header.started_at),
                    "ended_at": desk.iso(header.ended_at),
                    "events": [told(event, event.open(), desk.iso) for event in events],
                }
            )
            return
        desk.screen.line(
            desk.say(
                "history.title",
                key=header.business_key or header.id,
                process=header.key,
                version=header.version,
                status=desk.say(f"status.{header.status}"),
            ),
            style="bold",
        )
        for line in Story(desk.say, engine.definitions).tell(events):
            show_line(desk, line, values=values)


def show_line(desk: Desk, line: Line, *, values: bool) -> None:
    """One line of a story. values: with what was filled in, on a line below."""
    opened = f"  → {desk.say('history.and').join(line.opened)}" if line.opened else ""
    desk.screen.line(f"{line.seq:>4}  {desk.time(line.at)}  {line.actor}  {line.what}{opened}")
    for decided in line.decisions:
        desk.screen.line(f"      {decided}")
    if values and line.values:
        desk.screen.line("      " + desk.say("history.given", values="  ".join(line.values)))
