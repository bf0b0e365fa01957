"""Which flows have their dossiers sealed by themselves, and that they are once a case of theirs is over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.casepage import open_content
from engine.cases.log import SEAL_DOSSIER
from engine.runtime.dossier import PROPERTY
from engine.scenarios.actions import ACTIONS
from engine.state.case import CANCELLED, COMPLETED
from tests.acceptance.county import ROOT, County, package

PACKAGES = ("dispute", "whistle", "intake", "supervision", "referral", "service", "mechanisms")
SEALED = {
    "dispute", "whistle", "referral", "referral_in", "supervision", "petition", "intake", "enterprise_request", "meeting",
    "joint_visit", "area_project", "deliberation", "duty_grade", "stability",
}  # fmt: skip
"""Not among them: help (its content may have to be erased), grid events (one form; what goes on is a case of its own),
and rounds, notices and lists that are reports and no matters of anybody."""


@pytest.fixture
def county(tmp_path: Path) -> Iterator[County]:
    """The county with its files, which make and seal the papers of cases."""
    made = County("dispute", "whistle", "referral", "supervision", "intake", "mechanisms")
    open_content(made.engine, ROOT / "config", tmp_path)
    yield made
    made.engine.close()


def test_the_flows_that_ask_for_it_are_these() -> None:
    found = {
        definition.key
        for name in PACKAGES
        for definition in package(name).definitions
        if definition.properties.get(PROPERTY) == "closing"
    }
    assert found == SEALED


@pytest.mark.parametrize(
    ("name", "scenario", "is_sealed"),
    [
        ("intake", "01-complaint", True),
        ("intake", "40-enterprise", True),
        ("intake", "30-event-on-the-spot", False),
        ("supervision", "10-weekly-meeting", True),
        ("supervision", "40-joint-visit", True),
        ("mechanisms", "10-deliberation", True),
        ("mechanisms", "20-low-risk", True),
        ("mechanisms", "30-area", True),
        ("mechanisms", "40-wartime", True),
    ],
)
def test_a_case_that_is_over_has_its_dossier(
    county: County, name: str, scenario: str, is_sealed: bool
) -> None:
    (found,) = (each for each in package(name).scenarios if each.name == scenario)
    desk = county.start(name, found.given.process, found.given.variables)
    for step in [*(step for _, step in found.before), *found.steps]:
        # What is refused leaves the case as it is.
        if step.expectation.refused is None and not step.expectation.errors:
            ACTIONS[step.action].run(desk.stage, step)
            desk.stage.settle()
    county.engine.run_due()
    assert desk.stage.case_id is not None
    assert county.engine.case(desk.stage.case_id).status == COMPLETED
    kinds = [event.head.kind for event in county.engine.queries.events(desk.stage.case_id)]
    assert kinds.count(SEAL_DOSSIER) == int(is_sealed)


def test_a_case_that_was_cancelled_keeps_its_papers_unsealed(county: County) -> None:
    (given,) = (each.given for each in package("intake").scenarios if each.name == "01-complaint")
    desk = county.start("intake", given.process, given.variables)
    desk.do("填写诉求")
    case_id = desk.stage.case_id
    assert case_id is not None
    county.engine.cancel(case_id, actor="管理员", reason="登记错了")
    county.engine.run_due()
    assert county.engine.case(case_id).status == CANCELLED
    assert SEAL_DOSSIER not in [event.head.kind for event in county.engine.queries.events(case_id)]
