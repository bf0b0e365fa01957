"""What only the case itself can say about its open tasks: where each may go back to, and what still forbids an end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from engine.errors import BihuanError, Message, Refusal
from engine.runtime import Session
from engine.runtime.duties import CONDITION, check_conditions
from engine.runtime.failure import NodeFailure
from engine.runtime.verbs.returning import Target, targets


@dataclass(kw_only=True, slots=True)
class Asked:
    """By task: the steps it may or may not be returned to, and the closing conditions not met.

    conditional: the tasks that have conditions at all.
    """

    returns: dict[int, tuple[Target, ...]] = field(default_factory=dict)
    unmet: dict[int, tuple[Message, ...]] = field(default_factory=dict)
    conditional: set[int] = field(default_factory=set)


def ask(session: Session, wanted: Iterable[int]) -> Asked:
    """Ask a case about these of its tasks; nothing is changed."""
    past = tuple(session.past())
    session.past = lambda: past
    asked = Asked()
    for task in wanted:
        scope = session.state.scope_of(task)
        if scope is None or task not in scope.tasks:
            continue
        asked.returns[task] = tuple(targets(session, task))
        if session.program(scope).nodes[scope.tasks[task].element].properties.get(CONDITION):
            asked.conditional.add(task)
        try:
            check_conditions(session, scope, scope.tasks[task], {})
        except Refusal as refusal:
            asked.unmet[task] = (refusal.message,)
        except (BihuanError, NodeFailure) as failure:
            # A condition that cannot be judged forbids as well, and says why.
            message = Message(zh=failure.message_zh, en=failure.message_en)
            asked.unmet[task] = (message,)
    return asked
