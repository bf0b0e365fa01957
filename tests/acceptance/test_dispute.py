"""The dispute flow as it is shipped: its package, who its tasks go to, and what stays out of the log."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from engine import Engine, ManualClock
from engine.errors import InvalidInput
from engine.feel import Environment, compile_expression
from engine.installation import configured, open_engine
from engine.model import read_package
from engine.samples.package import read_folder
from engine.samples.small_county import grids, load_small_county
from engine.scenarios import read_package_folder
from engine.scenarios.stage import Stage
from engine.scenarios.words import Words

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "bpmn" / "dispute"
MORNING = 1_772_413_200_000_000
"""Monday 2 March 2026, 09:00 in Shanghai."""
SECRETS = (
    "周素云",
    "许明远",
    "柳溪村一组",
    "两家因宅旁排水沟起争执",
    "双方各自说明了经过",
    "共同出资清淤",
    "排水沟为两家共用",
    "双方愿意坐下来谈",
)
TO_AGREEMENT = (
    "排查登记",
    "重复核查",
    "核实研判要素",
    "确认分级",
    "权利告知与同意",
    "指派调解员",
    "首次联系",
    "调查核实",
    "组织调解",
    "制作调解协议书",
)


def test_the_package_has_no_findings() -> None:
    package = read_package(read_folder(FOLDER))
    assert package.findings == ()
    assert [definition.key for definition in package.definitions] == [
        "dispute",
        "docking",
        "follow_up",
        "grading",
        "mediation",
        "patrol",
        "performance",
    ]


def test_every_user_task_has_a_form_a_group_and_a_name_of_its_own() -> None:
    names = []
    for definition in read_package(read_folder(FOLDER)).definitions:
        for node in definition.nodes.values():
            if node.work is not None:
                assert node.work.form is not None, node.id
                assert "bihuan:candidate" in node.properties, node.id
                names.append(node.name)
    assert len(names) == len(set(names)) > 30


def test_every_form_is_used() -> None:
    definitions = read_package(read_folder(FOLDER)).definitions
    used = {form.file for definition in definitions for form in definition.forms.values()}
    assert used == {name for name in read_folder(FOLDER) if name.endswith(".form")}


def test_no_name_address_or_statement_reaches_the_log() -> None:
    package = read_package_folder(FOLDER, read_folder(FOLDER))
    clock = ManualClock(MORNING)
    with Engine.open("sqlite://", clock=clock, config=configured(ROOT / "config")) as engine:
        engine.deploy(package.files, actor="designer", package="dispute")
        words = Words(definitions=package.definitions, zone=ZoneInfo("Asia/Shanghai"))
        stage = Stage(engine, clock, words, package.common)
        given = {"case_code": "JF-1", "grid": "g1", "level": "村"}
        stage.case_id = engine.start("dispute", given, actor="周").case_id
        for name in TO_AGREEMENT:
            for place in stage.tasks(name):
                engine.complete(stage.case_id, place.task.id, stage.filled(place, {}, ()), actor="沈")
        assert stage.variable("outcome") == "agreed_written"
        events = engine.queries.events(stage.case_id)
        log = b"".join(event.open().canonical() for event in events).decode()
    assert "支付清淤费" in log
    assert [secret for secret in SECRETS if secret in log] == []


def test_the_owner_is_known_before_the_registration_and_follows_the_directory(tmp_path: Path) -> None:
    clock = ManualClock(MORNING)
    with open_engine(f"sqlite:///{tmp_path}/b.db", ROOT / "config", clock=clock) as engine:
        directory = engine.directory
        assert directory is not None
        load_small_county(directory, actor="admin", at=MORNING - 86_400_000_000, reason="sample")
        engine.deploy(read_folder(FOLDER), actor="designer", package="dispute")
        grid = grids(directory, MORNING)[0]
        village = directory.index.area_at(grid, "village", MORNING)
        assert village is not None
        case = engine.start("dispute", {"grid": grid, "level": "村"}, actor="li").case_id
        found = engine.variables(case)
        assert (found["owner_unit"], found["settle_by"]) == (village.id, "2026-05-06")
        posts = directory.index.posts(found["owner_user"], MORNING)
        assert (village.id, "village_lead") in {
            (post.membership.unit, post.membership.role) for post in posts
        }
        (item,) = engine.tasks(case_id=case)
        with pytest.raises(InvalidInput) as refused:
            engine.complete(case, item.id, {"owner_unit": "elsewhere"}, actor="li")
        assert "owner_unit" in refused.value.fields


@pytest.mark.parametrize("form", ["register_dispute", "register_report"])
def test_a_dispute_of_each_category_has_its_title(form: str) -> None:
    components = json.loads((FOLDER / "forms" / f"{form}.form").read_text("utf-8"))["components"]
    fields = {each["key"]: each for each in components if "key" in each}
    environment = Environment(now=datetime(2026, 3, 2, 9, tzinfo=ZoneInfo("Asia/Shanghai")))
    title = compile_expression(fields["title"]["expression"].removeprefix("="))
    for option in fields["category"]["values"]:
        found = title.evaluate({"category": option["value"]}, environment)
        assert found == f"{option['label']}纠纷"
    assert title.evaluate({"category": None}, environment) is None


def test_a_dispute_at_the_same_address_is_offered_when_duplicates_are_checked(tmp_path: Path) -> None:
    package = read_package_folder(FOLDER, read_folder(FOLDER))
    clock = ManualClock(MORNING)
    with open_engine(f"sqlite:///{tmp_path}/b.db", ROOT / "config", clock=clock) as engine:
        engine.deploy(package.files, actor="designer", package="dispute")
        words = Words(definitions=package.definitions, zone=ZoneInfo("Asia/Shanghai"))
        offered = []
        for code in ("JF-1", "JF-2"):
            stage = Stage(engine, clock, words, package.common)
            given = {"case_code": code, "grid": "柳溪村一网格", "level": "村"}
            stage.case_id = engine.start("dispute", given, actor="周").case_id
            (place,) = stage.tasks("排查登记")
            engine.complete(stage.case_id, place.task.id, stage.filled(place, {}, ()), actor="周")
            (token,) = [
                token
                for scope in stage.state.scopes.values()
                for token in scope.tokens.values()
                if token.element == "check_duplicates"
            ]
            offered.append((token.variables or {})["similar_cases"])
        assert offered == [[], [{"value": "JF-1", "label": "JF-1（同一地址、同名同地）"}]]
