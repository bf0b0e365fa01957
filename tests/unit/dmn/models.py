"""Small decision models for tests, written as compactly as their XML allows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

from engine.dmn import DecisionModel, Reading, parse, read
from engine.feel import Environment

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def environment() -> Environment:
    """An environment whose clock stands still."""
    return Environment(now=NOW)


def definitions(body: str, *, namespace: str = "urn:test", imports: str = "") -> bytes:
    """A DMN 1.5 file with this body."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="d" name="test" '
        f'namespace="{namespace}">\n{imports}{body}</definitions>'
    ).encode()


def literal(text: str) -> str:
    """A literal expression."""
    return f"<literalExpression><text>{escape(text)}</text></literalExpression>"


def input_data(name: str, kind: str = "") -> str:
    """Input data with its name as id (blanks as underscores)."""
    reference = f' typeRef="{kind}"' if kind else ""
    return f'<inputData id="{name.replace(" ", "_")}" name="{name}"><variable name="{name}"{reference}/></inputData>\n'


def decision(name: str, logic: str, *, needs: Sequence[str] = (), decides: Sequence[str] = (),
             knows: Sequence[str] = (), kind: str = "") -> str:  # fmt: skip
    """A decision with what it requires, by id."""
    reference = f' typeRef="{kind}"' if kind else ""
    required = "".join(
        [f'<informationRequirement><requiredInput href="#{one}"/></informationRequirement>' for one in needs]
        + [
            f'<informationRequirement><requiredDecision href="#{one}"/></informationRequirement>'
            for one in decides
        ]
        + [
            f'<knowledgeRequirement><requiredKnowledge href="#{one}"/></knowledgeRequirement>'
            for one in knows
        ]
    )
    variable = f'<variable name="{name}"{reference}/>'
    return f'<decision id="{name.replace(" ", "_")}" name="{name}">{variable}{required}{logic}</decision>\n'


def table(
    inputs: Sequence[str], rules: Sequence[Sequence[str]], *, policy: str = "UNIQUE", aggregation: str = "",
    outputs: Sequence[str] = ("",), values: Mapping[int, str] | None = None, default: str = "", allowed: str = "",
) -> str:  # fmt: skip
    """A decision table; a rule is its input entries, then its output entries.

    values: allowed values of outputs by index. default: of the first output. allowed: values of the first input.
    """
    columns = "".join(
        f'<input id="i{index}"><inputExpression><text>{escape(text)}</text></inputExpression>'
        + (f"<inputValues><text>{escape(allowed)}</text></inputValues>" if allowed and index == 0 else "")
        + "</input>"
        for index, text in enumerate(inputs)
    )
    results = "".join(
        f'<output id="o{index}" name="{name}">'
        + (
            f"<outputValues><text>{escape((values or {})[index])}</text></outputValues>"
            if index in (values or {})
            else ""
        )
        + (
            f"<defaultOutputEntry><text>{escape(default)}</text></defaultOutputEntry>"
            if default and index == 0
            else ""
        )
        + "</output>"
        for index, name in enumerate(outputs)
    )
    rows = "\n".join(
        f'<rule id="r{number}">'
        + "".join(f"<inputEntry><text>{escape(cell)}</text></inputEntry>" for cell in rule[: len(inputs)])
        + "".join(f"<outputEntry><text>{escape(cell)}</text></outputEntry>" for cell in rule[len(inputs) :])
        + "</rule>"
        for number, rule in enumerate(rules, start=1)
    )
    aggregated = f' aggregation="{aggregation}"' if aggregation else ""
    return (
        f'<decisionTable id="t" hitPolicy="{policy}"{aggregated}>{columns}{results}\n{rows}</decisionTable>'
    )


def model_of(body: str) -> DecisionModel:
    """The model with this body."""
    return parse(definitions(body), file="test.dmn")


def reading_of(body: str) -> Reading:
    """The model with this body and its findings, errors included."""
    return read(definitions(body), file="test.dmn")


def decide(body: str, name: str, inputs: Mapping[str, Any] | None = None) -> Any:
    """What a decision of the model with this body comes to."""
    return model_of(body).evaluate(name, inputs or {}, environment()).value
