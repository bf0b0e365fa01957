"""The sample whistles run through the shipped flow: every step finds its task, timers fire in between."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from engine import Engine, ManualClock
from engine.history import Replayer, Verifier
from engine.installation import open_engine
from engine.intake.player import micros
from engine.samples.demo import play
from engine.samples.package import read_folder
from engine.samples.whistles import SampleCase, sample_cases
from engine.samples.world import read_world
from tests.acceptance.whistle import CONFIG, FOLDER

UNTIL = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def cases() -> tuple[SampleCase, ...]:
    world = read_world((FOLDER / "samples" / "world.toml").read_bytes())
    return sample_cases(world, count=60, until=UNTIL)


@pytest.fixture(scope="module")
def engine(cases: tuple[SampleCase, ...]) -> Iterator[Engine]:
    with open_engine("sqlite://", CONFIG, clock=ManualClock(micros(UNTIL))) as opened:
        opened.deploy(read_folder(FOLDER), actor="designer", package="whistle")
        assert play(opened, cases) == len(cases)
        yield opened


def test_every_case_is_there_marked_simulated(engine: Engine, cases: tuple[SampleCase, ...]) -> None:
    found = {case.business_key: case for case in engine.queries.cases(key="whistle")}
    assert set(found) == {case.code for case in cases}
    assert {case.provenance for case in found.values()} == {"simulated"}
    for case in cases:
        last = case.actions[-1]
        given_up = last.variables.get("resubmit") == "no"
        ended = last.kind == "withdraw" or last.element == "close_whistle" or given_up
        assert (found[case.code].status == "completed") == ended


def test_some_are_reminded_and_some_are_late(engine: Engine) -> None:
    fired: Counter[str] = Counter()
    late = 0
    for case_id in engine.case_ids():
        for event in engine.queries.events(case_id):
            fired[event.head.kind] += 1
        reports = engine.variables(case_id).get("reports") or []
        late += sum(bool(report["late"]) for report in reports)
    assert fired["fire-timer"] > 20
    assert fired["message"] > 0
    assert late > 3


def test_their_histories_verify_and_replay(engine: Engine) -> None:
    assert all(report.is_sound for report in Verifier(engine).verify_all())
    assert all(report.is_sound for report in Replayer(engine).replay_all())


def test_playing_them_again_adds_nothing(engine: Engine, cases: tuple[SampleCase, ...]) -> None:
    before = [case.seq for case in engine.queries.cases(key="whistle")]
    assert play(engine, cases) == 0
    assert [case.seq for case in engine.queries.cases(key="whistle")] == before


def test_every_timer_fires_before_what_happens_after_it(
    engine: Engine, cases: tuple[SampleCase, ...]
) -> None:
    last = micros(max(case.actions[-1].at for case in cases))
    assert [timer for timer in engine.queries.timers() if timer["due_at"] <= last] == []
    for case_id in engine.case_ids():
        times = [event.head.effective_at for event in engine.queries.events(case_id)]
        assert times == sorted(times)
