"""What a worker process works with: the engine and the connectors, opened once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from engine.facade import Engine
from worker.connectors.registry import Registry

_OPENED: Final[list[Office]] = []


@dataclass(frozen=True, kw_only=True, slots=True)
class Office:
    """One process's engine and connectors."""

    engine: Engine
    registry: Registry


def settle(engine: Engine, registry: Registry | None = None) -> Office:
    """Make these the ones that the tasks of this process use. registry: by default without connectors."""
    _OPENED.clear()
    _OPENED.append(Office(engine=engine, registry=registry or Registry({})))
    return _OPENED[0]


def office() -> Office:
    """The office of this process. Raises RuntimeError before `settle`."""
    if not _OPENED:
        raise RuntimeError("this process is no worker: nothing was settled")
    return _OPENED[0]
