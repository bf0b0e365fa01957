"""A year of the county in several processes, each with its own share of the arrivals.

A case stays in the process that began it, and so do those it begins; the processes share nothing but the database. A
year that was stopped goes on: what had begun is taken over as it stands, what had not arrives.
"""

from __future__ import annotations

import gc
import multiprocessing
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from multiprocessing.connection import Connection, wait
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from engine.calendars.case_clock import case_clock_providers
from engine.calendars.providers import providers as time_providers
from engine.calendars.timetable import Timetable
from engine.cases.clock import ManualClock
from engine.facade import Engine
from engine.installation import open_engine
from engine.runtime import Settings
from engine.runtime.dossier import REQUEST as DOSSIER
from engine.simulation.county_year import CountyYear, flow_profiles, micros, read_plan
from engine.simulation.haste import hasty
from engine.simulation.world import OPEN, Tally
from engine.store.tables import cases

CACHE = 4_000
"""Cases a process keeps in memory."""
OFTEN = 0.5
"""Seconds between two reports of a process."""
YEAR = 366 * 86_400 * 1_000_000
"""In microseconds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """What one of the processes simulates. url, keyring, config, zone: of the engine. packages: the flows."""

    url: str
    keyring: str | None
    config: Path
    packages: Path
    zone: str
    year: int
    seed: str
    scale: float
    until: int | None = None
    number: int = 0
    of: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How far a process is, or all of them: arrivals that have come, of how many, and what was done."""

    arrived: int = 0
    total: int = 0
    tally: Tally = field(default_factory=Tally)


Told = Callable[[Progress], None]


def simulate_year(share: Share, processes: int, told: Told) -> Tally:
    """Simulate a year in so many processes; what they did.

    told: called now and then with how far they are. Raises whatever one of them raises.
    """
    if processes == 1:
        return _work(share, told)
    context = multiprocessing.get_context("spawn")
    heard: dict[Connection, Progress] = {}
    running = []
    for number in range(processes):
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(
            target=_work_and_tell, args=(replace(share, number=number, of=processes), theirs), daemon=True
        )
        process.start()
        theirs.close()
        running.append(process)
        heard[ours] = Progress()
    try:
        _gather(heard, told)
    finally:
        for process in running:
            process.terminate()
            process.join()
    return _sum(heard.values()).tally


def _gather(heard: dict[Connection, Progress], told: Told) -> None:
    """Listen to all processes until each has said its last."""
    speaking = set(heard)
    while speaking:
        for connection in wait(list(speaking)):
            assert isinstance(connection, Connection)
            try:
                said = connection.recv()
            except EOFError:
                speaking.discard(connection)
                continue
            if isinstance(said, Exception):
                raise said
            heard[connection] = said
        told(_sum(heard.values()))


def _sum(parts: Iterable[Progress]) -> Progress:
    tally, arrived, total = Tally(), 0, 0
    for part in parts:
        arrived, total = arrived + part.arrived, total + part.total
        tally.steps += part.tally.steps
        tally.refusals += part.tally.refusals
        tally.stuck += part.tally.stuck
    return Progress(arrived=arrived, total=total, tally=tally)


def _work_and_tell(share: Share, pipe: Connection) -> None:
    """One process: what it has done is told to the one that started it, what it failed of too."""
    try:
        _work(share, pipe.send)
    except KeyboardInterrupt:
        # Between two commands: what was done stays.
        pass
    except Exception as error:  # noqa: BLE001 - raised by the one who waits
        pipe.send(RuntimeError(f"{type(error).__name__}: {error}"))
    finally:
        pipe.close()


def _work(share: Share, told: Told) -> Tally:
    with _engine(share) as (engine, county):
        plan = flow_profiles(share.packages)
        simulation = county.simulation(plan)
        known = _known(engine, county)
        if known:
            _send_what_was_left(engine)
            simulation.adopt(_left_open(engine, share))
        total = county.total
        last = time.monotonic()

        def progress(arrived: int) -> None:
            nonlocal last
            if time.monotonic() - last >= OFTEN:
                last = time.monotonic()
                told(Progress(arrived=len(known) // share.of + arrived, total=total, tally=simulation.tally))

        with hasty(engine), _seldom_collected():
            until = min(micros(county.year.end), share.until or micros(county.year.end))
            tally = simulation.work(county.arrivals(known, until), until=until, progress=progress)
        told(Progress(arrived=total, total=total, tally=tally))
        return tally


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """Thousands of cases in memory are looked through for garbage less often: it costs a tenth of the time."""
    usual = gc.get_threshold()
    gc.set_threshold(100_000, 50, 1_000)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


@contextmanager
def _engine(share: Share) -> Iterator[tuple[Engine, CountyYear]]:
    """An engine whose time is the simulation's."""
    zone = ZoneInfo(share.zone)
    clock = ManualClock(micros(datetime(share.year, 1, 1, tzinfo=zone)))
    # Nobody changes limits and calendars while the year goes by; looking whether somebody did costs time.
    timetable = Timetable.load(share.config)
    with open_engine(
        share.url,
        share.config,
        clock=clock,
        create=False,
        settings=Settings(zone=share.zone),
        keyring=share.keyring,
        cache_size=CACHE,
        providers={**time_providers(lambda: timetable), **case_clock_providers(lambda: timetable)},
    ) as engine:
        yield (
            engine,
            CountyYear(
                engine,
                timetable.calendar(),
                read_plan(flow_profiles(share.packages)),
                year=share.year,
                seed=share.seed,
                scale=share.scale,
                shard=share.number,
                of=share.of,
            ),
        )


def _known(engine: Engine, county: CountyYear) -> frozenset[str]:
    """The arrivals of this year and seed that are there already."""
    query = sa.select(cases.c.business_key).where(
        cases.c.provenance == "simulated", cases.c.business_key.like(f"%{county.mark}%")
    )
    with engine.database.reading() as tx:
        return frozenset(row[0] for row in tx.execute(query))


def _left_open(engine: Engine, share: Share) -> list[UUID]:
    """This process's part of the simulated cases that a run left open, those begun by others included."""
    zone = ZoneInfo(share.zone)
    begin, end = (micros(datetime(year, 1, 1, tzinfo=zone)) for year in (share.year, share.year + 1))
    query = sa.select(cases.c.case_id).where(
        cases.c.provenance == "simulated",
        cases.c.status.in_(OPEN),
        cases.c.started_at.between(begin, end),
    )
    with engine.database.reading() as tx:
        found = [row[0] for row in tx.execute(query.order_by(cases.c.case_id))]
    return [case_id for case_id in found if case_id.int % share.of == share.number]


def _send_what_was_left(engine: Engine) -> None:
    """What a stopped run had put into the outbox and not sent."""
    horizon = engine.clock() + YEAR
    with engine.outbox.leaving_out(DOSSIER):
        while engine.due.send_outbox(horizon) + engine.due.deliver_messages():
            pass
