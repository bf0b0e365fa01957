"""A way to give command lines, each test in a folder of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from engine.cli.application import run

DIAGRAM = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    targetNamespace="t">
  <process id="visit" name="走访" isExecutable="true">
    <startEvent id="s"/>
    <userTask id="go" name="上门走访"><extensionElements><zeebe:userTask/>
      <zeebe:formDefinition formId="visit"/>
      <zeebe:assignmentDefinition candidateGroups='=["grid"]'/></extensionElements></userTask>
    <boundaryEvent id="late" name="该提醒了" attachedToRef="go" cancelActivity="false">
      <timerEventDefinition><timeDuration xsi:type="tFormalExpression">PT0.01S</timeDuration></timerEventDefinition>
    </boundaryEvent>
    <endEvent id="reminded"/>
    <userTask id="report" name="回报"><extensionElements><zeebe:userTask/></extensionElements></userTask>
    <endEvent id="e"/>
    <sequenceFlow id="a" sourceRef="s" targetRef="go"/>
    <sequenceFlow id="b" sourceRef="go" targetRef="report"/>
    <sequenceFlow id="c" sourceRef="report" targetRef="e"/>
    <sequenceFlow id="d" sourceRef="late" targetRef="reminded"/>
  </process>
</definitions>"""

FORM = json.dumps(
    {
        "id": "visit",
        "type": "default",
        "components": [
            {"key": "found", "type": "checkbox", "label": "有隐患"},
            {"key": "people", "type": "number", "label": "人数", "validate": {"required": True, "max": 99}},
            {"key": "note", "type": "textarea", "label": "情况"},
        ],
    }
)


@dataclass(frozen=True, slots=True)
class Said:
    """How a command line ended and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def error(self) -> Any:
        return json.loads(self.err)["error"]


Bihuan = Callable[..., Said]


@pytest.fixture
def bihuan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Bihuan:
    """Gives a command line in an empty folder, in Chinese and as user `wang`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BIHUAN_ACTOR", "wang")
    monkeypatch.setenv("BIHUAN_LANG", "zh")
    monkeypatch.setenv("BIHUAN_INCIDENTS", str(tmp_path / "incidents"))
    for name in ("BIHUAN_DATABASE", "BIHUAN_KEYRING", "BIHUAN_SIGNING_KEY", "BIHUAN_ZONE"):
        monkeypatch.delenv(name, raising=False)

    def give(*words: object) -> Said:
        capsys.readouterr()
        code = run([str(word) for word in words])
        written = capsys.readouterr()
        return Said(int(code), written.out, written.err)

    return give


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A folder with a small process and its form, and files that are not deployed."""
    folder = tmp_path / "visit"
    (folder / "forms").mkdir(parents=True)
    (folder / "visit.bpmn").write_text(DIAGRAM, encoding="utf-8")
    (folder / "forms" / "visit.form").write_text(FORM, encoding="utf-8")
    (folder / "README.md").write_text("a guide", encoding="utf-8")
    (folder / ".cache").mkdir()
    (folder / ".cache" / "old.bpmn").write_text("<broken", encoding="utf-8")
    return folder


@pytest.fixture
def deployed(bihuan: Bihuan, package: Path) -> Bihuan:
    """The same with the small process deployed."""
    assert bihuan("deploy", package, "--quiet").code == 0
    return bihuan
