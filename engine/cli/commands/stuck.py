"""`bihuan stuck`: due work that failed, and trying it again."""

from __future__ import annotations

from engine.cli.command import argument, command, option
from engine.cli.desk import Desk
from engine.cli.grammar import Group
from engine.cli.options import shared_options
from engine.i18n import Catalogue, Language


def stuck(say: Catalogue) -> Group:
    """The group."""
    group = Group("stuck", say, name="stuck", params=shared_options(say))
    params = [option(say, "stuck_list", "--given-up", is_flag=True)]
    group.add_command(command("list", say, _list, params, topic="stuck_list"))
    group.add_command(command("retry", say, _retry, [argument("work", "WORK")], topic="stuck_retry"))
    return group


def _list(desk: Desk, given_up: bool) -> None:
    with desk.engine() as engine:
        found = engine.stuck.list(given_up=given_up)
    if desk.chosen.is_json:
        listed = [
            {
                "work": each.work,
                "kind": each.kind,
                "case_id": None if each.case_id is None else str(each.case_id),
                "attempts": each.attempts,
                "message": {"zh": each.message_zh, "en": each.message_en},
                "first_at": desk.iso(each.first_at),
                "last_at": desk.iso(each.last_at),
                "retry_at": desk.iso(each.retry_at),
            }
            for each in found
        ]
        desk.screen.json({"stuck": listed})
        return
    say = desk.say
    columns = [
        say(f"stuck_list.{name}")
        for name in ("column_work", "column_attempts", "column_since", "column_retry", "column_reason")
    ]
    rows = [
        (
            each.work,
            str(each.attempts),
            desk.time(each.first_at),
            say("stuck_list.never") if each.retry_at is None else desk.time(each.retry_at),
            each.message_zh if say.language is Language.ZH else each.message_en,
        )
        for each in found
    ]
    if rows:
        desk.screen.table(columns, rows)
    desk.screen.remark(say("stuck_list.all", count=len(rows)))


def _retry(desk: Desk, work: str) -> None:
    with desk.engine() as engine:
        engine.stuck.retry(work)
    desk.screen.remark(desk.say("stuck_retry.done", work=work))
