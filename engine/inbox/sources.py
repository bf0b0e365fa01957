"""Where the rows of a box come from: ranges of indexes, one for each thing that makes a task mine.

A task is mine because I have it, because it names me, or because one of my groups may take it. Each of these is one
range of one index in the order of the box, cut off at the length of a page, and a page is the beginning of all of
them together: its cost does not depend on how many tasks there are. A task that waits for a group is listed only up to
the confidentiality cleared for the group (DOMAIN §2).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from engine.directory import Confidentiality
from engine.inbox.boxes import Box, Sort
from engine.inbox.viewer import Viewer
from engine.store.tables import UNGRADED, case_headers, task_candidates, tasks

Column = sa.ColumnElement[Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A range of open tasks: where it is read, its condition, and what the box sorts and filters by."""

    table: Any
    within: tuple[sa.ColumnElement[bool], ...]
    case_id: Column
    task_id: Column
    due_at: Column
    soon_at: Column
    created_at: Column
    priority: Column
    grade: Column
    confidentiality: Column
    flow: Column
    step: Column

    def key(self, sort: Sort) -> list[Column]:
        """The columns that order a box, ascending."""
        own: list[Column] = [self.case_id, self.task_id]
        if sort is Sort.CREATED:
            return [(-self.created_at).label("order_1"), *own]
        if sort is Sort.GRADE:
            return [self.grade.label("order_1"), self.due_at, *own]
        if sort is Sort.PRIORITY:
            return [(-self.priority).label("order_1"), self.due_at, *own]
        return [self.due_at, *own]

    def box(self, box: Box) -> tuple[sa.ColumnElement[bool], ...]:
        """What makes a task one of a box of open tasks, at the moment `now`."""
        if box is Box.OVERDUE:
            return (self.due_at <= NOW,)
        if box is Box.DUE_SOON:
            return (self.due_at > NOW, self.soon_at <= NOW)
        return ()


NOW: Final = sa.bindparam("now", type_=sa.BigInteger)
PERSON: Final = sa.bindparam("person", type_=sa.Text)

Ranks = tuple[int, ...]
"""How confidential a case may be for each of the groups of somebody, in the order of `values`."""


def ranks(viewer: Viewer) -> Ranks:
    """The groups of a viewer, as far as they decide how a query reads."""
    return tuple(viewer.groups[group].rank for group in sorted(viewer.groups))


def values(viewer: Viewer) -> dict[str, Any]:
    """What the sources of a viewer are asked with."""
    groups = {f"group_{place}": group for place, group in enumerate(sorted(viewer.groups))}
    return {"person": viewer.person, "now": viewer.at, **groups}


def sources(cleared: Ranks, box: Box, *, headed: bool) -> Iterator[Source]:
    """The ranges a box is read from. headed: whether the case's header is needed to sort or filter."""
    if box is not Box.CLAIMABLE:
        yield _taken(headed=headed)
    yield _free("user", PERSON, Confidentiality.CONFIDENTIAL.rank)
    for place, rank in enumerate(cleared):
        yield _free("group", sa.bindparam(f"group_{place}", type_=sa.Text), rank)


def _taken(*, headed: bool) -> Source:
    columns = tasks.c
    header = case_headers.c
    joined = tasks.outerjoin(case_headers, header.case_id == columns.case_id) if headed else tasks
    return Source(
        table=joined,
        within=(columns.assignee == PERSON,),
        case_id=columns.case_id,
        task_id=columns.task_id,
        due_at=columns.due_at,
        soon_at=columns.soon_at,
        created_at=columns.created_at,
        priority=columns.priority,
        grade=sa.func.coalesce(header.grade, UNGRADED) if headed else sa.literal(UNGRADED),
        confidentiality=sa.func.coalesce(header.confidentiality, 0) if headed else sa.literal(0),
        flow=header.definition_key if headed else sa.literal(""),
        step=columns.element_id,
    )


def _free(kind: str, candidate: Column, rank: int) -> Source:
    columns = task_candidates.c
    within: list[sa.ColumnElement[bool]] = [
        columns.kind == kind,
        columns.candidate == candidate,
        columns.free == 1,
    ]
    if rank < Confidentiality.CONFIDENTIAL.rank:
        within.append(columns.confidentiality <= rank)
    return Source(
        table=task_candidates,
        within=tuple(within),
        case_id=columns.case_id,
        task_id=columns.task_id,
        due_at=columns.due_at,
        soon_at=columns.soon_at,
        created_at=columns.created_at,
        priority=columns.priority,
        grade=columns.grade,
        confidentiality=columns.confidentiality,
        flow=columns.flow,
        step=columns.element_id,
    )
