"""The workflow engine of Bihuan 闭环: the core that neither knows a web framework nor a job queue."""

from engine.cases.clock import ManualClock
from engine.facade import Config, Engine
from engine.runtime.session import Settings

__all__ = ["Config", "Engine", "ManualClock", "Settings"]
