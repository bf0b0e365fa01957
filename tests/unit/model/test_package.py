"""Packages: all or nothing, addressed by their bytes, read in bounded time."""

from __future__ import annotations

import subprocess
import sys
from types import FrameType

import pytest

from engine.model import ModelErrors, Severity, read_before, read_package
from engine.model.package import digest
from tests.support import bpmn
from tests.unit.model.test_reading import DMN
from tests.unit.model.writing import (
    around,
    chain,
    diagram,
    errors,
    ext,
    findings,
    flow,
    form,
    read,
    when,
)

GOOD = diagram(around('<task id="n"/>'))
BAD = diagram(around('<serviceTask id="n"/>'), process='id="q" isExecutable="true"')


def test_one_bad_file_refuses_the_whole_package() -> None:
    with pytest.raises(ModelErrors) as caught:
        read_package({"good.bpmn": GOOD, "bad.bpmn": BAD})
    (found,) = caught.value.findings
    assert (found.file, found.line, found.element, found.rule) == ("bad.bpmn", 2, "n", "task.job")
    assert found.severity is Severity.ERROR


def test_the_refusal_is_readable_in_both_languages() -> None:
    with pytest.raises(ModelErrors) as caught:
        read_package({"bad.bpmn": BAD})
    assert str(caught.value) == (
        "流程文件有 1 处错误，不能部署 / the files hold 1 error(s) and cannot be deployed\n"
        "  bad.bpmn:2 [n] 错误 task.job: 服务任务没有作业类型 / the service task has no job type"
    )


def test_the_refusal_lists_warnings_too() -> None:
    both = diagram(around('<serviceTask id="n" camunda:asyncBefore="true"/>'))
    assert [f.rule for f in findings(both)] == ["camunda.ignored", "task.job"]


def test_findings_come_in_the_order_of_files_and_lines() -> None:
    found = findings(("b.bpmn", BAD), ("a.txt", b""), ("a.bpmn", b"<"))
    assert [(f.file, f.rule) for f in found] == [
        ("a.bpmn", "file.xml"),
        ("a.txt", "file.ending"),
        ("b.bpmn", "task.job"),
    ]


def test_known_processes_may_be_called() -> None:
    data = diagram(around('<callActivity id="n" calledElement="elsewhere"/>'))
    assert errors(data) == [("call.unknown", 2, "n")]
    assert errors(data, known=["elsewhere"]) == []


def test_the_digest_follows_from_names_bytes_and_key_alone() -> None:
    files = {"a.bpmn": GOOD, "z.form": form()}
    one = read_package(files).definitions[0]
    assert one.digest == read_package(dict(reversed(files.items()))).definitions[0].digest
    assert one.digest == digest("p", {"a.bpmn": GOOD})
    assert one.digest != read_package({"b.bpmn": GOOD}).definitions[0].digest
    assert one.digest != read_package({"a.bpmn": GOOD + b"\n"}).definitions[0].digest
    assert one.digest != digest("q", {"a.bpmn": GOOD})
    assert one.resources == {"a.bpmn": GOOD}


def test_the_digest_of_a_known_package_never_changes() -> None:
    assert digest("p", {"a.bpmn": b"x"}) == "b727710f3fb99de956aa4f8bd8a723c92942f162cee4283c9523c32c26b6b81d"


def test_a_definition_carries_the_decision_files_its_decision_imports() -> None:
    importing = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d2" name="d2" namespace="m">
