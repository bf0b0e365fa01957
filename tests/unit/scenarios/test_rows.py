"""Which rows of decision tables scenarios match: in the flow, in conditions that refuse, and looked up."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.samples.package import read_folder
from engine.scenarios import Coverage, Played, play, read_package_folder
from engine.scenarios.coverage import tables
from tests.support.bpmn import diagram, end, properties, rule, start, user

DIAGRAM = diagram(
    start("s"),
    rule("route", "route", "unit"),
    user("check", extension=properties({"bihuan:condition": "ready"})),
    end("e"),
    "s -> route -> check -> e",
)


def table(name: str, policy: str, inputs: list[str], rows: list[list[str]], outputs: list[str]) -> bytes:
    """A decision table; each row has its tests, then its results."""
    columns = "".join(
        f'<input id="{name}_{each}"><inputExpression id="{name}_{each}_e"><text>{each}</text></inputExpression></input>'
        for each in inputs
    ) + "".join(f'<output id="{name}_{each}" name="{each}"/>' for each in outputs)
    rules = ""
    for number, row in enumerate(rows, start=1):
        cells = "".join(
            f'<{kind} id="{name}_{number}_{at}"><text>{text}</text></{kind}>'
            for at, text in enumerate(row)
            for kind in ("inputEntry" if at < len(inputs) else "outputEntry",)
        )
        rules += f'<rule id="{name}_{number}">{cells}</rule>'
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" '
        f'id="{name}_file" name="{name}" namespace="urn:{name}"><decision id="{name}" name="{name}">'
        f'<decisionTable id="{name}_table" hitPolicy="{policy}">{columns}{rules}</decisionTable></decision></definitions>'
    ).encode()


ROUTE = table("route", "UNIQUE", ["kind"], [['"road"', '"city"'], ['"pay"', '"labour"']], ["unit"])
READY = table(
    "ready",
    "COLLECT",
    ["signed", "cost"],
    [["false", "-", '"signature"', '"没有签字"'], ["-", "> 9.5", '"cost"', '"太贵"']],
    ["rule", "message"],
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "package.toml").write_text('key = "p"\n', encoding="utf-8")
    (tmp_path / "p.bpmn").write_bytes(DIAGRAM)
    (tmp_path / "route.dmn").write_bytes(ROUTE)
    (tmp_path / "ready.dmn").write_bytes(READY)
    return tmp_path


def run(folder: Path, steps: str) -> Played:
    given = '"标题" = "核对"\n["给定"]\n"变量" = { kind = "road", signed = false, cost = 1 }\n'
    (folder / "scenarios" / "a.toml").write_text(f"{given}{steps}", encoding="utf-8")
    package = read_package_folder(folder, read_folder(folder))
    return play(package, package.scenarios[0])


def left(folder: Path, coverage: Coverage) -> dict[str, list[str]]:
    """The rows that never matched, by table."""
    definitions = read_package_folder(folder, read_folder(folder)).definitions
    return {
        each.identifier: [row.identifier for row in coverage.unmatched(each)] for each in tables(definitions)
    }


def test_rows_match_in_the_flow(folder: Path) -> None:
    played = run(folder, '[["步骤"]]\n"看" = "查到"\n')
    assert played.failures == []
    assert left(folder, played.coverage) == {
        "ready_table": ["ready_1", "ready_2"],
        "route_table": ["route_2"],
    }


def test_rows_match_in_conditions_that_refuse(folder: Path) -> None:
    step = '[["步骤"]]\n"办理" = "check"\n"期望" = { "被拒" = "condition.signature" }\n'
    played = run(folder, step)
    assert played.failures == []
    assert left(folder, played.coverage)["ready_table"] == ["ready_2"]


LOOKED_UP = """
[["步骤"]]
"查表" = "route"
"内容" = { kind = "pay" }
"期望" = { "得出" = "labour" }
[["步骤"]]
"查表" = "ready"
"内容" = { signed = true, cost = 9.75 }
"期望" = { "得出" = ["cost"] }
[["步骤"]]
"查表" = "ready"
"内容" = { signed = true, cost = 9.5 }
"期望" = { "得出" = [] }
"""


def test_rows_match_when_a_table_is_looked_up(folder: Path) -> None:
    played = run(folder, LOOKED_UP)
    assert played.failures == []
    assert left(folder, played.coverage) == {"ready_table": ["ready_1"], "route_table": []}


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        ('"查表" = "route"\n"内容" = { kind = "pay" }\n"期望" = { "得出" = "city" }', "得出：应是 city，实际是 labour"),
        ('"查表" = "ready"\n"内容" = { signed = true }\n"期望" = { "得出" = ["cost"] }', "得出：应是 ['cost']，实际是 无"),
        ('"查表" = "ghost"', "没有图用这张表"),
    ],
)  # fmt: skip
def test_what_a_table_gives_otherwise_is_told(folder: Path, step: str, reason: str) -> None:
    (failure,) = run(folder, f'[["步骤"]]\n{step}\n').failures
    assert reason in failure.message.zh


def test_rows_of_several_scenarios_come_together(folder: Path) -> None:
    coverage = Coverage()
    for steps in (LOOKED_UP, '[["步骤"]]\n"查表" = "ready"\n"内容" = { signed = false }\n'):
        coverage.merge(run(folder, steps).coverage)
    assert left(folder, coverage) == {"ready_table": [], "route_table": []}
