"""`Cases`: lists of cases and search, within what somebody may see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from engine.directory import Confidentiality
from engine.directory.counts import Counts, shown, shown_counts
from engine.inbox import narrowing
from engine.inbox.boxes import CONFIDENTIALITY_NAMES, GRADE_NAMES, GRADES, Filters
from engine.inbox.paging import Page, after, before, checked_limit, read_cursor, write_cursor
from engine.inbox.viewer import Viewer
from engine.store import NEVER, Database
from engine.store.tables import case_headers, case_places, cases

CAP: Final = 1_000
"""Counts stop here."""


class CaseSort(StrEnum):
    """Received last first, or open cases with a limit by their due time."""

    STARTED = "started"
    DUE = "due"


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseFilters:
    """What a list of cases is narrowed to; None is no narrowing. See `Filters` for the shapes.

    code: the whole code. status: of the process (active, suspended, completed, cancelled); lifecycle: open,
    monitoring, closed, cancelled. marked: a query for the ids of cases found by something that is not shown, such as
    the keyed mark of a party's telephone number. only: this one case.
    """

    code: str | None = None
    business_key: str | None = None
    text: str | None = None
    flow: str | None = None
    grade: str | None = None
    category: str | None = None
    confidentiality: Confidentiality | None = None
    lifecycle: str | None = None
    status: str | None = None
    unit: str | None = None
    grid: str | None = None
    source: str | None = None
    received_from: int | None = None
    received_until: int | None = None
    due_from: int | None = None
    due_until: int | None = None
    marked: sa.Select[Any] | None = None
    only: UUID | None = None


_ALL: Final = CaseFilters()


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseRow:
    """A case in a list; times in microseconds since 1970 UTC. place, owner_unit: ids of units."""

    case_id: UUID
    case_code: str
    title: str
    flow: str
    flow_name: str
    category: str
    grade: str
    confidentiality: str
    lifecycle: str
    status: str
    source: str
    business_key: str | None
    place: str | None
    owner_unit: str | None
    received_at: int
    started_at: int
    due_at: int | None
    settled_at: int | None
    closed_at: int | None
    etag: str


class Cases:
    """Reads lists of cases. Usable from several threads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(
        self,
        viewer: Viewer,
        filters: CaseFilters = _ALL,
        *,
        sort: CaseSort = CaseSort.STARTED,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[CaseRow]:
        """A page of the cases somebody may see. Raises InvalidInput as `Inbox.page` does."""
        checked_limit(limit)
        kind = f"cases:{sort}"
        due = sort is CaseSort.DUE
        key = read_cursor(cursor, kind, [int, UUID])
        header = case_headers.c
        columns: list[Any] = [header.due_at if due else header.received_at, header.case_id]
        query = sa.select(*_COLUMNS).select_from(_JOINED).where(*self._where(viewer, filters))
        if due:
            query = query.where(header.closed_at.is_(None), header.due_at < NEVER)
        if key is not None:
            query = query.where(after(columns, key) if due else before(columns, key))
        query = query.order_by(*(columns if due else [column.desc() for column in columns]))
        with self._database.reading() as tx:
            found = [dict(row._mapping) for row in tx.execute(query.limit(limit + 1))]
        more = None
        if len(found) > limit:
            last = found[limit - 1]
            more = write_cursor(kind, [last["due_at" if due else "received_at"], last["case_id"]])
        return Page(rows=tuple(_case_row(row) for row in found[:limit]), next=more)

    def count(self, viewer: Viewer, filters: CaseFilters = _ALL) -> int | None:
        """How many cases, at most `CAP`; None when the number is small and not of the viewer's own subtree."""
        number, own = self._count(viewer, filters)
        return shown(number, own=own == number)

    def by_grade(self, viewer: Viewer, filters: CaseFilters = _ALL) -> Counts[str]:
        """How many cases of each grade, at most `CAP` of each; small numbers of others suppressed."""
        found = {name: self._count(viewer, filters, rank) for name, rank in GRADES.items()}
        own = [name for name, (number, mine) in found.items() if mine == number]
        return shown_counts({name: number for name, (number, _) in found.items()}, own=own)

    def find(self, viewer: Viewer, code: str) -> UUID | None:
        """The case with a code, if somebody may see it."""
        header = case_headers.c
        query = sa.select(header.case_id).where(
            header.case_code == code.strip().upper(), viewer.sees(header.case_id)
        )
        with self._database.reading() as tx:
            row = tx.execute(query).first()
        return None if row is None else row[0]

    def is_visible(self, viewer: Viewer, case_id: UUID) -> bool:
        """Whether somebody may see a case."""
        query = sa.select(cases.c.case_id).where(cases.c.case_id == case_id, viewer.sees(cases.c.case_id))
        with self._database.reading() as tx:
            return tx.execute(query).first() is not None

    def _count(self, viewer: Viewer, filters: CaseFilters, rank: int | None = None) -> tuple[int, int]:
        header = case_headers.c
        query = sa.select(header.case_id).select_from(_JOINED).where(*self._where(viewer, filters))
        if rank is not None:
            query = query.where(header.grade == rank)
        rows = query.limit(CAP).subquery()
        own = sa.case((viewer.owns(rows.c.case_id), 1), else_=0)
        with self._database.reading() as tx:
            row = tx.execute(sa.select(sa.func.count(), sa.func.sum(own)).select_from(rows)).one()
        return int(row[0]), int(row[1] or 0)

    def _where(self, viewer: Viewer, filters: CaseFilters) -> list[sa.ColumnElement[bool]]:
        header = case_headers.c
        rank = 0 if filters.confidentiality is None else filters.confidentiality.rank
        found: list[sa.ColumnElement[bool]] = [viewer.sees(header.case_id, rank)]
        equal = {
            header.definition_key: filters.flow,
            header.lifecycle: filters.lifecycle,
            header.source: filters.source,
            header.case_id: filters.only,
            cases.c.status: filters.status,
            cases.c.business_key: filters.business_key,
        }
        found += [column == value for column, value in equal.items() if value is not None]
        if filters.code is not None:
            found.append(header.case_code == filters.code.strip())
        if filters.grade is not None:
            found.append(header.grade == narrowing.rank_of(filters.grade))
        if filters.confidentiality is not None:
            found.append(header.confidentiality == filters.confidentiality.rank)
        if filters.marked is not None:
            found.append(header.case_id.in_(filters.marked))
        found += narrowing.between(header.received_at, filters.received_from, filters.received_until)
        found += narrowing.between(header.due_at, filters.due_from, filters.due_until)
        shared = Filters(category=filters.category, unit=filters.unit, grid=filters.grid, text=filters.text)
        return found + narrowing.of_case(shared, viewer, header.case_id, self._database.dialect)


_JOINED: Final = case_headers.join(cases, cases.c.case_id == case_headers.c.case_id).outerjoin(
    case_places, case_places.c.case_id == case_headers.c.case_id
)
_COLUMNS: Final = (
    *(
        column
        for column in case_headers.columns
        if column.name not in ("grams", "definition_key")
    ),
    case_headers.c.definition_key.label("flow"),
    cases.c.status,
    cases.c.business_key,
    cases.c.started_at,
    cases.c.state_hash,
    case_places.c.place,
    case_places.c.owner_unit,
)  # fmt: skip


def _case_row(found: Mapping[str, Any]) -> CaseRow:
    return CaseRow(
        case_id=found["case_id"],
        case_code=found["case_code"],
        title=found["title"],
        flow=found["flow"],
        flow_name=found["flow_name"],
        category=found["category"],
        grade=GRADE_NAMES.get(found["grade"], "unassessed"),
        confidentiality=CONFIDENTIALITY_NAMES.get(found["confidentiality"], "confidential"),
        lifecycle=found["lifecycle"],
        status=found["status"],
        source=found["source"],
        business_key=found["business_key"],
        place=found["place"],
        owner_unit=found["owner_unit"],
        received_at=found["received_at"],
        started_at=found["started_at"],
        due_at=None if found["due_at"] == NEVER else found["due_at"],
        settled_at=found["settled_at"],
        closed_at=found["closed_at"],
        etag=bytes(found["state_hash"]).hex(),
    )
