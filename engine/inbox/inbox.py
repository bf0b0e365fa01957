"""`Inbox`: the boxes of a person, their counts, and the next task to take."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from engine.errors import InvalidInput
from engine.inbox import narrowing
from engine.inbox.boxes import OPEN, UNFILTERED, Box, Filters, Sort, default_sort
from engine.inbox.paging import Page, after, before, checked_limit, read_cursor, write_cursor
from engine.inbox.rows import CASE_COLUMNS, TASK_COLUMNS, InboxRow, candidate_group, inbox_row, with_case
from engine.inbox.sources import Source, sources
from engine.inbox.viewer import Viewer
from engine.store import Database
from engine.store.tables import case_headers, case_people, done_tasks, tasks

CAP: Final = 1_000
"""Counts stop here; shown as 999+."""

_PART: Final = {Box.CC: "copied", Box.STARTED: "submitter"}
_NOTHING: Final[Page[InboxRow]] = Page(rows=(), next=None)


class Inbox:
    """Reads boxes. Usable from several threads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(
        self,
        viewer: Viewer,
        box: Box,
        filters: Filters = UNFILTERED,
        *,
        sort: Sort | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[InboxRow]:
        """A page of a box.

        sort: by default due time for open tasks, newest first for the others. cursor: `Page.next` of the page
        before. Raises InvalidInput for a cursor of another list, a sort the box does not offer, a limit or a text
        that is none.
        """
        checked_limit(limit)
        order = sort or default_sort(box)
        kind = f"{box}:{order}"
        types = _key_types(box, order)
        key = read_cursor(cursor, kind, types)
        if viewer.scope is None:
            return _NOTHING
        build = _open if box in OPEN else _done if box is Box.DONE else _involved
        query = build(viewer, box, filters, order, key, limit + 1, self._database.dialect)
        with self._database.reading() as tx:
            found = [dict(row._mapping) for row in tx.execute(query)]
        rows = tuple(inbox_row(row, viewer.at) for row in found[:limit])
        more = None
        if len(found) > limit:
            last = found[limit - 1]
            more = write_cursor(kind, [last[f"key_{place}"] for place in range(len(types))])
        return Page(rows=rows, next=more)

    def counts(self, viewer: Viewer) -> dict[Box, int]:
        """How many rows each box has, at most `CAP` of each."""
        if viewer.scope is None:
            return dict.fromkeys(Box, 0)
        columns = [_count(viewer, box).label(box.value) for box in Box]
        with self._database.reading() as tx:
            row = tx.execute(sa.select(*columns)).one()
        return {box: int(row._mapping[box.value]) for box in Box}

    def next_task(self, viewer: Viewer) -> InboxRow | None:
        """取下一件: the most urgent task somebody may take: by grade, then due time, then age."""
        rows = self.page(viewer, Box.CLAIMABLE, sort=Sort.GRADE, limit=1).rows
        return rows[0] if rows else None


def _key_types(box: Box, sort: Sort) -> list[type]:
    if box in OPEN:
        return [int, UUID, int] if sort in (Sort.DUE, Sort.CREATED) else [int, int, UUID, int]
    if sort is not Sort.CREATED:
        raise InvalidInput.at(
            "sort", message_zh="这个列表只按时间排序", message_en="it is sorted by time only"
        )
    return [int, UUID, int] if box is Box.DONE else [UUID]


def _open(
    viewer: Viewer, box: Box, filters: Filters, sort: Sort, key: list[Any] | None, limit: int, dialect: str
) -> sa.Select[Any]:
    headed = sort is Sort.GRADE or narrowing.needs_header(filters)
    ranges = []
    for source in sources(viewer, box, headed=headed):
        columns = source.key(sort)
        query = sa.select(*(column.label(f"key_{place}") for place, column in enumerate(columns)))
        query = query.select_from(source.table)
        query = query.where(*source.within, *source.box(box, viewer.at))
        query = query.where(*_narrowed(source, filters, viewer, dialect))
        if key is not None:
            query = query.where(after(columns, key))
        ranges.append(sa.select(query.order_by(*columns).limit(limit).subquery()))
    together = sa.union_all(*ranges).subquery()
    page = sa.select(together).distinct().order_by(*together.c).limit(limit).cte("page")
    *_, case_id, task_id = page.c
    listed = page.join(tasks, sa.and_(tasks.c.case_id == case_id, tasks.c.task_id == task_id))
    return (
        sa.select(
            *page.c,
            case_id.label("case_id"),
            task_id.label("task_id"),
            *CASE_COLUMNS,
            *TASK_COLUMNS,
            candidate_group(),
        )
        .select_from(with_case(listed, case_id))
        .order_by(*page.c)
    )


def _narrowed(source: Source, filters: Filters, viewer: Viewer, dialect: str) -> list[sa.ColumnElement[bool]]:
    found = narrowing.of_case(filters, viewer, source.case_id, dialect)
    if filters.flow is not None:
        found.append(source.flow == filters.flow)
    if filters.step is not None:
        found.append(source.step == filters.step)
    if filters.grade is not None:
        found.append(source.grade == narrowing.rank_of(filters.grade))
    if filters.confidentiality is not None:
        found.append(source.confidentiality == filters.confidentiality.rank)
    found += narrowing.between(source.created_at, filters.created_from, filters.created_until)
    found += narrowing.between(source.due_at, filters.due_from, filters.due_until)
    return found


def _done(
    viewer: Viewer, box: Box, filters: Filters, sort: Sort, key: list[Any] | None, limit: int, dialect: str
) -> sa.Select[Any]:
    done = done_tasks.c
    columns = [done.completed_at, done.case_id, done.task_id]
    query = sa.select(
        *(column.label(f"key_{place}") for place, column in enumerate(columns)),
        done.case_id,
        done.task_id,
        done.completed_at,
        done.element_id.label("step"),
        done.name.label("step_name"),
        done.person.label("assignee"),
        *CASE_COLUMNS,
    ).select_from(with_case(done_tasks, done.case_id))
    query = query.where(done.person == viewer.person)
    if filters.step is not None:
        query = query.where(done.element_id == filters.step)
    query = query.where(*narrowing.between(done.completed_at, filters.created_from, filters.created_until))
    query = query.where(*_of_header(filters, viewer, done.case_id, dialect))
    if key is not None:
        query = query.where(before(columns, key))
    return query.order_by(*(column.desc() for column in columns)).limit(limit)


def _involved(
    viewer: Viewer, box: Box, filters: Filters, sort: Sort, key: list[Any] | None, limit: int, dialect: str
) -> sa.Select[Any]:
    people = case_people.c
    header = case_headers.c
    query = sa.select(
        people.case_id.label("key_0"),
        people.case_id,
        header.received_at.label("created_at"),
        header.due_at,
        *CASE_COLUMNS,
    ).select_from(with_case(case_people, people.case_id))
    query = query.where(people.person_id == viewer.person, people.part == _PART[box])
    query = query.where(*narrowing.between(header.received_at, filters.created_from, filters.created_until))
    query = query.where(*_of_header(filters, viewer, people.case_id, dialect))
    if key is not None:
        query = query.where(before([people.case_id], key))
    return query.order_by(people.case_id.desc()).limit(limit)


def _of_header(filters: Filters, viewer: Viewer, case_id: Any, dialect: str) -> list[sa.ColumnElement[bool]]:
    """The conditions on a query that has the header joined."""
    header = case_headers.c
    found = narrowing.of_case(filters, viewer, case_id, dialect)
    if filters.flow is not None:
        found.append(header.definition_key == filters.flow)
    if filters.grade is not None:
        found.append(header.grade == narrowing.rank_of(filters.grade))
    if filters.confidentiality is not None:
        found.append(header.confidentiality == filters.confidentiality.rank)
    return found + narrowing.between(header.due_at, filters.due_from, filters.due_until)


def _count(viewer: Viewer, box: Box) -> sa.ScalarSelect[Any]:
    if box is Box.DONE:
        rows = sa.select(done_tasks.c.task_id).where(done_tasks.c.person == viewer.person)
    elif box in _PART:
        people = case_people.c
        rows = sa.select(people.case_id).where(people.person_id == viewer.person, people.part == _PART[box])
    else:
        ranges = []
        for source in sources(viewer, box, headed=False):
            query = sa.select(source.case_id.label("case_id"), source.task_id.label("task_id"))
            query = query.select_from(source.table).where(*source.within, *source.box(box, viewer.at))
            ranges.append(sa.select(query.limit(CAP).subquery()))
        rows = sa.select(sa.union(*ranges).subquery())
    capped = rows.limit(CAP).subquery()
    return sa.select(sa.func.count()).select_from(capped).scalar_subquery()
