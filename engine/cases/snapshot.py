"""Snapshots: the neutral state of an open case as rows, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from engine import canonical
from engine.cases import statements as sql
from engine.errors import BihuanError
from engine.state import CaseState, Scope
from engine.store import Reading, Statement
from engine.store.statement import Row


class CorruptState(BihuanError):
    """A case's stored state does not hash to what its log says."""

    default_code = "state.corrupt"

    @classmethod
    def of(cls, case_id: UUID) -> CorruptState:
        """The error for a case."""
        return cls(
            message_zh=f"案件{case_id}的状态快照与日志不符，可能被改动",
            message_en=f"the stored state of case {case_id} does not match its log; it may have been altered",
            place={"case": str(case_id)},
        )


def pack(state: CaseState) -> bytes:
    """Header and root scope, as the case row keeps them: two canonical lines."""
    return canonical.dumps(state.header()) + b"\n" + state.root.content()


def unpack(state: bytes, scopes: list[tuple[int, bytes]]) -> CaseState:
    """The state from its header and root scope and the contents of the other scopes."""
    header, _, root = state.partition(b"\n")
    parts = [Scope.from_content(bytes(root))]
    parts.extend(Scope.from_content(bytes(content)) for _, content in scopes)
    return CaseState.from_parts(canonical.loads(header), parts)


def queries(case_id: UUID) -> list[tuple[Statement, Mapping[str, Any]]]:
    """What has to be read of an open case: the rows of both go to `read`."""
    return [(sql.read_state, {"case_id": case_id}), (sql.read_scopes, {"case_id": case_id})]


def load(tx: Reading, case_id: UUID, state_hash: bytes) -> CaseState:
    """The state of an open case. Raises CorruptState when it is not what the log says."""
    return read(case_id, state_hash, *tx.rows_of(*queries(case_id)))


def read(case_id: UUID, state_hash: bytes, found: Sequence[Row], scopes: Sequence[Row]) -> CaseState:
    """The state from what its queries found. Raises CorruptState when it is not what the log says."""
    try:
        state = unpack(bytes(found[0][0]), [(row[0], row[1]) for row in scopes])
        sound = state.digest() == state_hash
    except (ValueError, TypeError, KeyError, IndexError, BihuanError):
        sound = False
    if not sound:
        raise CorruptState.of(case_id)
    return state
