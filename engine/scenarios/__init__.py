"""Scenarios 场景: given, when, then of a flow in the words of those who work in it, played on an engine of their own.

The files lie beside the diagrams, in `scenarios/*.toml` of a package; `docs/scenarios.md` describes them.
"""

from engine.scenarios.coverage import Coverage
from engine.scenarios.package import ScenarioPackage, read_package_folder
from engine.scenarios.playing import Played, play
from engine.scenarios.scenario import Expectation, Failure, Given, Scenario, Step

__all__ = [
    "Coverage",
    "Expectation",
    "Failure",
    "Given",
    "Played",
    "Scenario",
    "ScenarioPackage",
    "Step",
    "play",
    "read_package_folder",
]
