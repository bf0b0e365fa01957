"""The intake flows as they are shipped: their package, what they start elsewhere, and what stays out of the log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from engine import Engine, ManualClock
from engine.cases.queries import Case
from engine.installation import configured
from engine.model import read_package
from engine.samples.package import read_folder
from engine.scenarios import read_package_folder
from engine.scenarios.stage import Stage
from engine.scenarios.words import Words

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "bpmn" / "intake"
MORNING = 1_772_413_200_000_000
"""Monday 2 March 2026, 09:00 in Shanghai."""
SECRETS = ("周素云", "10000001234", "烧烤摊占道", "已责令整改", "责令限时营业", "何立新")


@pytest.fixture
def stage() -> Iterator[Stage]:
    """A request, with the flows it may lead to."""
    package = read_package_folder(FOLDER, read_folder(FOLDER))
    clock = ManualClock(MORNING)
    with Engine.open("sqlite://", clock=clock, config=configured(ROOT / "config")) as engine:
        for name in ("dispute", "whistle", "supervision"):
            engine.deploy(read_folder(ROOT / "bpmn" / name), actor="designer", package=name)
        engine.deploy(package.files, actor="designer", package="intake")
        words = Words(definitions=package.definitions, zone=ZoneInfo("Asia/Shanghai"))
        made = Stage(engine, clock, words, package.common)
        given = {"grid": "g1", "village": "v1", "units": [{"label": "城管局", "value": "城管"}]}
        made.case_id = engine.start("intake", given, actor="resident").case_id
        yield made


def do(stage: Stage, *names: str, entered: Mapping[str, Any] | None = None) -> None:
    """Complete tasks by their names; `entered`: by labels, for the last of them."""
    for name in names:
        for place in stage.tasks(name):
            written = dict(entered or {}) if name == names[-1] else {}
            assert stage.case_id is not None
            values = stage.filled(place, written, ())
            stage.engine.complete(stage.case_id, place.task.id, values, actor=name)
        stage.engine.run_due()


def started(stage: Stage, key: str) -> Case:
    stage.engine.run_due()
    (case,) = stage.engine.queries.cases(key=key)
    return case


def code_of(stage: Stage) -> str:
    assert stage.case_id is not None
    return str(stage.engine.variables(stage.case_id)["case_code"])


def seen(stage: Stage, case: UUID) -> dict[str, Any]:
    return stage.engine.variables(case)


def test_the_package_has_no_findings() -> None:
    package = read_package(read_folder(FOLDER))
    assert package.findings == ()
    assert sorted(definition.key for definition in package.definitions) == [
        "enterprise_request",
        "grid_event",
        "intake",
        "intake_handling",
        "intake_unit",
        "intake_unsolved",
    ]


def test_every_user_task_has_a_form_and_a_group() -> None:
    for definition in read_package(read_folder(FOLDER)).definitions:
        for node in definition.nodes.values():
            if node.work is not None:
                assert node.work.form is not None, node.id
                assert "bihuan:candidate" in node.properties, node.id


def test_every_form_is_used() -> None:
    definitions = read_package(read_folder(FOLDER)).definitions
    used = {form.file for definition in definitions for form in definition.forms.values()}
    assert used == {name for name in read_folder(FOLDER) if name.endswith(".form")}


def test_a_dispute_is_started_with_a_code_that_leads_back(stage: Stage) -> None:
    do(stage, "填写诉求", "受理登记", entered={"双方有争议（纠纷）": "是", "一级类别": "邻里相邻"})
    do(stage, "派单", entered={"派单方式": "转矛盾纠纷（双方有争议）"})
    dispute = started(stage, "dispute")
    found = seen(stage, dispute.id)
    assert found["case_code"] == f"{code_of(stage)}-A"
    assert (found["linked_case"], found["category"], found["source"]) == (
        code_of(stage),
        "neighbour",
        "hotline",
    )
    assert [task.element for task in stage.engine.tasks(case_id=dispute.id)] == ["register_report"]


def test_a_whistle_is_started_with_a_code_that_leads_back(stage: Stage) -> None:
    do(stage, "填写诉求", "受理登记", entered={"超出村社权限，要几个部门同时到现场": "是"})
    do(stage, "派单", entered={"派单方式": "转吹哨（几个部门同时到现场）", "吹哨的村社": "v1"})
    whistle = started(stage, "whistle")
    found = seen(stage, whistle.id)
    assert (found["case_code"], found["linked_case"]) == (f"{code_of(stage)}-B", code_of(stage))
    assert [task.element for task in stage.engine.tasks(case_id=whistle.id)] == ["blow_whistle"]


def test_what_stays_unsolved_is_supervised_until_it_is_solved(stage: Stage) -> None:
    unsolved = {"是否解决": "否", "是否满意": "不满意"}
    do(stage, "填写诉求", "受理登记", "派单", "签收、异议", "联系诉求人", "办理", "答复诉求人")
    do(stage, "回访", entered=unsolved)
    for _ in range(2):
        do(stage, "重新办理", "答复诉求人", "回访", entered=unsolved)
    do(stage, "督办还是挂账")
    supervision = started(stage, "supervision")
    found = seen(stage, supervision.id)
    assert (found["parent_code"], found["unit"], found["reason"]) == (code_of(stage), "市监", "dissatisfied")
    do(stage, "重新办理", "答复诉求人", "回访")
    stage.engine.run_due()
    assert stage.engine.case(supervision.id).status == "completed"


def test_no_message_holds_what_somebody_said_and_no_log_does(stage: Stage) -> None:
    do(
        stage,
        "填写诉求",
        "受理登记",
        "派单",
        "签收、异议",
        "联系诉求人",
        "办理",
        "答复诉求人",
        "回访",
        "销号",
    )
    assert stage.case_id is not None
    events = stage.engine.queries.events(stage.case_id)
    log = b"".join(event.open().canonical() for event in events).decode()
    assert "柳溪路占道经营" in log
    assert [secret for secret in SECRETS if secret in log] == []
