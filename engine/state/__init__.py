"""The neutral state of a case and the effects that change it.

This package is the meeting point of execution and proof: the runtime emits effects, the log stores them,
and anybody can fold them again. It knows neither SpiffWorkflow nor a database.
"""

from engine.state.case import CaseState
from engine.state.effects import EffectError, apply
from engine.state.items import Incident, Job, Subscription, Timer, Token, WorkItem
from engine.state.scope import Scope

__all__ = [
    "CaseState",
    "EffectError",
    "Incident",
    "Job",
    "Scope",
    "Subscription",
    "Timer",
    "Token",
    "WorkItem",
    "apply",
]
