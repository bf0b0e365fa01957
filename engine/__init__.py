"""The workflow engine of Bihuan 闭环: the core that neither knows a web framework nor a job queue.

`Engine` is the way in. It is loaded when asked for, so that parts that stand alone (a verifier, the expression
language) do not bring the rest with them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.cases.clock import ManualClock
    from engine.facade import Config, Engine
    from engine.runtime.session import Settings

_HOME = {
    "Config": "engine.facade",
    "Engine": "engine.facade",
    "ManualClock": "engine.cases.clock",
    "Settings": "engine.runtime.session",
}

__all__ = ["Config", "Engine", "ManualClock", "Settings"]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'engine' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
