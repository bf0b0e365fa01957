"""lint and deploy."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.conftest import DIAGRAM, Bihuan

BROKEN = DIAGRAM.replace('targetRef="report"', 'targetRef="nowhere"')


def test_a_sound_folder_has_no_findings(bihuan: Bihuan, package: Path) -> None:
    said = bihuan("lint", package, "--format", "json")
    assert (said.code, said.json, said.err) == (0, {"errors": 0, "warnings": 0, "findings": []}, "")


def test_findings_name_file_line_element_rule_and_both_messages(bihuan: Bihuan, package: Path) -> None:
    (package / "visit.bpmn").write_text(BROKEN, encoding="utf-8")
    said = bihuan("lint", package, "--format", "json")
    assert said.code == 1
    found = next(finding for finding in said.json["findings"] if finding["rule"] == "ref.dangling")
    assert (found["file"], found["element"], found["severity"]) == ("visit.bpmn", "b", "error")
    assert BROKEN.splitlines()[found["line"] - 1].strip().startswith('<sequenceFlow id="b"')
    assert found["message_zh"] != found["message_en"]


def test_findings_are_shown_one_a_line_as_editors_read_them(bihuan: Bihuan, package: Path) -> None:
    (package / "visit.bpmn").write_text(BROKEN, encoding="utf-8")
    lines = bihuan("lint", package).out.splitlines()
    assert lines[0].startswith("visit.bpmn:")
    assert " [b] 错误 ref.dangling: " in "\n".join(lines)
    assert "error(s)" in bihuan("lint", package, "--lang", "en").out


def test_a_call_to_a_process_deployed_elsewhere_is_fine_when_it_is_named(
    bihuan: Bihuan, tmp_path: Path
) -> None:
    file = tmp_path / "call.bpmn"
    file.write_text(
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t"'
        ' xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"><process id="p" isExecutable="true">'
        '<startEvent id="s"/><callActivity id="c"><extensionElements><zeebe:calledElement processId="visit"/>'
        '</extensionElements></callActivity><endEvent id="e"/><sequenceFlow id="a" sourceRef="s" targetRef="c"/>'
        '<sequenceFlow id="b" sourceRef="c" targetRef="e"/></process></definitions>',
        encoding="utf-8",
    )
    assert bihuan("lint", file).code == 1
    assert bihuan("lint", file, "--known", "visit").code == 0


def test_deploying_makes_the_database_and_tells_versions(
    bihuan: Bihuan, package: Path, tmp_path: Path
) -> None:
    first = bihuan("deploy", package, "--format", "json").json["definitions"][0]
    assert (first["key"], first["name"], first["version"], first["is_new"]) == ("visit", "走访", 1, True)
    assert bihuan("deploy", package, "--format", "json").json["definitions"][0]["is_new"] is False
    (package / "visit.bpmn").write_text(DIAGRAM.replace("上门走访", "走访"), encoding="utf-8")
    assert bihuan("deploy", package, "--format", "json").json["definitions"][0]["version"] == 2
    assert (tmp_path / "bihuan.db").exists()


def test_deploying_shows_a_table(bihuan: Bihuan, package: Path) -> None:
    said = bihuan("deploy", package)
    assert said.code == 0
    assert [word in said.out for word in ("visit", "走访", "新版本", "已部署 1 个流程")] == [True] * 4


def test_one_error_and_nothing_is_deployed(bihuan: Bihuan, package: Path) -> None:
    (package / "broken.bpmn").write_text(BROKEN.replace('"visit"', '"other"'), encoding="utf-8")
    said = bihuan("deploy", package)
    assert said.code == 1
    assert "没有部署" in said.err
    assert bihuan("start", "visit").code == 3
    assert bihuan("deploy", package, "--format", "json").json["deployment"] is None


@pytest.mark.parametrize("command", ["lint", "deploy"])
def test_what_cannot_be_read_is_named(bihuan: Bihuan, tmp_path: Path, command: str) -> None:
    assert bihuan(command, "nothing.bpmn").code == 3
    (tmp_path / "empty").mkdir()
    said = bihuan(command, "empty", "--format", "json")
    assert (said.code, said.error["code"]) == (3, "package.empty")


def test_two_files_of_one_name_are_refused(bihuan: Bihuan, package: Path) -> None:
    said = bihuan("lint", package, package / "visit.bpmn")
    assert said.code == 6
    assert "visit.bpmn" in said.err
