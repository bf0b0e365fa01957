"""Whatever is done to a diagram, reading it ends in a package or in findings, never in anything else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from engine.model import ModelErrors, read_package
from engine.model.diagram import KINDS, REFUSED_NODES
from engine.model.namespaces import bpmn, zeebe
from tests.unit.model.test_reading import DMN, ROOTS, TIMER
from tests.unit.model.writing import chain, diagram, ext, flow, form, when

USER = ext(
    "<zeebe:assignmentDefinition assignee='=a'/>"
    "<zeebe:formDefinition formId='f'/>"
    "<zeebe:taskSchedule dueDate='=now()'/>"
    "<zeebe:properties><zeebe:property name='bihuan:return' value='once'/></zeebe:properties>"
)
LOOP = ext("<zeebe:loopCharacteristics inputCollection='=xs' inputElement='x'/>")
JOB = ext(
    "<zeebe:taskDefinition type='t' retries='2'/>"
    "<zeebe:ioMapping><zeebe:input source='=1' target='v'/></zeebe:ioMapping>"
)
DECISION = ext("<zeebe:calledDecision decisionId='grade' resultVariable='r'/>")
SCRIPT = ext("<zeebe:script expression='=1' resultVariable='r'/>")
RICH = diagram(
    '<laneSet id="ls"><lane id="l1" name="x"><flowNodeRef>s</flowNodeRef></lane></laneSet>'
    '<startEvent id="s"/>'
    f'<userTask id="u">{USER}'
    f'<multiInstanceLoopCharacteristics>{LOOP}<completionCondition>=done</completionCondition></multiInstanceLoopCharacteristics></userTask>'
    f'<boundaryEvent id="bt" attachedToRef="u" cancelActivity="false">{TIMER}</boundaryEvent>'
    '<exclusiveGateway id="g" default="g_e"/>'
    f'<subProcess id="sub"><startEvent id="i"/><serviceTask id="j">{JOB}</serviceTask>'
    '<endEvent id="ie"><errorEventDefinition errorRef="err"/></endEvent>' + chain("i", "j", "ie") + "</subProcess>"
    '<boundaryEvent id="be" attachedToRef="sub"><errorEventDefinition errorRef="err"/></boundaryEvent>'
    f'<businessRuleTask id="d">{DECISION}</businessRuleTask>'
    f'<scriptTask id="sc">{SCRIPT}</scriptTask>'
    '<eventBasedGateway id="eg"/><receiveTask id="rt" messageRef="m"/>'
    f'<intermediateCatchEvent id="ct">{TIMER}</intermediateCatchEvent>'
    '<intermediateThrowEvent id="lt"><linkEventDefinition name="L"/></intermediateThrowEvent>'
    '<intermediateCatchEvent id="lc"><linkEventDefinition name="L"/></intermediateCatchEvent>'
    '<callActivity id="call" calledElement="p"/><endEvent id="e"/>'
    '<subProcess id="es" triggeredByEvent="true"><startEvent id="ess"><signalEventDefinition signalRef="sig"/></startEvent></subProcess>'
    + chain("s", "u", "g", "e")
    + flow("g_sub", "g", "sub", when("=a > 1"))
    + chain("sub", "d", "sc", "eg")
    + chain("eg", "rt", "lt")
    + chain("eg", "ct", "call", "e")
    + chain("lc", "e")
    + chain("bt", "e")
    + chain("be", "e"),
    roots=ROOTS,
)  # fmt: skip

TAGS = [bpmn(name) for name in [*KINDS, *REFUSED_NODES, "process", "sequenceFlow", "message", "lane"]]
TAGS += [zeebe(name) for name in ["input", "properties", "script", "nonsense"]]
VALUES = [
    "",
    " ",
    "p",
    "s",
    "u",
    "sub",
    "e",
    "ghost",
    "=",
    "=(",
    "=a",
    "${a}",
    "-1",
    "true",
    "Start",
    "R0/PT1H",
    "案",
]

Step = tuple[int, int, int, int]
STEPS = st.lists(st.tuples(*[st.integers(0, 10_000)] * 4), min_size=1, max_size=5)


def change(root: etree._Element, step: Step) -> None:
    """Do one of eight small things to one element of the tree."""
    kind, where, which, what = step
    elements = list(root.iter())[1:]
    if not elements:
        return
    element = elements[where % len(elements)]
    parent = element.getparent()
    names = sorted(element.attrib)
    value = VALUES[what % len(VALUES)]
    if kind % 8 == 0 and parent is not None:
        parent.remove(element)
    elif kind % 8 == 1 and names:
        del element.attrib[names[which % len(names)]]
    elif kind % 8 in (2, 3) and names:
        element.set(names[which % len(names)], value)
    elif kind % 8 == 4 and parent is not None:
        parent.append(etree.fromstring(etree.tostring(element, with_tail=False)))
    elif kind % 8 == 5:
        element.tag = TAGS[what % len(TAGS)]
    elif kind % 8 == 6:
        element.text = value
    else:
        target = elements[which % len(elements)]
        if element not in list(target.iterancestors()) and element is not target:
            target.append(element)


def test_the_diagram_itself_is_accepted() -> None:
    read_package({"p.bpmn": RICH, "f.form": form(), "d.dmn": DMN})


def test_sub_processes_that_share_an_id_do_not_stand_in_each_other() -> None:
    body = '<subProcess id="a"><subProcess id="b"><subProcess id="a"><task id="t"/></subProcess></subProcess></subProcess>'
    with pytest.raises(ModelErrors) as caught:
        read_package({"p.bpmn": diagram(body)})
    assert "id.duplicate" in {finding.rule for finding in caught.value.findings}


@settings(max_examples=400, deadline=None)
@given(STEPS)
def test_a_changed_diagram_is_read_or_refused(steps: list[Step]) -> None:
    root = etree.fromstring(RICH)
    for step in steps:
        change(root, step)
    files = {"p.bpmn": etree.tostring(root), "f.form": form(), "d.dmn": DMN}
    refused: ModelErrors | None = None
    try:
        package = read_package(files)
    except ModelErrors as errors:
        refused = errors
    if refused is not None:
        assert "\n" in str(refused)
        assert all(f.line >= 1 and f.message_zh and f.message_en for f in refused.findings)
        return
    for definition in package.definitions:
        for one in definition.flows.values():
            assert one.id in definition.nodes[one.source].outgoing
            assert one.id in definition.nodes[one.target].incoming
        for node in definition.nodes.values():
            assert node.id in definition.containers[node.container].nodes
