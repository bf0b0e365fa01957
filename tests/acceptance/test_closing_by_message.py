"""No message or signal closes a case that stands before the task that closes it, its conditions unmet.

Played on the packages that come along: each case is brought before that task by a scenario, then gets everything it
waits for.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from engine.cases.clock import ManualClock
from engine.cli.files import package_files
from engine.errors import Refusal
from engine.facade import Engine
from engine.installation import configured
from engine.scenarios.actions import ACTIONS
from engine.scenarios.package import read_package_folder
from engine.scenarios.stage import Stage
from engine.scenarios.words import Words

ROOT = Path(__file__).parents[2]
BEFORE = {
    "close_case": ("dispute", "21-ready-to-close.toml"),
    "close_request": ("intake", "01-complaint.toml"),
    "close_whistle": ("whistle", "01-daily.toml"),
    "delist_area": ("mechanisms", "30-area.toml"),
    "sum_up_notice": ("mechanisms", "50-notification.toml"),
    "close_service_day": ("mechanisms", "60-service-day.toml"),
    "close_meeting": ("supervision", "10-weekly-meeting.toml"),
}
"""By the task that closes: a scenario that comes by it."""

WITHDRAWALS = {"intake.withdrawn", "whistle.withdrawn"}
"""Who began a case may withdraw it at any time: that ends it as withdrawn, as its diagram has it, and closes nothing."""


def brought(package: str, file: str, task: str) -> Stage:
    """A case of a scenario that has just come to a task."""
    folder = ROOT / "bpmn" / package
    read = read_package_folder(folder, package_files([folder]))
    scenario = next(each for each in read.scenarios if each.file.endswith(file))
    clock = ManualClock(0)
    engine = Engine.open("sqlite://", clock=clock, config=configured(ROOT / "config"))
    engine.deploy(read.files, actor="tests", package=package)
    stage = Stage(
        engine, clock, Words(definitions=read.definitions, zone=ZoneInfo("Asia/Shanghai")), read.common
    )
    given = scenario.given
    clock.now = stage.micros(given.at)
    if given.message is None:
        stage.case_id = engine.start(given.process, given.variables, actor=given.actor).case_id
    else:
        stage.case_id = engine.send_message(given.message, "", given.variables, message_id="begin")[0].case_id
    stage.settle()
    for step in [*(step for _, step in scenario.before), *scenario.steps]:
        if any(place.task.element == task for place in stage.places()):
            break
        with suppress(Refusal):
            ACTIONS[step.action].run(stage, step)
        stage.settle()
    return stage


@pytest.mark.parametrize("task", BEFORE)
def test_no_message_closes_a_case_before_its_conditions_are_met(task: str) -> None:
    stage = brought(*BEFORE[task], task)
    engine = stage.engine
    assert task in {place.task.element for place in stage.places()}
    # Whatever was reached is taken back, as far as the conditions look at it.
    engine.set_variables(
        stage.case_id,
        {
            "outcome": None,
            "called_back": None,
            "confirmed": "no",
            "minutes_sent": False,
            "documents_complete": False,
        },
        actor="admin",
    )
    for scope in list(stage.state.scopes.values()):
        for waiting in list(scope.subscriptions.values()):
            if waiting.name in WITHDRAWALS:
                continue
            if waiting.kind == "message":
                engine.send_message(waiting.name, waiting.key or "", {}, message_id=f"m/{waiting.id}")
            elif waiting.kind == "signal":
                engine.broadcast_signal(waiting.name, {}, signal_id=f"s/{waiting.id}")
            assert engine.case(stage.case_id).status == "active", waiting.name
