"""Variables of a process that says what comes from outside: unknown names and kinds that never go together."""

from __future__ import annotations

import pytest

from engine.model import Finding
from engine.model.variables import declared
from tests.unit.model.writing import around, chain, diagram, ext, findings, flow, form, when

ASKING = form(
    {"type": "number", "key": "people"},
    {"type": "select", "key": "grade", "values": [{"value": "red", "label": "红"}]},
    {"type": "datetime", "key": "seen_on"},
    {"type": "textarea", "key": "story"},
    {"type": "checkbox", "key": "urgent", "conditional": {"hide": "=people > 3"}},
)
ASK = '<userTask id="ask">' + ext('<zeebe:userTask/><zeebe:formDefinition formId="f"/>') + "</userTask>"


def declaring(variables: str | None, body: str) -> bytes:
    said = "" if variables is None else ext(
        f'<zeebe:properties><zeebe:property name="bihuan:variables" value="{variables}"/></zeebe:properties>'
    )  # fmt: skip
    return diagram(said + body)


def gateway(condition: str) -> str:
    return (
        f'<startEvent id="s"/>{ASK}<exclusiveGateway id="g" default="d"/><endEvent id="e"/>'
        f"{chain('s', 'ask', 'g')}{flow('d', 'g', 'e')}\n{flow('c', 'g', 'e', when(condition))}"
    )


def about_variables(*files: bytes | tuple[str, bytes]) -> list[Finding]:
    rules = ("variable.unknown", "variable.declaration", "expression.types")
    return [finding for finding in findings(*files) if finding.rule in rules]


def found_in(condition: str, variables: str | None = "case_code: string") -> list[Finding]:
    return about_variables(declaring(variables, gateway(condition)), ("f.form", ASKING))


def test_an_unknown_name_in_a_gateway_is_found_with_the_nearest_one() -> None:
    (finding,) = found_in("=peple > 3")
    assert (finding.rule, finding.line, finding.element) == ("variable.unknown", 3, "c")
    assert "是否应为“people”" in finding.message_zh
    assert "is 'people' meant?" in finding.message_en


@pytest.mark.parametrize(
    "condition",
    [
        "=people &gt; 3 and case_code != null",
        "=some p in [1, 2] satisfies p = people",
        "=limit_event.percent = 50 or count([{a: 1}][a = 1]) = 0",
        "=grade = null or date(seen_on) &lt; today()",
        "=(if people &gt; 1 then 1 else null) = people",
    ],
)
def test_what_the_process_writes_is_known(condition: str) -> None:
    assert found_in(condition) == []


@pytest.mark.parametrize(
    ("condition", "character"),
    [
        ("=people = &quot;3&quot;", 8),
        ("=seen_on &lt; today()", 9),
        ("=urgent = 1", 8),
        ("=case_code + 1 = null", 11),
        ("=people in (&quot;a&quot;, &quot;b&quot;)", 8),
        ("=people between &quot;a&quot; and 3", 8),
    ],
)
def test_kinds_that_never_go_together_are_found_with_their_place(condition: str, character: int) -> None:
    finding = found_in(condition)[0]
    assert (finding.rule, finding.element) == ("expression.types", "c")
    assert f"character {character}:" in finding.message_en


def test_nothing_is_said_of_a_process_that_does_not_say_what_comes_from_outside() -> None:
    assert found_in("=peple &gt; 3 or people = &quot;3&quot;", variables=None) == []


def test_a_variable_written_with_two_kinds_has_none() -> None:
    assert found_in("=people = &quot;3&quot;", "people: string") == []


def test_a_declaration_must_be_read() -> None:
    (finding,) = found_in("=people &gt; 3", "a b: number, c: colour, d, d")[:1]
    assert finding.rule == "variable.declaration"
    assert declared("a b: number, c: colour, d, d").wrong == ["a b: number", "c: colour", "d"]


def test_declared_types_may_be_nested() -> None:
    types = declared("parties: list<context<name: string, age: number>>, x").types
    assert str(types["parties"]) == "list<context<name: string, age: number>>"
    assert str(types["x"]) == "Any"


def test_mappings_timers_and_instances_are_checked() -> None:
    body = around(
        '<userTask id="n">'
        + ext(
            '<zeebe:userTask/><zeebe:formDefinition formId="f"/><zeebe:taskSchedule dueDate="=due_at"/>'
            '<zeebe:ioMapping><zeebe:input source="=groop" target="local"/>'
            '<zeebe:output source="=people + locall" target="total"/></zeebe:ioMapping>'
        )
        + "<multiInstanceLoopCharacteristics>"
        + ext('<zeebe:loopCharacteristics inputCollection="=parties" inputElement="party"/>')
        + "</multiInstanceLoopCharacteristics></userTask>"
    )
    found = about_variables(declaring("group", body), ("f.form", ASKING))
    assert [finding.message_en.split("'")[1] for finding in found] == ["due_at", "groop", "locall", "parties"]


