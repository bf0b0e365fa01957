"""What is wrong in a file, said so that the person who made it can find the place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from engine.errors import BihuanError

EXCERPT = 40
"""Characters of a value that a message repeats."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One thing wrong in one place of a file.

    row: number of the record as a spreadsheet counts (the header is 1); line: physical line it begins on
    (larger than row once a cell holds line breaks). code: stable identifier. column, excerpt: where and what,
    when it is about one cell. severity: an `error` refuses the row, a `warning` does not.
    """

    row: int
    line: int
    code: str
    message_zh: str
    message_en: str
    column: str | None = None
    excerpt: str | None = None
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        where = f"第 {self.row} 行" if self.column is None else f"第 {self.row} 行 {self.column} 列"
        what = "" if self.excerpt is None else f"（{self.excerpt}）"
        return f"{where}：{self.message_zh}{what}"

    def to_json(self) -> dict[str, str | int | None]:
        """The problem as JSON-native values."""
        return {
            "row": self.row,
            "line": self.line,
            "column": self.column,
            "code": self.code,
            "severity": self.severity,
            "excerpt": self.excerpt,
            "message_zh": self.message_zh,
            "message_en": self.message_en,
        }


class FileRefused(BihuanError):
    """The file as a whole cannot be read: no header, missing or doubled columns, an encoding we do not read."""

    default_code: ClassVar[str] = "file_refused"


def excerpt(value: str) -> str:
    """The beginning of a value on one line, safe to print: control characters are shown as escapes."""
    shown = "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
        for character in value[:EXCERPT]
    )
    return f"{shown}…" if len(value) > EXCERPT else shown
