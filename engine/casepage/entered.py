"""What was entered in a step before it was put back (退回, 撤回): offered again to who does it again.

What an output mapping does not take over into the case stands in no variable; the log alone has it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from engine.cases.log import EventContent, StoredEvent
from engine.state import Scope, WorkItem

PUT_BACK: Final = frozenset({"returned_from", "recalled"})
"""What a task says of itself when its step is done again because somebody put it back; see `runtime.verbs`."""


def entered_before(
    events: Iterable[tuple[StoredEvent, EventContent]], scope: Scope, item: WorkItem
) -> dict[str, Any]:
    """The values the step was last completed with, as the log has them; none where it was not put back."""
    if PUT_BACK.isdisjoint(item.extra or {}):
        return {}
    tasks: set[int] = set()
    found: dict[str, Any] = {}
    for event, content in events:
        if event.head.kind == "complete" and content.input.get("task") in tasks:
            found = dict(content.input.get("variables") or {})
        tasks.update(
            effect[2][0]
            for effect in content.effects
            if effect[0] == "task+" and effect[1] == scope.id and effect[2][2] == item.element
        )
    return found
