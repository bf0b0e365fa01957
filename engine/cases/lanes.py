"""How urgent due work is: what belongs to an emergency goes before everything else.

Due work is swept lane by lane, so that a hundred thousand timers of ordinary cases do not keep an emergency
whistle waiting. The lane is no part of the case's state; it is derived from it when the row is written.
"""

from __future__ import annotations

from typing import Final

from engine.state import CaseState, Scope

EMERGENCY: Final = 0
ORDINARY: Final = 1
LEISURELY: Final = 2
"""What takes long and nobody waits for: sealing a dossier. Only rows of the outbox have it."""
LANES: Final = (EMERGENCY, ORDINARY)
OUTBOX_LANES: Final = (*LANES, LEISURELY)

URGENT: Final = 80
"""The priority (`zeebe:priorityDefinition`, 0 to 100) from which a user task is one of an emergency."""


def lane_of(state: CaseState, scope: Scope) -> int:
    """The lane of what a scope waits for: that of the most urgent task open there or around it."""
    current: Scope | None = scope
    while current is not None:
        if any(item.priority >= URGENT for item in current.tasks.values()):
            return EMERGENCY
        current = None if current.parent is None else state.scopes[current.parent]
    return ORDINARY


def lane_of_case(state: CaseState) -> int:
    """The lane of what leaves a case: that of its most urgent open task."""
    urgent = any(item.priority >= URGENT for scope in state.scopes.values() for item in scope.tasks.values())
    return EMERGENCY if urgent else ORDINARY
