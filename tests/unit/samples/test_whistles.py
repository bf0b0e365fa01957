"""Sample whistles: deterministic, in order, and with everything a demonstration has to show."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.intake.drive import Action
from engine.samples.whistles import SampleCase, in_order, sample_cases
from engine.samples.world import World, read_world

UNTIL = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
WORLD_FILE = Path("bpmn/whistle/samples/world.toml")


@pytest.fixture(scope="module")
def world() -> World:
    return read_world(WORLD_FILE.read_bytes())


@pytest.fixture(scope="module")
def cases(world: World) -> tuple[SampleCase, ...]:
    return sample_cases(world, count=200, until=UNTIL)


def completed(case: SampleCase) -> list[str]:
    return [action.element for action in case.actions if action.element is not None]


def test_the_same_seed_gives_the_same_cases(world: World, cases: tuple[SampleCase, ...]) -> None:
    assert sample_cases(world, count=200, until=UNTIL) == cases
    assert sample_cases(world, count=200, until=UNTIL, seed="other") != cases


def test_the_moment_only_shifts_the_cases(world: World, cases: tuple[SampleCase, ...]) -> None:
    later = sample_cases(world, count=200, until=UNTIL + timedelta(days=7))
    shifted = sum(completed(a) == completed(b) for a, b in zip(cases, later, strict=True))
    assert shifted > 195


def test_actions_are_in_order_of_time_and_nothing_happens_after_the_moment(
    cases: tuple[SampleCase, ...],
) -> None:
    for case in cases:
        times = [action.at for action in case.actions]
        assert times == sorted(times)
        assert times[-1] <= UNTIL
        assert case.actions[0].kind == "start"
        assert all(action.simulated for action in case.actions)
    together = [action.at for _, action in in_order(cases)]
    assert together == sorted(together)
    assert len(together) == sum(len(case.actions) for case in cases)


def test_the_cases_show_everything(cases: tuple[SampleCase, ...]) -> None:
    ends = Counter(case.actions[-1].element or case.actions[-1].kind for case in cases)
    assert ends["close_whistle"] > 100
    assert ends["withdraw"] > 0
    assert sum("rework" in completed(case) for case in cases) > 5
    assert sum("revise_whistle" in completed(case) for case in cases) > 5
    assert any(completed(case)[-1:] == ["revise_whistle"] for case in cases)
    assert sum(completed(case)[-1:] != ["close_whistle"] for case in cases) > 20
    assert any("take_call" in completed(case) for case in cases)
    assert any("make_plan" in completed(case) for case in cases)
    rulings = {a.variables["ruling"] for case in cases for a in case.actions if a.element == "decide_return"}
    assert rulings == {"upheld", "rejected"}


def test_no_department_acts_after_the_required_ones_are_done(cases: tuple[SampleCase, ...]) -> None:
    for case in cases:
        reports = [action.at for action in case.actions if action.element == "lead_report"]
        for action in case.actions:
            if action.unit is not None and reports:
                assert action.at < reports[0]


def test_every_department_signs_for_then_checks_in_then_handles(cases: tuple[SampleCase, ...]) -> None:
    for case in cases:
        plans = any(action.element == "make_plan" for action in case.actions)
        order = ["sign_for", "check_in", *(["make_plan"] if plans else []), "handle"]
        by_unit: dict[str, list[Action]] = {}
        for action in case.actions:
            if action.unit is not None:
                by_unit.setdefault(action.unit, []).append(action)
        for actions in by_unit.values():
            assert [action.element for action in actions] == order[: len(actions)]


def test_a_closed_whistle_was_confirmed_just_before(cases: tuple[SampleCase, ...]) -> None:
    for case in cases:
        if completed(case)[-1:] == ["close_whistle"]:
            confirmed, called_back = case.actions[-3:-1]
            assert (confirmed.element, called_back.element) == ("confirm_on_site", "call_back")
            assert confirmed.variables["confirmed"] == "yes"
            assert called_back.variables.get("resident_solved") != "no"


def test_every_matter_names_departments_that_exist(world: World) -> None:
    text = WORLD_FILE.read_text(encoding="utf-8").replace('lead = "power"', 'lead = "nobody"')
    with pytest.raises(KeyError, match="nobody"):
        read_world(text.encode())
    assert {matter.type for matter in world.matters} == {"daily", "emergency", "hard"}
