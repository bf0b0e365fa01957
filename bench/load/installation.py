"""What is put under load: a county with its staff, accounts, a flow of three steps, and open cases."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from bench import processes
from engine.accounts.office import Office
from engine.accounts.security_log import Origin
from engine.cases.clock import wall_clock
from engine.directory.exchange import import_directory, read_files
from engine.directory.exchange.exporting import csv_bytes
from engine.directory.exchange.moments import read_moment
from engine.facade import Engine
from engine.installation import open_engine
from engine.samples.county import county_tables

PASSWORD: Final = "an evening by the lake 9"
STEPS: Final = ("a", "b", "c")
WAITS_FOR: Final = {"a": "镇/综治中心", "b": "镇/调委会", "c": "镇/综治中心"}
ROLES: Final = {"a": "town_centre", "b": "mediator", "c": "town_centre"}
UNLIMITED: Final = "[rates]\ncaller = 10000000\naddress = 10000000\nsign_in = 10000000\n"
"""Requests are counted as ever, but a whole county comes from one address here."""


@dataclass(frozen=True, kw_only=True)
class Installation:
    """An installation that is set up. config, keyring: as its processes are told. staff: people by town and role.

    tasks: the number of the task of each step in every case. cases: open ones by town, at their first step.
    """

    url: str
    config: Path
    keyring: str
    staff: Mapping[str, Mapping[str, list[str]]]
    tasks: Mapping[str, int]
    engine: Engine

    def open_accounts(self, people: list[str]) -> None:
        """Accounts for people, who sign in with `PASSWORD`."""
        assert self.engine.directory is not None
        office = Office.open(
            self.engine.database,
            self.engine.directory,
            self.config,
            clock=self.engine.clock,
            random=self.engine.config.random,
        )
        us = Origin(address="", agent="", actor="bench")
        for person in people:
            office.register.open(person, us, person=person, password=PASSWORD)

    def start(self, town: str, number: int) -> list[UUID]:
        """Start cases in the grids of a town."""
        found = []
        for each in range(number):
            grid = {"grid": f"{town}{1 + each % 12:03d}01", "title": "路口积水影响通行"}
            found.append(self.engine.start("three", grid, actor="bench").case_id)
        return found


def set_up(url: str, folder: Path) -> Installation:
    """Set an installation up on an empty database. folder: for its settings and keys."""
    config = folder / "config"
    shutil.copytree("config", config)
    (config / "accounts.toml").write_text(UNLIMITED)
    keyring = f"sqlite:///{folder / 'keys.db'}"
    engine = open_engine(url, config, create=True, keyring=keyring)
    assert engine.directory is not None
    tables = county_tables()
    files = {f"{name}.csv": csv_bytes(rows) for name, rows in tables.items()}
    since = read_moment("2024-01-02T08:30", ZoneInfo("Asia/Shanghai"))
    assert since is not None
    import_directory(engine.directory, read_files(files), actor="bench", at=since, reason="bench")
    engine.deploy(processes.three(WAITS_FOR), actor="bench", package="three")
    return Installation(
        url=url,
        config=config,
        keyring=keyring,
        staff=_staff(tables["memberships"]),
        tasks=_numbers(engine),
        engine=engine,
    )


def form(step: str) -> bytes:
    """The body that completes the task of a step: a form of five fields."""
    return json.dumps({"variables": processes.filled(step)}, ensure_ascii=False).encode()


def _staff(rows: list[list[str]]) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = {}
    for person, unit, role, *_ in rows[1:]:
        town, _, department = unit.partition("-")
        if len(town) == 4 and department and role in ROLES.values():
            known = found.setdefault(town, {}).setdefault(role, [])
            if person not in known:
                known.append(person)
    return {town: roles for town, roles in found.items() if len(roles) == len(set(ROLES.values()))}


def _numbers(engine: Engine) -> dict[str, int]:
    """Tasks are numbered alike in all cases of the flow; one case gone through shows how."""
    case = engine.start("three", {"grid": "qh0100101"}, actor="bench").case_id
    found = {}
    for step in STEPS:
        (task,) = engine.tasks(case_id=case)
        found[step] = task.id
        engine.complete(case, task.id, processes.filled(step), actor="bench")
    return found


def now() -> int:
    """The present, in microseconds."""
    return wall_clock()