<import name="base" namespace="n" importType="https://www.omg.org/spec/DMN/20191111/MODEL/"/>
<decision id="top" name="top"><variable name="top"/><informationRequirement id="ir"><requiredDecision href="n#grade"/></informationRequirement>
<literalExpression><text>base.grade + 1</text></literalExpression></decision></definitions>"""
    called = ext("<zeebe:calledDecision decisionId='top' resultVariable='r'/>")
    data = diagram(around(f'<businessRuleTask id="n">{called}</businessRuleTask>'))
    (found,) = read(data, ("a.dmn", importing), ("b.dmn", DMN)).definitions
    assert sorted(found.resources) == ["a.dmn", "b.dmn", "p.bpmn"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<" * 1_000_000,
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        b"<a>" * 10_000 + b"</a>" * 10_000,
        "<a/>".encode("utf-16"),
    ],
)
def test_hostile_diagrams_are_findings(data: bytes) -> None:
    (found,) = findings(data)
    assert found.rule == "file.xml"
    assert "Traceback" not in str(found)


def large(tasks: int, variable: str = "x") -> bytes:
    """A long chain with a way back every fourth step; another variable makes its expressions new to the reader."""
    body = ['<startEvent id="s"/><endEvent id="e"/>']
    for i in range(tasks):
        if i % 4 == 3:
            back = flow(f"back{i}", f"t{i}", f"t{i - 1}", when(f"={variable} > {i}"))
            body.append(f'<exclusiveGateway id="t{i}" default="t{i}_t{i + 1}"/>{back}')
        else:
            group = f"<zeebe:assignmentDefinition candidateGroups='=[&quot;{variable}{i}&quot;]'/>"
            body.append(f'<userTask id="t{i}">{ext(group)}</userTask>')
    body.append(f'<task id="t{tasks}"/>')
    body.append(chain("s", *(f"t{i}" for i in range(tasks + 1)), "e"))
    return diagram("\n".join(body))


def calls(data: bytes) -> int:
    """How many Python functions reading takes: the same on every machine, however busy."""
    counted = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal counted
        counted += event == "call"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        findings(data)
    finally:
        sys.setprofile(before)
    return counted


def test_the_largest_process_is_read() -> None:
    (found,) = read(large(4_400)).definitions
    assert 9_900 <= len(found.nodes) + len(found.flows) <= 10_000


def test_a_larger_process_is_refused_without_costing_more_in_proportion() -> None:
    data = large(4_800, "refused")
    assert calls(data) < 8 * 1.1 * calls(large(600, "kept"))
    assert errors(data) == [("process.size", 1, "p")]


def test_reading_costs_in_proportion() -> None:
    assert calls(large(2_000, "many")) < 4 * 1.1 * calls(large(500, "few"))


def test_a_small_diagram_costs_a_few_thousand_calls() -> None:
    assert calls(large(18, "small")) < 20_000


def nested(levels: int) -> bytes:
    body = '<task id="inner"/>'
    for i in range(levels):
        body = f'<subProcess id="sub{i}">{body}</subProcess>'
    return diagram(body)


def test_sub_processes_nest_fifty_levels_and_no_more() -> None:
    assert errors(nested(50)) == []
    assert [rule for rule, _, _ in errors(nested(51))] == ["process.depth"]
    assert [rule for rule, _, _ in errors(nested(190))] == ["process.depth"]


def test_reading_a_model_does_not_import_the_executing_core() -> None:
    script = (
        "import sys\n"
        "from engine.model import read_package\n"
        "from tests.unit.model.test_package import GOOD\n"
        "read_package({'a.bpmn': GOOD})\n"
        "print([name for name in sys.modules if name.startswith('SpiffWorkflow')])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_same_files_are_read_once_and_other_knowledge_reads_them_anew() -> None:
    files = {"p.bpmn": bpmn.diagram(bpmn.start("s"), bpmn.user("a"), bpmn.end("e"), "s -> a -> e")}
    first = read_package(files)
    assert read_package(dict(files)) is first
    assert read_package(files, known_processes=["other"]) is not first
    changed = {"p.bpmn": files["p.bpmn"].replace(b'id="a"', b'id="a" name="A"')}
    assert read_package(changed).definitions[0].digest != first.definitions[0].digest


def test_a_definition_is_read_once_and_only_just_its_files_are_that_definition() -> None:
    other = diagram(around('<task id="m"/>', "m"), process='id="q" isExecutable="true"')
    files = {"good.bpmn": GOOD, "other.bpmn": other}
    definition = read_package(files).definitions[0]
    stored = dict(definition.resources)
    assert read_before(definition.digest, stored) is definition
    changed = {name: content + b"\n" for name, content in stored.items()}
    assert read_before(definition.digest, changed) is None
    assert read_before("00" * 32, stored) is None
