"""Comments on cases and tasks, with mentions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from engine import canonical
from engine.cases import Outcome
from engine.content.file import CaseFile
from engine.errors import InvalidInput, Message, NotFound
from engine.privacy import Eyes, Reader, reader_of
from engine.store import Reading
from engine.store.tables import case_comments, cases

LONGEST: Final = 5_000
"""Characters of a comment."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Comment:
    """One comment as its reader sees it. id: its number in the case. at: case time, microseconds.

    audience: `case`, `unit` (of that `unit`) or `mediators`. is_masked: the text is not shown as it was written.
    """

    id: int
    at: int
    author: str
    on_behalf_of: str | None
    task: int | None
    audience: str
    unit: str | None
    text: str
    is_masked: bool
    mentioned: tuple[str, ...]


class Comments:
    """Adds and lists comments."""

    def __init__(self, file: CaseFile) -> None:
        self._file = file

    def add(
        self,
        reader: Reader,
        case_id: UUID,
        text: str,
        *,
        task: int | None = None,
        to: Sequence[str] = (),
        audience: str = "case",
        unit: str | None = None,
        on_behalf_of: str | None = None,
        idempotency_key: str | None = None,
    ) -> Outcome:
        """Say something about a case or one of its open tasks.

        to: people mentioned, who are told and get a copy. unit: for the audience `unit`, one of the author's own
        (by default the first). Raises NotFound for a case or task that is not theirs to see, InvalidInput for a
        text that is empty or too long and for people who may not see the case or are not in the audience.
        """
        if not text.strip() or len(text) > LONGEST:
            raise InvalidInput.at(
                "text", message_zh=f"应为 1 至 {LONGEST} 字", message_en=f"1 to {LONGEST} characters"
            )
        given: dict[str, Any] = {"text": text.strip(), "task": task, "audience": audience, "to": list(to)}
        if audience == "unit":
            given["unit"] = own_unit(reader, unit)
        with self._file.engine.database.reading() as tx:
            reader.check(tx, case_id)
            check_task(self._file, tx, reader, case_id, task)
            self._check_mentioned(tx, reader, case_id, given)
        return self._file.engine.command(
            case_id,
            "comment",
            given,
            actor=reader.person,
            on_behalf_of=on_behalf_of,
            idempotency_key=idempotency_key,
        )

    def of(self, reader: Reader, case_id: UUID) -> list[Comment]:
        """The comments of a case that somebody may read, oldest first. Raises NotFound."""
        with self._file.eyes(reader, case_id) as (tx, eyes):
            return comments(tx, eyes)

    def _check_mentioned(self, tx: Reading, reader: Reader, case_id: UUID, given: dict[str, Any]) -> None:
        if reader.index is None:
            return
        wrong: list[Message] = []
        for person in given["to"]:
            other = reader_of(reader.index, person, reader.at)
            query = sa.select(cases.c.case_id).where(cases.c.case_id == case_id, other.sees(cases.c.case_id))
            if reader.index.person(person, reader.at) is None or tx.execute(query).first() is None:
                wrong.append(Message(zh=f"{person}无权查看本案件", en=f"{person} may not see this case"))
            elif not self._hears(other, given):
                wrong.append(Message(zh=f"{person}不在可见范围内", en=f"{person} is not in the audience"))
        if wrong:
            raise InvalidInput(
                code="comment.mention",
                message_zh="；".join(message.zh for message in wrong),
                message_en="; ".join(message.en for message in wrong),
                fields={"to": wrong},
            )

    def _hears(self, other: Reader, given: dict[str, Any]) -> bool:
        if given["audience"] == "unit":
            return given["unit"] in other.units
        return given["audience"] == "case" or bool(other.roles & self._file.rules.mediators)


def comments(tx: Reading, eyes: Eyes) -> list[Comment]:
    """The comments these eyes may read."""
    query = sa.select(case_comments).where(case_comments.c.case_id == eyes.case_id)
    rows = [row._mapping for row in tx.execute(query.order_by(case_comments.c.seq))]
    heard = [
        row
        for row in rows
        if eyes.sees_task(row["task_id"]) and eyes.hears(row["audience"], row["unit_id"], row["author"])
    ]
    eyes.prepare(tx, *(row["content"] for row in heard))
    return [_comment(eyes, row) for row in heard]


def _comment(eyes: Eyes, row: Any) -> Comment:
    path = f"comments[{row['seq']}]"
    text = eyes.show(row["content"], path, kind="comment")
    return Comment(
        id=row["seq"],
        at=row["made_at"],
        author=row["author"],
        on_behalf_of=row["on_behalf_of"],
        task=row["task_id"],
        audience=row["audience"],
        unit=row["unit_id"],
        text=text,
        is_masked=path in eyes.masked,
        mentioned=tuple(canonical.loads(row["mentioned"].encode())),
    )


def own_unit(reader: Reader, unit: str | None) -> str:
    """The unit that somebody speaks to: one of their own. Raises InvalidInput."""
    if unit is None and reader.units:
        return min(reader.units)
    if unit is None or (reader.index is not None and unit not in reader.units):
        raise InvalidInput.at("unit", message_zh="只能发给本单位", message_en="only to a unit of one's own")
    return unit


def check_task(file: CaseFile, tx: Reading, reader: Reader, case_id: UUID, task: int | None) -> None:
    """Raise NotFound unless a task is somebody's to see."""
    if task is None or file.look(tx, reader, case_id).sees_task(task):
        return
    raise NotFound(
        code="tasks.gone",
        message_zh="任务不存在或已经处理",
        message_en="the task does not exist or was dealt with",
        place={"id": task},
    )
