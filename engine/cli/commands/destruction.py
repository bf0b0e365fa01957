"""`bihuan destruction`: cases whose time is over, destroyed by two people; holds that keep them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from engine.cli.cases import find_case
from engine.cli.command import argument, command, option
from engine.cli.desk import Desk, actor
from engine.cli.grammar import Group
from engine.cli.options import shared_options
from engine.cli.shipped import settings_folder
from engine.cli.signing import signing_file
from engine.i18n import Catalogue

if TYPE_CHECKING:
    from engine.facade import Engine
    from engine.history.destruction import Destruction, Destructions


def destruction(say: Catalogue) -> Group:
    """The group."""
    import click

    group = Group("destruction", say, name="destruction", params=shared_options(say))
    who = option(say, "destruction", "--actor", default=actor)
    reason = option(say, "destruction", "--reason", metavar="TEXT", required=True)
    number = argument("number", "NUMBER", type=click.IntRange(min=1))
    case = argument("case", "CASE")
    for name, run, params in (
        ("due", _due, []),
        ("list", _list, []),
        ("propose", _propose, [case, reason, who]),
        ("approve", _approve, [number, who]),
        ("reject", _reject, [number, who]),
        ("resume", _resume, [number]),
        ("hold", _hold, [case, reason, who]),
        ("lift", _lift, [case, who]),
    ):
        group.add_command(command(name, say, run, params, topic=f"destruction_{name}"))
    return group


@contextmanager
def _opened(desk: Desk) -> Iterator[tuple[Engine, Destructions]]:
    from engine.history.destruction import Destructions
    from engine.history.keeping import load_keeping

    rules = load_keeping(settings_folder())
    with desk.engine() as engine:
        yield engine, Destructions(engine.database, engine.keyring, engine.clock, rules)


def _due(desk: Desk) -> None:
    with _opened(desk) as (_, destructions):
        count = destructions.list_due()
        found = destructions.due(limit=1_000)
    if desk.chosen.is_json:
        desk.screen.json(
            {
                "due": [
                    {
                        "case": str(each.case_id),
                        "rule": each.rule,
                        "ended_at": desk.iso(each.ended_at),
                        "due_at": desk.iso(each.due_at),
                    }
                    for each in found
                ],
                "count": count,
            }
        )
        return
    rows = [
        (str(each.case_id), each.rule, desk.time(each.ended_at), desk.time(each.due_at)) for each in found
    ]
    if rows:
        names = ("column_case", "column_rule", "column_ended", "column_due")
        desk.screen.table([desk.say(f"destruction_due.{name}") for name in names], rows)
    desk.screen.remark(desk.say("destruction_due.all", count=count))


def _list(desk: Desk) -> None:
    with _opened(desk) as (_, destructions):
        found = destructions.all()
    if desk.chosen.is_json:
        desk.screen.json({"destructions": [_json(desk, each) for each in found]})
        return
    say = desk.say
    states = {
        "proposed": say("destruction_list.proposed"),
        "rejected": say("destruction_list.rejected"),
        "approved": say("destruction_list.approved"),
        "done": say("destruction_list.done"),
    }
    rows = [
        (
            str(each.number),
            str(each.case_id),
            each.rule,
            states[each.status],
            each.proposed_by,
            each.decided_by or "—",
        )
        for each in found
    ]
    if rows:
        names = (
            "column_number",
            "column_case",
            "column_rule",
            "column_state",
            "column_by",
            "column_decided",
        )
        desk.screen.table([say(f"destruction_list.{name}") for name in names], rows)
    desk.screen.remark(say("destruction_list.all", count=len(rows)))


def _propose(desk: Desk, case: str, reason: str, actor: str) -> None:
    with _opened(desk) as (engine, destructions):
        found = destructions.propose(find_case(engine, case), actor=actor, reason=reason)
    _show(desk, found, "destruction_propose.done")


def _approve(desk: Desk, number: int, actor: str) -> None:
    from engine.history.signing import SigningKey

    key = SigningKey.read(signing_file(desk))
    with _opened(desk) as (_, destructions):
        found = destructions.approve(number, actor=actor, key=key)
    _show(desk, found, "destruction_approve.done")


def _reject(desk: Desk, number: int, actor: str) -> None:
    with _opened(desk) as (_, destructions):
        found = destructions.reject(number, actor=actor)
    _show(desk, found, "destruction_reject.done")


def _resume(desk: Desk, number: int) -> None:
    with _opened(desk) as (_, destructions):
        found = destructions.carry_out(number)
    _show(desk, found, "destruction_approve.done")


def _hold(desk: Desk, case: str, reason: str, actor: str) -> None:
    with _opened(desk) as (engine, destructions):
        case_id = find_case(engine, case)
        destructions.hold(case_id, actor=actor, reason=reason)
    _said(desk, "destruction_hold.done", str(case_id))


def _lift(desk: Desk, case: str, actor: str) -> None:
    with _opened(desk) as (engine, destructions):
        case_id = find_case(engine, case)
        destructions.lift(case_id, actor=actor)
    _said(desk, "destruction_lift.done", str(case_id))


def _said(desk: Desk, done: str, case: str) -> None:
    if desk.chosen.is_json:
        desk.screen.json({"case": case})
    else:
        desk.screen.remark(desk.say(done, case=case))


def _show(desk: Desk, found: Destruction, done: str) -> None:
    if desk.chosen.is_json:
        desk.screen.json(_json(desk, found))
    else:
        desk.screen.remark(desk.say(done, number=found.number, case=found.case_id))


def _json(desk: Desk, found: Destruction) -> dict[str, Any]:
    return {
        "number": found.number,
        "case": str(found.case_id),
        "rule": found.rule,
        "due_at": desk.iso(found.due_at),
        "reason": found.reason,
        "status": found.status,
        "proposed_by": found.proposed_by,
        "proposed_at": desk.iso(found.proposed_at),
        "decided_by": found.decided_by,
        "decided_at": desk.iso(found.decided_at),
        "finished_at": desk.iso(found.finished_at),
    }
