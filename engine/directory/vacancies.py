"""Open work that nobody is there to do: groups without members, assignees who left."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import sqlalchemy as sa

from engine.directory.identity import parse_group
from engine.directory.index import Index
from engine.store import Reading, Statement
from engine.store.tables import task_candidates, tasks


def _next(column: sa.Column[str], *where: sa.ColumnElement[bool]) -> Statement:
    after = column > sa.bindparam("after", type_=sa.Text)
    return Statement(sa.select(column).where(after, *where).order_by(column).limit(1))


_NEXT_GROUP: Final = _next(task_candidates.c.candidate, task_candidates.c.kind == "group")
_NEXT_ASSIGNEE: Final = _next(tasks.c.assignee, tasks.c.assignee.is_not(None))


def unstaffed_groups(tx: Reading, index: Index, at: int) -> list[str]:
    """The directory's groups that open tasks wait for and that have no member there."""
    named = (name for name in _distinct(tx, _NEXT_GROUP) if parse_group(name) is not None)
    return [name for name in named if not index.members(name, at)]


def departed_assignees(tx: Reading, index: Index, at: int) -> list[str]:
    """People who hold open tasks and are not on the staff: their work is to be handed over (离职转办)."""
    return [person for person in _distinct(tx, _NEXT_ASSIGNEE) if index.person(person, at) is None]


def _distinct(tx: Reading, statement: Statement) -> Iterator[str]:
    """Each value once, by one look-up in the index for each instead of a scan over all open tasks."""
    last = ""
    while (row := tx.row(statement, {"after": last})) is not None:
        last = row[0]
        yield last
