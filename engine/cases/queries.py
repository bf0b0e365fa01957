"""Reading cases: headers, tasks, the log, the state at an event."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from engine.cases import snapshot
from engine.cases import statements as sql
from engine.cases.command import case_head
from engine.cases.definitions import Definitions
from engine.cases.log import StoredEvent
from engine.cases.reading import PAGE, events_page
from engine.errors import NotFound
from engine.state import CaseState, apply
from engine.store import NEVER, Database
from engine.store.tables import case_headers, cases, incidents, jobs, task_candidates, tasks, timers


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A case's header. Times in microseconds since 1970 UTC; `state_hash` in hex is also its ETag."""

    id: UUID
    definition: str
    key: str
    version: int
    business_key: str | None
    status: str
    provenance: str
    started_at: int
    ended_at: int | None
    effective_at: int
    seq: int
    state_hash: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """An open user task."""

    case_id: UUID
    id: int
    element: str
    name: str
    process: str
    form: str | None
    status: str
    assignee: str | None
    due_at: int | None
    priority: int
    created_at: int


class Queries:
    """Read access to cases."""

    def __init__(self, database: Database, definitions: Definitions) -> None:
        self._database = database
        self._definitions = definitions

    def case(self, case_id: UUID) -> Case:
        """A case's header. Raises NotFound."""
        with self._database.reading() as tx:
            row = tx.execute(sa.select(*_CASE_COLUMNS).where(cases.c.case_id == case_id)).first()
        if row is None:
            raise _no_case(case_id)
        return _case(tuple(row))

    def cases(self, *, key: str | None = None, business_key: str | None = None) -> list[Case]:
        """Cases by process key or business key, in order of their start."""
        query = sa.select(*_CASE_COLUMNS).order_by(cases.c.case_id)
        if key is not None:
            query = query.where(cases.c.definition_key == key)
        if business_key is not None:
            query = query.where(cases.c.business_key == business_key)
        with self._database.reading() as tx:
            return [_case(tuple(row)) for row in tx.execute(query)]

    def case_ids(self) -> Iterator[UUID]:
        """All cases in order of their ids."""
        last: UUID | None = None
        while True:
            query = sa.select(cases.c.case_id).order_by(cases.c.case_id).limit(PAGE)
            if last is not None:
                query = query.where(cases.c.case_id > last)
            with self._database.reading() as tx:
                page = [row[0] for row in tx.execute(query)]
            if not page:
                return
            yield from page
            last = page[-1]

    def cases_with_clocks(self) -> list[UUID]:
        """The open cases that have a task with a due time, or are due as a whole."""
        header = case_headers.c
        query = sa.union(
            sa.select(tasks.c.case_id.label("case_id")).where(tasks.c.due_at < NEVER),
            sa.select(header.case_id).where(header.closed_at.is_(None), header.due_at < NEVER),
        ).order_by("case_id")
        with self._database.reading() as tx:
            return [row[0] for row in tx.execute(query)]

    def tasks(
        self,
        *,
        case_id: UUID | None = None,
        group: str | None = None,
        user: str | None = None,
        assignee: str | None = None,
        element: str | None = None,
        limit: int = 500,
    ) -> list[Task]:
        """Open tasks in order of due time: of a case, of a candidate group or user, or of an assignee."""
        query = sa.select(*_TASK_COLUMNS)
        for kind, name in (("group", group), ("user", user)):
            if name is not None:
                query = query.where(
                    sa.exists().where(
                        task_candidates.c.case_id == tasks.c.case_id,
                        task_candidates.c.task_id == tasks.c.task_id,
                        task_candidates.c.kind == kind,
                        task_candidates.c.candidate == name,
                    )
                )
        if case_id is not None:
            query = query.where(tasks.c.case_id == case_id)
        if assignee is not None:
            query = query.where(tasks.c.assignee == assignee)
        if element is not None:
            query = query.where(tasks.c.element_id == element)
        query = query.order_by(tasks.c.due_at, tasks.c.case_id, tasks.c.task_id).limit(limit)
        with self._database.reading() as tx:
            return [_task(tuple(row)) for row in tx.execute(query)]

    def events(self, case_id: UUID, after: int = 0) -> Iterator[StoredEvent]:
        """A case's log from the event after number `after` on."""
        while True:
            with self._database.reading() as tx:
                page = events_page(tx, case_id, after)
            yield from page
            if len(page) < PAGE:
                return
            after = page[-1].head.seq

    def state(self, case_id: UUID, seq: int | None = None) -> CaseState:
        """The neutral state of a case after event `seq`, by default now. Raises NotFound.

        The present of an open case is its snapshot; everything else is folded from the log.
        """
        if seq is None:
            with self._database.reading(snapshot=True) as tx:
                row = tx.row(sql.read_case, {"case_id": case_id})
                if row is None:
                    raise _no_case(case_id)
                head = case_head(row)
                if head.status in ("active", "suspended"):
                    return snapshot.load(tx, case_id, head.state_hash)
        state = CaseState()
        for event in self.events(case_id):
            if seq is not None and event.head.seq > seq:
                break
            for effect in event.open().effects:
                apply(state, effect)
        state.changes.clear()
        return state

    def timers(self, case_id: UUID | None = None) -> list[dict[str, Any]]:
        """Running timers, soonest first."""
        return self._plain(timers, case_id, timers.c.due_at)

    def jobs(self, case_id: UUID | None = None) -> list[dict[str, Any]]:
        """Open jobs, oldest first."""
        return self._plain(jobs, case_id, jobs.c.due_at)

    def incidents(self, case_id: UUID | None = None) -> list[dict[str, Any]]:
        """Open incidents, oldest first."""
        return self._plain(incidents, case_id, incidents.c.created_at)

    def _plain(
        self, table: sa.Table, case_id: UUID | None, order: sa.ColumnElement[Any]
    ) -> list[dict[str, Any]]:
        query = sa.select(table).order_by(order).limit(PAGE)
        if case_id is not None:
            query = query.where(table.c.case_id == case_id)
        with self._database.reading() as tx:
            return [dict(row._mapping) for row in tx.execute(query)]


