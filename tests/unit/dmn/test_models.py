from __future__ import annotations

import pytest

from engine.dmn import DmnErrors, Severity, parse, read
from engine.errors import NotFound
from engine.feel import Budget, Environment, FeelBudgetError

from .models import (
    NOW,
    decide,
    decision,
    definitions,
    environment,
    input_data,
    literal,
    model_of,
    reading_of,
    table,
)

_TYPES = """<itemDefinition name="tGrade"><typeRef>string</typeRef><allowedValues><text>"red","yellow"</text></allowedValues></itemDefinition>
<itemDefinition name="tParty"><itemComponent name="full name"><typeRef>string</typeRef></itemComponent>
<itemComponent name="age"><typeRef>number</typeRef><allowedValues><text>[0..150]</text></allowedValues></itemComponent></itemDefinition>
<itemDefinition name="tParties" isCollection="true"><typeRef>tParty</typeRef></itemDefinition>
"""


def test_decisions_use_what_they_require() -> None:
    body = (
        input_data("people count", "number")
        + decision("half", literal("people count / 2"), needs=["people_count"])
        + decision("double half", literal("half * 2"), decides=["half"])
    )
    model = model_of(body)
    assert model.decisions == {"half": "half", "double_half": "double half"}
    assert list(model.inputs("double_half")) == ["people count"]
    assert model.evaluate("double half", {"people count": 7}, environment()).value == 7


def test_an_unknown_decision_is_not_found() -> None:
    with pytest.raises(NotFound):
        model_of(decision("a", literal("1"))).evaluate("b", {}, environment())


@pytest.mark.parametrize(
    ("value", "expected"),
    [("red", "red"), ("green", None), (1, None), (["yellow"], "yellow"), (None, None)],
)
def test_input_data_is_fitted_to_its_type(value: object, expected: object) -> None:
    body = _TYPES + input_data("grade", "tGrade") + decision("d", literal("grade"), needs=["grade"])
    assert decide(body, "d", {"grade": value}) == expected


def test_allowed_values_hold_inside_collections() -> None:
    body = (
        _TYPES + input_data("parties", "tParties")
        + decision("d", literal("parties[1].full name"), needs=["parties"])
    )  # fmt: skip
    assert decide(body, "d", {"parties": [{"full name": "甲", "age": 40}]}) == "甲"
    assert decide(body, "d", {"parties": {"full name": "乙", "age": 40}}) == "乙"
    assert decide(body, "d", {"parties": [{"full name": "甲", "age": 400}]}) is None


def test_a_result_is_fitted_to_the_type_of_the_decision() -> None:
    assert decide(decision("d", literal('"a"'), kind="number"), "d") is None
    assert decide(decision("d", literal("[1]"), kind="number"), "d") == 1


_KNOWLEDGE = """<businessKnowledgeModel id="factorial" name="factorial"><variable name="factorial"/>
<encapsulatedLogic><formalParameter name="n" typeRef="number"/>
<literalExpression><text>if n &lt;= 1 then 1 else n * factorial(n - 1)</text></literalExpression></encapsulatedLogic>
</businessKnowledgeModel>"""


def test_knowledge_is_called_by_name_and_by_invocation() -> None:
    invocation = (
        "<invocation><literalExpression><text>factorial</text></literalExpression>"
        '<binding><parameter name="n"/><literalExpression><text>4 + 1</text></literalExpression></binding></invocation>'
    )
    assert decide(_KNOWLEDGE + decision("d", literal("factorial(5)"), knows=["factorial"]), "d") == 120
    assert decide(_KNOWLEDGE + decision("d", invocation, knows=["factorial"]), "d") == 120
    assert decide(_KNOWLEDGE + decision("d", literal('factorial("5")'), knows=["factorial"]), "d") is None


def test_a_knowledge_model_may_carry_the_type_of_its_function() -> None:
    kind = '<itemDefinition name="tF"><functionItem outputTypeRef="number"><parameters name="n" typeRef="number"/></functionItem></itemDefinition>'
    typed = _KNOWLEDGE.replace('<variable name="factorial"/>', '<variable name="factorial" typeRef="tF"/>')
    assert decide(kind + typed + decision("d", literal("factorial(5)"), knows=["factorial"]), "d") == 120


def test_endless_knowledge_exceeds_the_budget() -> None:
    body = _KNOWLEDGE.replace("n &lt;= 1", "false") + decision(
        "d", literal("factorial(5)"), knows=["factorial"]
    )
    with pytest.raises(FeelBudgetError):
        decide(body, "d")


