"""推诿往返: cases that units send to and fro instead of handling them.

A case going from one unit to the next is ordinary work: it is escalated, dispatched again in a new round, done over by
whoever did it. What is looked for is a unit that sends a step away (退回), again and again: units A, B, A that had the
same step because A and then B sent it away, or a step sent away at least twice before anybody did it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from engine.reports.indicators import Cohort
from engine.reports.report import Cell, Kind, Report
from engine.reports.writing import Writing
from engine.store.tables import case_episodes, case_facts, case_headers

MOST: Final = 1_000
"""Rows the list has at most."""

RETURNED: Final = "returned"
LEAST: Final = 2
"""Returns of one step, one after the other, from which on a case is listed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """A step that a unit had."""

    element: str
    unit: str
    opened_at: int
    ended_at: int | None
    ending: str = ""
    answer: str = ""

    @property
    def is_sent_away(self) -> bool:
        """Whether the unit returned it, to an earlier step or with its answer."""
        return RETURNED in (self.ending, self.answer)

    def follows(self, before: Turn) -> bool:
        """Whether it began when the other was over; steps that run beside each other are no to and fro."""
        return before.ended_at is not None and before.ended_at <= self.opened_at


def ping_pong(writing: Writing) -> Report:
    """Cases received in the period that went to and fro."""
    rows: list[Mapping[str, Cell]] = []
    for case_id, (code, turns) in _cases(writing).items():
        trips = ["→".join(writing.unit_name(unit) for unit in trip) for trip in round_trips(turns)]
        returns = most_returns(turns)
        if trips or returns >= LEAST:
            rows.append(
                {
                    "key": str(case_id), "case": str(case_id), "code": code, "returns": returns,
                    "round_trips": "；".join(trips),
                }
            )  # fmt: skip
    columns = {"code": Kind.TEXT, "returns": Kind.COUNT, "round_trips": Kind.TEXT}
    rows.sort(key=lambda row: (-int(str(row["returns"])), str(row["code"])))
    return writing.report(
        "ping-pong", [writing.table("sent_to_and_fro", columns, rows[:MOST])], ("ping_pong",)
    )


def round_trips(turns: Iterable[Turn]) -> Iterator[tuple[str, str, str]]:
    """Units A, B, A that had the same step one after the other because A, and then B, sent it away.

    turns: of one case, in the order in which they began.
    """
    for had in _by_element(turns):
        taken: list[Turn] = []
        for turn in had:
            if taken and taken[-1].unit == turn.unit:
                taken[-1] = turn
            else:
                taken.append(turn)
        for first, second, third in zip(taken, taken[1:], taken[2:], strict=False):
            follows = second.follows(first) and third.follows(second)
            if first.unit == third.unit and follows and first.is_sent_away and second.is_sent_away:
                yield first.unit, second.unit, third.unit


def most_returns(turns: Sequence[Turn]) -> int:
    """How often at most a step was sent away one time after the other, nobody having done it in between.

    What a unit hands back to itself, to look once more, does not count. turns: as for `round_trips`.
    """
    away = [turn for turn in turns if turn.is_sent_away and _receiver(turn, turns) != turn.unit]
    most = 0
    for had in _by_element(turns):
        count, last = 0, None
        for turn in had:
            if turn not in away:
                continue
            if last is None or not turn.follows(last) or _is_done_between(had, last, turn):
                count = 0
            count, last = count + 1, turn
            most = max(most, count)
    return most


def _is_done_between(had: Iterable[Turn], last: Turn, turn: Turn) -> bool:
    """Whether somebody did the step after it was sent away, so that a later return is another matter."""
    return any(
        each.ended_at is not None
        and each.ending == "completed"
        and not each.is_sent_away
        and (last.ended_at or 0) <= each.ended_at <= turn.opened_at
        for each in had
    )


def _receiver(turn: Turn, turns: Iterable[Turn]) -> str | None:
    """Who has the case next; None when nobody has."""
    later = [each for each in turns if each is not turn and each.follows(turn)]
    return min(later, key=lambda each: each.opened_at).unit if later else None


def _by_element(turns: Iterable[Turn]) -> list[list[Turn]]:
    found: dict[str, list[Turn]] = defaultdict(list)
    for turn in turns:
        if turn.unit and turn.ending != "recalled":
            found[turn.element].append(turn)
    return list(found.values())


def _cases(writing: Writing) -> dict[UUID, tuple[str, list[Turn]]]:
    step, facts = case_episodes.c, case_facts.c
    query = (
        sa.select(
            step.case_id, case_headers.c.case_code, step.element, step.unit, step.opened_at, step.ended_at, step.ending,
            step.answer,
        )
        .select_from(
            writing.selection.source(steps=True).join(case_headers, case_headers.c.case_id == facts.case_id)
        )
        .where(*writing.selection.conditions(), *writing.selection.during(Cohort.RECEIVED), step.kind == "task")
        .order_by(step.case_id, step.opened_at, step.number)
    )  # fmt: skip
    cases: dict[UUID, tuple[str, list[Turn]]] = {}
    for case_id, code, element, unit, opened, ended, ending, answer in writing.tx.execute(query):
        turn = Turn(
            element=element, unit=unit, opened_at=opened, ended_at=ended, ending=ending, answer=answer
        )
        cases.setdefault(case_id, (code, []))[1].append(turn)
    return cases