_CASE_COLUMNS = (
    cases.c.case_id,
    cases.c.definition,
    cases.c.definition_key,
    cases.c.definition_version,
    cases.c.business_key,
    cases.c.status,
    cases.c.provenance,
    cases.c.started_at,
    cases.c.ended_at,
    cases.c.effective_at,
    cases.c.seq,
    cases.c.state_hash,
)
_TASK_COLUMNS = (
    tasks.c.case_id,
    tasks.c.task_id,
    tasks.c.element_id,
    tasks.c.name,
    tasks.c.definition_key,
    tasks.c.form,
    tasks.c.status,
    tasks.c.assignee,
    tasks.c.due_at,
    tasks.c.priority,
    tasks.c.created_at,
)


def _case(row: tuple[Any, ...]) -> Case:
    return Case(
        id=row[0],
        definition=bytes(row[1]).hex(),
        key=row[2],
        version=row[3],
        business_key=row[4],
        status=row[5],
        provenance=row[6],
        started_at=row[7],
        ended_at=row[8],
        effective_at=row[9],
        seq=row[10],
        state_hash=bytes(row[11]).hex(),
    )


def _task(row: tuple[Any, ...]) -> Task:
    return Task(
        case_id=row[0],
        id=row[1],
        element=row[2],
        name=row[3],
        process=row[4],
        form=row[5],
        status=row[6],
        assignee=row[7],
        due_at=None if row[8] == NEVER else row[8],
        priority=row[9],
        created_at=row[10],
    )


def _no_case(case_id: UUID) -> NotFound:
    return NotFound(
        code="case.unknown",
        message_zh=f"案件{case_id}不存在",
        message_en=f"there is no case {case_id}",
        place={"case": str(case_id)},
    )
