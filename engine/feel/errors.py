"""What can go wrong with an expression: its text, or the work it asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from engine.errors import BihuanError, LimitExceeded

Resource = Literal["steps", "depth", "size"]

_RESOURCE_ZH: dict[Resource, str] = {"steps": "步数", "depth": "嵌套深度", "size": "数据量"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A place in an expression's text: line and column count from 1, offset (characters) from 0."""

    line: int
    column: int
    offset: int

    @classmethod
    def of(cls, text: str, offset: int) -> Position:
        """The position of character `offset` in `text`."""
        before = text[:offset]
        line = before.count("\n") + 1
        return cls(line=line, column=offset - (before.rfind("\n") + 1) + 1, offset=offset)


class FeelError(BihuanError):
    """The expression language refused to go on."""

    default_code: ClassVar[str] = "feel"


class FeelSyntaxError(FeelError):
    """The text is not a FEEL expression, or is larger than the language's bounds allow."""

    default_code: ClassVar[str] = "feel.syntax"

    def __init__(self, *, message_zh: str, message_en: str, position: Position) -> None:
        super().__init__(
            message_zh=message_zh,
            message_en=message_en,
            place={"line": position.line, "column": position.column, "offset": position.offset},
        )
        self.position = position


class FeelBudgetError(FeelError, LimitExceeded):
    """An evaluation asked for more steps, depth or data than its budget grants."""

    default_code: ClassVar[str] = "feel.budget"

    def __init__(self, resource: Resource, limit: int) -> None:
        super().__init__(
            message_zh=f"表达式求值超出{_RESOURCE_ZH[resource]}上限 {limit}",
            message_en=f"the evaluation exceeds its budget of {limit} ({resource})",
        )
        self.resource: Resource = resource
        self.limit = limit
