"""Making the projections of cases again from their logs: for cases started before there were any, after a directory was
loaded, or when somebody doubts them.

A case is rebuilt by going through its log once more with what writes the projections, so that both cannot differ; only
the code, once given, is kept, and a case is placed where its unit is now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from engine.cases import mirror, projections
from engine.cases.definitions import Definitions
from engine.cases.log import RECORDS, StoredEvent
from engine.cases.projections import Happened
from engine.cases.reading import read_events
from engine.directory import Directory
from engine.runtime import Settings
from engine.runtime.program import Program
from engine.state import CaseState, Scope, apply
from engine.store import Database, Statement, Transaction
from engine.store.tables import (
    case_headers,
    case_parties_units,
    case_people,
    case_places,
    cases,
    done_tasks,
    task_candidates,
    tasks,
)

PROJECTIONS: Final = (case_headers, case_places, case_people, case_parties_units, done_tasks)
"""The tables that a rebuild writes anew."""

_COMPARED: Final = (*PROJECTIONS, tasks, task_candidates)
_CASE: Final = sa.bindparam("case_id", type_=sa.Uuid)
_lock: Final = Statement(sa.select(cases.c.case_id).where(cases.c.case_id == _CASE).with_for_update())
_code: Final = Statement(sa.select(case_headers.c.case_code).where(case_headers.c.case_id == _CASE))
_keep_code: Final = Statement(
    case_headers.update()
    .where(case_headers.c.case_id == sa.bindparam("key_case_id", type_=sa.Uuid))
    .values(case_code=sa.bindparam("code"))
)
_ROWS: Final = {
    table.name: Statement(sa.select(table).where(table.c.case_id == _CASE)) for table in _COMPARED
}
_DROP: Final = tuple(
    Statement(table.delete().where(table.c.case_id == sa.bindparam("key_case_id", type_=sa.Uuid)))
    for table in PROJECTIONS
)


@dataclass(slots=True)
class _Past:
    """A case as it was after an event, as far as the projections look at it."""

    find: Callable[[str], Program]
    settings: Settings
    state: CaseState = field(default_factory=CaseState)
    effects: list[list[Any]] = field(default_factory=list)
    written: projections.Written = field(default_factory=projections.Written)

    def program(self, scope: Scope) -> Program:
        """The program a scope runs."""
        return self.find(scope.definition)


class Rebuilding:
    """Makes projections again. directory: None where there is none; then nobody has a scope."""

    def __init__(
        self,
        database: Database,
        definitions: Definitions,
        directory: Callable[[], Directory | None],
        clock: Callable[[], int],
    ) -> None:
        self._database = database
        self._definitions = definitions
        self._directory = directory
        self._clock = clock

    def rebuild(self, case_id: UUID) -> bool:
        """Make a case's projections again, in one transaction; whether there is such a case."""
        with self._database.transaction() as tx:
            return self._rebuild(tx, case_id)

    def differences(self, case_id: UUID) -> list[str]:
        """The tables whose rows of a case are not what its log leads to; nothing is changed."""
        try:
            with self._database.transaction() as tx:
                before = _rows(tx, case_id)
                self._rebuild(tx, case_id)
                after = _rows(tx, case_id)
                raise _Rehearsed
        except _Rehearsed:
            return [name for name in before if before[name] != after[name]]

    def _rebuild(self, tx: Transaction, case_id: UUID) -> bool:
        if not tx.rows(_lock, {"case_id": case_id}):
            return False
        code = tx.row(_code, {"case_id": case_id})
        for statement in _DROP:
            tx.write(statement, {"key_case_id": case_id})
        past = _Past(find=self._definitions.programs.get, settings=self._definitions.settings)
        directory = self._directory()
        for event in read_events(tx, case_id):
            if event.head.kind not in RECORDS:
                self._again(tx, past, event, directory)
        if past.state.scopes:
            mirror.refile(tx, case_id, past)
        if code is not None:
            tx.write(_keep_code, {"key_case_id": case_id, "code": code[0]})
        return True

    def _again(self, tx: Transaction, past: _Past, event: StoredEvent, directory: Directory | None) -> None:
        head, content = event.head, event.open()
        past.state.changes.clear()
        past.effects = content.effects
        for effect in content.effects:
            apply(past.state, effect)
        happened = Happened(
            case_id=head.case_id,
            session=past,
            seq=head.seq,
            actor=head.actor,
            on_behalf_of=head.on_behalf_of,
            task=content.input.get("task") if head.kind == "complete" else None,
            at=head.effective_at,
            now=self._clock(),
            started=head.seq == 1,
        )
        projections.write_again(tx, happened, directory, past.written)


class _Rehearsed(Exception):
    """Takes back what was written to be looked at."""


def _rows(tx: Transaction, case_id: UUID) -> dict[str, list[tuple[Any, ...]]]:
    return {
        name: sorted(tx.rows(statement, {"case_id": case_id}), key=repr) for name, statement in _ROWS.items()
    }


def all_cases(database: Database, page: int = 500) -> Iterator[UUID]:
    """The ids of all cases, in their order."""
    last: UUID | None = None
    while True:
        query = sa.select(cases.c.case_id).order_by(cases.c.case_id).limit(page)
        if last is not None:
            query = query.where(cases.c.case_id > last)
        with database.reading() as tx:
            found = [row[0] for row in tx.execute(query)]
        if not found:
            return
        yield from found
        last = found[-1]
