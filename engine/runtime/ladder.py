"""What is done, step by step, about a limit that is running out or has run out (DOMAIN, flow F).

The steps are the rule's: a card at once, an order of supervision a working day later, listing, an interview. Each
is noted in the case's log and told to those concerned by a notice through the outbox. A clock keeps how many steps
were taken, so that none is taken twice however its end is moved.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.state import Scope, Timer, WorkItem

if TYPE_CHECKING:
    from engine.runtime.session import Session

STEP = "step"
"""Stands in the element of a step's timer where others have the percentage: `limit:<task>:step`."""
STEPS = "steps"
TAKEN = "taken"


def kept(found: Mapping[str, Any]) -> dict[str, Any]:
    """What a clock keeps of its rule's steps; nothing for an answer from before there were any."""
    return {STEPS: found[STEPS]} if STEPS in found else {}


def remind(session: Session, item: WorkItem, clock: Mapping[str, Any], percent: int) -> None:
    """Remind those who have a task before them that so much of its limit has passed."""
    if STEPS in clock:
        facts = {**_facts(item, clock), "percent": percent}
        whom = [f"user:{item.assignee}"] if item.assignee else [f"group:{name}" for name in item.groups]
        for addressee in whom:
            _tell(session, "reminder", addressee, facts)


def climb(session: Session, item: WorkItem, clock: dict[str, Any]) -> dict[str, Any]:
    """Take the steps that are due; the clock with their number."""
    steps = clock.get(STEPS, [])
    taken: int = clock.get(TAKEN, 0)
    while taken < len(steps) and steps[taken][1] <= session.now:
        action, _, role = steps[taken]
        taken += 1
        facts = {**_facts(item, clock), "action": action, "to": role, "step": taken}
        session.emit(["note", "ladder.step", facts])
        _tell(session, action, _addressee(item, role), facts)
    return {**clock, TAKEN: taken} if taken else clock


def go_on(session: Session, scope: Scope, item: WorkItem, clock: Mapping[str, Any]) -> None:
    """Wait for the next step, if there is one."""
    rest = clock.get(STEPS, [])[clock.get(TAKEN, 0) :]
    if rest:
        timer = Timer(session.new_id(), item.token, f"limit:{item.id}:{STEP}", rest[0][1])
        session.emit(["timer+", scope.id, timer.row()])


def _facts(item: WorkItem, clock: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "limit": clock["name"],
        "task": item.id,
        "element": item.element,
        "due": clock["at"],
        "assignee": item.assignee,
        "groups": list(item.groups),
    }


def _addressee(item: WorkItem, role: str) -> str:
    """A role, where it can be told of the unit that has the task: `group:unit:<unit>/<role>`."""
    unit = next((name.partition("/")[0] for name in item.groups if name.startswith("unit:")), "")
    return f"group:{unit}/{role}" if unit and role else f"role:{role}"


def _tell(session: Session, kind: str, addressee: str, facts: dict[str, Any]) -> None:
    session.emit(["out", "notice", {"kind": kind, "to": addressee, "facts": facts}])
