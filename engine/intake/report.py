"""What an import did: counted, with every refused row and its reasons."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.intake.problem import Problem


@dataclass(kw_only=True, slots=True)
class ImportReport:
    """The account of one run over one file.

    imported: rows that became cases in this run; already_there: rows an earlier run had imported; continued: rows
    whose case was there and got further steps (an interrupted run, a newer file); refused: rows left out, each
    with its reasons in `problems`. steps: commands given to the engine in this run. snapshot:
    the moment the file shows (None if no row could be read).
    """

    layout: str
    snapshot: datetime | None = None
    imported: int = 0
    already_there: int = 0
    continued: int = 0
    refused: int = 0
    steps: int = 0
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Rows of the file, without header and blank lines."""
        return self.imported + self.already_there + self.continued + self.refused

    def to_json(self) -> dict[str, Any]:
        """The account as JSON-native values."""
        return {
            "layout": self.layout,
            "snapshot": None if self.snapshot is None else self.snapshot.isoformat(),
            "rows": self.rows,
            "imported": self.imported,
            "already_there": self.already_there,
            "continued": self.continued,
            "refused": self.refused,
            "steps": self.steps,
            "problems": [problem.to_json() for problem in self.problems],
            "warnings": [warning.to_json() for warning in self.warnings],
        }
