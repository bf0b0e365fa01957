"""How cases and tasks are named in addresses: a case by its UUID, a task as `<case>.<number>`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final, Self
from uuid import UUID

from werkzeug.routing import BaseConverter, ValidationError

_UUID: Final = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_TASK: Final = re.compile(rf"({_UUID})\.([1-9][0-9]{{0,8}})")


@dataclass(frozen=True, slots=True)
class TaskRef:
    """Also for other numbered things of a case: incidents, jobs, timers."""

    case: UUID
    number: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """From `<case>.<number>`. Raises ValueError."""
        match = _TASK.fullmatch(text)
        if match is None:
            raise ValueError(text)
        return cls(UUID(match[1]), int(match[2]))

    def __str__(self) -> str:
        return f"{self.case}.{self.number}"


class TaskConverter(BaseConverter):
    """`<task:…>` in a rule."""

    regex = rf"{_UUID}\.[1-9][0-9]{{0,8}}"

    def to_python(self, value: str) -> TaskRef:
        """The reference. Raises ValidationError, which is a 404."""
        try:
            return TaskRef.parse(value)
        except ValueError:
            raise ValidationError from None

    def to_url(self, value: Any) -> str:
        """As it stands in an address."""
        return str(value)


class CaseIdConverter(BaseConverter):
    """`<case:…>` in a rule: a UUID in its usual form."""

    regex = _UUID

    def to_python(self, value: str) -> UUID:
        """The id."""
        return UUID(value)

    def to_url(self, value: Any) -> str:
        """As it stands in an address."""
        return str(value)


def task_schema(_: Any) -> dict[str, Any]:
    """A task reference in the OpenAPI document."""
    return {
        "type": "string",
        "pattern": rf"^{_UUID}\.[1-9][0-9]{{0,8}}$",
        "description": "The case and the number in it, with a dot between.",
        "example": "019aa000-0000-7000-8000-000000000000.5",
    }


def case_schema(_: Any) -> dict[str, Any]:
    """A case's id in the OpenAPI document."""
    return {
        "type": "string",
        "pattern": f"^{_UUID}$",
        "format": "uuid",
        "description": "The case's id.",
        "example": "019aa000-0000-7000-8000-000000000000",
    }
