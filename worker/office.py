"""What a worker process works with: the engine and the connectors, opened once."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from engine.casepage.bundle import CaseContent
from engine.facade import Engine
from engine.history.keeping import Keeping
from engine.reports import Reports
from engine.retention import Retention
from worker.connectors.registry import Registry

_OPENED: Final[list[Office]] = []


@dataclass(frozen=True, kw_only=True, slots=True)
class Office:
    """One process's engine and connectors."""

    engine: Engine
    registry: Registry
    content: CaseContent | None = None
    retention: Retention = field(default_factory=Retention)
    signing: Path | None = None
    keeping: tuple[Keeping, ...] = ()
    reports: Reports | None = None


def settle(
    engine: Engine,
    registry: Registry | None = None,
    *,
    content: CaseContent | None = None,
    retention: Retention | None = None,
    signing: Path | None = None,
    keeping: tuple[Keeping, ...] = (),
    reports: Reports | None = None,
) -> Office:
    """Make these the ones that the tasks of this process use.

    registry: by default without connectors. content: what is beside the cases; None leaves it alone. retention: by
    default the standard times. signing: file of the key that signs the proof tree; None: it is not signed here.
    keeping: how long cases are kept after they ended.
    reports: what keeps facts up to the logs; None leaves them alone.
    """
    _OPENED.clear()
    _OPENED.append(
        Office(
            engine=engine,
            registry=registry or Registry({}),
            content=content,
            retention=retention or Retention(),
            signing=signing,
            keeping=keeping,
            reports=reports,
        )
    )
    return _OPENED[0]


def office() -> Office:
    """The office of this process. Raises RuntimeError before `settle`."""
    if not _OPENED:
        raise RuntimeError("this process is no worker: nothing was settled")
    return _OPENED[0]
