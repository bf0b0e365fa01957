"""Expressions, timers, tasks and references: each rule broken once, with its line and element."""

from __future__ import annotations

import pytest

from tests.unit.model.test_reading import DMN
from tests.unit.model.writing import around, chain, diagram, errors, ext, findings, flow, form, warnings, when

SPLIT = '<startEvent id="s"/><endEvent id="e"/>' + chain("s", "g")


def task(kind: str, inner: str, attributes: str = "") -> str:
    return around(f'<{kind} id="n" {attributes}>{inner}</{kind}>')


def catch(timer: str) -> str:
    return around(
        f'<intermediateCatchEvent id="n"><timerEventDefinition>\n{timer}</timerEventDefinition></intermediateCatchEvent>'
    )


def loop(inner: str, attributes: str = "") -> str:
    return task(
        "task", f"\n<multiInstanceLoopCharacteristics {attributes}>{inner}</multiInstanceLoopCharacteristics>"
    )


def looped(attributes: str) -> str:
    return loop(ext(f"<zeebe:loopCharacteristics {attributes}/>"))


BROKEN: dict[str, tuple[str, list[tuple[str, int, str | None]]]] = {
    "condition with a syntax error": (
        f'<exclusiveGateway id="g" default="d"/>\n{flow("c", "g", "e", when("=a >"))}{flow("d", "g", "e")}{SPLIT}',
        [("expression.syntax", 3, "c")],
    ),
    "error on a later line of a condition": (
        f'<exclusiveGateway id="g" default="d"/>\n{flow("c", "g", "e", when(chr(10) + "= a" + chr(10) + "and )"))}{flow("d", "g", "e")}{SPLIT}',
        [("expression.syntax", 5, "c")],
    ),
    "empty condition": (
        f'<exclusiveGateway id="g" default="d"/>\n{flow("c", "g", "e", when(""))}{flow("d", "g", "e")}{SPLIT}',
        [("expression.missing", 3, "c")],
    ),
    "condition in another language": (
        '<exclusiveGateway id="g" default="d"/>\n'
        + flow("c", "g", "e", '<conditionExpression xsi:type="tFormalExpression" language="groovy">a</conditionExpression>')
        + flow("d", "g", "e") + SPLIT,
        [("expression.language", 3, "c")],
    ),
    "assignee with a syntax error": (
        task("userTask", "\n" + ext("<zeebe:assignmentDefinition assignee='=['/>")),
        [("expression.syntax", 3, "n")],
    ),
    "mapping without source": (
        task("task", ext("<zeebe:ioMapping>\n<zeebe:input source='' target='a'/></zeebe:ioMapping>")),
        [("expression.missing", 3, "n")],
    ),
    "mapping to no variable": (
        task("task", ext("<zeebe:ioMapping>\n<zeebe:output source='=1' target='a..b'/></zeebe:ioMapping>")),
        [("variable.name", 3, "n")],
    ),
    "timer without expression": (catch(""), [("timer.missing", 2, "n")]),
    "timer with two expressions": (
        catch("<timeDate>=a</timeDate><timeDuration>=b</timeDuration>"),
        [("timer.missing", 2, "n"), ("file.xsd", 3, "n")],
    ),
    "loop with nothing to loop over": (loop(""), [("multi.source", 2, "n")]),
    "loop with collection and number": (
        loop(ext("<zeebe:loopCharacteristics inputCollection='=a'/>") + "<loopCardinality>3</loopCardinality>"),
        [("multi.source", 2, "n")],
    ),
    "negative cardinality": (loop("<loopCardinality>-1</loopCardinality>"), [("multi.cardinality", 3, "n")]),
    "negative cardinality as FEEL": (loop("<loopCardinality>= -2</loopCardinality>"), [("multi.cardinality", 3, "n")]),
    "half a cardinality": (loop("<loopCardinality>=2.5</loopCardinality>"), [("multi.cardinality", 3, "n")]),
    "output collection without element": (
        looped("inputCollection='=a' outputCollection='r'"),
        [("multi.output", 3, "n")],
    ),
    "item that is no variable": (looped("inputCollection='=a' inputElement='x y'"), [("variable.name", 3, "n")]),
    "service task without job": (task("serviceTask", ""), [("task.job", 2, "n")]),
    "job without type": (
        task("serviceTask", "\n" + ext("<zeebe:taskDefinition type=''/>")),
        [("task.job", 3, "n")],
    ),
    "retries that are no number": (
        task("serviceTask", "\n" + ext("<zeebe:taskDefinition type='a' retries='-1'/>")),
        [("task.retries", 3, "n")],
    ),
    "script task without script": (task("scriptTask", ""), [("task.script", 2, "n")]),
    "script without result variable": (
        task("scriptTask", ext("<zeebe:script expression='=1'/>")),
        [("task.script", 2, "n")],
    ),
    "script in another language": (
        task("scriptTask", "<script>x = 1</script>", 'scriptFormat="python"'),
        [("task.script", 2, "n")],
    ),
    "rule task without decision": (task("businessRuleTask", ""), [("task.decision", 2, "n")]),
    "decision without result variable": (
        task("businessRuleTask", ext("<zeebe:calledDecision decisionId='grade'/>")),
        [("task.decision", 2, "n")],
    ),
    "decision named by an expression": (
        task("businessRuleTask", ext("<zeebe:calledDecision decisionId='=x' resultVariable='r'/>")),
        [("task.decision", 2, "n")],
    ),
    "decision nobody defined": (
        task("businessRuleTask", ext("<zeebe:calledDecision decisionId='ghost' resultVariable='r'/>")),
        [("decision.unknown", 2, "n")],
    ),
    "form nobody drew": (
        task("userTask", ext("<zeebe:formDefinition formId='ghost'/>")),
        [("form.unknown", 2, "n")],
    ),
    "embedded form": (
        task("userTask", "\n" + ext("<zeebe:formDefinition formKey='camunda-forms:bpmn:f'/>")),
        [("form.embedded", 3, "n")],
    ),
    "form named twice": (
        task("userTask", "\n" + ext("<zeebe:formDefinition formKey='f' formId='f'/>")),
        [("form.embedded", 3, "n")],
    ),
    "priority beyond the scale": (
        task("userTask", "\n" + ext("<zeebe:priorityDefinition priority='101'/>")),
        [("task.priority", 3, "n")],
    ),
    "due date that is no date": (
        task("userTask", "\n" + ext("<zeebe:taskSchedule dueDate='tomorrow'/>")),
        [("timer.syntax", 3, "n")],
    ),
    "call of nothing": (task("callActivity", ""), [("call.missing", 2, "n")]),
    "call of a ghost": (task("callActivity", "", 'calledElement="ghost"'), [("call.unknown", 2, "n")]),
    "unknown property": (
        task("task", ext("<zeebe:properties>\n<zeebe:property name='bihuan:limmit' value='x'/></zeebe:properties>")),
        [("property.unknown", 3, "n")],
    ),
    "property in the wrong place": (
        task("task", ext("<zeebe:properties>\n<zeebe:property name='bihuan:return' value='x'/></zeebe:properties>")),
        [("property.unknown", 3, "n")],
    ),
    "empty property": (
        task("userTask", ext("<zeebe:properties>\n<zeebe:property name='bihuan:return' value=' '/></zeebe:properties>")),
        [("property.value", 3, "n")],
    ),
    "property that is no FEEL": (
        task("userTask", ext("<zeebe:properties>\n<zeebe:property name='bihuan:candidate' value='=('/></zeebe:properties>")),
        [("expression.syntax", 3, "n")],
    ),
    "beginning of case codes that is none": (
        ext("<zeebe:properties>\n<zeebe:property name='bihuan:case_code' value='纠纷'/></zeebe:properties>") + task("task", ""),
        [("property.value", 3, "p")],
    ),
    "return policy nobody knows": (
        task("userTask", ext("<zeebe:properties>\n<zeebe:property name='bihuan:return' value='twice'/></zeebe:properties>")),
        [("property.value", 2, "n")],
    ),
    "recall policy nobody knows": (
        task("userTask", ext("<zeebe:properties>\n<zeebe:property name='bihuan:recall' value='once'/></zeebe:properties>")),
        [("property.value", 2, "n")],
    ),
    "countersign that is no rule": (
        task("userTask", ext("<zeebe:properties>\n<zeebe:property name='bihuan:countersign' value='101%'/></zeebe:properties>")),
        [("property.value", 2, "n")],
    ),
    "separation from a task that is not there": (
        task("userTask", ext("<zeebe:properties>\n<zeebe:property name='bihuan:separation' value='n,ghost'/></zeebe:properties>")),
        [("separation.unknown", 2, "n")],
    ),
    "limit that is no FEEL": (
        task("userTask", ext("<zeebe:properties>\n<zeebe:property name='bihuan:limit' value='=if a'/></zeebe:properties>")),
        [("expression.syntax", 3, "n")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_breaking_a_rule_gives_its_finding(name: str) -> None:
    body, expected = BROKEN[name]
    assert errors(diagram(body), ("f.form", form()), ("d.dmn", DMN)) == expected


def test_a_due_date_may_be_a_duration() -> None:
    def due(text: str) -> bytes:
        return diagram(task("userTask", ext(f"<zeebe:taskSchedule dueDate='{text}'/>")))

    assert errors(due("P3D")) == []
    assert errors(due("-P3D")) == [("timer.syntax", 2, "n")]


def test_a_syntax_error_names_the_character() -> None:
    body = f'<exclusiveGateway id="g" default="d"/>{flow("c", "g", "e", when("=a > )"))}{flow("d", "g", "e")}{SPLIT}'
    (found,) = findings(diagram(body))
    assert "第 5 个字符" in found.message_zh
    assert "character 5" in found.message_en


@pytest.mark.parametrize(
    "timer",
    [
        "<timeDuration>PT1H</timeDuration>",
        "<timeDuration>P1Y2M3DT4H5M6.5S</timeDuration>",
        "<timeDuration>P2W</timeDuration>",
        "<timeDuration>PT0S</timeDuration>",
        "<timeDuration> PT1H </timeDuration>",
        "<timeDate>2024-02-29T23:59:59.999999+08:00</timeDate>",
        "<timeDate>2024-02-29</timeDate>",
        "<timeDate>2024-02-29T10:00:00Z</timeDate>",
        "<timeDuration>P999Y</timeDuration>",
        "<timeCycle>R3/PT1H</timeCycle>",
        "<timeCycle>R/P1D</timeCycle>",
        "<timeCycle>R5/2026-01-01T08:00:00Z/P1D</timeCycle>",
        '<timeDuration>=duration("PT1H")</timeDuration>',
    ],
)
def test_timers_that_are_right(timer: str) -> None:
    assert errors(diagram(catch(timer))) == []


@pytest.mark.parametrize(
    "timer",
    [
        "<timeDuration>-PT1H</timeDuration>",
        "<timeDuration>PT-1H</timeDuration>",
        "<timeDuration>P</timeDuration>",
        "<timeDuration>PT</timeDuration>",
        "<timeDuration>P1DT</timeDuration>",
        "<timeDuration>1h</timeDuration>",
        "<timeDuration>PT1.5H</timeDuration>",
        "<timeDuration>P1W1D</timeDuration>",
        "<timeDuration>P9999999999D</timeDuration>",
        "<timeDuration>PT1H1</timeDuration>",
        "<timeDate>2023-02-29</timeDate>",
        "<timeDate>2026-13-01T00:00:00Z</timeDate>",
        "<timeDate>2026-01-01T25:00:00Z</timeDate>",
        "<timeDate>20260101</timeDate>",
        "<timeDate>tomorrow</timeDate>",
        "<timeDate>2024-02-29T10:00Z</timeDate>",
        "<timeDuration>P1001Y</timeDuration>",
        "<timeDuration>P999999999D</timeDuration>",
        "<timeDuration>P١D</timeDuration>",
        "<timeCycle>R</timeCycle>",
        "<timeCycle>R5/PT1H/2026-01-01T08:00:00Z</timeCycle>",
        "<timeCycle>R0/PT1H</timeCycle>",
        "<timeCycle>R-1/PT1H</timeCycle>",
        "<timeCycle>R3/PT0S</timeCycle>",
        "<timeCycle>R3/-PT1H</timeCycle>",
        "<timeCycle>R3</timeCycle>",
        "<timeCycle>R3/2026-01-01/2026-01-02</timeCycle>",
        "<timeCycle>R3/PT1H/PT1H</timeCycle>",
        "<timeCycle>PT1H</timeCycle>",
        "<timeCycle>0 0 9 * * MON</timeCycle>",
    ],
)
def test_timers_that_are_wrong(timer: str) -> None:
    assert errors(diagram(catch(timer))) == [("timer.syntax", 3, "n")]


SECRET = form(
    {"type": "textfield", "key": "reporter.phone", "properties": {"bihuan:mask": "phone"}},
    {"type": "textfield", "key": "title"},
    {
        "type": "dynamiclist",
        "path": "parties",
        "components": [{"type": "textfield", "key": "name", "properties": {"bihuan:mask": "name"}}],
    },
)
ASK = f'<userTask id="ask">{ext("""<zeebe:formDefinition formId="f"/>""")}</userTask>'


@pytest.mark.parametrize(
    ("xml", "field"),
    [
        ('<zeebe:ioMapping><zeebe:input source="=reporter.phone" target="x"/></zeebe:ioMapping>', "reporter.phone"),
        ('<zeebe:ioMapping><zeebe:input source="=reporter.phone" target="reporter.phone"/></zeebe:ioMapping>', "reporter.phone"),
        ('<zeebe:ioMapping><zeebe:output source="=reporter.phone" target="x"/></zeebe:ioMapping>', "reporter.phone"),
        ('<zeebe:ioMapping><zeebe:output source="=reporter.phone + title" target="reporter.phone"/></zeebe:ioMapping>', "reporter.phone"),
        ('<zeebe:ioMapping><zeebe:output source="=string length(reporter.phone.x)" target="x"/></zeebe:ioMapping>', "reporter.phone.x"),
        ('<zeebe:ioMapping><zeebe:input source="=reporter" target="r"/><zeebe:input source="=r.phone" target="x"/></zeebe:ioMapping>', "r.phone"),
    ],
)  # fmt: skip
def test_an_expression_that_reads_a_protected_field_is_named(xml: str, field: str) -> None:
    body = around(ASK + f'\n<task id="n">{ext(xml)}</task>', "ask") + chain("ask", "n", "e")
    found = findings(diagram(body), ("f.form", SECRET))
    assert [(f.rule, f.line, f.element) for f in found] == [("expression.vault", 3, "n")]
    assert f"“{field}”" in found[0].message_zh


def test_an_output_mapping_keeps_a_protected_field_under_its_own_name() -> None:
    kept = ext(
        '<zeebe:formDefinition formId="f"/><zeebe:ioMapping><zeebe:output source="=reporter.phone" target="reporter.phone"/></zeebe:ioMapping>'
    )
    body = around(f'<userTask id="ask">{kept}</userTask>', "ask")
    assert errors(diagram(body), ("f.form", SECRET)) == []


def test_a_protected_field_of_a_list_is_known_under_the_name_of_its_item() -> None:
    inner = (
        "<multiInstanceLoopCharacteristics>"
        + ext("<zeebe:loopCharacteristics inputCollection='=parties' inputElement='party'/>")
        + "<completionCondition>=party.name = 1</completionCondition></multiInstanceLoopCharacteristics>"
    )
    body = around(f'{ASK}\n<task id="n">\n{inner}</task>', "ask") + chain("ask", "n", "e")
    assert errors(diagram(body), ("f.form", SECRET)) == [("expression.vault", 4, "n")]


def test_a_decision_may_not_read_a_protected_field() -> None:
    rule = f'<businessRuleTask id="n">{ext("""<zeebe:calledDecision decisionId="grade" resultVariable="r"/>""")}</businessRuleTask>'
    body = around(ASK + rule, "ask") + chain("ask", "n", "e")
    table = DMN.replace(b"1 + 1", b"reporter.phone")
    found = errors(diagram(body), ("d.dmn", table), ("f.form", SECRET))
    assert [(rule, line) for rule, line, _ in found] == [("expression.vault", 2)]


def test_other_fields_and_whole_objects_may_be_read() -> None:
    mapping = '<zeebe:ioMapping><zeebe:input source="=title" target="x"/><zeebe:input source="=parties" target="y"/></zeebe:ioMapping>'
    body = around(ASK + f'\n<task id="n">{ext(mapping)}</task>', "ask") + chain("ask", "n", "e")
    assert errors(diagram(body), ("f.form", SECRET)) == []


def test_a_wrong_decision_file_is_refused_with_its_line() -> None:
    found = errors(("d.dmn", DMN.replace(b"1 + 1", b"1 +")))
    assert [(rule, line) for rule, line, _ in found] == [("decision.file", 2)]


def test_a_doubtful_decision_file_is_accepted_with_a_warning() -> None:
    table = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">
<decision id="grade" name="grade"><variable name="grade"/><decisionTable id="t" hitPolicy="UNIQUE">
<input id="i"><inputExpression><text>a</text></inputExpression></input><output id="o" name="x"/>
<rule id="r1"><inputEntry id="a1"><text>&lt; 5</text></inputEntry><outputEntry id="b1"><text>1</text></outputEntry></rule>
<rule id="r2"><inputEntry id="a2"><text>&lt; 9</text></inputEntry><outputEntry id="b2"><text>2</text></outputEntry></rule>
</decisionTable></decision></definitions>"""
    assert {rule for rule, _, _ in warnings(("d.dmn", table))} == {"decision.doubt"}


def test_decision_ids_are_unique_in_a_package() -> None:
    again = DMN.replace(b'namespace="n"', b'namespace="m"')
    assert errors(("a.dmn", DMN), ("b.dmn", again)) == [("decision.duplicate", 1, "grade")]


def test_decision_files_may_import_each_other_whatever_their_names() -> None:
    importing = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d2" name="d2" namespace="m">
<import name="base" namespace="n" importType="https://www.omg.org/spec/DMN/20191111/MODEL/"/>
<decision id="top" name="top"><variable name="top"/><informationRequirement id="ir"><requiredDecision href="n#grade"/></informationRequirement>
<literalExpression><text>base.grade + 1</text></literalExpression></decision></definitions>"""
    assert errors(("a.dmn", importing), ("b.dmn", DMN)) == []


def test_a_countersign_of_one_person_is_accepted_with_a_warning() -> None:
    rule = ext("<zeebe:properties><zeebe:property name='bihuan:countersign' value='all'/></zeebe:properties>")
    many = "<multiInstanceLoopCharacteristics><loopCardinality>=3</loopCardinality></multiInstanceLoopCharacteristics>"
    assert warnings(diagram(task("userTask", rule))) == [("countersign.alone", 2, "n")]
    assert warnings(diagram(task("userTask", rule + many))) == []
