"""What an import of the directory did, or would do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from engine.intake.problem import Problem


@dataclass(kw_only=True, slots=True)
class TableReport:
    """The account of one table: rows added, changed, found as they are, and refused with their reasons."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """The account as JSON-native values."""
        return {
            "added": self.added,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "refused": self.refused,
            "problems": [problem.to_json() for problem in self.problems],
            "warnings": [warning.to_json() for warning in self.warnings],
        }


@dataclass(kw_only=True, slots=True)
class DirectoryReport:
    """The account of an import by table. written: whether anything was kept; version: of the directory after it."""

    tables: dict[str, TableReport] = field(default_factory=dict)
    written: bool = False
    version: int = 0

    @property
    def refused(self) -> int:
        """Rows refused in all tables."""
        return sum(table.refused for table in self.tables.values())

    def to_json(self) -> dict[str, Any]:
        """The account as JSON-native values."""
        return {
            "tables": {name: table.to_json() for name, table in self.tables.items()},
            "written": self.written,
            "version": self.version,
        }
