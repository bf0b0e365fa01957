"""`bihuan simulate`: staff who act like people work on cases of a deployed process, in compressed time."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli.command import argument, command, option
from engine.cli.commands.county_year import COUNTY_YEAR, run_year
from engine.cli.commands.imports import advance_to
from engine.cli.desk import Desk
from engine.cli.grammar import Command
from engine.cli.moments import micros_of
from engine.cli.shipped import shipped
from engine.cli.types import File, OneOf, Share, Whole
from engine.cli.values import variables
from engine.errors import InvalidInput
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
        argument("key", "[KEY]", required=False),
        option(say, "simulate", "--scenario", type=OneOf((COUNTY_YEAR,), say)),
        option(say, "simulate", "--scale", type=Share(say), default=1.0, metavar="F"),
        option(say, "simulate", "--year", type=Whole(say, least=2022, most=2100), default=None),
        option(say, "simulate", "--processes", type=Whole(say, least=1, most=64), default=None),
        option(say, "simulate", "--cases", type=Whole(say, least=1, most=1_000_000), default=100),
        option(say, "simulate", "--seed", default="1", metavar="TEXT"),
        option(say, "simulate", "--var", "pairs", multiple=True, metavar="NAME=JSON"),
        option(say, "simulate", "--json", "file", type=File(), metavar="FILE"),
    ]
    return command("simulate", say, _run, params)


def _run(
    desk: Desk,
    key: str | None,
    scenario: str | None,
    scale: float,
    year: int | None,
    processes: int | None,
    cases: int,
    seed: str,
    pairs: tuple[str, ...],
    file: Path | None,
) -> None:
    if scenario is not None and key is None:
        run_year(desk, scale=scale, year=year, seed=seed, processes=processes)
    elif key is not None and scenario is None:
        _run_one(desk, key, cases, seed, pairs, file)
    else:
        raise InvalidInput(
            code="simulate.what",
            message_zh="请写一个流程 KEY，或者 --scenario county-year，二者之一",
            message_en="give a process KEY or --scenario county-year, one of the two",
        )


def _run_one(desk: Desk, key: str, cases: int, seed: str, pairs: tuple[str, ...], file: Path | None) -> None:
    from engine.cases.clock import ManualClock
    from engine.simulation import Simulation, hasty

    given = variables(pairs, file)
    profile = _profile(key)

    def start(number: int, draw: Draw) -> Mapping[str, Any]:
        places = {"grid": draw.pick(grids)} if grids else {}
        return {"case_code": f"SIM-{seed}-{number + 1}", **places, **given}

    begin = datetime.now(UTC).astimezone(desk.zone) - SPREAD
    began = time.monotonic()
    with desk.engine(create=True, clock=ManualClock(micros_of(begin))) as engine:
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
