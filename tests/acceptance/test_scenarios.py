"""Every scenario of every shipped package passes; together they take every sequence flow."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from engine.facade import Config
from engine.installation import configured
from engine.samples.package import read_folder
from engine.scenarios import Coverage, Played, Scenario, ScenarioPackage, play, read_package_folder
from engine.scenarios.coverage import tables

ROOT = Path(__file__).resolve().parents[2]


@cache
def package(name: str) -> ScenarioPackage:
    folder = ROOT / "bpmn" / name
    return read_package_folder(folder, read_folder(folder))


@cache
def config() -> Config:
    return configured(ROOT / "config")


@cache
def played(name: str, scenario: str) -> Played:
    (found,) = (one for one in package(name).scenarios if one.name == scenario)
    return play(package(name), found, config=config())


def all_scenarios() -> list[tuple[str, Scenario]]:
    folders = sorted(path.parent.name for path in (ROOT / "bpmn").glob("*/package.toml"))
    return [(name, scenario) for name in folders for scenario in package(name).scenarios]


@pytest.mark.parametrize(
    ("name", "scenario"), [pytest.param(n, s.name, id=f"{n}-{s.name}") for n, s in all_scenarios()]
)
def test_scenario(name: str, scenario: str) -> None:
    result = played(name, scenario)
    assert result.failures == []
    assert result.cases > 0


@cache
def together(name: str) -> Coverage:
    coverage = Coverage()
    for scenario in package(name).scenarios:
        coverage.merge(played(name, scenario.name).coverage)
    return coverage


PACKAGES = ["dispute", "intake", "mechanisms", "referral", "service", "supervision", "whistle"]


@pytest.mark.slow
@pytest.mark.parametrize("name", PACKAGES)
def test_the_scenarios_take_every_sequence_flow(name: str) -> None:
    definitions = package(name).definitions
    assert {definition.key: together(name).missing(definition) for definition in definitions} == {
        definition.key: [] for definition in definitions
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", PACKAGES)
def test_the_scenarios_match_every_row_of_every_decision_table(name: str) -> None:
    found = tables(package(name).definitions)
    assert found
    assert {table.identifier: [row.index for row in together(name).unmatched(table)] for table in found} == {
        table.identifier: [] for table in found
    }
