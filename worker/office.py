"""What a worker process works with: the engine and the connectors, opened once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import uuid4

from engine.facade import Engine

_OPENED: Final[list[Office]] = []


@dataclass(frozen=True, kw_only=True, slots=True)
class Office:
    """One process's engine and who it is."""

    engine: Engine
    name: str


def settle(engine: Engine) -> Office:
    """Make `engine` the one that the tasks of this process use."""
    _OPENED.clear()
    _OPENED.append(Office(engine=engine, name=f"worker-{uuid4().hex[:12]}"))
    return _OPENED[0]


def office() -> Office:
    """The office of this process. Raises RuntimeError before `settle`."""
    if not _OPENED:
        raise RuntimeError("this process is no worker: nothing was settled")
    return _OPENED[0]
