"""Executing a definition on SpiffWorkflow: commands in, effects out.

This package is the only one that knows SpiffWorkflow; `engine.state` is what it leaves behind.
"""

from engine.runtime.commands import COMMANDS, execute
from engine.runtime.program import Program, Programs
from engine.runtime.reads import LiveReads, Reads, ReplayDiverged, ReplayReads
from engine.runtime.session import Session, Settings

__all__ = [
    "COMMANDS",
    "LiveReads",
    "Program",
    "Programs",
    "Reads",
    "ReplayDiverged",
    "ReplayReads",
    "Session",
    "Settings",
    "execute",
]
