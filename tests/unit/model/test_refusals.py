"""Nothing is ignored in silence: what is not executed is named, with element and line."""

from __future__ import annotations

import pytest

from tests.unit.model.test_reading import DMN
from tests.unit.model.writing import around, chain, diagram, errors, ext, findings, flow, read, warnings

TIMER = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"

SUBSCRIPTION = '<zeebe:subscription correlationKey="=k"/>'
JOB = '<zeebe:taskDefinition type="t"/>'


def task(inner: str = "", attributes: str = "", kind: str = "task") -> str:
    return around(f'<{kind} id="n" {attributes}>{inner}</{kind}>')


ELEMENTS: dict[str, tuple[str, str, list[tuple[str, int, str | None]]]] = {
    "complex gateway": (task(kind="complexGateway"), "", [("unsupported.element", 2, "n")]),
    "transaction by another method": (
        task("<task id='t'/>", 'method="##Store"', kind="transaction"),
        "",
        [("unsupported.attribute", 2, "n")],
    ),
    "ad-hoc sub-process": (task("<task id='t'/>", kind="adHocSubProcess"), "", [("unsupported.element", 2, "n")]),
    "cancel event outside a transaction": (
        '<startEvent id="s"/>\n<endEvent id="e"><cancelEventDefinition/></endEvent>' + chain("s", "e"),
        "",
        [("transaction.cancel", 3, "e")],
    ),
    "compensation event": (
        around('<intermediateThrowEvent id="n">\n<compensateEventDefinition id="c"/></intermediateThrowEvent>'),
        "",
        [("unsupported.element", 3, "c")],
    ),
    "conditional start of a process": (
        '<startEvent id="s"><conditionalEventDefinition><condition>=a</condition></conditionalEventDefinition></startEvent>'
        '<endEvent id="e"/>' + chain("s", "e"),
        "",
        [("event.conditional-start", 2, "s")],
    ),
    "condition filtered by what does not exist": (
        around(
            '<intermediateCatchEvent id="n"><conditionalEventDefinition>\n'
            + ext("<zeebe:conditionalFilter variableEvents='create, delete'/>")
            + "<condition>=a</condition></conditionalEventDefinition></intermediateCatchEvent>"
        ),
        "",
        [("condition.filter", 3, "n")],
    ),
    "standard loop": (task("\n<standardLoopCharacteristics/>"), "", [("unsupported.element", 3, "n")]),
    "complex loop behaviour without event": (
        task(
            "<multiInstanceLoopCharacteristics behavior='Complex'><loopCardinality>2</loopCardinality>"
            "<complexBehaviorDefinition><condition>=a</condition></complexBehaviorDefinition>"
            "</multiInstanceLoopCharacteristics>"
        ),
        "",
        [("multi.behavior", 2, "n")],
    ),
    "loop over data items": (
        task("<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality><loopDataInputRef>d</loopDataInputRef></multiInstanceLoopCharacteristics>"),
        "",
        [("unsupported.element", 2, "n")],
    ),
    "performer": (task("<potentialOwner/>", kind="userTask"), "", [("unsupported.element", 2, "n")]),
    "data assignment": (
        task("<dataInputAssociation id='a'><targetRef>n</targetRef>\n<assignment><from>a</from><to>b</to></assignment></dataInputAssociation>"),
        "",
        [("unsupported.element", 3, "a")],
    ),
    "global task": (task(), '<globalUserTask id="gt"/>', [("unsupported.element", 4, "gt")]),
    "choreography": (task(), '<choreography id="ch"><participant id="pa"/></choreography>', [("unsupported.element", 4, "ch")]),
    "more than one token": (task(attributes='startQuantity="2"'), "", [("unsupported.attribute", 2, "n")]),
    "more than one token out": (task(attributes='completionQuantity="2"'), "", [("unsupported.attribute", 2, "n")]),
    "compensation task": (task(attributes='isForCompensation="true"'), "", [("unsupported.attribute", 2, "n")]),
    "parallel multiple event": (
        around(f'<intermediateCatchEvent id="n" parallelMultiple="true">{TIMER}</intermediateCatchEvent>'),
        "",
        [("unsupported.attribute", 2, "n")],
    ),
    "instantiating receive task": (
        around('<receiveTask id="n" instantiate="true" messageRef="m"/>'),
        f'<message id="m" name="m">{ext(SUBSCRIPTION)}</message>',
        [("unsupported.attribute", 2, "n")],
    ),
    "behaviour event that does not exist": (
        task("<multiInstanceLoopCharacteristics behavior='One' oneBehaviorEventRef='x'><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"),
        "",
        [("ref.dangling", 2, "n")],
    ),
    "operation": (
        around(f'<serviceTask id="n" operationRef="o">{ext(JOB)}</serviceTask>'),
        "",
        [("unsupported.attribute", 2, "n")],
    ),
    "implementation": (task(attributes='implementation="http://x"', kind="userTask"), "", [("unsupported.attribute", 2, "n")]),
    "listener": (
        task(ext("\n<zeebe:executionListeners><zeebe:executionListener type='t'/></zeebe:executionListeners>")),
        "",
        [("unsupported.extension", 3, "n")],
    ),
    "task listener": (
        task(ext("\n<zeebe:taskListeners><zeebe:taskListener type='t'/></zeebe:taskListeners>"), kind="userTask"),
        "",
        [("unsupported.extension", 3, "n")],
    ),
    "unknown zeebe attribute": (
        task(ext("\n<zeebe:ioMapping><zeebe:input source='=1' target='a' when='b'/></zeebe:ioMapping>")),
        "",
        [("unsupported.attribute", 3, "n")],
    ),
    "extension inside the wrong one": (
        task(ext("\n<zeebe:taskHeaders><zeebe:input source='=1' target='a'/></zeebe:taskHeaders><zeebe:taskDefinition type='t'/>"), kind="serviceTask"),
        "",
        [("unsupported.extension", 3, "n")],
    ),
    "extension in the wrong place": (
        task(ext("\n<zeebe:assignmentDefinition assignee='a'/>")),
        "",
        [("extension.misplaced", 3, "n")],
    ),
    "job on an event that sends nothing": (
        around(f'<intermediateThrowEvent id="n">{ext(JOB)}</intermediateThrowEvent>'),
        "",
        [("extension.misplaced", 2, "n")],
    ),
    "extension twice": (
        task(ext("<zeebe:taskSchedule/>\n<zeebe:taskSchedule/>"), kind="userTask"),
        "",
        [("extension.duplicate", 3, "n")],
    ),
    "decision pinned to a version tag": (
        task(ext("\n<zeebe:formDefinition formId='f' versionTag='1'/>"), kind="userTask"),
        "",
        [("form.unknown", 2, "n"), ("unsupported.attribute", 3, "n")],
    ),
    "another engine's extension": (
        task(ext("\n<a:taskListener xmlns:a='http://activiti.org/bpmn'/>"), kind="userTask"),
        "",
        [("unsupported.extension", 3, "n")],
    ),
    "camunda class": (task(attributes='camunda:class="x.Y"'), "", [("camunda.unsupported", 2, "n")]),
    "camunda listener": (
        task(ext("\n<camunda:taskListener event='create' class='x'/>"), kind="userTask"),
        "",
        [("camunda.unsupported", 3, "n")],
    ),
    "a template in a message name": (
        around('<receiveTask id="n" messageRef="m"/>'),
        f'\n<message id="m" name="a-${{b}}">{ext(SUBSCRIPTION)}</message>',
        [("camunda.expression", 5, "m")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ELEMENTS)
def test_what_is_not_executed_is_named(name: str) -> None:
    body, roots, expected = ELEMENTS[name]
    assert errors(diagram(body, roots=roots)) == expected


def test_an_import_is_refused() -> None:
    data = diagram(task()).replace(
        b"<process", b"<import namespace='n' location='l' importType='t'/><process", 1
    )
    assert errors(data) == [("unsupported.element", 1, None)]


def test_another_expression_language_is_refused() -> None:
    data = diagram(task()).replace(b"targetNamespace", b'expressionLanguage="http://groovy" targetNamespace')
    assert errors(data) == [("expression.language", 1, None)]
    xpath = b'expressionLanguage="http://www.w3.org/1999/XPath" targetNamespace'
    assert errors(diagram(task()).replace(b"targetNamespace", xpath)) == []


def test_a_refused_node_is_reported_once_and_not_as_dangling_flows() -> None:
    body = around('<complexGateway id="n"/>') + f'<task id="a"/>{flow("x", "n", "a")}{flow("y", "a", "e")}'
    assert errors(diagram(body)) == [("unsupported.element", 2, "n")]


def test_foreign_extensions_give_one_warning_for_each_kind() -> None:
    foreign = ext("\n<q:x xmlns:q='urn:q'/><q:x xmlns:q='urn:q'/>")
    assert warnings(diagram(task(foreign))) == [("extension.foreign", 3, "n")]
    assert warnings(diagram(task(attributes='q:y="1" xmlns:q="urn:q"'))) == [("extension.foreign", 2, "n")]


def test_template_marks_and_colours_are_no_matter() -> None:
    attributes = (
        'zeebe:modelerTemplate="t" zeebe:modelerTemplateVersion="1"'
        ' xmlns:color="http://www.omg.org/spec/BPMN/non-normative/color/1.0" color:border-color="red"'
    )
    assert warnings(diagram(task(attributes=attributes))) == []


def test_other_properties_have_no_effect_and_say_so() -> None:
    inner = ext("<zeebe:properties>\n<zeebe:property name='color' value='x'/></zeebe:properties>")
    assert warnings(diagram(task(inner))) == [("property.foreign", 3, "n")]


def test_camunda_attributes_without_effect_give_a_warning() -> None:
    assert warnings(diagram(task(attributes='camunda:asyncBefore="true"'))) == [("camunda.ignored", 2, "n")]


def test_the_equal_parts_of_the_camunda_dialect_mean_the_same() -> None:
    old = diagram(
        around(
            '<userTask id="n" camunda:assignee="${owner.id}" camunda:candidateGroups="a,b" camunda:candidateUsers="u"'
            ' camunda:dueDate="${due}" camunda:followUpDate="2026-01-01T00:00:00Z" camunda:priority="5">'
            '<multiInstanceLoopCharacteristics camunda:collection="units" camunda:elementVariable="unit">'
            "<completionCondition>${done == true}</completionCondition></multiInstanceLoopCharacteristics></userTask>"
        )
    )
    new = diagram(
        around(
            '<userTask id="n">'
            + ext(
                '<zeebe:assignmentDefinition assignee="=owner.id" candidateGroups="a,b" candidateUsers="u"/>'
                '<zeebe:taskSchedule dueDate="=due" followUpDate="2026-01-01T00:00:00Z"/>'
                '<zeebe:priorityDefinition priority="5"/>'
            )
            + "<multiInstanceLoopCharacteristics>"
            + ext('<zeebe:loopCharacteristics inputCollection="=units" inputElement="unit"/>')
            + "<completionCondition>=done = true</completionCondition></multiInstanceLoopCharacteristics></userTask>"
        )
    )
    one, other = (read(data).definitions[0].nodes["n"] for data in (old, new))
    assert str(one) == str(other)


def test_camunda_decisions_scripts_and_version_tags_mean_the_same() -> None:
    body = (
        '<startEvent id="s"/><businessRuleTask id="d" camunda:decisionRef="grade" camunda:resultVariable="r"/>'
        '<scriptTask id="c" scriptFormat="feel" camunda:resultVariable="x"><script>1 + 1</script></scriptTask>'
        '<endEvent id="e"/>' + chain("s", "d", "c", "e")
    )
    data = diagram(body, process='id="p" isExecutable="true" camunda:versionTag="7"')
    (found,) = read(data, ("d.dmn", DMN)).definitions
    assert (found.nodes["d"].decision, found.nodes["d"].result_variable) == ("grade", "r")
    script = found.nodes["c"].script
    assert script is not None
    assert (script.text, found.nodes["c"].result_variable, found.version_tag) == ("1 + 1", "x", "7")


@pytest.mark.parametrize(
    ("template", "feel"),
    [
        ("${a.b}", "a.b"),
        ("#{ a }", "a"),
        ("${!a.b}", "not(a.b)"),
        ("${a.b == 'x'}", 'a.b = "x"'),
        ("${a != null}", "a != null"),
        ("${a >= 1.5}", "a >= 1.5"),
    ],
)
def test_simple_templates_are_translated(template: str, feel: str) -> None:
    body = (
        f'<startEvent id="s"/><exclusiveGateway id="g" default="d"/><endEvent id="e"/>{chain("s", "g")}'
        + flow("c", "g", "e", f"<conditionExpression>{template.replace('<', '&lt;')}</conditionExpression>")
        + flow("d", "g", "e")
    )
    condition = read(diagram(body)).definitions[0].flows["c"].condition
    assert condition is not None
    assert condition.text == feel


@pytest.mark.parametrize("template", ["${a.b()}", "${execution.getVariable('x')}", "a-${b}", "${a ? b : c}"])
def test_other_templates_are_named(template: str) -> None:
    body = task(attributes=f'camunda:assignee="{template}"', kind="userTask")
    found = findings(diagram(body))
    assert [(f.rule, f.line, f.element) for f in found] == [("camunda.expression", 2, "n")]