@pytest.mark.parametrize(
    ("logic", "expected"),
    [
        (
            "<context><contextEntry><variable name='a b'/>LIT(2)</contextEntry><contextEntry>LIT(a b * 3)</contextEntry></context>",
            6,
        ),
        ("<context><contextEntry><variable name='a'/>LIT(2)</contextEntry></context>", {"a": 2}),
        ("<list>LIT(1)LIT(2)</list>", [1, 2]),
        (
            "<relation><column name='x'/><column name='y'/><row>LIT(1)LIT(2)</row></relation>",
            [{"x": 1, "y": 2}],
        ),
        ("<conditional><if>LIT(1 = 1)</if><then>LIT(2)</then><else>LIT(3)</else></conditional>", 2),
        ("<filter><in>LIT([1, 2, 3])</in><match>LIT(item > 1)</match></filter>", [2, 3]),
        ("<for iteratorVariable='i'><in>LIT(1..3)</in><return>LIT(i)</return></for>", None),
        ("<for iteratorVariable='i'><in>LIT([1..3])</in><return>LIT(i * i)</return></for>", [1, 4, 9]),
        (
            "<for iteratorVariable='i'><in>LIT([1..3])</in><return>LIT(count(partial))</return></for>",
            [0, 1, 2],
        ),
        ("<some iteratorVariable='i'><in>LIT([1, 2])</in><satisfies>LIT(i > 1)</satisfies></some>", True),
        ("<every iteratorVariable='i'><in>LIT([1, 2])</in><satisfies>LIT(i > 1)</satisfies></every>", False),
        (
            (
                "<context><contextEntry><variable name='f'/><functionDefinition><formalParameter name='x'/>LIT(x + 1)"
                "</functionDefinition></contextEntry><contextEntry>LIT(f(1))</contextEntry></context>"
            ),
            2,
        ),
    ],
)
def test_boxed_expressions_have_their_value(logic: str, expected: object) -> None:
    import re

    written = re.sub(r"LIT\(((?:[^()]|\([^()]*\))*)\)", lambda found: literal(found[1]), logic)
    body = decision("d", written)
    if expected is None:
        assert any(one.rule == "dmn.feel-syntax" for one in reading_of(body).findings)
    else:
        assert decide(body, "d") == expected


_SERVICE = """<decisionService id="s" name="service"><variable name="service"/><outputDecision href="#b"/>
<encapsulatedDecision href="#a"/><inputData href="#x"/></decisionService>"""


def test_decision_services_are_functions() -> None:
    body = (
        input_data("x", "number")
        + decision("a", literal("x + 1"), needs=["x"])
        + decision("b", literal("a * 2"), decides=["a"])
        + _SERVICE
        + decision("d", literal("service(4) + service(x: 5)"), knows=["s"])
    )
    model = model_of(body)
    assert model.evaluate("d", {"x": 100}, environment()).value == 22
    assert model.evaluate_service("service", {"x": 4}, environment()).value == 10


def test_what_only_an_input_decision_requires_is_not_decided() -> None:
    body = (
        decision("inner", literal("1 / 0"))
        + decision("given", literal("inner"), decides=["inner"])
        + decision("b", literal("given * 2"), decides=["given"])
        + '<decisionService id="s" name="service"><variable name="service"/><outputDecision href="#b"/>'
        '<inputDecision href="#given"/></decisionService>' + decision("d", literal("service(4)"), knows=["s"])
    )
    env = environment()
    result = model_of(body).evaluate("d", {}, env)
    assert result.value == 8
    assert [entry["decision"] for entry in result.trace] == ["b", "d"]
    assert env.warnings == []


