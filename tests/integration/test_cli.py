"""The command line as a user starts it: a process of its own for every command."""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from tests.unit.cli.conftest import DIAGRAM, FORM

SECONDS = 6.0  # two on a quiet machine; the rest is for a busy one
"""Within which a hostile file is refused, the start of the interpreter included."""

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended."""

    code: int
    out: str
    err: str
    cpu: float
    """Seconds of processor time, which a busy machine does not stretch."""

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Bihuan = Callable[..., Ended]


@pytest.fixture
def bihuan(tmp_path: Path) -> Bihuan:
    """Starts `bihuan` in an empty folder, with no more of an environment than it needs."""
    root = str(Path(__file__).parents[2])
    base = {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": root,
        "HOME": str(tmp_path),
        "BIHUAN_ACTOR": "wang",
    }

    def start(*words: object, environment: Mapping[str, str] | None = None, cwd: Path = tmp_path) -> Ended:
        began = _used()
        done = subprocess.run(
            [sys.executable, "-W", "error", "-m", "engine.cli", *(str(word) for word in words)],
            cwd=cwd,
            env={**base, **(environment or {})},
            capture_output=True,
            timeout=60,
            check=False,
        )
        out, err = done.stdout.decode("utf-8"), done.stderr.decode("utf-8")
        assert "Traceback" not in err
        return Ended(done.returncode, out, err, _used() - began)

    return start


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "visit"
    folder.mkdir()
    (folder / "visit.bpmn").write_text(DIAGRAM, encoding="utf-8")
    (folder / "visit.form").write_text(FORM, encoding="utf-8")
    return folder


def test_a_case_from_deployment_to_export(bihuan: Bihuan, package: Path, tmp_path: Path) -> None:
    assert bihuan("deploy", package).code == 0
    case = bihuan("start", "visit", "--business-key", "ZF-1", "--format", "json").json["case"]
    listed = bihuan("tasks", "--group", "grid", "--format", "json").json["tasks"]
    assert [(task["case"], task["name"]) for task in listed] == [(case, "上门走访")]
    assert bihuan("claim", "ZF-1", listed[0]["task"]).code == 0
    refused = bihuan("complete", case, "go", "--format", "json")
    assert (refused.code, list(json.loads(refused.err)["error"]["fields"])) == (6, ["people"])
    assert bihuan("complete", case, "go", "--var", "people=2").code == 0
    assert bihuan("complete", case, "report", "--format", "json").json["status"] == "completed"
    assert bihuan("verify", "--all", "--format", "json").json["sound"] is True
    assert bihuan("replay", case, "--format", "json").json["events"] == 4
    assert bihuan("export", "xes", "out.xes", "--all").code == 0
    assert etree.parse(tmp_path / "out.xes").getroot().tag == "{http://www.xes-standard.org/}log"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("tasks",), 3),
        (("lint", "nothing"), 3),
        (("start",), 2),
        (("deploy", "/dev/null"), 1),
        (("tasks", "--database", "postgresql://u:hidden@127.0.0.1:9/x", "--keyring", "sqlite:///k"), 69),
    ],
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_failing_says_why_in_the_language_asked_for(
    bihuan: Bihuan, words: tuple[str, ...], code: int, language: str
) -> None:
    ended = bihuan(*words, environment={"BIHUAN_LANG": language})
    assert ended.code == code
    said = ended.err + ended.out
    assert bool(re.search(r"[\u4e00-\u9fff]", said)) is (language == "zh")
    assert "hidden" not in said


def test_a_locale_without_chinese_characters_is_no_obstacle(bihuan: Bihuan, package: Path) -> None:
    ended = bihuan("lint", package, environment={"PYTHONIOENCODING": "ascii:strict"})
    assert ended.code == 0


def test_whoever_stops_reading_gets_no_complaint(bihuan: Bihuan, package: Path, tmp_path: Path) -> None:
    (package / "visit.bpmn").write_text(
        DIAGRAM.replace("</process>", '<task id="End"/>' * 4000 + "</process>"), encoding="utf-8"
    )
    command = f"{sys.executable} -m engine.cli lint visit | head -n 1"
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=tmp_path,
        env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.count(b"\n") == 1
    assert done.stderr == b""


def _used() -> float:
    """Seconds of processor time all processes started here have used."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _hostile() -> Iterator[tuple[str, str, bytes]]:
    process = '<process id="p" isExecutable="true">'
    head = f'<definitions xmlns="{BPMN}" targetNamespace="t">{process}'
    tail = "</process></definitions>"
    yield "entity bomb", "a.bpmn", _bomb()
    yield "external entity", "a.bpmn", _external()
    yield "50 MB of text", "a.bpmn", f"{head}<!--{'x' * 50_000_000}-->{tail}".encode()
    yield "depth 10,000", "a.bpmn", f"{head}{'<subProcess>' * 10_000}".encode()
    yield "100,000 elements", "a.bpmn", f"{head}{'<task/>' * 100_000}{tail}".encode()
    yield "not UTF-8", "a.bpmn", f"{head}".encode() + b"\xff\xfe\xfa" + tail.encode()
    yield "ids Start and End", "a.bpmn", f'{head}<task id="Start"/><task id="End"/>{tail}'.encode()
    yield "empty", "a.bpmn", b""
    yield "zeros", "a.bpmn", bytes(1_000_000)
    yield "deep form", "a.form", b'{"a":' * 100_000
    yield "huge number in a form", "a.form", b'{"id": ' + b"9" * 1_000_000 + b"}"
    yield "decision of nothing but brackets", "a.dmn", _brackets()
    yield "unknown ending", "a.exe", b"MZ"


def _bomb() -> bytes:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    return f'<!DOCTYPE d [<!ENTITY e0 "ha">{entities}]><d>&e11;</d>'.encode()


def _external() -> bytes:
    return b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>'


def _brackets() -> bytes:
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="d">'
        '<decision id="x" name="x"><variable name="x"/><literalExpression><text>'
        f"{'(' * 50_000}</text></literalExpression></decision></definitions>"
    ).encode()


@pytest.mark.parametrize(("what", "name", "data"), list(_hostile()), ids=[entry[0] for entry in _hostile()])
def test_a_hostile_file_is_refused_soon_and_by_name(
    bihuan: Bihuan, tmp_path: Path, what: str, name: str, data: bytes
) -> None:
    (tmp_path / name).write_bytes(data)
    ended = bihuan("lint", name, "--format", "json")
    assert (ended.code, ended.json["errors"] > 0) == (1, True), what
    assert ended.json["findings"][0]["file"] == name
    assert "root:" not in ended.out
    assert ended.cpu < SECONDS
