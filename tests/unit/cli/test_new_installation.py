"""A new operator begins with an empty folder, makes the directory theirs, and finds every wrong row told."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from engine.cli.application import run
from engine.cli.installed import SETTINGS, SHARED, follow_settings
from engine.errors import InvalidInput
from engine.settings import FILE, PREFIX


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation that was just made, and we are in it."""
    for name in (FILE, *(PREFIX + name.upper() for name in SHARED)):
        # Set first, so that what a command sets is taken back after the test.
        monkeypatch.setenv(name, "x")
        monkeypatch.delenv(name)
    made = tmp_path / "county"
    assert run(["init", str(made), "--quiet"]) == 0
    monkeypatch.chdir(made)
    return made


def imported(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, dict[str, int]]]:
    """How an import ended, and its account by table."""
    capsys.readouterr()
    code = run(["directory", "import", *words, "--format", "json"])
    return code, json.loads(capsys.readouterr().out)["tables"]


def test_the_folder_holds_all_that_an_operator_edits(folder: Path) -> None:
    for part in ("config/calendars/cn.toml", "config/limits/whistle.toml", "config/permissions.toml",
                 "packages/intake/intake_routing.dmn", "packages/whistle/whistle.bpmn", "directory/单位.csv",
                 "directory/人员.csv", "directory/任职.csv", "directory/代理.csv", SETTINGS):  # fmt: skip
        assert (folder / part).is_file(), part


def test_a_folder_that_holds_something_is_left_alone(folder: Path) -> None:
    before = (folder / SETTINGS).read_bytes()
    assert run(["init", str(folder), "--quiet"]) == 6
    assert (folder / SETTINGS).read_bytes() == before


def test_commands_in_the_folder_use_its_settings(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["directory", "import", "directory", "--quiet"]) == 0
    assert (folder / "bihuan.db").exists()
    assert os.environ[FILE] == str(folder / SETTINGS)
    assert os.environ["BIHUAN_CONFIG"] == "config"


def test_settings_of_the_environment_win(folder: Path) -> None:
    environment = {"BIHUAN_DATABASE": "sqlite:///other.db"}
    follow_settings(environment)
    assert environment["BIHUAN_DATABASE"] == "sqlite:///other.db"
    assert environment["BIHUAN_ZONE"] == "Asia/Shanghai"


def test_a_setting_nobody_knows_is_told(folder: Path) -> None:
    (folder / SETTINGS).write_text('databse = "x"\n', encoding="utf-8")
    with pytest.raises(InvalidInput) as caught:
        follow_settings({})
    assert "databse" in caught.value.fields


def test_the_example_directory_is_right_and_the_same_again_changes_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, tables = imported(capsys, "directory")
    assert code == 0
    assert all(table["refused"] == 0 for table in tables.values())
    assert tables["units"]["added"] > 10
    _, again = imported(capsys, "directory")
    assert all(table["added"] == table["changed"] == 0 for table in again.values())


def test_wrong_rows_are_told_and_keep_everything_from_being_written(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (folder / "directory" / "单位.csv").open("a", encoding="utf-8") as file:
        file.write("x1,没有这个单位,村,,某村,2024-01-01,\n")
    code, tables = imported(capsys, "directory", "--refused", "wrong.csv")
    assert code == 1
    assert tables["units"]["refused"] == 1
    assert "没有这个单位" in (folder / "wrong.csv").read_text("utf-8")
    (folder / "exported").mkdir()
    assert run(["directory", "export", "exported", "--quiet"]) == 0
    assert len((folder / "exported" / "units.csv").read_text("utf-8").splitlines()) == 1
    assert run(["directory", "import", "directory", "--partial", "--quiet"]) == 1
    assert run(["directory", "export", "exported", "--quiet"]) == 0
    assert len((folder / "exported" / "units.csv").read_text("utf-8").splitlines()) > 10


def test_a_check_writes_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, tables = imported(capsys, "directory", "--check")
    assert code == 0
    assert tables["units"]["added"] > 10
    _, then = imported(capsys, "directory", "--check")
    assert then == tables


def test_the_sample_county_has_its_published_size_and_loads(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["directory", "sample", "county", "--quiet"]) == 0
    code, tables = imported(capsys, "county")
    assert code == 0
    assert tables["units"]["added"] == 1 + 18 + 300 + 1223 + 448
    assert tables["people"]["added"] == 3700


def test_the_flows_of_the_folder_are_deployed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["deploy", "packages/whistle", "--quiet"]) == 0
