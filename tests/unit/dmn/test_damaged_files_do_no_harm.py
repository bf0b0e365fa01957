"""Whatever a file says, reading it gives findings and evaluating it a value or a budget error.

BIHUAN_FUZZ=N multiplies the number of random examples.
"""

from __future__ import annotations

import copy
import os
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from engine.dmn import DmnErrors, read
from engine.feel import Budget, Environment, FeelBudgetError

from .models import NOW, decision, definitions, input_data, literal, table

FUZZ = int(os.environ.get("BIHUAN_FUZZ", "1"))

_BODY = (
    '<itemDefinition name="tParty" isCollection="true"><itemComponent name="age"><typeRef>number</typeRef>'
    "<allowedValues><text>[0..150]</text></allowedValues></itemComponent></itemDefinition>"
    + input_data("x", "number") + input_data("parties", "tParty")
    + '<businessKnowledgeModel id="f" name="f"><variable name="f" typeRef="number"/><encapsulatedLogic>'
    '<formalParameter name="n" typeRef="number"/>' + literal("if n < 1 then 1 else n * f(n - 1)")
    + "</encapsulatedLogic></businessKnowledgeModel>"
    + decision("a", table(["x", "count(parties)"], [["< 5", "-", "1", "2"], ["[5..9)", "> 1", "f(x)", "3"]],
                          policy="COLLECT", outputs=("m", "n")), needs=["x", "parties"], knows=["f"])
    + decision("b", "<context><contextEntry><variable name='k'/><for iteratorVariable='i'><in>" + literal("[1..5]")
               + "</in><return>" + literal("f(i)") + "</return></for></contextEntry><contextEntry>"
               + "<invocation>" + literal("f") + '<binding><parameter name="n"/>' + literal("k[2]")
               + "</binding></invocation></contextEntry></context>", decides=["a"], knows=["f"])
    + '<decisionService id="s" name="s"><outputDecision href="#b"/><encapsulatedDecision href="#a"/>'
    '<inputData href="#x"/><inputData href="#parties"/></decisionService>'
    + decision("c", literal("s(x, parties)"), needs=["x", "parties"], knows=["s"])
)  # fmt: skip
_ROOT = etree.fromstring(definitions(_BODY))
_COUNT = sum(1 for _ in _ROOT.iter())
_WORDS = [
    "",
    "a",
    "b",
    "f",
    "s",
    "#a",
    "#f",
    "#s",
    "#c",
    "COLLECT",
    "PRIORITY",
    "SUM",
    "number",
    "tParty",
    "f(1)",
    "(",
    "?",
    "1",
    "x y",
]


def _damaged(changes: list[tuple[str, int, int, str]]) -> bytes:
    """The file after some changes at random elements."""
    root = copy.deepcopy(_ROOT)
    for kind, at, other, word in changes:
        elements = list(root.iter())
        one, another = elements[at % len(elements)], elements[other % len(elements)]
        parent = one.getparent()
        if kind == "drop" and parent is not None:
            parent.remove(one)
        elif kind == "copy" and one is not root:
            another.append(copy.deepcopy(one))
        elif kind == "text":
            one.text = word
        elif kind == "attribute" and one.attrib:
            names = sorted(one.attrib)
            one.set(names[other % len(names)], word)
    return etree.tostring(root)


_changes = st.lists(
    st.tuples(
        st.sampled_from(["drop", "copy", "text", "attribute"]),
        st.integers(0, _COUNT),
        st.integers(0, _COUNT),
        st.sampled_from(_WORDS),
    ),
    min_size=1,
    max_size=6,
)


def test_the_undamaged_file_works() -> None:
    reading = read(definitions(_BODY), file="x.dmn")
    environment = Environment(now=NOW)
    inputs = {"x": Decimal(6), "parties": [{"age": 3}, {"age": 4}]}
    assert reading.model.evaluate("a", inputs, environment).value == [{"m": 720, "n": 3}]
    assert reading.model.evaluate("c", inputs, environment).value == 2


@pytest.mark.parametrize(
    "inputs", [{}, {"x": 6, "parties": [{"age": 3}]}, {"x": "6", "parties": {"age": 200}}]
)
@settings(max_examples=50 * FUZZ, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(changes=_changes)
def test_damaged_files_give_findings_values_or_budget_errors(
    inputs: dict[str, object], changes: list[tuple[str, int, int, str]]
) -> None:
    try:
        model = read(_damaged(changes), file="x.dmn").model
    except DmnErrors:
        return
    for name in model.decisions:
        environment = Environment(now=NOW, budget=Budget(steps=5_000))
        try:
            model.evaluate(name, inputs, environment)
        except FeelBudgetError:
            continue
