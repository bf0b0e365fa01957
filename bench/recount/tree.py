"""The units of an exported directory (`bihuan directory export`): what lies in what."""

from __future__ import annotations

import csv
import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit. rank: of its level, the widest first."""

    name: str
    parent: str
    level: str
    rank: int
    is_area: bool


class Tree:
    """The units as they are now: what was moved within the year would be counted where it is."""

    def __init__(self, file: Path, settings: Path) -> None:
        table = tomllib.loads(settings.read_text("utf-8"))
        self._ranks = {each["code"]: rank for rank, each in enumerate(table["levels"])}
        self._kinds = {
            name: each["zh"][0] for each in table["departments"] for name in (each["code"], *each["zh"])
        }
        self.units: dict[str, Unit] = {}
        with file.open(encoding="utf-8-sig", newline="") as lines:
            for row in csv.DictReader(lines):
                self.units[row["单位编码"]] = Unit(
                    name=row["名称"],
                    parent=row["上级编码"],
                    level=row["级别"],
                    rank=self._ranks[row["级别"]],
                    is_area=not row["部门类别"],
                )
        self._chains: dict[str, list[str]] = {}

    def name(self, unit: str) -> str:
        """A unit as people call it; a kind of department by the first of its names."""
        found = self.units.get(unit)
        bare = unit.partition(":")[2] if unit.startswith(("department:", "village:")) else unit
        return self._kinds.get(bare, bare) if found is None else found.name

    def chain(self, unit: str) -> list[str]:
        """A unit and all it lies in, up to the root; nothing for one that is not known."""
        found = self._chains.get(unit)
        if found is None:
            found, here = [], unit
            while here in self.units:
                found.append(here)
                here = self.units[here].parent
            self._chains[unit] = found
        return found

    def village(self, place: str) -> str:
        """The village or community that a place lies in, or what is next wider; the place where it is wider itself."""
        areas = [each for each in self.chain(place) if self.units[each].is_area]
        wanted = self._ranks["village"]
        if not areas or self.units[areas[0]].rank < wanted:
            return place if place in self.units else ""
        return next((each for each in areas if self.units[each].rank <= wanted), place)
