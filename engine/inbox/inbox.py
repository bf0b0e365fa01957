"""`Inbox`: the boxes of a person, their counts, and the next task to take."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from engine.errors import InvalidInput
from engine.inbox import narrowing, sources
from engine.inbox.boxes import OPEN, UNFILTERED, Box, Filters, Sort, default_sort
from engine.inbox.narrowing import Narrowed
from engine.inbox.paging import Page, after, before, checked_limit, key_values, read_cursor, write_cursor
from engine.inbox.rows import CASE_COLUMNS, TASK_COLUMNS, InboxRow, candidate_group, inbox_row, with_case
from engine.inbox.sources import Ranks, Source
from engine.inbox.viewer import Viewer
from engine.store import Database
from engine.store.tables import case_headers, case_people, done_tasks, tasks

CAP: Final = 1_000
"""Counts stop here; shown as 999+."""

_MOST: Final = sa.bindparam("most", type_=sa.BigInteger)
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
        asked = narrowing.narrowed(filters, viewer)
        given = {
            **sources.values(viewer),
            **narrowing.values(filters, viewer, asked.names),
            **key_values(key),
            "most": limit + 1,
        }
        query = _page(box, order, asked, sources.ranks(viewer), key is not None, self._database.dialect)
        with self._database.reading() as tx:
            found = [dict(row._mapping) for row in tx.execute(query, given)]
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
        with self._database.reading() as tx:
            row = tx.execute(_counts(sources.ranks(viewer)), sources.values(viewer)).one()
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


@lru_cache(maxsize=1_024)
def _page(
    box: Box, sort: Sort, asked: Narrowed, cleared: Ranks, is_next: bool, dialect: str
) -> sa.Select[Any]:
    """The query of a page. Putting it together costs more than to ask it, so it is kept."""
    if box in OPEN:
        return _open(box, sort, asked, cleared, is_next, dialect)
    return _done(asked, is_next, dialect) if box is Box.DONE else _involved(box, asked, is_next, dialect)


def _open(
    box: Box, sort: Sort, asked: Narrowed, cleared: Ranks, is_next: bool, dialect: str
) -> sa.Select[Any]:
    headed = sort is Sort.GRADE or asked.needs_header
    ranges = []
    for source in sources.sources(cleared, box, headed=headed):
        columns = source.key(sort)
        query = sa.select(*(column.label(f"key_{place}") for place, column in enumerate(columns)))
        query = query.select_from(source.table).where(*source.within, *source.box(box))
        query = query.where(*_narrowed(source, asked, dialect))
        if is_next:
            query = query.where(after(columns))
        ranges.append(sa.select(query.order_by(*columns).limit(_MOST).subquery()))
    together = sa.union_all(*ranges).subquery()
    page = sa.select(together).distinct().order_by(*together.c).limit(_MOST).cte("page")
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


def _narrowed(source: Source, asked: Narrowed, dialect: str) -> list[sa.ColumnElement[bool]]:
    return [
        *narrowing.of_case(asked, source.case_id, dialect),
        *asked.equal("flow", source.flow),
        *asked.equal("step", source.step),
        *asked.equal("grade", source.grade),
        *asked.equal("confidentiality", source.confidentiality),
        *asked.between("created_from", "created_until", source.created_at),
        *asked.between("due_from", "due_until", source.due_at),
    ]


def _done(asked: Narrowed, is_next: bool, dialect: str) -> sa.Select[Any]:
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
    query = query.where(
        done.person == sources.PERSON,
        *asked.equal("step", done.element_id),
        *asked.between("created_from", "created_until", done.completed_at),
        *_of_header(asked, done.case_id, dialect),
    )
    if is_next:
        query = query.where(before(columns))
    return query.order_by(*(column.desc() for column in columns)).limit(_MOST)


def _involved(box: Box, asked: Narrowed, is_next: bool, dialect: str) -> sa.Select[Any]:
    people = case_people.c
    header = case_headers.c
    query = sa.select(
        people.case_id.label("key_0"),
        people.case_id,
        header.received_at.label("created_at"),
        header.due_at,
        *CASE_COLUMNS,
    ).select_from(with_case(case_people, people.case_id))
    query = query.where(
        people.person_id == sources.PERSON,
        people.part == _PART[box],
        *asked.between("created_from", "created_until", header.received_at),
        *_of_header(asked, people.case_id, dialect),
    )
    if is_next:
        query = query.where(before([people.case_id]))
    return query.order_by(people.case_id.desc()).limit(_MOST)


def _of_header(asked: Narrowed, case_id: Any, dialect: str) -> list[sa.ColumnElement[bool]]:
    """The conditions on a query that has the header joined."""
    header = case_headers.c
    return [
        *narrowing.of_case(asked, case_id, dialect),
        *asked.equal("flow", header.definition_key),
        *asked.equal("grade", header.grade),
        *asked.equal("confidentiality", header.confidentiality),
        *asked.between("due_from", "due_until", header.due_at),
    ]


@lru_cache(maxsize=128)
def _counts(cleared: Ranks) -> sa.Select[Any]:
    return sa.select(*(_count(cleared, box).label(box.value) for box in Box))


def _count(cleared: Ranks, box: Box) -> sa.ScalarSelect[Any]:
    if box is Box.DONE:
        rows = sa.select(done_tasks.c.task_id).where(done_tasks.c.person == sources.PERSON)
    elif box in _PART:
        people = case_people.c
        mine = (people.person_id == sources.PERSON, people.part == _PART[box])
        rows = sa.select(people.case_id).where(*mine)
    else:
        ranges = []
        for source in sources.sources(cleared, box, headed=False):
            query = sa.select(source.case_id.label("case_id"), source.task_id.label("task_id"))
            query = query.select_from(source.table).where(*source.within, *source.box(box))
            ranges.append(sa.select(query.limit(CAP).subquery()))
        rows = sa.select(sa.union(*ranges).subquery())
    capped = rows.limit(CAP).subquery()
    return sa.select(sa.func.count()).select_from(capped).scalar_subquery()
