"""A year of a county: marked, provable, the same for the same seed, in several processes, and after a stop."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine.cases.clock import ManualClock
from engine.cli.files import package_files
from engine.facade import Engine
from engine.installation import open_engine
from engine.samples.small_county import load_small_county
from engine.simulation.county_year import flow_profiles, read_plan
from engine.simulation.shards import Progress, Share, simulate_year
from engine.store.tables import cases, events
from tests.support.driving import check

ROOT = Path(__file__).parents[2]
JUNE = 1_750_000_000_000_000
"""15 June 2025, in microseconds."""
SMALL = 0.0002


def prepared(url: str, folder: Path) -> Share:
    """A database with the small county and the flows; the whole of a year's arrivals for it."""
    keyring = f"sqlite:///{folder / 'keys'}"
    with open_engine(url, ROOT / "config", clock=ManualClock(JUNE), keyring=keyring) as engine:
        assert engine.directory is not None
        load_small_county(engine.directory, actor="admin", at=JUNE, reason="test")
        for package in sorted(path for path in (ROOT / "bpmn").iterdir() if path.is_dir()):
            engine.deploy(package_files([package]), actor="admin", package=package.name)
    return Share(
        url=url,
        keyring=keyring,
        config=ROOT / "config",
        packages=ROOT / "bpmn",
        zone="Asia/Shanghai",
        year=2025,
        seed="one",
        scale=SMALL,
    )


def opened(share: Share) -> Engine:
    """The engine of a share."""
    return open_engine(share.url, share.config, keyring=share.keyring)


def begun(engine: Engine) -> set[str]:
    """The arrivals that are there; what other cases have begun has no key of its own."""
    return {case.business_key for case in engine.queries.cases() if case.business_key is not None}


def told(engine: Engine) -> list[tuple[object, ...]]:
    """Everything that happened, but for what chance of the machine has in it: ids and hashes."""
    query = (
        sa.select(cases.c.definition_key, cases.c.business_key, events.c.seq, events.c.kind, events.c.actor,
                  events.c.effective_at)
        .join(events, events.c.case_id == cases.c.case_id)
    )  # fmt: skip
    with engine.database.reading() as tx:
        return sorted((tuple(row) for row in tx.execute(query)), key=repr)


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Share:
    """A year that has passed, on SQLite."""
    folder = tmp_path_factory.mktemp("year")
    share = prepared(f"sqlite:///{folder / 'year.db'}", folder)
    simulate_year(share, 1, lambda progress: None)
    return share


def test_every_arrival_is_there_and_all_is_marked(year: Share) -> None:
    counts = {
        kind.process: count
        for kind, count in zip(read_plan({}).kinds, read_plan({}).counts(SMALL), strict=True)
    }
    with opened(year) as engine:
        found = engine.queries.cases()
        assert {case.provenance for case in found} == {"simulated"}
        for process, count in counts.items():
            begun = [case for case in found if case.key == process and case.business_key is not None]
            assert len(begun) == count


def test_what_was_simulated_verifies_and_replays(year: Share) -> None:
    with opened(year) as engine:
        for case_id in engine.case_ids():
            check(engine, case_id)


def test_most_grid_events_are_settled_with_one_form(year: Share) -> None:
    with opened(year) as engine:
        events_of = [case for case in engine.queries.cases(key="grid_event") if case.status == "completed"]
    assert sum(case.seq == 2 for case in events_of) > len(events_of) / 2


def test_the_same_seed_gives_the_same_year(year: Share, tmp_path: Path) -> None:
    again = prepared(f"sqlite:///{tmp_path / 'again.db'}", tmp_path)
    simulate_year(again, 1, lambda progress: None)
    with opened(year) as first, opened(again) as second:
        assert told(first) == told(second)


def test_a_year_that_was_stopped_goes_on(year: Share, tmp_path: Path) -> None:
    share = prepared(f"sqlite:///{tmp_path / 'stopped.db'}", tmp_path)
    simulate_year(replace(share, until=JUNE), 1, lambda progress: None)
    with opened(share) as engine:
        half = begun(engine)
    simulate_year(share, 1, lambda progress: None)
    with opened(share) as engine, opened(year) as whole:
        assert half < begun(engine) == begun(whole)
        assert max(case.effective_at for case in engine.queries.cases()) > JUNE
        for case_id in engine.case_ids():
            check(engine, case_id)


def test_two_processes_share_the_year(postgres_url: str, tmp_path: Path) -> None:
    share = prepared(postgres_url, tmp_path)
    reports: list[Progress] = []
    simulate_year(share, 2, reports.append)
    with opened(share) as engine:
        found = engine.queries.cases()
        assert sum(case.business_key is not None for case in found) == sum(read_plan({}).counts(SMALL))
        for case_id in engine.case_ids():
            check(engine, case_id)
    assert reports[-1].arrived == reports[-1].total


def test_flows_that_come_along_say_how_they_go() -> None:
    profiles = flow_profiles(ROOT / "bpmn")
    assert {kind.process for kind in read_plan({}).kinds} <= profiles.keys()
