"""Counts, on-time and overdue figures by agency, computed from the cases in the engine.

Formulas (DOMAIN §5; cohort: the imported cases of one layout; due: the source's own date, the effective limit):
closed on time = settled at or before the due date; closed late = settled after it; open overdue = not settled
and due before the snapshot; due in period = due before the snapshot. On-time rate = those due in the period and
settled on time / due in period; overdue rate = (closed late + open overdue) / due in period; settled rate =
settled / total. A case without a due date is never overdue; a rate over nothing is a dash.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from engine import canonical
from engine.cases.log import StoredEvent
from engine.facade import Engine
from engine.intake.drive import PROCESS
from engine.intake.player import micros
from engine.reports.rate import rate
from engine.store.tables import cases

SETTLED = "settled_at"
"""The variable the whistle flow sets when the confirmation settles the case (办结)."""


@dataclass(kw_only=True, slots=True)
class Figures:
    """The counts of one agency, or of all."""

    total: int = 0
    open: int = 0
    closed: int = 0
    with_due: int = 0
    no_due: int = 0
    closed_on_time: int = 0
    closed_late: int = 0
    open_overdue: int = 0
    due_in_period: int = 0
    on_time_in_period: int = 0

    @property
    def on_time_rate(self) -> str:
        """按期办结率, of those due in the period."""
        return rate(self.on_time_in_period, self.due_in_period)

    @property
    def overdue_rate(self) -> str:
        """超期率, of those due in the period."""
        return rate(self.closed_late + self.open_overdue, self.due_in_period)

    @property
    def settled_rate(self) -> str:
        """办结率."""
        return rate(self.closed, self.total)

    def to_json(self) -> dict[str, int | str]:
        """All counts and rates by name."""
        counts: dict[str, int | str] = {part.name: getattr(self, part.name) for part in fields(self)}
        return {
            **counts,
            "on_time_rate": self.on_time_rate,
            "overdue_rate": self.overdue_rate,
            "settled_rate": self.settled_rate,
        }

    def count(self, *, due: int | None, settled: int | None, snapshot: int) -> None:
        """Count one case; times in microseconds since 1970 UTC."""
        self.total += 1
        if settled is None:
            self.open += 1
        else:
            self.closed += 1
        if due is None:
            self.no_due += 1
            return
        self.with_due += 1
        past = due < snapshot
        self.due_in_period += past
        if settled is None:
            self.open_overdue += past
        elif settled <= due:
            self.closed_on_time += 1
            self.on_time_in_period += past
        else:
            self.closed_late += 1


def figures(engine: Engine, *, layout: str, snapshot: datetime) -> dict[str, Figures]:
    """The figures of a layout's imported cases by agency, and of all of them under the empty name.

    snapshot: the moment they are about. Read from the case log: the start of a case says agency and due date,
    the event that set `settled_at` when it was settled.
    """
    table: dict[str, Figures] = {}
    moment = micros(snapshot)
    for case_id in _imported(engine):
        record = _Record.read(engine.queries.events(case_id))
        if record is None or record.layout != layout:
            continue
        settled = record.settled if record.settled is not None and record.settled <= moment else None
        for name in ("", record.agency):
            table.setdefault(name, Figures()).count(due=record.due, settled=settled, snapshot=moment)
    return dict(sorted(table.items()))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Record:
    """What a case's log says about one imported request; times in microseconds."""

    layout: str
    agency: str
    due: int | None
    settled: int | None

    @classmethod
    def read(cls, events: Iterator[StoredEvent]) -> _Record | None:
        """From a log; None if its start names no source."""
        variables = next(events).open().input["variables"]
        source = variables.get("source")
        if not source:
            return None
        due = canonical.from_wire(variables.get("source_due_at"))
        settled = None
        for event in events:
            for effect in event.open().effects:
                if effect[0] == "var" and SETTLED in effect[2]:
                    found = canonical.from_wire(effect[2][SETTLED])
                    settled = None if found is None else micros(found)
        return cls(
            layout=canonical.from_wire(source["layout"]),
            agency=canonical.from_wire(source["agency"]),
            due=None if due is None else micros(due),
            settled=settled,
        )


def _imported(engine: Engine) -> list[UUID]:
    query = sa.select(cases.c.case_id).where(
        cases.c.definition_key == PROCESS, cases.c.provenance == "imported"
    )
    with engine.database.reading() as reading:
        return [row[0] for row in reading.execute(query.order_by(cases.c.case_id))]
