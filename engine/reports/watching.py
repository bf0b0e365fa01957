"""Lists of single cases to look into: 督办, closings that do not hold."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from engine.reports.indicators import Cohort
from engine.reports.report import Cell, Kind, Report
from engine.reports.writing import Writing
from engine.state.case import CANCELLED, COMPLETED
from engine.store.tables import case_episodes, case_facts, case_headers

SUPERVISION: Final = "supervision"
MOST: Final = 1_000
"""Rows a list has at most."""


def supervision(writing: Writing) -> Report:
    """督办: what was received in the period, and what was received before it and is open still."""
    facts = case_facts.c
    open_still = sa.and_(
        facts.settled_at.is_(None), facts.ended_at.is_(None), facts.received_at < writing.period.end
    )
    query = (
        sa.select(
            facts.case_id, case_headers.c.case_code, facts.detail, facts.received_at, facts.settled_at, facts.ended_at,
            facts.outcome, facts.reworks,
        )
        .select_from(
            writing.selection.source(steps=False).join(case_headers, case_headers.c.case_id == facts.case_id)
        )
        .where(
            *writing.selection.conditions(),
            facts.definition_key == SUPERVISION,
            sa.or_(sa.and_(*writing.selection.during(Cohort.RECEIVED)), open_still),
        )
        .order_by(facts.received_at.desc(), facts.case_id)
        .limit(MOST)
    )  # fmt: skip
    rows: list[Mapping[str, Cell]] = []
    for case_id, code, detail, received, settled, ended, outcome, reworks in writing.tx.execute(query):
        told = json.loads(detail)
        ends = settled if settled is not None else ended
        state = "open" if ends is None else (outcome or "ended")
        rows.append(
            {
                "key": str(case_id),
                "case": str(case_id),
                "code": code,
                "parent_code": told.get("parent_code", ""),
                "reason": writing.word("order_reason", told.get("reason", "")),
                "order_level": writing.word("order_level", told.get("level", "")),
                "unit": writing.unit_name(told.get("unit", "")),
                "order_due": told.get("order_due", ""),
                "received": received,
                "ended": ends,
                "state": writing.word("order_state", state),
                "reworks": reworks,
            }
        )
    columns = {
        "code": Kind.TEXT, "parent_code": Kind.TEXT, "reason": Kind.TEXT, "order_level": Kind.TEXT, "unit": Kind.TEXT,
        "order_due": Kind.DAY, "received": Kind.MOMENT, "ended": Kind.MOMENT, "state": Kind.TEXT,
        "reworks": Kind.COUNT,
    }  # fmt: skip
    return writing.report("supervision", [writing.table("orders", columns, rows)], ("listed",))


def honesty(writing: Writing) -> Report:
    """Cases closed in the period that, by their logs, should not have been.

    What ended without being settled or given up counts as closed then, and is found.
    """
    facts, step = case_facts.c, case_episodes.c
    ended_open = sa.and_(
        facts.settled_at.is_(None),
        facts.status == COMPLETED,
        facts.outcome.not_in(sorted(writing.rules.given_up) or [""]),
    )
    closing = sa.func.coalesce(facts.closed_at, sa.case((ended_open, facts.ended_at)))
    during = (closing >= writing.period.start, closing < writing.period.end, facts.status != CANCELLED)
    closed = (
        sa.select(
            facts.case_id, case_headers.c.case_code, facts.definition_key, facts.outcome, facts.settled_at, closing,
        )
        .select_from(
            writing.selection.source(steps=False).join(case_headers, case_headers.c.case_id == facts.case_id)
        )
        .where(*writing.selection.conditions(), *during)
    )  # fmt: skip
    cases = {row[0]: tuple(row[1:]) for row in writing.tx.execute(closed.order_by(facts.case_id))}
    query = (
        sa.select(
            step.case_id, step.kind, step.answer, step.solved, step.opened_at, step.ended_at, step.ending
        )
        .select_from(writing.selection.source(steps=True))
        .where(*writing.selection.conditions(), *during, step.kind.in_(("visit", "term")))
        .order_by(step.case_id, step.opened_at)
    )
    kept: dict[UUID, list[tuple[Any, ...]]] = defaultdict(list)
    for case_id, *rest in writing.tx.execute(query):
        kept[case_id].append(tuple(rest))
    rows: list[Mapping[str, Cell]] = []
    for case_id, (code, flow, outcome, settled, closed_at) in cases.items():
        for rule in unmet(writing.rules.honesty, flow, outcome, settled, closed_at, kept[case_id]):
            rows.append(
                {
                    "key": str(case_id), "case": str(case_id), "code": code, "flow": writing.word("flow", flow),
                    "closed": closed_at, "finding": writing.say(f"honesty.{rule}"),
                }
            )  # fmt: skip
    summary: list[Mapping[str, Cell]] = [
        {"key": "checked", "title": writing.say("honesty.checked"), "count": len(cases)},
        {"key": "found", "title": writing.say("honesty.found"), "count": len({row["key"] for row in rows})},
    ]
    tables = [
        writing.table("honesty_summary", {"title": Kind.TEXT, "count": Kind.COUNT}, summary),
        writing.table(
            "honesty_findings",
            {"code": Kind.TEXT, "flow": Kind.TEXT, "closed": Kind.MOMENT, "finding": Kind.TEXT},
            rows[:MOST],
        ),
    ]
    return writing.report("honesty", tables, ("honesty",))


def unmet(
    required: Mapping[str, Iterable[str]],
    flow: str,
    outcome: str,
    settled: int | None,
    closed: int,
    kept: Iterable[tuple[Any, ...]],
) -> Iterator[str]:
    """Which conditions of a closing do not hold. kept: follow-ups and terms, in order: kind, answer, solved, opened,
    ended, ending."""
    if settled is None or settled > closed:
        yield "unsettled"
    if flow in required.get("outcome", ()) and not outcome:
        yield "no_outcome"
    before = [each for each in kept if each[3] <= closed]
    visits = [each for each in before if each[0] == "visit"]
    if flow in required.get("follow_up", ()) and not any(each[4] is not None for each in visits):
        yield "no_follow_up"
    if any(each[4] is None or each[4] > closed for each in visits):
        yield "follow_up_open"
    if visits and visits[-1][2] == "no":
        yield "unsolved"
    if any(kind == "term" and not answer and ending != "gone" for kind, answer, *_, ending in before):
        yield "term_open"