def test_what_a_job_or_message_brings_is_known_to_its_own_mappings_alone() -> None:
    job = around(
        '<serviceTask id="n">'
        + ext(
            '<zeebe:taskDefinition type="=kind"/><zeebe:ioMapping>'
            '<zeebe:output source="=answer.code" target="code"/></zeebe:ioMapping>'
        )
        + "</serviceTask>"
    )
    (finding,) = about_variables(declaring("x", job))
    assert "'kind'" in finding.message_en


def test_conditions_of_forms_are_checked_where_the_form_is_shown() -> None:
    asking = form(
        {"type": "number", "key": "people", "conditional": {"hide": "=grid = null or gird = null"}},
        {"type": "dynamiclist", "path": "list", "components": [
            {"type": "textfield", "key": "name", "conditional": {"hide": '=this.name = "a" or name = 1'}}
        ]},
    )  # fmt: skip
    (finding,) = about_variables(declaring("grid", gateway("=people &gt; 1")), ("f.form", asking))
    assert (finding.file, finding.line, finding.element) == ("f.form", 1, "people")
    assert "is 'grid' meant?" in finding.message_en


TABLE = """<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="m" name="m" namespace="urn:t">
<inputData id="i" name="people"><variable name="people" typeRef="{kind}"/></inputData>
<decision id="d" name="d"><variable name="d" typeRef="string"/>
<informationRequirement id="r"><requiredInput href="#i"/></informationRequirement>
<decisionTable id="t" hitPolicy="FIRST"><input id="c" label="c"><inputExpression><text>{text}</text></inputExpression></input>
<output id="o"/><rule id="q"><inputEntry><text>-</text></inputEntry><outputEntry><text>"a"</text></outputEntry></rule>
</decisionTable></decision></definitions>"""


def deciding(kind: str, text: str) -> list[Finding]:
    body = (
        f'<startEvent id="s"/>{ASK}<businessRuleTask id="n">'
        + ext('<zeebe:calledDecision decisionId="d" resultVariable="r"/>')
        + f'</businessRuleTask><endEvent id="e"/>{chain("s", "ask", "n", "e")}'
    )
    table = ("d.dmn", TABLE.format(kind=kind, text=text).encode())
    return about_variables(declaring("x", body), ("f.form", ASKING), table)


def test_what_a_decision_reads_is_checked() -> None:
    assert deciding("number", "people") == []
    (finding,) = deciding("string", "people")
    assert (finding.rule, finding.element) == ("expression.types", "n")
    (finding,) = deciding("number", "people + peeple")
    assert (finding.rule, finding.file, finding.line) == ("variable.unknown", "d.dmn", 5)
    assert "is 'people' meant?" in finding.message_en


def test_a_decision_gives_its_result_the_type_it_states() -> None:
    body = (
        f'<startEvent id="s"/>{ASK}<businessRuleTask id="n">'
        + ext('<zeebe:calledDecision decisionId="d" resultVariable="r"/>')
        + '</businessRuleTask><exclusiveGateway id="g" default="x"/><endEvent id="e"/>'
        + chain("s", "ask", "n", "g") + flow("x", "g", "e") + flow("c", "g", "e", when("=r = 1"))
    )  # fmt: skip
    table = ("d.dmn", TABLE.format(kind="number", text="people").encode())
    (finding,) = about_variables(declaring("x", body), ("f.form", ASKING), table)
    assert "a string = a number is always null" in finding.message_en


def test_a_called_process_hands_its_variables_up() -> None:
    child = declaring("given", gateway("=given = 1")).replace(b'id="p"', b'id="child"')
    call = ext('<zeebe:calledElement processId="child"/>{}')
    parent = around('<callActivity id="n">' + call.format("") + "</callActivity>")
    after = parent.replace(
        'targetRef="e"/>', f'targetRef="e">{when("=people = 1 and given = 1 and x = 1")}</sequenceFlow>'
    )
    assert about_variables(declaring("x", after), ("child.bpmn", child), ("f.form", ASKING)) == []
    mapped = call.format(
        '<zeebe:ioMapping><zeebe:output source="=people + nobody" target="n"/></zeebe:ioMapping>'
    )
    only = around('<callActivity id="n">' + mapped + "</callActivity>")
    (finding,) = about_variables(declaring("x", only), ("child.bpmn", child), ("f.form", ASKING))
    assert "'nobody'" in finding.message_en
