"""What somebody has filled into a task's form and not sent yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from engine import canonical
from engine.content.comments import check_task
from engine.content.file import CaseFile
from engine.errors import InvalidInput, NotFound
from engine.privacy import Reader
from engine.store import Reading, Statement, delete, upsert
from engine.store.tables import task_drafts, tasks
from engine.vault import Erased

LARGEST: Final = 256 * 1024
"""Bytes of a draft in canonical form."""

_PUT: Final = upsert(task_drafts)
_DROP: Final = delete(task_drafts)
_OF_GONE_TASKS: Final = Statement(
    task_drafts.delete().where(
        ~sa.exists().where(tasks.c.case_id == task_drafts.c.case_id, tasks.c.task_id == task_drafts.c.task_id)
    )
)


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskDraft:
    """A draft: the form's values in Python form, and when they were saved (microseconds)."""

    saved_at: int
    values: dict[str, Any]


class Drafts:
    """Keeps drafts, each person's own, sealed under the case's key. A draft is gone with its task."""

    def __init__(self, file: CaseFile) -> None:
        self._file = file

    def save(self, reader: Reader, case_id: UUID, task: int, values: Mapping[str, Any]) -> TaskDraft:
        """Keep the values of a form, which need not be complete; replaces the draft before.

        Raises NotFound when the task is gone or not theirs to see, InvalidInput for values too large or of a
        kind that cannot be kept.
        """
        wire = canonical.to_wire(dict(values))
        if len(canonical.dumps(wire)) > LARGEST:
            raise InvalidInput.at("values", message_zh="草稿过大", message_en="the draft is too large")
        engine = self._file.engine
        with engine.database.transaction() as tx:
            self._check(tx, reader, case_id, task)
            sealed = engine.vault.seal(case_id, -task, None, [reader.person, wire])
            tx.write(
                _PUT,
                {
                    "case_id": case_id,
                    "task_id": task,
                    "person_id": reader.person,
                    "saved_at": reader.at,
                    "ciphertext": sealed.ciphertext,
                    "commitment": sealed.commitment,
                },
            )
        return TaskDraft(saved_at=reader.at, values=dict(values))

    def find(self, reader: Reader, case_id: UUID, task: int) -> TaskDraft | None:
        """One's own draft of an open task, if any. Raises NotFound."""
        with self._file.engine.database.reading() as tx:
            self._check(tx, reader, case_id, task)
            table = task_drafts
            row = tx.execute(
                sa.select(table.c.saved_at, table.c.ciphertext, table.c.commitment).where(
                    table.c.case_id == case_id, table.c.task_id == task, table.c.person_id == reader.person
                )
            ).first()
        if row is None:
            return None
        try:
            wire = self._file.engine.vault.open(case_id, -task, None, bytes(row[1]), commitment=row[2])
        except Erased:
            return None
        assert isinstance(wire, list)
        values = canonical.from_wire(wire[1])
        return TaskDraft(saved_at=row[0], values=values) if wire[0] == reader.person else None

    def drop(self, reader: Reader, case_id: UUID, task: int) -> None:
        """Throw one's own draft away; there need not be one."""
        keys = {"key_case_id": case_id, "key_task_id": task, "key_person_id": reader.person}
        with self._file.engine.database.transaction() as tx:
            tx.write(_DROP, keys)

    def sweep(self) -> int:
        """Delete the drafts of tasks that are gone; how many."""
        with self._file.engine.database.transaction() as tx:
            return tx.change(_OF_GONE_TASKS)

    def _check(self, tx: Reading, reader: Reader, case_id: UUID, task: int) -> None:
        reader.check(tx, case_id)
        query = sa.select(tasks.c.task_id).where(tasks.c.case_id == case_id, tasks.c.task_id == task)
        if tx.execute(query).first() is None:
            raise NotFound(
                code="tasks.gone",
                message_zh="任务不存在或已经处理",
                message_en="the task does not exist or was dealt with",
                place={"id": task},
            )
        check_task(self._file, tx, reader, case_id, task)
