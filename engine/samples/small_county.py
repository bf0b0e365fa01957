"""A part of the fictional county, small enough to find one's way: two towns with a few villages and all their staff."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from engine.directory import Directory
from engine.directory.exchange import import_directory, read_files
from engine.directory.exchange.exporting import csv_bytes
from engine.errors import InvalidInput
from engine.samples.county import COUNTY, county_tables

TOWNS: Final = ("01", "02")
VILLAGES: Final = ("001", "002", "003")
ROLES: Final = (
    "grid_worker", "village_lead", "town_centre", "mediator", "police_officer", "official", "county_centre",
    "court_officer", "social_worker", "leader", "duty_leader", "auditor", "designer", "admin",
)  # fmt: skip
"""Roles of which one person gets an account of the demonstration."""
OFFICIAL: Final = "official"


def load_small_county(directory: Directory, *, actor: str, at: int, reason: str) -> None:
    """Bring the small county into an empty directory. Raises InvalidInput when a row is refused."""
    tables = county_tables()
    units = [row for row in tables["units"][1:] if _is_kept(row[0])]
    kept = {row[0] for row in units}
    memberships = [row for row in tables["memberships"][1:] if row[1] in kept]
    staff = {row[0] for row in memberships}
    people = [row for row in tables["people"][1:] if row[0] in staff]
    files = {
        f"{name}.csv": csv_bytes([tables[name][0], *rows])
        for name, rows in (("units", units), ("people", people), ("memberships", memberships))
    }
    report = import_directory(directory, read_files(files), actor=actor, at=at, reason=reason)
    if not report.written:
        raise InvalidInput(message_zh="样例通讯录未能导入", message_en="the sample directory was refused")


def grids(directory: Directory, at: int) -> list[str]:
    """The grids of the directory, by id."""
    return _units(directory, at, lambda level, department: level == "grid" and department is None)


def one_of_each_role(
    directory: Directory, at: int, waiting: Mapping[str, int] = MappingProxyType({})
) -> dict[str, tuple[str, str]]:
    """By role somebody who has it and the unit, first in order of ids; nobody twice.

    waiting: by candidate group how many tasks wait for it. Of the departments somebody is taken who has most to do: which
    of them cases call differs from case to case.
    """
    index = directory.index
    found: dict[str, tuple[str, str]] = {}
    most = 0
    for person in sorted(index.register.people):
        post = next((post.membership for post in index.posts(person, at)), None)
        if post is None:
            continue
        work = sum(waiting.get(group, 0) for group in index.groups_of(person, at))
        if post.role not in found or (post.role == OFFICIAL and work > most):
            found[post.role] = (person, post.unit)
            most = work if post.role == OFFICIAL else most
    return {role: found[role] for role in ROLES if role in found}


def _units(directory: Directory, at: int, wanted: Callable[[str, str | None], bool]) -> list[str]:
    index = directory.index
    found = (index.unit(name, at) for name in sorted(index.register.units))
    return [unit.id for unit in found if unit is not None and wanted(unit.level, unit.department)]


def _is_kept(unit: str) -> bool:
    rest = unit.removeprefix(COUNTY)
    if not rest or rest.startswith("-"):
        return True
    town, village = rest[:2], rest[2:5]
    return town in TOWNS and (not village or village.startswith("-") or village in VILLAGES)
