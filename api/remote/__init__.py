"""Commands of `bihuan --server URL`: the same words as on a database, asked of a server through its API."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from api.remote import handling, looking, reporting
from engine.cli.elsewhere import Run

COMMANDS: Final[Mapping[str, Run]] = MappingProxyType(
    {
        "cases": looking.cases,
        "claim": handling.claim,
        "complete": handling.complete,
        "history": looking.history,
        "message": handling.message,
        "report_show": reporting.show,
        "retry": handling.retry,
        "start": handling.start,
        "tasks": looking.tasks,
    }
)
