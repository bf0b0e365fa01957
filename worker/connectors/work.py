"""The one interface of all connectors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """What a connector is to do.

    key: the idempotency key, the same for each attempt. values: what the service task sees, or a notice says.
    headers: the task's headers, set by the designer.
    """

    key: str
    values: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)


class Failed(Exception):
    """It did not work this time: the other side is away, slow or overloaded. It is tried again later."""


class Refused(Exception):
    """It will not work however often it is tried: a host that is not allowed, a request the other side rejects."""


class Connector(Protocol):
    """Does work outside."""

    def do(self, work: Work) -> Mapping[str, Any]:
        """Do it; what came of it, for the case. Raises Failed or Refused."""
