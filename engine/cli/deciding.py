"""Decisions told to a person: which rules matched, because of what, and what came out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from engine import canonical
from engine.cli.shown import shown
from engine.i18n import Catalogue

if TYPE_CHECKING:
    from engine.history import DecisionOutcome, MatchedRule
    from engine.history.decided import Condition


def decision_lines(say: Catalogue, outcomes: Iterable[DecisionOutcome]) -> Iterator[str]:
    """A line for each rule that matched, and one for the output of each decision."""
    for outcome in outcomes:
        for table in outcome.tables:
            for rule in table.matched:
                yield _matched(say, outcome.name, rule)
            if not table.matched:
                yield say("decision.none", name=outcome.name)
        yield say("decision.output", name=outcome.name, output=shown(outcome.output, say))


def outcome_json(outcome: DecisionOutcome) -> dict[str, Any]:
    """A decision for programs; values in their canonical wire form."""
    return {
        "decision": outcome.id,
        "name": outcome.name,
        "inputs": canonical.to_wire(dict(outcome.inputs)),
        "tables": [
            {
                "table": table.id,
                "hit_policy": table.policy,
                "inputs": canonical.to_wire(dict(table.inputs)),
                "matched": [
                    {
                        "row": rule.row,
                        "id": rule.id,
                        "annotation": rule.annotation,
                        "gives": dict(rule.gives),
                        "because": [
                            {
                                "column": one.column,
                                "test": one.test,
                                **({"value": canonical.to_wire(one.value)} if one.has_value else {}),
                            }
                            for one in rule.because
                        ],
                    }
                    for rule in table.matched
                ],
            }
            for table in outcome.tables
        ],
        "output": canonical.to_wire(outcome.output),
    }


def _matched(say: Catalogue, name: str, rule: MatchedRule) -> str:
    reasons = say("history.and").join(_condition(say, one) for one in rule.because)
    because = say("decision.because", reasons=reasons) if reasons else say("decision.always")
    if rule.annotation:
        return say("decision.noted", name=name, row=rule.row, note=rule.annotation, because=because)
    return say("decision.rule", name=name, row=rule.row, because=because)


def _condition(say: Catalogue, one: Condition) -> str:
    if not one.has_value:
        return f"{one.column} {one.test}"
    value = shown(one.value, say)
    if one.test in (value, f'"{value}"'):
        return f"{one.column} = {value}"
    return f"{one.column} = {value} ({one.test})"
