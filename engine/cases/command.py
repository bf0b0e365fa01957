"""What is asked of a case, what comes of it, and the row every command starts from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from engine.cases.sealing import Sealed
from engine.runtime import Session
from engine.state.case import CANCELLED, COMPLETED

BEHAVIOUR = 1
"""The version of execution semantics new cases run under; raised when a change of ours would alter replays."""

CLOSED = (COMPLETED, CANCELLED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """What somebody wants done with a case.

    input: wire form. key: idempotency key, unique per actor. at: case time in microseconds, for imported and
    simulated cases only. prepare: turns the input into what is logged, seeing the case as it stands (seals
    masked fields). message: the buffered message this command consumes. expected: the state hash (hex) the case
    must have, as `If-Match` asks.
    """

    kind: str
    actor: str
    input: dict[str, Any]
    on_behalf_of: str | None = None
    key: str | None = None
    at: int | None = None
    prepare: Callable[[Session, UUID, int, dict[str, Any]], tuple[dict[str, Any], list[Sealed]]] | None = None
    message: str | None = None
    expected: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What a command did. `repeated` marks the answer to a key that was used before.

    state_hash: hex; also the case's ETag.
    """

    case_id: UUID
    seq: int
    status: str
    state_hash: str
    effects: list[list[Any]] = field(default_factory=list)
    repeated: bool = False
    awaited: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseHead:
    """The row of a case that every command starts from."""

    definition: bytes
    status: str
    provenance: str
    behaviour: int
    effective_at: int
    seq: int
    head: bytes
    state_hash: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class NewCase:
    """What a start command records about the case beside its variables."""

    case_id: UUID
    definition: str
    key: str
    version: int
    business_key: str | None
    provenance: str


def case_head(row: tuple[Any, ...]) -> CaseHead:
    """The case row as `statements.lock_case` and `read_case` give it."""
    return CaseHead(
        definition=bytes(row[0]),
        status=row[1],
        provenance=row[2],
        behaviour=row[3],
        effective_at=row[4],
        seq=row[5],
        head=bytes(row[6]),
        state_hash=bytes(row[7]),
    )
