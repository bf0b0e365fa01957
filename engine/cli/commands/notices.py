"""`bihuan notices`: what somebody was told."""

from __future__ import annotations

from engine.cases.notices import sentence
from engine.cli.command import command, option
from engine.cli.desk import Desk, actor
from engine.cli.grammar import Command
from engine.i18n import Catalogue


def notices(say: Catalogue) -> Command:
    """The command."""
    params = [
        option(say, "notices", "--actor", default=actor),
        option(say, "notices", "--unread", is_flag=True),
        option(say, "notices", "--read", "read", metavar="ID"),
    ]
    return command("notices", say, _run, params)


def _run(desk: Desk, actor: str, unread: bool, read: str | None) -> None:
    with desk.engine() as engine:
        if read is not None:
            found = engine.notices.read(read, person=actor)
        else:
            found = engine.notices.of(actor, unread=unread)
    if desk.chosen.is_json:
        listed = [
            {
                "id": each.id,
                "case_id": None if each.case_id is None else str(each.case_id),
                "kind": each.kind,
                "addressee": each.addressee,
                "facts": dict(each.facts),
                "sent_at": desk.iso(each.sent_at),
                "read_at": desk.iso(each.read_at),
            }
            for each in found
        ]
        desk.screen.json({"notices": listed})
        return
    say = desk.say
    columns = [
        say(f"notices.{name}")
        for name in (
            "column_id",
            "column_text",
            "column_addressee",
            "column_sent",
            "column_read",
        )
    ]
    rows = [
        (
            each.id,
            sentence(each.kind, each.facts, say, lambda micros: str(desk.time(micros))),
            each.addressee,
            desk.time(each.sent_at),
            desk.time(each.read_at),
        )
        for each in found
    ]
    if rows:
        desk.screen.table(columns, rows)
    desk.screen.remark(say("notices.all", count=len(rows)))
