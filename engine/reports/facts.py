"""The facts of a case that reports count: what `engine.reports.folding` makes of a log, row by row of the tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from engine.store.tables import UNGRADED


@dataclass(kw_only=True, slots=True)
class CaseFacts:
    """A row of `case_facts` but for its case and rules; times in microseconds since 1970 UTC."""

    seq: int = 0
    definition_key: str = ""
    provenance: str = "live"
    status: str = "active"
    category: str = ""
    category_second: str | None = None
    category_third: str | None = None
    grade: int = UNGRADED
    worst_grade: int = UNGRADED
    source: str = ""
    accepted: int = 1
    outcome: str = ""
    received_at: int = 0
    due_at: int | None = None
    original_due_at: int | None = None
    settled_at: int | None = None
    first_settled_at: int | None = None
    closed_at: int | None = None
    ended_at: int | None = None
    reopened_at: int | None = None
    reopenings: int = 0
    reworks: int = 0
    confirmed: int = 0
    spent: int | None = None
    spent_office: int | None = None
    detail: str = "{}"


@dataclass(kw_only=True, slots=True)
class Episode:
    """A row of `case_episodes` but for its case."""

    number: int
    kind: str
    role: str = ""
    element: str = ""
    unit: str = ""
    level: str = ""
    opened_at: int = 0
    claimed_at: int | None = None
    ended_at: int | None = None
    ending: str = ""
    due_at: int | None = None
    original_due_at: int | None = None
    answer: str = ""
    solved: str = ""
    satisfaction: str = ""
    score: int | None = None
    red: int = 0
    waited: int | None = None
    worked: int | None = None
    waited_office: int | None = None
    worked_office: int | None = None


@dataclass(kw_only=True, slots=True)
class Heat:
    """How often the elements and flows of a definition were passed, and how long tokens stood, in microseconds."""

    elements: dict[str, list[int]] = field(default_factory=dict)
    flows: dict[str, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {"elements": self.elements, "flows": self.flows}


@dataclass(kw_only=True, slots=True)
class Facts:
    """All of a case. heat: by the digest of the definition."""

    case: CaseFacts
    episodes: list[Episode]
    heat: dict[str, Heat]
