"""import, with the whistle flow that comes along and the Baltimore layout."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from engine.cli.shipped import shipped
from tests.unit.cli.conftest import Bihuan

HEADER = (
    "SRRecordID,ServiceRequestNum,SRType,MethodReceived,CreatedDate,SRStatus,StatusDate,DueDate,CloseDate,"
    "Agency,Address,Neighborhood,ZipCode"
)
OPEN = "R1,24-1,Pothole,Phone,01/02/2024 08:00:00 AM,Open,01/05/2024 08:00:00 AM,01/04/2024 08:00:00 AM,,DOT,1 Main St,Downtown,21201"
CLOSED = (
    "R2,24-2,=HYPERLINK,Phone,01/02/2024 08:00:00 AM,Closed,01/03/2024 08:00:00 AM,,"
    "01/03/2024 08:00:00 AM,DPW,2 Main St,Downtown,21201"
)
BAD = "R3,24-3,=cmd,Phone,not a day,Open,01/02/2024 08:00:00 AM,,,DPW,3 Main St,Downtown,21201"


@pytest.fixture
def ready(bihuan: Bihuan, tmp_path: Path) -> Bihuan:
    """The whistle flow is deployed, and requests.csv has two good rows and a bad one."""
    whistle = shipped("bpmn/whistle")
    assert bihuan("deploy", whistle, "--quiet").code == 0
    (tmp_path / "requests.csv").write_text(f"{HEADER}\n{OPEN}\n{BAD}\n{CLOSED}\n", encoding="utf-8")
    return bihuan


def test_good_rows_become_cases_and_bad_ones_are_told(ready: Bihuan) -> None:
    said = ready("import", "requests.csv", "--layout", "baltimore-311")
    assert said.code == 1
    assert "not a day" in said.out
    assert [line.split()[-1] for line in said.out.splitlines()[:3]] == ["3", "2", "0"]
    assert ready("verify", "--all").code == 0


def test_a_second_run_imports_nothing_twice(ready: Bihuan) -> None:
    words = ("import", "requests.csv", "--layout", "baltimore-311", "--format", "json")
    first, second = ready(*words).json, ready(*words).json
    assert (first["imported"], first["refused"]) == (2, 1)
    assert (second["imported"], second["already_there"], second["refused"]) == (0, 2, 1)


def test_refused_rows_go_to_a_table_that_no_spreadsheet_runs(ready: Bihuan, tmp_path: Path) -> None:
    words = ("import", "requests.csv", "--layout", "baltimore-311", "--refused")
    ready(*words, "refused.csv")
    rows = list(csv.DictReader((tmp_path / "refused.csv").read_text("utf-8-sig").splitlines()))
    assert (rows[0]["row"], rows[0]["column"], rows[0]["excerpt"]) == ("3", "CreatedDate", "not a day")
    ready(*words, "refused.json")
    assert json.loads((tmp_path / "refused.json").read_text("utf-8"))[0]["row"] == 3
    assert ready(*words, "nowhere/refused.csv").code == 6


def test_a_layout_may_be_a_file(ready: Bihuan, tmp_path: Path) -> None:
    layouts = shipped("config/imports")
    assert layouts is not None
    mine = (layouts / "baltimore-311.toml").read_text("utf-8").replace('"baltimore-311"', '"mine"')
    (tmp_path / "mine.toml").write_text(mine, encoding="utf-8")
    assert ready("import", "requests.csv", "--layout", "mine.toml", "--format", "json").json["imported"] == 2


@pytest.mark.parametrize(
    ("file", "layout", "code"),
    [
        ("requests.csv", "unknown", 3),
        ("requests.csv", "unknown.toml", 3),
        ("nothing.csv", "baltimore-311", 3),
        (".", "baltimore-311", 6),
        ("empty.csv", "baltimore-311", 6),
        ("requests.csv", "requests.csv", 6),
    ],
)
def test_what_cannot_be_imported_is_told(
    ready: Bihuan, tmp_path: Path, file: str, layout: str, code: int
) -> None:
    (tmp_path / "empty.csv").touch()
    said = ready("import", file, "--layout", layout)
    assert (said.code, "Traceback" in said.err) == (code, False)


def test_a_layout_is_looked_for_among_the_operators_settings(
    ready: Bihuan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = shipped("config")
    assert settings is not None
    shutil.copytree(settings, tmp_path / "mine")
    (tmp_path / "mine" / "imports" / "baltimore-311.toml").rename(tmp_path / "mine" / "imports" / "ours.toml")
    monkeypatch.setenv("BIHUAN_CONFIG", str(tmp_path / "mine"))
    assert ready("import", "requests.csv", "--layout", "ours", "--format", "json").json["imported"] == 2
    assert ready("import", "requests.csv", "--layout", "baltimore-311").code == 3
    monkeypatch.setenv("BIHUAN_CONFIG", str(tmp_path / "nowhere"))
    assert ready("import", "requests.csv", "--layout", "ours").code == 3
