"""The past weeks of a small county: cases of all kinds that began and went on up to now, so that lists have something to show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from engine.calendars.timetable import Timetable
from engine.facade import Engine
from engine.samples.draw import Draw
from engine.simulation.county_year import County, Kind, arrival, flow_profiles, micros, read_plan
from engine.simulation.haste import hasty
from engine.simulation.rhythm import Office
from engine.simulation.run import Simulation
from engine.simulation.staff import Staff
from engine.simulation.world import Arrival, Tally

LASTS: Final = timedelta(days=75)
"""Long enough for disputes that were settled, followed up and rated."""
MIXED: Final = {"dispute": 8, "whistle": 5, "intake": 4, "grid_event": 2, "enterprise_request": 1}
"""How many of each kind in twenty: unlike in a county, where most are done on the spot, those worked on are most."""
DAYTIME: Final = (8, 20)
"""Hours between which cases arrive."""


def simulate_season(
    engine: Engine,
    packages: Path,
    timetable: Timetable,
    *,
    number: int,
    seed: str,
    until: datetime,
    told: Callable[[int], None] = lambda arrived: None,
) -> Tally:
    """Let so many cases arrive in the weeks before `until` and be handled; what happened.

    engine: its clock is a ManualClock that stands at the beginning, its directory has the county and its flows are
    deployed. told: how many have arrived. The same seed, number and moment give the same cases.
    """
    assert engine.directory is not None
    draw = Draw(f"season/{seed}")
    profiles = flow_profiles(packages)
    plan = read_plan(profiles)
    begin = until - LASTS
    county = County(engine.directory, micros(begin))
    office = Office(timetable.calendar())
    simulation = Simulation(
        engine,
        "",
        seed=draw.seed,
        begin=begin,
        habits=plan.habits,
        profiles=profiles,
        members=county.members,
        staff=lambda own, habits: Staff(own, habits, office.next),
    )
    coming = sorted(
        (
            arrival(county, kind, draw.fork(key), key, at)
            for kind, key, at in _coming(plan.kinds, draw.fork("coming"), begin, until, number)
        ),
        key=lambda each: (each.at, each.key),
    )
    with hasty(engine):
        return simulation.work(_so_far(coming, micros(until)), until=micros(until), progress=told)


def _coming(
    kinds: tuple[Kind, ...], draw: Draw, begin: datetime, until: datetime, number: int
) -> Iterator[tuple[Kind, str, int]]:
    """Kind, code and moment of each arrival."""
    lots = [kind for kind in kinds for _ in range(MIXED.get(kind.process, 0))]
    first, last = DAYTIME
    for place in range(number):
        own = draw.fork(place)
        day = begin + (until - begin) * (place / number)
        moment = day.replace(hour=first, minute=0) + own.span(timedelta(), timedelta(hours=last - first))
        kind = own.pick(lots)
        yield kind, f"{kind.code}-{moment:%Y%m%d}-{place + 1:04d}", micros(moment)


def _so_far(arrivals: list[Arrival], until: int) -> Iterator[Arrival]:
    return (each for each in arrivals if each.at <= until)
