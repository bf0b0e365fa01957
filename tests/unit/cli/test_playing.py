"""`bihuan test`: scenarios from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.conftest import DIAGRAM, FORM, Bihuan
from tests.unit.scenarios import test_rows

GOOD = '"标题" = "走访"\n[["步骤"]]\n"办理" = "上门走访"\n"填写" = { "人数" = 3 }\n"期望" = { "待办" = ["回报"] }\n'
BAD = '"标题" = "走访不成"\n[["步骤"]]\n"办理" = "上门走访"\n"填写" = { "人数" = 3 }\n"期望" = { "待办" = [] }\n'


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "visits"
    (folder / "scenarios").mkdir(parents=True)
    (folder / "package.toml").write_text('key = "visit"\n', encoding="utf-8")
    (folder / "visit.bpmn").write_text(DIAGRAM, encoding="utf-8")
    (folder / "visit.form").write_text(FORM, encoding="utf-8")
    (folder / "scenarios" / "good.toml").write_text(GOOD, encoding="utf-8")
    return folder


def test_scenarios_that_pass(bihuan: Bihuan, package: Path) -> None:
    said = bihuan("test", str(package))
    assert said.code == 0
    assert "通过 good 走访" in said.out


def test_a_scenario_that_does_not_pass_is_told_with_file_and_step(bihuan: Bihuan, package: Path) -> None:
    (package / "scenarios" / "bad.toml").write_text(BAD, encoding="utf-8")
    said = bihuan("test", str(package))
    assert said.code == 1
    assert "不符 bad 走访不成" in said.out
    assert "bad.toml 步骤 1：待办：应是 ，实际是 回报" in said.out


def test_one_scenario_alone(bihuan: Bihuan, package: Path) -> None:
    (package / "scenarios" / "bad.toml").write_text(BAD, encoding="utf-8")
    said = bihuan("test", str(package / "scenarios" / "good.toml"))
    assert said.code == 0
    assert "bad" not in said.out


def test_a_folder_of_packages_and_what_was_not_taken(bihuan: Bihuan, package: Path) -> None:
    said = bihuan("test", "--coverage", "--format", "json", str(package.parent))
    assert said.code == 0
    played, covered = said.json["reports"]
    assert played["scenario"] == "good"
    assert covered["coverage"]["visit"] == {"taken": 2, "flows": 4, "missing": ["c", "d"]}


def test_rows_of_decision_tables_that_never_matched(bihuan: Bihuan, tmp_path: Path) -> None:
    folder = tmp_path / "checks"
    (folder / "scenarios").mkdir(parents=True)
    for name, data in (("p.bpmn", test_rows.DIAGRAM), ("a.dmn", test_rows.ROUTE), ("b.dmn", test_rows.READY)):
        (folder / name).write_bytes(data)
    given = '"标题" = "查到"\n["给定"]\n"流程" = "p"\n"变量" = { kind = "road" }\n'
    (folder / "scenarios" / "a.toml").write_text(given, encoding="utf-8")
    said = bihuan("test", "--coverage", str(folder))
    assert said.code == 0
    assert said.out.splitlines()[-6:] == [
        "ready：2 行用到 0 行",
        "    1 ready_1",
        "    2 ready_2",
        "route：2 行用到 1 行",
        "    2 route_2",
        "场景通过 1 个，不符 0 个",
    ]
    covered = bihuan("test", "--coverage", "--format", "json", str(folder)).json["reports"][-1]
    missing = [{"row": 2, "id": "route_2"}]
    assert covered["tables"]["route_table"] == {"matched": 1, "rows": 2, "missing": missing}


def test_where_there_are_no_scenarios(bihuan: Bihuan, tmp_path: Path) -> None:
    assert bihuan("test", str(tmp_path)).code == 3
