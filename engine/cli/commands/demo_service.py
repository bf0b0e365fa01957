"""`bihuan demo --serve`: the whole service on a small county with sample cases and an account of each role."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli.desk import Desk, actor
from engine.cli.exits import Exit
from engine.cli.files import package_files
from engine.cli.moments import micros_of
from engine.cli.shipped import settings_folder

if TYPE_CHECKING:
    from engine.facade import Engine

DISPUTE = "dispute"
WHISTLE = "whistle"
MOST_STEPS = 9
"""Tasks of a case that are completed at most before somebody signs in."""
DEPARTMENTS = {
    "housing": "住建局",
    "urban": "城管局",
    "environment": "生态环境局",
    "market": "市场监管局",
    "labour": "人社局",
    "civil": "民政局",
}
"""Whom the sample whistles may call."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DemoAccount:
    """Who may sign in; the password is told this once."""

    role: str
    login: str
    password: str
    name: str
    unit: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Demonstration:
    """What was prepared. environment: settings for the service."""

    accounts: tuple[DemoAccount, ...]
    environment: Mapping[str, str]


def prepare(desk: Desk, folder: Path, packages: Path, *, cases: int, past: int, seed: str) -> Demonstration:
    """Fill a folder: directory, flows, `past` cases of the weeks before, `cases` just begun of each flow, accounts."""
    from engine.runtime.dossier import REQUEST as DOSSIER
    from engine.samples.small_county import grids

    until = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    database = f"sqlite:///{(folder / 'bihuan.db').resolve()}"
    desk = Desk(replace(desk.chosen, database=database, keyring=None), desk.say)
    _live_through(desk, packages, past, seed, until)
    # What comes before the service takes no time for papers; whoever closes a case in it has its dossier sealed.
    with desk.engine() as engine, engine.outbox.leaving_out(DOSSIER):
        assert engine.directory is not None
        _play(desk, engine, packages, cases, seed, until, grids(engine.directory, engine.clock()))
        accounts = _open_accounts(engine)
    environment = {"BIHUAN_DATABASE": database, "BIHUAN_DATA": str((folder / "files").resolve())}
    return Demonstration(accounts=accounts, environment=environment)


def run_service(desk: Desk, demonstration: Demonstration) -> Exit:
    """Tell the accounts, then become the service."""
    from engine.settings import ServiceSettings

    environment = {**os.environ, **demonstration.environment}
    settings = ServiceSettings.read(environment)
    if desk.chosen.is_json:
        listed = [
            {"role": each.role, "login": each.login, "password": each.password, "unit": each.unit}
            for each in demonstration.accounts
        ]
        desk.screen.json({"address": f"http://{settings.host}:{settings.port}/", "accounts": listed})
    else:
        desk.screen.remark(desk.say("demo.accounts"))
        for each in demonstration.accounts:
            desk.screen.remark(f"  {each.login}  {each.password}  {each.role:<15} {each.name}（{each.unit}）")
        address = f"http://{settings.host}:{settings.port}/"
        desk.screen.remark(desk.say("demo.address", address=address))
    sys.stdout.flush()
    sys.stderr.flush()
    # A list of arguments, no shell: this process becomes the service and so gets its signals.
    os.execve(sys.executable, [sys.executable, "-m", "engine.cli", "serve"], environment)  # noqa: S606


def _live_through(desk: Desk, packages: Path, past: int, seed: str, until: datetime) -> None:
    """The county as it was some weeks ago, and what came in until now."""
    from engine.calendars.timetable import Timetable
    from engine.cases.clock import ManualClock
    from engine.samples.small_county import load_small_county
    from engine.simulation.season import LASTS, simulate_season

    begin = ManualClock(micros_of(until - LASTS))
    with desk.engine(create=True, clock=begin) as engine:
        directory = engine.directory
        assert directory is not None
        load_small_county(directory, actor=actor(), at=engine.clock(), reason="demonstration")
        for package in sorted(path for path in packages.iterdir() if path.is_dir()):
            engine.deploy(package_files([package]), actor=actor(), package=package.name)
        if past:
            with desk.screen.progress(desk.say("demo.living"), past) as advance:
                simulate_season(
                    engine,
                    packages,
                    Timetable.load(settings_folder()),
                    number=past,
                    seed=seed,
                    until=until.astimezone(desk.zone),
                    told=lambda arrived: advance(1),
                )


def _play(
    desk: Desk,
    engine: Engine,
    packages: Path,
    cases: int,
    seed: str,
    until: datetime,
    grids: list[str],
) -> None:
    """Cases of both flows, worked on by people of the directory: some just begun, some far on, some closed."""
    from engine.samples.draw import Draw
    from engine.simulation.colleagues import Colleagues
    from engine.simulation.county_year import flow_profiles

    directory = engine.directory
    assert directory is not None
    now = micros_of(until)
    profiles = flow_profiles(packages)
    with desk.screen.progress(desk.say("demo.playing"), 2 * cases) as advance:
        for process in (WHISTLE, DISPUTE):
            draw = Draw(f"{seed}/{process}")
            words = profiles[process].texts
            colleagues = Colleagues(engine, directory, draw, until=now, words=words)
            for number in range(1, cases + 1):
                own = draw.fork(number)
                age = own.span(timedelta(hours=2), timedelta(days=20))
                grid = own.pick(grids)
                colleagues.case(
                    process,
                    _given(process, grid),
                    now - age // timedelta(microseconds=1),
                    own.whole(0, MOST_STEPS),
                    business_key=f"{process}-{number:04d}",
                )
                advance(1)
    engine.run_due(now)


def _given(process: str, grid: str) -> dict[str, Any]:
    if process != WHISTLE:
        return {"grid": grid}
    units = [{"label": name, "value": code} for code, name in DEPARTMENTS.items()]
    return {"grid": grid, "village": grid[:-2], "units": units}


def _open_accounts(engine: Engine) -> tuple[DemoAccount, ...]:
    from engine.accounts.office import Office
    from engine.accounts.opaque import one_time_password
    from engine.accounts.security_log import Origin
    from engine.samples.small_county import one_of_each_role

    directory = engine.directory
    assert directory is not None
    random, now = engine.config.random, engine.clock()
    office = Office.open(engine.database, directory, settings_folder(), clock=engine.clock, random=random)
    origin = Origin(address="", agent="bihuan demo", actor=actor())
    accounts = []
    for role, (person, unit) in one_of_each_role(directory, now, _waiting(engine)).items():
        who, where = directory.index.person(person, now), directory.index.unit(unit, now)
        password = one_time_password(random)
        office.register.open(person, origin, person=person, password=password)
        accounts.append(
            DemoAccount(
                role=role,
                login=person,
                password=password,
                name=person if who is None else who.name,
                unit=unit if where is None else where.name,
            )
        )
    return tuple(accounts)


def _waiting(engine: Engine) -> dict[str, int]:
    """By candidate group how many tasks wait for it."""
    import sqlalchemy as sa

    from engine.store.tables import task_candidates

    group = task_candidates.c.candidate
    query = sa.select(group, sa.func.count()).where(task_candidates.c.kind == "group").group_by(group)
    with engine.database.reading() as tx:
        return {row[0]: row[1] for row in tx.execute(query)}
