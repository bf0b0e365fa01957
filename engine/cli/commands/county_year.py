"""`bihuan simulate --scenario county-year`: a year of a county, in several processes where the database allows it."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli.desk import Desk, actor
from engine.cli.files import package_files
from engine.cli.outcomes import headings
from engine.cli.shipped import settings_folder, shipped
from engine.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from engine.facade import Engine
    from engine.simulation.shards import Progress
    from engine.simulation.world import Tally

COUNTY_YEAR = "county-year"


@dataclass(frozen=True, kw_only=True, slots=True)
class Flow:
    """What a year left of one process: its cases, those still open, and the events in their logs."""

    key: str
    cases: int
    open: int
    events: int


def run_year(desk: Desk, *, scale: float, year: int | None, seed: str, processes: int | None) -> None:
    """Simulate a year and tell what came of it. year: by default the last one that is over."""
    from engine.simulation.shards import Share, simulate_year

    embedded = desk.chosen.database.startswith("sqlite")
    if embedded and processes not in (None, 1):
        raise InvalidInput(
            code="simulate.processes",
            message_zh="SQLite 只有一个写入者，用一个进程；多个进程请用 PostgreSQL",
            message_en="SQLite has one writer: use one process, or PostgreSQL for several",
        )
    now = datetime.now(UTC)
    year = year or now.astimezone(desk.zone).year - 1
    packages = _packages()
    with desk.engine(create=True) as engine:
        _prepare(desk, engine, packages)
        url, keyring = desk.chosen.database, engine.config.keyring
    share = Share(
        url=url,
        keyring=keyring,
        config=settings_folder(),
        packages=packages,
        zone=desk.zone.key,
        year=year,
        seed=seed,
        scale=scale,
        until=int(now.timestamp() * 1_000_000),
    )
    count = processes or (1 if embedded else max(os.cpu_count() or 1, 1))
    began = time.monotonic()
    with desk.screen.progress(f"{year}") as advance:
        shown = 0

        def told(progress: Progress) -> None:
            nonlocal shown
            advance(progress.arrived - shown, progress.total)
            shown = progress.arrived

        tally = simulate_year(share, count, told)
    seconds = time.monotonic() - began
    with desk.engine() as engine:
        _tell(desk, tally, _flows(engine), year=year, seconds=seconds, processes=count)


def _packages() -> Path:
    chosen = os.environ.get("BIHUAN_PACKAGES")
    found = Path(chosen) if chosen else shipped("bpmn")
    if found is None or not found.is_dir():
        raise NotFound(
            code="packages.missing",
            message_zh=f"找不到流程包：{chosen or 'bpmn'}",
            message_en=f"the process packages are not there: {chosen or 'bpmn'}",
        )
    return found


def _prepare(desk: Desk, engine: Engine, packages: Path) -> None:
    """Where nothing is there yet: the sample county and the flows that come along."""
    from engine.samples.county import load_county
    from engine.simulation.county_year import read_plan

    directory = engine.directory
    assert directory is not None
    if not directory.index.register.units:
        load_county(directory, actor=actor(), at=engine.clock(), reason=COUNTY_YEAR)
        desk.screen.remark(desk.say("simulate.county"))
    for package in sorted(path for path in packages.iterdir() if path.is_dir()):
        if not _is_deployed(engine, package):
            engine.deploy(package_files([package]), actor=actor(), package=package.name)
            desk.screen.remark(desk.say("simulate.deployed", package=package.name))
    for kind in read_plan({}).kinds:
        engine.definitions.find(kind.process)


def _is_deployed(engine: Engine, package: Path) -> bool:
    """Whether any process of a package is there: an operator's own version of it counts."""
    for file in package.glob("*.bpmn"):
        try:
            engine.definitions.find(file.stem)
        except NotFound:
            continue
        return True
    return False


def _flows(engine: Engine) -> list[Flow]:
    import sqlalchemy as sa

    from engine.simulation.world import OPEN
    from engine.store.tables import cases

    query = (
        sa.select(
            cases.c.definition_key,
            sa.func.count(),
            sa.func.sum(sa.case((cases.c.status.in_(OPEN), 1), else_=0)),
            sa.func.sum(cases.c.seq),
        )
        .where(cases.c.provenance == "simulated")
        .group_by(cases.c.definition_key)
        .order_by(sa.func.sum(cases.c.seq).desc())
    )
    with engine.database.reading() as tx:
        return [
            Flow(key=row[0], cases=row[1], open=int(row[2]), events=int(row[3])) for row in tx.execute(query)
        ]


def _tell(desk: Desk, tally: Tally, flows: list[Flow], *, year: int, seconds: float, processes: int) -> None:
    cases, events = sum(flow.cases for flow in flows), sum(flow.events for flow in flows)
    done = tally.steps["logged"] + sum(tally.refusals.values())
    rate = round(done / seconds) if seconds else 0
    if desk.chosen.is_json:
        summary: dict[str, Any] = {
            "year": year,
            "processes": processes,
            "cases": cases,
            "events": events,
            "flows": {
                flow.key: {"cases": flow.cases, "open": flow.open, "events": flow.events} for flow in flows
            },
            "steps": dict(tally.steps),
            "refusals": dict(tally.refusals),
            "stuck": dict(tally.stuck),
            "seconds": round(seconds, 1),
            "rate": rate,
        }
        desk.screen.json(summary)
        return
    desk.screen.remark(
        desk.say(
            "simulate.year_done",
            year=year,
            cases=cases,
            events=events,
            done=done,
            seconds=round(seconds),
            rate=rate,
            processes=processes,
        )
    )
    rows = [(flow.key, flow.cases, flow.open, flow.events) for flow in flows]
    desk.screen.table(headings(desk, ("flow", "#cases", "#open_cases", "#events")), rows)
    for topic, counted in (("steps", tally.steps), ("refusals", tally.refusals), ("stuck", tally.stuck)):
        if counted:
            listed = ", ".join(f"{name} {count}" for name, count in counted.most_common())
            desk.screen.remark(desk.say(f"simulate.{topic}", listed=listed))
