"""The demonstration's report: how the cases stand, what the departments did, and one case told in full."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from engine.cli.commands.history import show_line
from engine.cli.desk import Desk
from engine.cli.ledger import OUTCOMES, STANDINGS, Department, Ledger
from engine.cli.moments import micros_of
from engine.cli.outcomes import headings
from engine.cli.story import Story

if TYPE_CHECKING:
    from engine.facade import Engine
    from engine.samples.whistles import SampleCase
    from engine.samples.world import World

DEPARTMENT_COLUMNS = ("department", "#summoned", "#signed", "#arrived", "#handled", "#released", "#overdue")


def introduce(
    desk: Desk,
    deployed: Sequence[tuple[str, str]],
    samples: Sequence[SampleCase],
    seconds: float,
    until: int,
) -> None:
    """What was deployed and played. deployed: keys and names of processes. until: microseconds since 1970."""
    for key, name in deployed:
        desk.screen.remark(desk.say("demo.deployed", key=key, name=name))
    first = min(micros_of(case.actions[0].at) for case in samples)
    desk.screen.remark(
        desk.say(
            "demo.played",
            cases=len(samples),
            steps=sum(len(case.actions) for case in samples),
            days=timedelta(microseconds=until - first).days,
            seconds=f"{seconds:.1f}",
        )
    )


def show(desk: Desk, engine: Engine, ledger: Ledger, world: World) -> str:
    """The tables, then the story of a case that was closed; the name of a case to look at."""
    say, screen = desk.say, desk.screen
    names = _task_names(engine)
    screen.table(
        headings(desk, ("outcome", "#cases")),
        [(say(f"demo.{name}"), ledger.outcomes[name]) for name in OUTCOMES],
        title=say("demo.outcomes", time=desk.time(ledger.now)),
    )
    screen.table(
        headings(desk, ("limit", "#cases")),
        [(say(f"demo.{name}"), ledger.punctual[name]) for name in STANDINGS],
        title=say("demo.punctual"),
    )
    screen.table(
        headings(desk, ("step", "#tasks")),
        [(names.get(step, step), count) for step, count in ledger.steps.most_common()],
        title=say("demo.steps"),
    )
    accounts = sorted(ledger.departments.items(), key=lambda entry: (-entry[1].summoned, entry[0]))
    screen.table(
        headings(desk, DEPARTMENT_COLUMNS),
        [(ledger.names.get(unit, unit), *_figures(desk, account)) for unit, account in accounts],
        title=say("demo.departments"),
    )
    if ledger.told is not None:
        _tell(desk, engine, ledger.told[1], _actors(desk, world))
    screen.line()
    example = engine.case(next(engine.case_ids()) if ledger.told is None else ledger.told[1])
    return example.business_key or str(example.id)


def _task_names(engine: Engine) -> dict[str, str]:
    """What the nodes of all processes are called, for a case runs through those it calls, too."""
    return {
        node.id: node.name
        for digest, _, _ in engine.definitions.all()
        for node in engine.definitions.programs.get(digest).nodes.values()
        if node.name
    }


def _figures(desk: Desk, account: Department) -> tuple[object, ...]:
    def late(done: int, of_them: int) -> str:
        return desk.say("demo.of_them_late", done=done, late=of_them) if of_them else str(done)

    return (
        account.summoned,
        late(account.signed, account.signed_late),
        late(account.arrived, account.arrived_late),
        late(account.handled, account.handled_late),
        account.released,
        account.overdue,
    )


def _actors(desk: Desk, world: World) -> dict[str, str]:
    """What the simulated staff are called."""
    return {
        "village": desk.say("demo.village"),
        "platform": desk.say("demo.platform"),
        **{f"village:{key}": name for key, name in world.villages.items()},
        **{f"department:{key}": name for key, name in world.departments.items()},
    }


def _tell(desk: Desk, engine: Engine, case_id: UUID, names: Mapping[str, str]) -> None:
    case = engine.case(case_id)
    desk.screen.line()
    desk.screen.line(desk.say("demo.story", code=case.business_key or case_id), style="bold")
    for line in Story(desk.say, engine.definitions, names).tell(engine.queries.events(case_id)):
        show_line(desk, line, values=False)
