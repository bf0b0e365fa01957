"""A year of a county: what arrives when, who handles it, and how well (`county-year.toml`)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from heapq import merge
from itertools import takewhile
from pathlib import Path
from zoneinfo import ZoneInfo

from engine.calendars.calendar import Calendar
from engine.directory import Directory
from engine.errors import InvalidInput
from engine.facade import Engine
from engine.samples.draw import Draw
from engine.simulation.profile import Profile, read_profile
from engine.simulation.rhythm import Office, Rhythm, Year, storms
from engine.simulation.run import Simulation
from engine.simulation.staff import Habits, Staff
from engine.simulation.world import Arrival

SCENARIO = Path(__file__).with_name("county-year.toml")
HOTLINE = ("intake", "enterprise_request")
"""What is taken down by the command centre, not by a grid worker."""

CALLED = ("housing", "urban", "environment", "market", "labour", "civil", "water", "emergency")
"""Kinds of departments that a village may whistle for."""

BELOW_COUNTY = ("town", "village", "grid", "group")


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """A kind of arrival: how many of all there are, and how it goes. code: begins the code of its cases."""

    process: str
    code: str
    share: float
    rhythm: Rhythm
    profile: Profile
    on_the_spot: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What a year holds at scale 1."""

    intakes: int
    storms: int
    kinds: tuple[Kind, ...]
    habits: Habits

    def counts(self, scale: float) -> list[int]:
        """How many of each kind arrive."""
        return [round(self.intakes * kind.share * scale) for kind in self.kinds]


def read_plan(profiles: Mapping[str, Profile], data: bytes | None = None) -> Plan:
    """Read the plan that comes along, or another one. profiles: how each process usually goes."""
    table = tomllib.loads((SCENARIO.read_bytes() if data is None else data).decode("utf-8"))
    rhythms = {name: Rhythm(**entry) for name, entry in table["rhythms"].items()}
    kinds = tuple(
        Kind(
            process=entry["process"],
            code=entry["code"],
            share=entry["share"],
            rhythm=rhythms[entry["rhythm"]],
            profile=_profile(profiles.get(entry["process"], Profile()), entry.get("answers", {})),
            on_the_spot=entry.get("on_the_spot", False),
        )
        for entry in table["kinds"]
    )
    return Plan(
        intakes=table["intakes"],
        storms=table["storms"],
        kinds=kinds,
        habits=Habits(**table["habits"], **table["timeliness"]),
    )


def _profile(usual: Profile, answers: Mapping[str, Mapping[str, float]]) -> Profile:
    return replace(usual, answers={**usual.answers, **answers})


def flow_profiles(packages: Path) -> dict[str, Profile]:
    """How cases go, by process: what each package's `samples/simulation.toml` says, for all its processes. What they
    send one another is sent by them and not made up.
    """
    found: dict[str, Profile] = {}
    for file in sorted(packages.glob("*/samples/simulation.toml")):
        profile = read_profile(file.read_bytes())
        for diagram in file.parent.parent.glob("*.bpmn"):
            found[diagram.stem] = profile
        found[file.parent.parent.name] = profile
    if "enterprise" in found:
        found["enterprise_request"] = found["enterprise"]
    return {process: profile.beside(found) for process, profile in found.items()}


class County:
    """The places and people of a directory, as arrivals and staff need them. at: as of when, microseconds."""

    def __init__(self, directory: Directory, at: int) -> None:
        self._directory = directory
        index = directory.index
        units = {name: unit for name in sorted(index.register.units) if (unit := index.unit(name, at))}
        self.grids = [unit.id for unit in units.values() if unit.level == "grid" and unit.department is None]
        if not self.grids:
            raise InvalidInput(
                code="county.empty",
                message_zh="通讯录里没有网格：先导入通讯录（bihuan directory import），没有的用 bihuan directory sample 生成一个",
                message_en="the directory has no grids: import one (bihuan directory import), "
                "or write one with bihuan directory sample",
            )
        self._villages = {
            grid: next((above.id for above in index.ancestors(grid, at)[1:]), grid) for grid in self.grids
        }
        self._departments: dict[str, str] = {}
        kinds = directory.vocabulary.departments
        for unit in units.values():
            if unit.department is not None and unit.level not in BELOW_COUNTY:
                for name in (unit.department, *kinds[unit.department].names):
                    self._departments.setdefault(name, unit.id)
        self.units = [
            {"label": kinds[code].names[0], "value": code} for code in CALLED if code in self._departments
        ]

    def village(self, grid: str) -> str:
        """The unit above a grid."""
        return self._villages[grid]

    def members(self, group: str, at: int) -> Sequence[str]:
        """Who is in a group: of the directory, or one that a flow names by what it is for."""
        index = self._directory.index
        if group.startswith("unit:"):
            return index.members(group, at)
        kind, _, name = group.partition(":")
        unit = {
            "platform": self._departments.get("command"),
            "village": name,
            "department": self._departments.get(name) or name,
        }.get(kind)
        return () if unit is None else index.members(f"unit:{unit}/*", at)