def test_imported_models_are_seen_through_their_prefix() -> None:
    shared = parse(
        definitions(_TYPES + _KNOWLEDGE + input_data("n", "number") + decision("base", literal("n + 1"), needs=["n"]),
                    namespace="urn:shared"), file="shared.dmn",
    )  # fmt: skip
    data = definitions(
        input_data("grade", "common.tGrade")
        + decision("d", literal('string(common.base) + grade + string(common.factorial(3))'), needs=["grade"])
        .replace("<literal", '<informationRequirement><requiredDecision href="urn:shared#base"/></informationRequirement>'
                 '<knowledgeRequirement><requiredKnowledge href="urn:shared#factorial"/></knowledgeRequirement><literal'),
        imports='<import name="common" namespace="urn:shared" importType="https://www.omg.org/spec/DMN/20230324/MODEL/"/>',
    )  # fmt: skip
    model = parse(data, file="user.dmn", imports=[shared])
    assert model.evaluate("d", {"grade": "red", "n": 1}, environment()).value == "2red6"
    data_by_prefix = data.replace(b"requiredDecision", b"requiredInput").replace(
        b"urn:shared#base", b"urn:shared#n"
    )
    by_prefix = parse(data_by_prefix.replace(b"common.base", b"common.n"), file="user.dmn", imports=[shared])
    assert by_prefix.evaluate("d", {"grade": "red", "common": {"n": 7}}, environment()).value == "7red6"
    with pytest.raises(DmnErrors):
        parse(data, file="user.dmn")


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (decision("a", literal("1 +")), "dmn.feel-syntax"),
        (decision("a", literal("b"), decides=["b"]), "dmn.reference"),
        (decision("a", literal("b"), decides=["b"]) + decision("b", literal("a"), decides=["a"]), "dmn.cycle"),
        (decision("a", literal("1"), kind="tMissing"), "dmn.type-unknown"),
        (decision("a", literal("1")) + decision("a", literal("2")), "dmn.duplicate-name"),
        (decision("a", table(["x"], [["1", "2"]], policy="BEST")), "dmn.hit-policy"),
        (decision("a", table(["x"], [["1", "2"]], aggregation="SUM")), "dmn.hit-policy"),
        (decision("a", table(["x"], [["1"]])), "dmn.rule-width"),
        (decision("a", literal("1").replace("<lit", '<lit').replace("Expression>", 'Expression expressionLanguage="groovy">', 1)), "dmn.language"),
    ],
)  # fmt: skip
def test_errors_refuse_the_model(body: str, rule: str) -> None:
    with pytest.raises(DmnErrors) as caught:
        model_of(body)
    assert rule in {one.rule for one in caught.value.findings if one.severity is Severity.ERROR}


def test_a_model_with_errors_can_still_be_looked_at() -> None:
    body = decision("a", literal("b + 1"), decides=["b"]) + decision("b", literal("a"), decides=["a"])
    reading = reading_of(body + decision("c", literal("1 +")) + decision("e", literal("2")))
    assert {one.rule for one in reading.findings} == {"dmn.cycle", "dmn.feel-syntax"}
    for name, value in (("a", None), ("b", None), ("c", None), ("e", 2)):
        assert reading.model.evaluate(name, {}, environment()).value == value


def test_a_syntax_error_in_a_cell_is_placed_exactly() -> None:
    body = decision("grading", table(["x", "y"], [["1", "-", "1"], ["2", "> > 3", "2"]]))
    with pytest.raises(DmnErrors) as caught:
        model_of(body)
    (finding,) = [one for one in caught.value.findings if one.rule == "dmn.feel-syntax"]
    assert (finding.file, finding.decision, finding.row, finding.column, finding.character) == (
        "test.dmn", "grading", 2, 2, 2,
    )  # fmt: skip
    assert finding.line == 5


def test_external_functions_are_refused_by_name() -> None:
    logic = (
        "<functionDefinition kind='Java'><formalParameter name='x'/><context><contextEntry><variable name='class'/>"
        + literal('"java.lang.Runtime"') + "</contextEntry></context></functionDefinition>"
    )  # fmt: skip
    body = decision("f", logic) + decision("d", literal("f(1)"), decides=["f"])
    model = model_of(body)
    assert any("java.lang.Runtime" in one.message_en for one in model.findings)
    env = environment()
    assert model.evaluate("d", {}, env).value is None
    assert "java.lang.Runtime" in env.warnings[-1].message_en


def test_the_budget_covers_the_whole_evaluation() -> None:
    body = "".join(
        decision(
            f"d{index}",
            literal("count(for i in 1..100 return i)"),
            decides=[f"d{index - 1}"] if index else [],
        )
        for index in range(20)
    )
    model = model_of(body)
    assert model.evaluate("d19", {}, environment()).value == 100
    with pytest.raises(FeelBudgetError):
        model.evaluate("d19", {}, Environment(now=NOW, budget=Budget(steps=2_000)))


def test_models_of_too_many_elements_are_refused() -> None:
    with pytest.raises(DmnErrors, match=r"dmn\.too-large"):
        model_of("".join(input_data(f"x{index}") for index in range(1_001)))


def test_long_chains_of_decisions_are_no_trouble() -> None:
    body = decision("d0", literal("1")) + "".join(
        decision(f"d{index}", literal(f"d{index - 1} + 1"), decides=[f"d{index - 1}"])
        for index in range(1, 900)
    )
    assert decide(body, "d899") == 900


@pytest.mark.parametrize(
    "data",
    [b"", b"<a/>", b"not xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', definitions("").replace(b"20230324", b"20990101")],
)  # fmt: skip
def test_what_is_no_decision_model_is_refused(data: bytes) -> None:
    with pytest.raises(DmnErrors):
        read(data, file="x.dmn")
