"""Whether the rows of comments, attachments and links say what the log says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from engine import canonical
from engine.cases.log import MADE, EventContent, EventHead
from engine.history.findings import HistoryFinding
from engine.store import Reading, Statement
from engine.store.tables import case_attachments, case_comments, case_links

_MADE: Final = ("made_at", "author", "on_behalf_of", "task_id", "audience", "unit_id")
_COMMENT: Final = ("seq", *_MADE, "content", "mentioned")
_ATTACHMENT: Final = (
    "seq", *_MADE, "filename", "kind", "content_type", "size", "digest", "blob", "detached_seq",
)  # fmt: skip
_LINK: Final = ("other_id", "kind", "direction", "made_at", "author")

Row = tuple[Any, ...]


def _rows_of(table: sa.Table, columns: tuple[str, ...], *more: sa.ColumnElement[bool]) -> Statement:
    mine = table.c.case_id == sa.bindparam("case_id")
    return Statement(sa.select(*(table.c[name] for name in columns)).where(mine, *more))


_STORED: Final = {
    case_comments.name: _rows_of(case_comments, _COMMENT),
    case_attachments.name: _rows_of(case_attachments, _ATTACHMENT),
    case_links.name: _rows_of(case_links, _LINK, case_links.c.direction == "out"),
}


@dataclass(slots=True)
class BesideRows:
    """The rows a case's log leads to, gathered event by event. Links that other cases made are theirs to prove."""

    case_id: UUID
    _comments: dict[int, Row] = field(default_factory=dict)
    _attachments: dict[int, Row] = field(default_factory=dict)
    _links: dict[tuple[UUID, str], Row] = field(default_factory=dict)

    def add(self, head: EventHead, content: EventContent) -> None:
        """Take in one event."""
        if head.kind in MADE:
            self._note(head, content.input, "attached", content.input)
        for effect in content.effects:
            if effect[0] == "note":
                self._note(head, content.input, effect[1], effect[2])

    def compare(self, tx: Reading) -> Iterator[HistoryFinding]:
        """Hold the tables against the log."""
        led_to: tuple[Mapping[Any, Row], ...] = (self._comments, self._attachments, self._links)
        found = tx.rows_of(*((statement, {"case_id": self.case_id}) for statement in _STORED.values()))
        for name, gathered, rows in zip(_STORED, led_to, found, strict=True):
            expected = set(gathered.values())
            stored = {tuple(map(_plain, row)) for row in rows}
            for row in sorted(expected ^ stored, key=repr):
                missing = row in expected
                yield HistoryFinding(
                    rule=f"row.{name}",
                    case_id=self.case_id,
                    place=f"{name}[{row[0]}]",
                    message_zh="缺少与日志相符的行" if missing else "有与日志不符的行",
                    message_en="the row the log leads to is missing"
                    if missing
                    else "the row is not in the log",
                )

    def _note(self, head: EventHead, given: dict[str, Any], note: str, told: dict[str, Any]) -> None:
        if note == "commented":
            mentioned = canonical.dumps(told["to"]).decode()
            self._comments[head.seq] = (*_made(head, told), given["text"], mentioned)
        elif note == "attached":
            named = (given["filename"], told["kind"], told["content_type"], told["size"])
            blob = (bytes.fromhex(told["sha256"]), told["blob"], None)
            self._attachments[head.seq] = (*_made(head, told), *named, *blob)
        elif note == "detached":
            number = told["attachment"]
            self._attachments[number] = (*self._attachments[number][:-1], head.seq)
        elif note in ("linked", "unlinked") and told["direction"] == "out":
            other, kind = UUID(told["case"]), told["kind"]
            if note == "linked":
                self._links[other, kind] = (other, kind, "out", head.effective_at, head.actor)
            else:
                self._links.pop((other, kind), None)


def _made(head: EventHead, told: dict[str, Any]) -> Row:
    addressed = (told["task"], told["audience"], told["unit"])
    return (head.seq, head.effective_at, head.actor, head.on_behalf_of, *addressed)


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview | bytearray) else value
