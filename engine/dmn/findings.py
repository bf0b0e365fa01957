"""What reading and checking a decision model finds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from engine.errors import BihuanError
from engine.feel import FeelSyntaxError


class Severity(Enum):
    """An error refuses the model; a warning is shown and the model works."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class DmnFinding:
    """One thing found.

    line: in the file, from 1. element: the XML id nearest to it. decision: id of the decision (or business
    knowledge model) it is in. row, column: rule and cell of a decision table, from 1. character: offset in the
    expression's text, from 0.
    """

    file: str
    line: int
    element: str | None
    rule: str
    severity: Severity
    message_zh: str
    message_en: str
    decision: str | None = None
    row: int | None = None
    column: int | None = None
    character: int | None = None

    def __str__(self) -> str:
        element = f" [{self.element}]" if self.element else ""
        return f"{self.file}:{self.line}{element} {self.severity.value} {self.rule}: {self.message_zh} / {self.message_en}"


class DmnErrors(BihuanError):
    """A decision model that cannot be used; `findings` lists everything found, warnings included."""

    default_code: ClassVar[str] = "dmn"

    def __init__(self, findings: Iterable[DmnFinding]) -> None:
        self.findings = tuple(findings)
        first = next((one for one in self.findings if one.severity is Severity.ERROR), None)
        super().__init__(
            message_zh=f"决策模型有误：{first}" if first else "决策模型有误",
            message_en=f"the decision model has errors: {first}"
            if first
            else "the decision model has errors",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the reader is: passed down while a model is read."""

    file: str
    line: int
    element: str | None = None
    decision: str | None = None
    row: int | None = None
    column: int | None = None


class Findings:
    """Findings gathered while a model is read."""

    def __init__(self) -> None:
        self.all: list[DmnFinding] = []

    def add(
        self, rule: str, place: Place, zh: str, en: str, *,
        severity: Severity = Severity.ERROR, character: int | None = None,
    ) -> None:  # fmt: skip
        """Note a finding at `place`."""
        self.all.append(
            DmnFinding(
                file=place.file,
                line=place.line,
                element=place.element,
                rule=rule,
                severity=severity,
                message_zh=zh,
                message_en=en,
                decision=place.decision,
                row=place.row,
                column=place.column,
                character=character,
            )
        )

    def warn(self, rule: str, place: Place, zh: str, en: str) -> None:
        """Note a warning at `place`."""
        self.add(rule, place, zh, en, severity=Severity.WARNING)

    def syntax(self, error: FeelSyntaxError, place: Place) -> None:
        """Note an expression that does not parse."""
        self.add(
            "dmn.feel-syntax", place, error.message_zh, error.message_en, character=error.position.offset
        )
