"""What is wrong, or doubtful, in a designer's files, and where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from engine.errors import BihuanError
from engine.model.rules import RULES, Severity

__all__ = ["Finding", "Findings", "ModelErrors", "Place", "Severity"]


class _Shown(StrEnum):
    ERROR = "错误"
    WARNING = "警告"


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where something stands: file, line counted from 1, and the id of the BPMN element or form field."""

    file: str
    line: int = 1
    element: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing the checks found. `rule` is stable and described in docs/model-rules.md."""

    file: str
    line: int
    element: str | None
    rule: str
    severity: Severity
    message_zh: str
    message_en: str

    def __str__(self) -> str:
        element = f" [{self.element}]" if self.element else ""
        shown = _Shown[self.severity.name]
        return f"{self.file}:{self.line}{element} {shown} {self.rule}: {self.message_zh} / {self.message_en}"


class Findings:
    """Findings gathered while files are read; the severity comes from the rule."""

    def __init__(self) -> None:
        self._found: list[Finding] = []

    def add(self, rule: str, place: Place, zh: str, en: str) -> None:
        """Note that `rule` is broken at `place`."""
        self._found.append(
            Finding(
                file=place.file,
                line=place.line,
                element=place.element,
                rule=rule,
                severity=RULES[rule].severity,
                message_zh=zh,
                message_en=en,
            )
        )

    def extend(self, findings: Iterable[Finding]) -> None:
        """Take over findings made elsewhere."""
        self._found.extend(findings)

    def all(self) -> tuple[Finding, ...]:
        """Everything found, once each, by file, line, element and rule."""
        unique = dict.fromkeys(self._found)
        return tuple(sorted(unique, key=lambda f: (f.file, f.line, f.element or "", f.rule, f.message_en)))

    @property
    def has_errors(self) -> bool:
        """Whether anything found forbids deployment."""
        return any(finding.severity is Severity.ERROR for finding in self._found)


class ModelErrors(BihuanError):
    """The files cannot be deployed; `findings` holds every finding, warnings included."""

    default_code = "model"

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        errors = sum(finding.severity is Severity.ERROR for finding in self.findings)
        super().__init__(
            message_zh=f"流程文件有 {errors} 处错误，不能部署",
            message_en=f"the files hold {errors} error(s) and cannot be deployed",
        )

    def __str__(self) -> str:
        head = f"{self.message_zh} / {self.message_en}"
        return "\n".join([head, *(f"  {finding}" for finding in self.findings)])
