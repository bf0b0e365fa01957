"""Cases linked to one another: related, duplicate, merged, referred, supervised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from engine.cases import Outcome
from engine.content.file import CaseFile
from engine.errors import InvalidInput
from engine.privacy import Eyes, Reader
from engine.runtime.verbs.beside import LINKS
from engine.store import Reading
from engine.store.tables import case_links, cases

MERGED: Final = "merged-into"
KINDS: Final = LINKS


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """A link of a case. direction: `out` when the case was linked to the other, `in` the other way round.

    other: None, like what else is known of the other case, when the reader may not see it.
    """

    kind: str
    direction: str
    at: int
    author: str
    other: UUID | None
    process: str | None
    business_key: str | None
    status: str | None


class Links:
    """Links cases. Both cases' logs record it; a case that has ended keeps its log, and shows the link all the same."""

    def __init__(self, file: CaseFile) -> None:
        self._file = file

    def link(
        self, reader: Reader, case_id: UUID, other: UUID, kind: str, *, reason: str = "", **options: Any
    ) -> Outcome:
        """Link a case to another one. kind: one of `KINDS`.

        Raises NotFound when either is not theirs to see, Conflict when the two are linked like that already.
        """
        return self._command("link", reader, case_id, other, kind, reason, options)

    def unlink(
        self, reader: Reader, case_id: UUID, other: UUID, kind: str, *, reason: str = "", **options: Any
    ) -> Outcome:
        """Take a link back from the case it was made in. Raises NotFound."""
        return self._command("unlink", reader, case_id, other, kind, reason, options)

    def merge(
        self, reader: Reader, case_id: UUID, into: UUID, *, reason: str = "", **options: Any
    ) -> Outcome:
        """Mark a case as merged into another one; the flow of the merged case then closes it (outcome 合并)."""
        return self._command("link", reader, case_id, into, MERGED, reason, options)

    def of(self, reader: Reader, case_id: UUID) -> list[Link]:
        """The links of a case. Raises NotFound."""
        with self._file.eyes(reader, case_id) as (tx, eyes):
            return links(tx, eyes)

    def _command(
        self,
        command: str,
        reader: Reader,
        case_id: UUID,
        other: UUID,
        kind: str,
        reason: str,
        options: dict[str, Any],
    ) -> Outcome:
        if other == case_id:
            raise InvalidInput.at(
                "case", message_zh="不能与自身关联", message_en="a case is not linked to itself"
            )
        with self._file.engine.database.reading() as tx:
            reader.check(tx, case_id)
            reader.check(tx, other)
        given: dict[str, Any] = {"case": str(other), "kind": kind}
        if reason.strip():
            given["reason"] = reason.strip()
        return self._file.engine.command(case_id, command, given, actor=reader.person, **options)


def links(tx: Reading, eyes: Eyes) -> list[Link]:
    """The links of a case; of cases that are not the reader's to see only that they are there."""
    if eyes.part is not None:
        return []
    table = case_links
    columns = (table.c.kind, table.c.direction, table.c.made_at, table.c.author, table.c.other_id)
    query = sa.select(*columns).where(table.c.case_id == eyes.case_id)
    rows = tx.execute(query.order_by(table.c.made_at, table.c.other_id, table.c.kind)).fetchall()
    others = {row[4] for row in rows}
    found = sa.select(cases.c.case_id, cases.c.definition_key, cases.c.business_key, cases.c.status).where(
        cases.c.case_id.in_(sorted(others)), eyes.reader.sees(cases.c.case_id)
    )
    seen = {row[0]: row for row in tx.execute(found)} if others else {}
    return [
        Link(
            kind=kind,
            direction=direction,
            at=at,
            author=author,
            other=other if other in seen else None,
            process=seen[other][1] if other in seen else None,
            business_key=seen[other][2] if other in seen else None,
            status=seen[other][3] if other in seen else None,
        )
        for kind, direction, at, author, other in rows
    ]
