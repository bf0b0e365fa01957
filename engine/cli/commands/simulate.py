"""`bihuan simulate`: staff who act like people work on cases of a deployed process, in compressed time."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli.command import argument, command, option
from engine.cli.commands.imports import advance_to
from engine.cli.desk import Desk
from engine.cli.grammar import Command
from engine.cli.shipped import shipped
from engine.cli.types import File, Whole
from engine.cli.values import variables
from engine.i18n import Catalogue
from engine.samples.draw import Draw

if TYPE_CHECKING:
    from engine.facade import Engine
    from engine.simulation import Profile

SPREAD = timedelta(days=60)
"""Cases arrive over so long, ending now."""


def simulate(say: Catalogue) -> Command:
    """The command."""
    params = [
        argument("key", "KEY"),
        option(say, "simulate", "--cases", type=Whole(say, least=1, most=1_000_000), default=100),
        option(say, "simulate", "--seed", default="1", metavar="TEXT"),
        option(say, "simulate", "--var", "pairs", multiple=True, metavar="NAME=JSON"),
        option(say, "simulate", "--json", "file", type=File(), metavar="FILE"),
    ]
    return command("simulate", say, _run, params)


def _run(desk: Desk, key: str, cases: int, seed: str, pairs: tuple[str, ...], file: Path | None) -> None:
    from engine.simulation import Simulation, hasty

    given = variables(pairs, file)
    profile = _profile(key)

    def start(number: int, draw: Draw) -> Mapping[str, Any]:
        places = {"grid": draw.pick(grids)} if grids else {}
        return {"case_code": f"SIM-{seed}-{number + 1}", **places, **given}

    begin = datetime.now(UTC).astimezone(desk.zone) - SPREAD
    began = time.monotonic()
    with desk.engine(create=True) as engine:
        grids = _grids(engine)
        simulation = Simulation(
            engine, key, seed=seed, begin=begin, every=SPREAD / cases, start=start, profile=profile
        )
        with desk.screen.progress(key) as advance, hasty(engine):
            tally = simulation.run(cases, progress=advance_to(advance))
        stand = Counter(case.status for case in engine.queries.cases(key=key))
    seconds = time.monotonic() - began
    if desk.chosen.is_json:
        desk.screen.json(
            {
                "cases": cases,
                "steps": dict(tally.steps),
                "refusals": dict(tally.refusals),
                "stuck": dict(tally.stuck),
                "status": dict(stand),
                "seconds": round(seconds, 1),
            }
        )
        return
    steps = sum(tally.steps.values())
    desk.screen.remark(desk.say("simulate.done", cases=cases, steps=steps, seconds=round(seconds, 1)))
    for topic, counted in (("steps", tally.steps), ("refusals", tally.refusals), ("stuck", tally.stuck)):
        if counted:
            listed = ", ".join(f"{name} {count}" for name, count in counted.most_common())
            desk.screen.remark(desk.say(f"simulate.{topic}", listed=listed))
    listed = ", ".join(f"{desk.say('status.' + name)} {count}" for name, count in stand.most_common())
    desk.screen.remark(desk.say("simulate.status", listed=listed))


def _profile(key: str) -> Profile | None:
    """How the cases of a flow that comes along usually go."""
    from engine.simulation import read_profile

    folder = shipped(f"bpmn/{key}/samples")
    file = None if folder is None else folder / "simulation.toml"
    return read_profile(file.read_bytes()) if file is not None and file.is_file() else None


def _grids(engine: Engine) -> list[str]:
    """The grids of the directory, where there is one: cases happen there."""
    units = {} if engine.directory is None else engine.directory.index.register.units
    return sorted(unit for unit, rows in units.items() if rows[-1].level == "grid")
