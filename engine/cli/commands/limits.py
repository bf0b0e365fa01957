"""`bihuan limits`: another rule for clocks that run already, proposed by one person and approved by another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.cli.command import argument, command, option
from engine.cli.desk import Desk, actor
from engine.cli.grammar import Group
from engine.cli.options import shared_options
from engine.i18n import Catalogue

if TYPE_CHECKING:
    from engine.cases.clock_changes import ClockChange


def limits(say: Catalogue) -> Group:
    """The group."""
    import click

    group = Group("limits", say, name="limits", params=shared_options(say))
    who = option(say, "limits", "--actor", default=actor)
    number = argument("change", "CHANGE", type=click.IntRange(min=1))
    propose = [
        argument("limit", "LIMIT"),
        option(say, "limits_propose", "--reason", metavar="TEXT", required=True),
        option(say, "limits_propose", "--version", metavar="VERSION"),
        who,
    ]
    group.add_command(command("propose", say, _propose, propose, topic="limits_propose"))
    group.add_command(command("approve", say, _approve, [number, who], topic="limits_approve"))
    group.add_command(command("reject", say, _reject, [number, who], topic="limits_reject"))
    group.add_command(command("list", say, _list, topic="limits_list"))
    return group


def _propose(desk: Desk, limit: str, reason: str, version: str | None, actor: str) -> None:
    with desk.engine() as engine:
        change = engine.clock_changes.propose(limit, actor=actor, reason=reason, version=version)
    _show(desk, change, "limits_propose.done")


def _approve(desk: Desk, change: int, actor: str) -> None:
    with desk.engine() as engine:
        decided = engine.clock_changes.approve(change, actor=actor)
    _show(desk, decided, "limits_approve.done")


def _reject(desk: Desk, change: int, actor: str) -> None:
    with desk.engine() as engine:
        decided = engine.clock_changes.reject(change, actor=actor)
    _show(desk, decided, "limits_reject.done")


def _list(desk: Desk) -> None:
    with desk.engine() as engine:
        found = engine.clock_changes.all()
    if desk.chosen.is_json:
        desk.screen.json({"changes": [_json(desk, change) for change in found]})
        return
    say = desk.say
    states = {
        "proposed": say("limits_list.proposed"),
        "rejected": say("limits_list.rejected"),
        "approved": say("limits_list.approved"),
        "done": say("limits_list.done"),
    }
    names = (
        "column_change",
        "column_subject",
        "column_version",
        "column_state",
        "column_by",
        "column_decided",
        "column_moved",
    )
    rows = [
        (
            str(change.change),
            change.subject,
            change.version,
            states[change.status],
            change.proposed_by,
            change.decided_by or "—",
            str(change.moved),
        )
        for change in found
    ]
    if rows:
        desk.screen.table([say(f"limits_list.{name}") for name in names], rows)
    desk.screen.remark(say("limits_list.all", count=len(rows)))


def _show(desk: Desk, change: ClockChange, done: str) -> None:
    if desk.chosen.is_json:
        desk.screen.json(_json(desk, change))
    else:
        desk.screen.remark(desk.say(done, change=change.change, limit=change.subject, version=change.version))


def _json(desk: Desk, change: ClockChange) -> dict[str, Any]:
    return {
        "change": change.change,
        "kind": change.kind,
        "subject": change.subject,
        "version": change.version,
        "reason": change.reason,
        "status": change.status,
        "proposed_by": change.proposed_by,
        "proposed_at": desk.iso(change.proposed_at),
        "decided_by": change.decided_by,
        "decided_at": desk.iso(change.decided_at),
        "moved": change.moved,
        "failed": change.failed,
        "finished_at": desk.iso(change.finished_at),
    }
