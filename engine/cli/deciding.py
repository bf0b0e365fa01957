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
                yield say("decision.rule", name=outcome.name, row=rule.row, because=_because(say, rule))
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


def _because(say: Catalogue, rule: MatchedRule) -> str:
    reasons = [_condition(say, one) for one in rule.because]
    parts = [rule.annotation] if rule.annotation else []
    parts.append(
        say("decision.because", reasons=say("history.and").join(reasons))
        if reasons
        else say("decision.always")
    )
    return say("decision.comma").join(parts)


def _condition(say: Catalogue, one: Condition) -> str:
    if not one.has_value:
        return f"{one.column} {one.test}"
    value = shown(one.value, say)
    if one.test in (value, f'"{value}"'):
        return f"{one.column} = {value}"
    return say("decision.holds", column=one.column, value=value, test=one.test)
