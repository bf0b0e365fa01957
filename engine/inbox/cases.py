"""`Cases`: lists of cases and search, within what somebody may see."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from engine.directory import Confidentiality
from engine.directory.counts import Counts, shown, shown_counts
from engine.directory.scope import Scope
from engine.inbox import narrowing
from engine.inbox.boxes import CONFIDENTIALITY_NAMES, GRADE_NAMES, GRADES
from engine.inbox.narrowing import Narrowed
from engine.inbox.paging import Page, after, before, checked_limit, key_values, read_cursor, write_cursor
from engine.inbox.viewer import Viewer, owns, sees
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
        asked = self._asked(viewer, filters)
        given = {**narrowing.values(filters, viewer, asked.narrowed.names), **key_values(key)}
        query = _marked(_page(asked, sort, key is not None), filters)
        with self._database.reading() as tx:
            found = [dict(row._mapping) for row in tx.execute(query, {**given, "most": limit + 1})]
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

    def among(self, viewer: Viewer, ids: Collection[UUID]) -> list[CaseRow]:
        """Those of some cases, at most a page of them, that somebody may see; in the order of the ids."""
        if not ids:
            return []
        marked = sa.select(case_headers.c.case_id).where(case_headers.c.case_id.in_(ids))
        found = {
            row.case_id: row for row in self.page(viewer, CaseFilters(marked=marked), limit=len(ids)).rows
        }
        return [found[each] for each in ids if each in found]

    def find(self, viewer: Viewer, code: str) -> UUID | None:
        """The case with a code, if somebody may see it."""
        filters = CaseFilters(code=code)
        asked = self._asked(viewer, filters)
        with self._database.reading() as tx:
            given = narrowing.values(filters, viewer, asked.narrowed.names)
            row = tx.execute(_ids(asked, False), {**given, "most": 1}).first()
        return None if row is None else row[0]

    def is_visible(self, viewer: Viewer, case_id: UUID) -> bool:
        """Whether somebody may see a case."""
        with self._database.reading() as tx:
            return tx.execute(_visible(self._asked(viewer, _ALL)), {"only": case_id}).first() is not None

    def _count(self, viewer: Viewer, filters: CaseFilters, rank: int | None = None) -> tuple[int, int]:
        asked = self._asked(viewer, filters)
        given = {**narrowing.values(filters, viewer, asked.narrowed.names), "most": CAP, "ranked": rank}
        if filters.marked is None:
            query = _counted(asked, rank is not None)
        else:
            query = _count_of(asked, _marked(_ids(asked, rank is not None), filters))
        with self._database.reading() as tx:
            row = tx.execute(query, given).one()
        return int(row[0]), int(row[1] or 0)

    def _asked(self, viewer: Viewer, filters: CaseFilters) -> _Asked:
        rank = 0 if filters.confidentiality is None else filters.confidentiality.rank
        return _Asked(
            scope=viewer.scope,
            seen=viewer.seen,
            rank=rank,
            narrowed=narrowing.narrowed(filters, viewer),
            dialect=self._database.dialect,
        )


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


_MOST: Final = sa.bindparam("most", type_=sa.BigInteger)
_KEPT: Final = 256
"""Queries kept: they hold what somebody may see, so there is one for each person and way to ask."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Asked:
    """All that decides how a query reads. seen: the scope, for comparison."""

    scope: Scope | None = field(compare=False, repr=False)
    seen: Hashable
    rank: int
    narrowed: Narrowed
    dialect: str


@lru_cache(maxsize=_KEPT)
def _page(asked: _Asked, sort: CaseSort, is_next: bool) -> sa.Select[Any]:
    """The query of a page. Putting it together costs more than to ask it, so it is kept."""
    header = case_headers.c
    due = sort is CaseSort.DUE
    columns: list[Any] = [header.due_at if due else header.received_at, header.case_id]
    query = sa.select(*_COLUMNS).select_from(_JOINED).where(*_where(asked))
    if due:
        query = query.where(header.closed_at.is_(None), header.due_at < NEVER)
    if is_next:
        query = query.where(after(columns) if due else before(columns))
    return query.order_by(*(columns if due else [column.desc() for column in columns])).limit(_MOST)


@lru_cache(maxsize=_KEPT)
def _ids(asked: _Asked, ranked: bool) -> sa.Select[Any]:
    header = case_headers.c
    query = sa.select(header.case_id).select_from(_JOINED).where(*_where(asked))
    if ranked:
        query = query.where(header.grade == sa.bindparam("ranked", type_=sa.BigInteger))
    return query.limit(_MOST)


@lru_cache(maxsize=_KEPT)
def _counted(asked: _Asked, ranked: bool) -> sa.Select[Any]:
    return _count_of(asked, _ids(asked, ranked))


def _count_of(asked: _Asked, ids: sa.Select[Any]) -> sa.Select[Any]:
    """How many, and how many of them in the viewer's own subtree."""
    rows = ids.subquery()
    own = sa.case((owns(asked.scope, rows.c.case_id), 1), else_=0)
    columns: list[sa.ColumnElement[Any]] = [sa.func.count(), sa.func.sum(own)]
    return sa.select(*columns).select_from(rows)


@lru_cache(maxsize=_KEPT)
def _visible(asked: _Asked) -> sa.Select[Any]:
    column = cases.c.case_id
    return sa.select(column).where(
        column == sa.bindparam("only", type_=column.type), sees(asked.scope, column)
    )


def _marked(query: sa.Select[Any], filters: CaseFilters) -> sa.Select[Any]:
    return query if filters.marked is None else query.where(case_headers.c.case_id.in_(filters.marked))


def _where(asked: _Asked) -> list[sa.ColumnElement[bool]]:
    header = case_headers.c
    narrowed = asked.narrowed
    equal = {
        "flow": header.definition_key,
        "lifecycle": header.lifecycle,
        "source": header.source,
        "status": cases.c.status,
        "business_key": cases.c.business_key,
        "code": header.case_code,
        "grade": header.grade,
        "confidentiality": header.confidentiality,
        "only": header.case_id,
    }
    return [
        sees(asked.scope, header.case_id, asked.rank),
        *(condition for name, column in equal.items() for condition in narrowed.equal(name, column)),
        *narrowed.between("received_from", "received_until", header.received_at),
        *narrowed.between("due_from", "due_until", header.due_at),
        *narrowing.of_case(narrowed, header.case_id, asked.dialect),
    ]


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
