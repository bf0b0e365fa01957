"""吹哨报到双考核: each department's ledger (summoned, arrived, late, refused, rework, rating), and how villages whistle."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from engine.directory.counts import SMALLEST
from engine.reports.indicators import Cohort
from engine.reports.rate import Rate
from engine.reports.report import Cell, Kind, Report, Table
from engine.reports.writing import Writing
from engine.store.tables import case_episodes, case_facts, case_places

FLOW: Final = "whistle"
ROLES: Final = ("sign", "arrive", "handle", "lead", "redo", "confirm", "dispatch")


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a whistle."""

    case_id: UUID
    place: str
    role: str
    unit: str
    opened_at: int
    ended_at: int | None
    ending: str
    due_at: int | None
    answer: str
    score: int | None
    own: bool

    @property
    def counts(self) -> bool:
        """Whether it was to be done: not returned to an earlier step or taken back."""
        return self.ending not in ("returned", "recalled")

    def is_late(self, snapshot: int) -> bool:
        """Done after its due time, or not done at the snapshot and past it; never without a due time."""
        if self.due_at is None or not self.counts:
            return False
        return (self.ended_at if self.ended_at is not None else snapshot) > self.due_at


def whistle_ledger(writing: Writing) -> Report:
    """The report, of whistles received in the period."""
    steps = [Step(*row) for row in writing.tx.execute(_query(writing))]
    return writing.report(
        "whistle-ledger", [_departments(writing, steps), _villages(writing, steps)], ("double",)
    )


def _query(writing: Writing) -> sa.Select[Any]:
    step, facts = case_episodes.c, case_facts.c
    return (
        sa.select(
            step.case_id, sa.func.coalesce(case_places.c.place_path, ""), step.role, step.unit, step.opened_at,
            step.ended_at, step.ending, step.due_at, step.answer, step.score, writing.viewer.owns(facts.case_id),
        )
        .select_from(writing.selection.source(steps=True))
        .where(
            *writing.selection.conditions(),
            *writing.selection.during(Cohort.RECEIVED),
            facts.definition_key == FLOW,
            step.kind == "task",
            step.role.in_(ROLES),
        )
        .order_by(step.case_id, step.opened_at, step.number)
    )  # fmt: skip


def _departments(writing: Writing, steps: Iterable[Step]) -> Table:
    at = writing.selection.snapshot
    units: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    leads: dict[UUID, str] = {}
    scores: dict[str, list[int]] = defaultdict(list)
    for step in steps:
        if step.role in ("lead", "redo") and step.ending == "completed":
            leads[step.case_id] = step.unit
        rated = step.role == "confirm" and step.score is not None and step.ending == "completed"
        if rated and step.case_id in leads:
            scores[leads[step.case_id]].append(int(step.score or 0))
        if step.role in ("confirm", "dispatch") or not step.counts:
            continue
        row = units[step.unit]
        if step.role == "sign":
            row["summoned"] += 1
            row["own"] += step.own
            row["refused"] += step.answer == "returned"
            row["signed_late"] += step.is_late(at)
        elif step.role == "arrive":
            row["arrived"] += step.ending == "completed"
            row["late"] += step.is_late(at)
        elif step.role == "handle":
            row["handled"] += step.ending == "completed"
            row["handled_late"] += step.is_late(at)
        elif step.role == "redo":
            row["rework"] += 1
    names = ("summoned", "signed_late", "refused", "arrived", "late", "handled", "handled_late", "rework")
    rows: list[dict[str, Cell]] = []
    for unit, row in sorted(units.items()):
        hidden = row["own"] < row["summoned"] < SMALLEST
        given = scores.get(unit, [])
        rows.append(
            {
                "key": unit,
                "title": writing.unit_name(unit),
                **{name: None if hidden else row[name] for name in names},
                "rating": None if hidden or not given else round(sum(given) / len(given), 2),
            }
        )
    columns = {"title": Kind.TEXT, **dict.fromkeys(names, Kind.COUNT), "rating": Kind.NUMBER}
    return writing.table("departments", columns, rows)


def _villages(writing: Writing, steps: Iterable[Step]) -> Table:
    """Whistle quality: how many came back from the platform, and how many departments refused."""
    blown: dict[str, set[UUID]] = defaultdict(set)
    sent_back: dict[str, set[UUID]] = defaultdict(set)
    refused: dict[str, set[UUID]] = defaultdict(set)
    own: dict[str, set[UUID]] = defaultdict(set)
    for step in steps:
        village = _village(writing, step.place)
        blown[village].add(step.case_id)
        if step.own:
            own[village].add(step.case_id)
        if step.role == "dispatch" and (step.answer == "returned" or step.ending == "returned"):
            sent_back[village].add(step.case_id)
        if step.role == "sign" and step.answer == "returned":
            refused[village].add(step.case_id)
    rows: list[dict[str, Cell]] = []
    for unit, cases in sorted(blown.items()):
        hidden = len(own[unit]) < len(cases) < SMALLEST
        sound = Rate(len(cases) - len(sent_back[unit] | refused[unit]), len(cases))
        rows.append(
            {
                "key": unit,
                "title": writing.unit_name(unit) if unit else writing.say("report.elsewhere"),
                "blown": None if hidden else len(cases),
                "sent_back": None if hidden else len(sent_back[unit]),
                "refused": None if hidden else len(refused[unit]),
                "sound": None if hidden else sound,
            }
        )
    columns = {
        "title": Kind.TEXT, "blown": Kind.COUNT, "sent_back": Kind.COUNT, "refused": Kind.COUNT, "sound": Kind.RATE,
    }  # fmt: skip
    return writing.table("villages", columns, rows)


def _village(writing: Writing, path: str) -> str:
    """The village or community a place lies in; the place itself where it is wider than one."""
    place = path.rstrip("/").rpartition("/")[2]
    village = writing.viewer.index.area_at(place, "village", writing.viewer.at) if place else None
    return place if village is None else village.id
