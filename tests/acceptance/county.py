"""Several shipped packages on one engine, played by the names people read: what one case tells another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from engine import ManualClock
from engine.history import Replayer, Verifier
from engine.installation import open_engine
from engine.intake.player import micros
from engine.runtime.dossier import REQUEST as DOSSIER
from engine.samples.package import read_folder
from engine.scenarios import ScenarioPackage, read_package_folder
from engine.scenarios.actions import ACTIONS
from engine.scenarios.stage import Stage
from engine.scenarios.words import Words

ROOT = Path(__file__).resolve().parents[2]
MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""09:00 in Shanghai."""


@cache
def package(name: str) -> ScenarioPackage:
    folder = ROOT / "bpmn" / name
    return read_package_folder(folder, read_folder(folder))


class Desk:
    """One case, and what its package's scenarios usually fill in."""

    def __init__(self, county: County, name: str, case_id: UUID) -> None:
        words = Words(definitions=package(name).definitions, zone=ZoneInfo("Asia/Shanghai"))
        self.name = name
        self.stage = Stage(county.engine, county.clock, words, package(name).common)
        self.stage.case_id = case_id

    @property
    def open(self) -> list[str]:
        """The names of the open tasks, sorted."""
        return sorted(str(place.node.name) for place in self.stage.places())

    def known(self, name: str) -> Any:
        """A variable of the case."""
        return self.stage.engine.variables(self.stage.case_id).get(name)

    def do(
        self, *names: str, filled: Mapping[str, Any] | None = None, left_out: Sequence[str] = (), **set_: Any
    ) -> None:
        """Complete every open task of these names, one name after the other. filled, left_out: by labels."""
        for name in names:
            assert name in self.open
            for place in self.stage.tasks(name):
                values = {**self.stage.filled(place, filled or {}, left_out), **set_}
                actor = str(self.stage.common.actors.get(name) or "经办人")
                self.stage.engine.complete(self.stage.case_id, place.task.id, values, actor=actor)
            self.stage.settle()

    def play(self, scenario: str, steps: int | None = None) -> None:
        """Take the steps of a scenario, those it goes on from included; or only the first few of its own."""
        (found,) = (each for each in package(self.name).scenarios if each.name == scenario)
        for step in [*(step for _, step in found.before), *found.steps[:steps]]:
            ACTIONS[step.action].run(self.stage, step)
            self.stage.settle()

    def later(self, days: int) -> None:
        """Let days go by."""
        self.stage.advance(self.stage.now + timedelta(days=days))


class County:
    """An engine with the packages named."""

    def __init__(self, *names: str) -> None:
        self.clock = ManualClock(micros(MONDAY))
        self.engine = open_engine("sqlite://", ROOT / "config", clock=self.clock)
        # What cases tell one another is tried here, not their papers.
        self.engine.outbox.senders[DOSSIER] = lambda row, payload: None
        for name in names:
            self.engine.deploy(package(name).files, actor="designer", package=name)

    def start(self, name: str, process: str, variables: Mapping[str, Any]) -> Desk:
        """A case started by hand."""
        case_id = self.engine.start(process, dict(variables), actor="经办人").case_id
        self.engine.run_due()
        return Desk(self, name, case_id)

    def send(self, message: str, key: str, content: Mapping[str, Any]) -> None:
        """A message from outside."""
        self.engine.send_message(message, key, dict(content))
        self.engine.run_due()

    def the(self, name: str, process: str) -> Desk:
        """The one case of a process."""
        (case,) = self.engine.queries.cases(key=process)
        return Desk(self, name, case.id)

    def prove(self) -> None:
        """Every case verifies and replays."""
        for case_id in list(self.engine.case_ids()):
            assert Verifier(self.engine).verify(case_id).is_sound
            assert Replayer(self.engine).replay(case_id).is_sound
