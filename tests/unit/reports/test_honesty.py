"""Which closings are found not to hold, and which endings are no closings, on each database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from engine.reports.facts import CaseFacts, Episode
from tests.unit.reports.shelf import at, shelf

SETTLED, CLOSED = at("2026-03-02T10:00"), at("2026-03-09T10:00")


def case(**given: Any) -> CaseFacts:
    standard: dict[str, Any] = {
        "definition_key": "whistle", "status": "completed", "received_at": at("2026-03-01T09:00"),
        "settled_at": SETTLED, "closed_at": CLOSED, "ended_at": CLOSED,
    }  # fmt: skip
    return CaseFacts(**{**standard, **given})


def visit(**given: Any) -> Episode:
    standard: dict[str, Any] = {
        "number": -1, "kind": "visit", "role": "visit", "opened_at": SETTLED, "ended_at": SETTLED + 1,
        "ending": "completed", "answer": "reached", "solved": "yes",
    }  # fmt: skip
    return Episode(**{**standard, **given})


def term(**given: Any) -> Episode:
    return Episode(number=2, kind="term", opened_at=SETTLED, **given)


FOUND: dict[str, tuple[CaseFacts, Sequence[Episode], str]] = {
    "never settled": (case(settled_at=None, closed_at=None), [visit()], "没有办结就销号"),
    "no follow-up": (case(), [], "没有回访"),
    "follow-up going on": (
        case(definition_key="intake", outcome="solved"), [visit(ended_at=None, ending="")], "回访没有完成就销号",
    ),
    "said to be unsolved": (case(), [visit(solved="no")], "最后一次回访说没有解决"),
    "term open": (case(), [visit(), term()], "还有履行项没有结果"),
    "no outcome": (case(definition_key="dispute"), [visit()], "没有处理结果"),
}  # fmt: skip

SOUND: dict[str, tuple[CaseFacts, Sequence[Episode]]] = {
    "followed up": (case(), [visit()]),
    "withdrawn before it was settled": (case(settled_at=None, closed_at=None, outcome="withdrawn"), []),
    "withdrawn after it was settled": (case(closed_at=None, outcome="withdrawn"), []),
    "follow-up that went with a round": (case(), [visit(ending="gone", answer="unreached"), visit(number=-3)]),
    "term that went with a round": (case(), [visit(), term(ended_at=SETTLED, ending="gone")]),
    "order that was never issued": (
        case(definition_key="supervision", settled_at=None, closed_at=None, accepted=0), [],
    ),
    "a meeting": (case(definition_key="meeting", settled_at=None, closed_at=None), []),
    "still open": (case(status="active", settled_at=None, closed_at=None, ended_at=None), []),
    "cancelled": (case(status="cancelled", settled_at=None, closed_at=None), []),
}  # fmt: skip


def test_every_closing_that_does_not_hold_is_found_and_no_other(database_url: str) -> None:
    with shelf(database_url) as filled:
        expected = {str(filled.put(facts, steps)): said for facts, steps, said in FOUND.values()}
        for facts, steps in SOUND.values():
            filled.put(facts, steps)
        report = filled.write("honesty")
    found = {str(row["case"]): str(row["finding"]) for row in report.table("honesty_findings").rows}
    assert found.keys() == expected.keys()
    assert found == expected


@pytest.mark.parametrize("kind", sorted(FOUND))
def test_a_closing_of_another_year_is_not_told(kind: str) -> None:
    facts, steps, _ = FOUND[kind]
    with shelf() as filled:
        filled.put(facts, steps)
        assert len(filled.write("honesty", "2026-03").table("honesty_findings").rows) == 1
        assert filled.write("honesty", "2025").table("honesty_findings").rows == []
