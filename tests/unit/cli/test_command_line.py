"""What all commands have in common: help, languages, complaints, exit codes."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from engine.cli import application, exits
from engine.cli.application import COMMANDS
from engine.cli.commands import bench
from engine.cli.options import Chosen
from engine.cli.printable import printable
from engine.cli.screen import Screen
from engine.i18n import Language, catalogue
from tests.unit.cli.conftest import Bihuan

ROOT = Path(__file__).parents[3]
NAMES = [make(catalogue(Language.ZH)).name or "" for make in COMMANDS]
BELOW = [("export", "xes"), ("export", "log"), ("db", "upgrade"), ("db", "rebuild-projections")]
HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("words", [(), *((name,) for name in NAMES), *BELOW])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_help_speaks_the_language_asked_for(bihuan: Bihuan, words: tuple[str, ...], language: str) -> None:
    said = bihuan(*words, "--help", "--lang", language)
    assert (said.code, said.err) == (0, "")
    assert bool(HAN.search(said.out)) is (language == "zh")
    assert "None" not in said.out


@pytest.mark.parametrize(
    "words",
    [
        ("tasks", "--limit", "many"),
        ("tasks", "--limit", "0"),
        ("tasks", "--limit"),
        ("tasks", "--nonsense"),
        ("nonsense",),
        ("lint",),
        ("start", "a", "b"),
        ("tasks", "--format", "xml"),
        ("tasks", "--zone", "Mars/Olympus"),
        ("tasks", "--quiet=1"),
        ("import", "x.csv"),
        ("verify",),
        ("export",),
        (),
    ],
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_misused_command_line_is_told_so_in_the_language_asked_for(
    bihuan: Bihuan, words: tuple[str, ...], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIHUAN_LANG", language)
    said = bihuan(*words)
    assert (said.code, said.out) == (2, "")
    assert bool(HAN.search(said.err)) is (language == "zh")


def test_complaints_for_programs_are_json(bihuan: Bihuan) -> None:
    assert bihuan("--format", "json", "tasks", "--limit", "x").error["code"] == "usage"


def test_shared_options_work_before_and_after_the_command(deployed: Bihuan) -> None:
    before, after = deployed("--format", "json", "tasks"), deployed("tasks", "--format", "json")
    assert before.json == after.json == {"tasks": [], "more": False}


def test_the_database_comes_from_the_environment(deployed: Bihuan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIHUAN_DATABASE", "sqlite:///other.db")
    assert deployed("tasks").code == 3
    assert deployed("tasks", "--database", "sqlite:///bihuan.db").code == 0


def test_a_wrong_zone_in_the_environment_is_told(bihuan: Bihuan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIHUAN_ZONE", "Mars/Olympus")
    said = bihuan("tasks")
    assert said.code == 2
    assert "BIHUAN_ZONE" in said.err


def test_quiet_leaves_remarks_out(deployed: Bihuan, package: Path) -> None:
    assert "已部署" in deployed("deploy", package).out
    assert "已部署" not in deployed("deploy", package, "--quiet").out


def test_an_unforeseen_error_gives_a_number_and_a_report(
    bihuan: Bihuan, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken(_: object) -> None:
        raise ZeroDivisionError("the inside of a program")

    monkeypatch.setattr(application, "application", broken)
    said = bihuan("tasks")
    assert said.code == 70
    assert "ZeroDivisionError" not in said.err
    (report,) = (tmp_path / "incidents").iterdir()
    assert report.stem in said.err
    assert "the inside of a program" in report.read_text(encoding="utf-8")
    assert report.stat().st_mode & 0o077 == 0
    assert "ZeroDivisionError" in bihuan("tasks", "--debug").err


def test_a_report_that_cannot_be_written_does_not_hide_the_number(
    bihuan: Bihuan, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken(_: object) -> None:
        raise ZeroDivisionError

    (tmp_path / "file").touch()
    monkeypatch.setenv("BIHUAN_INCIDENTS", str(tmp_path / "file" / "below"))
    monkeypatch.setattr(application, "application", broken)
    said = bihuan("tasks")
    assert (said.code, "事故号" in said.err) == (70, True)


def test_exit_codes_are_those_of_the_manual() -> None:
    manual = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8").partition("\n## 退出码")[2]
    listed = {int(number) for number in re.findall(r"^\| (\d+) \|", manual, re.MULTILINE)}
    assert listed == {code.value for code in exits.Exit}


def test_text_from_elsewhere_cannot_steer_a_terminal() -> None:
    assert printable("a\x1b[2Jb\n\u202ec\ud800") == "a\\x1b[2Jb\\n\\u202ec\ufffd"
    assert printable("江苏省 1") == "江苏省 1"
    assert printable("x" * 50, longest=10) == "x" * 9 + "…"


def test_a_bar_is_drawn_on_a_terminal_and_nowhere_else(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def draw(chosen: Chosen) -> str:
        with Screen(chosen).progress("核对") as advance:
            advance(1, 2)
            advance(1)
        written = capsys.readouterr()
        assert written.out == ""
        return written.err

    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert "核对" in draw(Chosen())
    assert draw(Chosen(format="json")) == ""
    assert draw(Chosen(quiet=True)) == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False)
    assert draw(Chosen()) == ""


def test_measurements_are_those_of_make_bench(bihuan: Bihuan, monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\nbench:")[2].partition("\n\n")[0]
    modules = re.findall(r"-m bench\.(\w+)", recipe)
    assert tuple(modules) == bench.MEASUREMENTS
    started: list[list[str]] = []

    def start(words: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        started.append(words[1:])
        return subprocess.CompletedProcess(words, 0)

    monkeypatch.setattr(subprocess, "run", start)
    assert bihuan("bench", "--seconds", 2).code == 0
    assert started[0] == ["-m", "bench.floor", "--seconds", "2"]
    assert [words[1] for words in started] == [f"bench.{name}" for name in modules]
    assert bihuan("bench", "--only", "feel").code == 0
    assert started[-1] == ["-m", "bench.feel"]