class CountyYear:
    """One year of the county in an engine's directory.

    shard, of: this process simulates every `of`-th arrival, beginning with number `shard`.
    """

    def __init__(
        self,
        engine: Engine,
        calendar: Calendar,
        plan: Plan,
        *,
        year: int,
        seed: str,
        scale: float,
        shard: int = 0,
        of: int = 1,
    ) -> None:
        assert engine.directory is not None
        self._engine = engine
        self._plan = plan
        self._seed = seed
        self._draw = Draw(f"county-year/{seed}/{year}/{scale:g}")
        zone = ZoneInfo(calendar.zone)
        self.year = Year(year, calendar, storms(year, plan.storms, zone, self._draw))
        self._number = year
        self._counts = plan.counts(scale)
        self._shard, self._of = shard, of
        self._office = Office(calendar)
        self._county = County(engine.directory, micros(self.year.begin))

    @property
    def total(self) -> int:
        """How many arrive in this process."""
        return sum(len(range(self._shard, count, self._of)) for count in self._counts)

    def simulation(self, profiles: Mapping[str, Profile]) -> Simulation:
        """What works through the year."""
        return Simulation(
            self._engine,
            "",
            seed=self._draw.seed,
            begin=self.year.begin,
            habits=self._plan.habits,
            profiles=profiles,
            members=self._county.members,
            staff=lambda draw, habits: Staff(draw, habits, self._office.next),
        )

    @property
    def mark(self) -> str:
        """What all its cases have in their codes."""
        return f"{self._number}-M{self._seed}-"

    def arrivals(self, known: frozenset[str] = frozenset(), until: int | None = None) -> Iterator[Arrival]:
        """The arrivals of this process up to a moment, but for those there already."""
        streams = [self._of_kind(number, known) for number in range(len(self._plan.kinds))]
        coming = merge(*streams, key=lambda arrival: arrival.at)
        return takewhile(lambda arrival: until is None or arrival.at <= until, coming)

    def _of_kind(self, number: int, known: frozenset[str]) -> Iterator[Arrival]:
        kind, count = self._plan.kinds[number], self._counts[number]
        draw = self._draw.fork(kind.process)
        for case, at in self.year.arrivals(kind.rhythm, count, draw.fork("times")):
            key = self.key(kind, case)
            if case % self._of == self._shard and key not in known:
                yield self._arrival(kind, draw.fork(case), key, at)

    def key(self, kind: Kind, number: int) -> str:
        """The code of a case, which is its business key as well."""
        return f"{kind.code}{self.mark}{number + 1:06d}"

    def _arrival(self, kind: Kind, draw: Draw, key: str, at: int) -> Arrival:
        return arrival(self._county, kind, draw, key, at)


def arrival(county: County, kind: Kind, draw: Draw, key: str, at: int) -> Arrival:
    """A case of a kind somewhere in a county, taken down by somebody who works there."""
    grid = draw.pick(county.grids)
    village = county.village(grid)
    variables = {
        **kind.profile.start,
        "case_code": key,
        "grid": grid,
        "village": village,
        "units": county.units or kind.profile.start.get("units", []),
    }
    group = "platform" if kind.process in HOTLINE else f"unit:{grid}/*"
    people = county.members(group, at) or county.members(f"village:{village}", at)
    return Arrival(
        at=at,
        process=kind.process,
        key=key,
        variables=variables,
        profile=kind.profile,
        starter=draw.pick(people) if people else "simulation",
        on_the_spot=kind.on_the_spot,
    )


def micros(moment: datetime) -> int:
    """Microseconds since 1970 UTC."""
    return round(moment.timestamp() * 1_000_000)
