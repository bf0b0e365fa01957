"""`bihuan report`."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from tests.unit.cli.conftest import Bihuan


@pytest.fixture
def filled(bihuan: Bihuan, package: Path) -> Bihuan:
    """A command line on a database with three cases."""
    assert bihuan("deploy", str(package)).code == 0
    for _ in range(3):
        assert bihuan("start", "visit").code == 0
    return bihuan


def test_every_report_is_listed_by_its_name(bihuan: Bihuan) -> None:
    said = bihuan("report", "list", "--format", "json")
    assert {"name": "indicators", "title": "指标"} in said.json["reports"]


def test_numbers_are_up_to_the_logs_unless_they_are_asked_for_as_stored(filled: Bihuan) -> None:
    before = filled("report", "show", "indicators", "--stored", "--format", "json")
    after = filled("report", "show", "indicators", "--format", "json")
    counts = [said.json["tables"][0]["rows"][0]["whole"] for said in (before, after)]
    assert counts == [0, 3]


def test_a_report_on_the_screen_is_in_chinese(filled: Bihuan) -> None:
    said = filled("report", "show", "indicators", "--by", "flow")
    assert said.code == 0
    for words in ("指标", "统计期", "数据截至", "受理数", "按期办结率", "各流程"):
        assert words in said.out
    assert "{" not in said.out


def test_a_workbook_goes_into_a_file(filled: Bihuan, tmp_path: Path) -> None:
    file = tmp_path / "指标.xlsx"
    assert filled("report", "show", "indicators", "--format", "xlsx", "--output", file).code == 0
    rows = {row[0]: row[1] for row in openpyxl.load_workbook(file).worksheets[1].iter_rows(values_only=True)}
    assert rows["受理数"] == 3


def test_csv_comes_on_standard_output(filled: Bihuan) -> None:
    said = filled("report", "show", "indicators", "--format", "csv")
    assert "受理数,3,3,3" in said.out


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["nothing"], 3, "没有报表“nothing”"),
        (["indicators", "--period", "2025-13"], 6, "不是有效的统计期"),
        (["indicators", "--unit", "nowhere"], 6, "没有这个单位"),
        (["indicators", "--format", "pdf"], 2, "--output"),
        (["indicators", "--output", "x.txt"], 2, "--format"),
        (["indicators", "--by", "moon"], 2, "unit"),
        (["indicators", "--format", "xlsx", "--output", "no/such/place.xlsx"], 6, "无法写入"),
    ],
)
def test_what_is_asked_wrongly_is_told(filled: Bihuan, words: list[str], code: int, told: str) -> None:
    said = filled("report", "show", *words)
    assert said.code == code, said.err
    assert told in said.err


def test_json_holds_numbers_as_they_were_counted(filled: Bihuan) -> None:
    said = json.loads(filled("report", "show", "overview", "--format", "json").out)
    rates = {row["key"]: row["rate"] for row in said["tables"][1]["rows"]}
    assert rates["settled"] == {"part": 0, "whole": 3, "share": 0.0, "text": "0.0 %"}
    assert rates["on_time"]["text"] == "—"
