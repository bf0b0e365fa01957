"""The case log and everything that writes it: the transactional heart."""

from engine.cases.clock import Clock, ManualClock, wall_clock
from engine.cases.command import BEHAVIOUR, Command, NewCase, Outcome
from engine.cases.definitions import Definitions, DeployedDefinition, Deployment
from engine.cases.executor import Executor
from engine.cases.log import CorruptEvent, EventContent, EventHead, StoredEvent
from engine.cases.snapshot import CorruptState

__all__ = [
    "BEHAVIOUR",
    "Clock",
    "Command",
    "CorruptEvent",
    "CorruptState",
    "Definitions",
    "DeployedDefinition",
    "Deployment",
    "EventContent",
    "EventHead",
    "Executor",
    "ManualClock",
    "NewCase",
    "Outcome",
    "StoredEvent",
    "wall_clock",
]
