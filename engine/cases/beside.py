"""The rows that say what lies beside a case: its comments, attachments and links.

They follow from the notes of the commands of `engine.runtime.verbs.beside` and are written in their transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from engine import canonical
from engine.directory.places import involve
from engine.store import Statement, Transaction, delete, insert, upsert
from engine.store.tables import case_attachments, case_comments, case_links

_ADD_COMMENT: Final = insert(case_comments)
_ADD_ATTACHMENT: Final = insert(case_attachments)
_HIDE_ATTACHMENT: Final = Statement(
    case_attachments.update()
    .where(
        case_attachments.c.case_id == sa.bindparam("key_case_id", type_=sa.Uuid),
        case_attachments.c.seq == sa.bindparam("key_seq", type_=sa.Integer),
    )
    .values(detached_seq=sa.bindparam("by_seq", type_=sa.Integer))
)
_PUT_LINK: Final = upsert(case_links)
_DROP_LINK: Final = delete(case_links)
_INVERSE: Final = {"out": "in", "in": "out"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """The event a note belongs to. at: case time, microseconds. given: the command's input as logged."""

    case_id: UUID
    seq: int
    at: int
    actor: str
    on_behalf_of: str | None
    given: Mapping[str, Any]


def write(tx: Transaction, said: Said, effects: list[list[Any]]) -> None:
    """Write the rows that an event's notes stand for."""
    for effect in effects:
        if effect[0] == "note" and effect[1] in _WRITERS:
            _WRITERS[effect[1]](tx, said, effect[2])


def write_document(tx: Transaction, said: Said) -> None:
    """Write the row of a document that was made: it lies where attachments do."""
    _attached(tx, said, said.given)


def _commented(tx: Transaction, said: Said, told: Mapping[str, Any]) -> None:
    row = {"content": said.given["text"], "mentioned": canonical.dumps(told["to"]).decode()}
    tx.write(_ADD_COMMENT, {**_made(said, told), **row})
    for person in told["to"]:
        involve(tx, said.case_id, person, "copied")


def _attached(tx: Transaction, said: Said, told: Mapping[str, Any]) -> None:
    row = {
        "filename": said.given["filename"],
        "kind": told["kind"],
        "content_type": told["content_type"],
        "size": told["size"],
        "digest": bytes.fromhex(told["sha256"]),
        "blob": told["blob"],
        "detached_seq": None,
    }
    tx.write(_ADD_ATTACHMENT, {**_made(said, told), **row})


def _detached(tx: Transaction, said: Said, told: Mapping[str, Any]) -> None:
    keys = {"key_case_id": said.case_id, "key_seq": told["attachment"], "by_seq": said.seq}
    tx.write(_HIDE_ATTACHMENT, keys)


def _linked(tx: Transaction, said: Said, told: Mapping[str, Any]) -> None:
    for case_id, other, direction in _both(said, told):
        tx.write(
            _PUT_LINK,
            {
                "case_id": case_id,
                "other_id": other,
                "kind": told["kind"],
                "direction": direction,
                "made_at": said.at,
                "author": said.actor,
            },
        )


def _unlinked(tx: Transaction, said: Said, told: Mapping[str, Any]) -> None:
    for case_id, other, direction in _both(said, told):
        keys = {"key_case_id": case_id, "key_other_id": other, "key_kind": told["kind"]}
        tx.write(_DROP_LINK, {**keys, "key_direction": direction})


def _both(said: Said, told: Mapping[str, Any]) -> list[tuple[UUID, UUID, str]]:
    """The link as seen from both cases: the other one may be closed, and its log takes nothing more."""
    other, direction = UUID(told["case"]), told["direction"]
    here, there = (said.case_id, other, direction), (other, said.case_id, _INVERSE[direction])
    return [here, there] if direction == "out" else []


def _made(said: Said, told: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "case_id": said.case_id,
        "seq": said.seq,
        "made_at": said.at,
        "author": said.actor,
        "on_behalf_of": said.on_behalf_of,
        "task_id": told["task"],
        "audience": told["audience"],
        "unit_id": told["unit"],
    }


_WRITERS: Final[dict[str, Callable[[Transaction, Said, Mapping[str, Any]], None]]] = {
    "commented": _commented,
    "attached": _attached,
    "detached": _detached,
    "linked": _linked,
    "unlinked": _unlinked,
}
