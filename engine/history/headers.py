"""Whether the header of a case, which lists are read from, says what the log says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from engine.cases.definitions import Definitions
from engine.cases.headers import header_of
from engine.errors import BihuanError
from engine.history.findings import HistoryFinding
from engine.history.fold import Fold
from engine.state.case import CANCELLED, COMPLETED
from engine.store import Reading, Statement
from engine.store.tables import case_headers

_read: Final = Statement(
    sa.select(case_headers).where(case_headers.c.case_id == sa.bindparam("case_id", type_=sa.Uuid))
)
_KEPT: Final = frozenset({"case_id", "case_code"})
"""What does not follow from the log alone."""


def read_header(tx: Reading, case_id: UUID) -> dict[str, Any] | None:
    """The stored row of a case."""
    row = tx.row(_read, {"case_id": case_id})
    return (
        None if row is None else dict(zip((column.name for column in case_headers.columns), row, strict=True))
    )


def compare_header(
    row: dict[str, Any] | None, fold: Fold, definitions: Definitions
) -> Iterator[HistoryFinding]:
    """Compare it with what the state leads to. What is not as it should be `bihuan db rebuild-projections` puts right.

    Whom a case concerns is not compared here: that depends on the directory, and on when one was loaded.
    """
    state = fold.state
    if not state.scopes:
        return
    if row is None:
        yield _finding(fold, "case_headers", "缺少与日志相符的行", "the row the log leads to is missing")
        return
    try:
        definition = definitions.programs.get(state.root.definition).definition
    except BihuanError:
        # Said already of the definition itself.
        return
    ended = fold.last_changed_at if state.status in (COMPLETED, CANCELLED) else None
    expected = header_of(state, definition, ended_at=ended).row("")
    for name, value in expected.items():
        if name in _KEPT or (name == "received_at" and value is None):
            continue
        if row[name] != value:
            yield _finding(
                fold, f"case_headers.{name}", "与日志不符", f"{row[name]!r} is not what the log says"
            )


def _finding(fold: Fold, place: str, zh: str, en: str) -> HistoryFinding:
    return HistoryFinding(
        rule="row.case_headers", case_id=fold.case_id, seq=fold.seq, place=place, message_zh=zh, message_en=en
    )
