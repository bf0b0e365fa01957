"""What a check of a history found wrong, and where."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

SENSELESS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What stored data that was forged makes of code that trusts its shape: for a check a finding, never a crash."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryFinding:
    """One thing that is not as the log says it must be.

    rule: stable id (`event.hash`, `state.hash`, `snapshot.scope`, `row.tasks`, `replay.effects`, ...).
    case_id, seq: the case and event, None where it is not about one. place: what exactly (a column, a scope, a
    file), for people.
    """

    rule: str
    message_zh: str
    message_en: str
    case_id: UUID | None = None
    seq: int | None = None
    place: str = ""

    def __str__(self) -> str:
        where = f"{self.case_id}" + (f"#{self.seq}" if self.seq is not None else "")
        return f"[{self.rule}] {where} {self.place} {self.message_zh}".replace("  ", " ").strip()
