"""feel and decide: expressions and decisions tried on the command line; lint on decision tables alone."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from tests.unit.cli.conftest import DIAGRAM, Bihuan

MOMENT = ("--now", "2026-11-20T08:30")

TABLE = """<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="m" name="m" namespace="urn:t">
<inputData id="i" name="people"><variable name="people" typeRef="number"/></inputData>
<decision id="grade" name="分级"><variable name="分级" typeRef="string"/>
<informationRequirement id="r"><requiredInput href="#i"/></informationRequirement>
<decisionTable id="t" hitPolicy="{policy}">
<input id="c" label="人数"><inputExpression typeRef="number"><text>people</text></inputExpression></input>
<output id="o" name="grade"/>
<rule id="many"><description>三十人以上</description><inputEntry><text>&gt;= 30</text></inputEntry><outputEntry><text>"red"</text></outputEntry></rule>
<rule id="few"><inputEntry><text>{few}</text></inputEntry><outputEntry><text>"green"</text></outputEntry></rule>
</decisionTable></decision>
<decision id="limit" name="时限"><informationRequirement id="q"><requiredDecision href="#grade"/></informationRequirement>
<literalExpression><text>if 分级 = "red" then duration("PT2H") else nobody</text></literalExpression></decision>
</definitions>"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "分级.dmn"
    path.write_text(TABLE.format(policy="FIRST", few="-"), encoding="utf-8")
    return path


def test_an_expression_shows_value_type_and_why_it_is_null(bihuan: Bihuan) -> None:
    said = bihuan("feel", "-e", "1 + 1.50", "-e", "missing + 1", "-e", "now()", *MOMENT)
    assert said.code == 0
    assert said.out.splitlines() == [
        "2.5  :: number",
        "null  :: null",
        "  因为：没有名为“missing”的变量",
        "  因为：null与number不能作 + 运算",
        "2026-11-20T08:30:00@Asia/Shanghai  :: date and time",
    ]


def test_a_mistake_is_marked_under_its_place_however_wide_the_letters(bihuan: Bihuan) -> None:
    said = bihuan("feel", "-e", "人数 = ) 2")
    assert said.code == 1
    line, mark = said.err.splitlines()
    assert line == "人数 = ) 2"
    assert mark.startswith(" " * 7 + "^ ")


def test_the_functions_of_the_installation_are_there(bihuan: Bihuan) -> None:
    said = bihuan("feel", "-e", 'limit("whistle.emergency.check_in")', *MOMENT, "--format", "json")
    assert said.json["value"].startswith("@dt:2026-11-20T09:00:00")
    assert said.json["type"] == "date and time"


def test_a_directory_that_is_not_there_is_said(bihuan: Bihuan) -> None:
    said = bihuan("feel", "-e", 'unit("a", "镇")')
    assert said.code == 1
    assert "没有通讯录" in said.err


def test_a_context_and_assignments_are_variables(bihuan: Bihuan, tmp_path: Path) -> None:
    file = tmp_path / "context.json"
    file.write_text('{"a": {"b": 1.25}, "d": "@date:2026-01-02"}', encoding="utf-8")
    said = bihuan("feel", "--context", file, "-e", "x := a.b * 2", "-e", "x + 1", "-e", "d.year")
    assert said.out.splitlines() == ["x = 2.5  :: number", "3.5  :: number", "2026  :: number"]
    assert bihuan("feel", "--context", '{"a": 1}', "-e", "a").out == "1  :: number\n"
    assert bihuan("feel", "--context", "[1]", "-e", "a").code == 3


def test_lines_are_read_from_standard_input(bihuan: Bihuan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("1 + 1\n\n(\n2\n"))
    said = bihuan("feel")
    assert said.out.splitlines() == ["2  :: number", "2  :: number"]
    assert "^" in said.err


def test_json_tells_where_a_mistake_is(bihuan: Bihuan) -> None:
    said = bihuan("feel", "-e", "a +", "--format", "json")
    assert said.code == 1
    assert said.json["error"]["place"] == {"line": 1, "column": 4, "offset": 3}


def test_a_decision_tells_which_rule_matched_and_why(bihuan: Bihuan, table: Path) -> None:
    said = bihuan("decide", table, "--decision", "limit", "--input", '{"people": 35}', *MOMENT)
    assert said.code == 0
    assert said.out.splitlines() == [
        "决策“分级”：第 1 条命中（三十人以上），因为 人数 = 35 (>= 30)",
        "决策“分级”：第 2 条命中，不论条件",
        "决策“分级”得出 red",
        "决策“时限”得出 PT2H",
        "结果：PT2H",
    ]


def test_a_decision_as_json_has_rows_inputs_and_nulls(bihuan: Bihuan, table: Path, tmp_path: Path) -> None:
    (tmp_path / "in.json").write_text('{"people": 3}', encoding="utf-8")
    told = bihuan("decide", table, "--decision", "时限", "--input", "@in.json", "--format", "json").json
    assert told["decision"] == "limit"
    assert told["output"] is None
    assert [one["decision"] for one in told["decisions"]] == ["grade", "limit"]
    assert told["decisions"][0]["tables"] == [
        {
            "table": "t",
            "hit_policy": "FIRST",
            "inputs": {"人数": 3},
            "matched": [
                {"row": 2, "id": "few", "annotation": "", "gives": {"grade": '"green"'}, "because": []}
            ],
        }
    ]
    assert told["nulls"][0]["code"] == "name.unknown"


def test_which_decision_is_meant_must_be_clear(bihuan: Bihuan, table: Path) -> None:
    said = bihuan("decide", table, "--input", "{}")
    assert said.code == 6
    assert "grade limit" in said.err
    assert bihuan("decide", table, "--decision", "nothing").code == 3


def test_a_broken_table_is_told_with_its_findings(bihuan: Bihuan, table: Path) -> None:
    table.write_text(TABLE.format(policy="FIRST", few="&lt; ("), encoding="utf-8")
    said = bihuan("decide", table, "--decision", "grade", "--format", "json")
    assert said.code == 1
    assert said.json["findings"][0]["rule"] == "decision.file"


def test_lint_reads_a_decision_file_alone_and_beside_diagrams(
    bihuan: Bihuan, table: Path, tmp_path: Path
) -> None:
    assert bihuan("lint", table).code == 0
    table.write_text(TABLE.format(policy="UNIQUE", few="&lt;= 30"), encoding="utf-8")
    told = bihuan("lint", table, "--format", "json").json
    assert told["errors"] == 0
    (finding,) = told["findings"]
    assert finding["rule"] == "decision.doubt"
    assert "dmn.overlap" in finding["message_en"]
    folder = tmp_path / "mixed"
    folder.mkdir()
    (folder / "visit.bpmn").write_text(DIAGRAM.replace('formId="visit"', 'formId="none"'), encoding="utf-8")
    (folder / "grade.dmn").write_text(TABLE.format(policy="ODD", few="-"), encoding="utf-8")
    rules = [one["rule"] for one in json.loads(bihuan("lint", folder, "--format", "json").out)["findings"]]
    assert {"decision.file", "form.unknown"} <= set(rules)
