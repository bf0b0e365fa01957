"""销号真实性: what was closed and, by its log, should not have been. 督办: what is and was supervised."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bench.recount.formulas import Formulas
from bench.recount.log import Case, plain
from bench.recount.moments import moment

SUPERVISION = "supervision"


def closing(case: Case, formulas: Formulas) -> int | None:
    """When a case was closed, or came to its end unsettled; None while it is open, cancelled or given up."""
    if case.status == "cancelled":
        return None
    return formulas.closed(case) or formulas.ended_open(case)


def unmet(case: Case, formulas: Formulas, rules: Mapping[str, Any], closed: int) -> Iterator[str]:
    """The conditions that did not hold as it was closed."""
    required = rules.get("honesty", {})
    settled = moment(case.variables.get("settled_at"))
    if settled is None or closed < settled:
        yield "unsettled"
    if case.flow in required.get("outcome", ()) and not formulas.outcome(case):
        yield "no_outcome"
    calls = sorted(
        (call for call in formulas.calls(case) if call.opened <= closed), key=lambda call: call.opened
    )
    if case.flow in required.get("follow_up", ()) and all(call.ended is None for call in calls):
        yield "no_follow_up"
    if any(call.ended is None or closed < call.ended for call in calls):
        yield "follow_up_open"
    if calls and calls[-1].solved == "no":
        yield "unsolved"
    terms = [stage for stage in case.stages.values() if stage.kind == "term" and stage.opened <= closed]
    if any(not term.outcome and not term.is_gone for term in terms):
        yield "term_open"


def order(case: Case, formulas: Formulas) -> dict[str, Any]:
    """A supervision as the list has it."""
    said = case.variables
    settled = moment(said.get("settled_at"))
    ended = case.ended if settled is None else settled
    return {
        "parent_code": plain(said.get("parent_code")),
        "reason": plain(said.get("reason")),
        "order_level": plain(said.get("level")),
        "unit": plain(said.get("unit")),
        "order_due": plain(said.get("order_due")),
        "received": formulas.received(case),
        "ended": ended,
        "state": "open" if ended is None else formulas.outcome(case) or "ended",
        "reworks": len(case.passed.get("rework", ())),
    }
