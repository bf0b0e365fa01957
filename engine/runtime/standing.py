"""Timers of a diagram that belong to a limit stand still with the case.

A timer event with the property `bihuan:limit` counts for that limit: while the case is suspended for a reason the
limit's rule allows it does not run, and when the case goes on it is due later by as long as it stood (DOMAIN §1.3).
Meanwhile its token keeps, in `data.stood`, since when and what was left to wait for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.model.definition import Node, NodeKind, Setting
from engine.runtime import clocks
from engine.runtime.variables import setting
from engine.state import Scope, Timer, Token

if TYPE_CHECKING:
    from engine.runtime.session import Session

STOOD = "stood"


def halt(session: Session, reason: str) -> None:
    """The case stands still: stop the timers whose limit allows the reason."""
    for scope in list(session.state.scopes.values()):
        for timer in sorted(scope.timers.values(), key=lambda timer: timer.id):
            if clocks.is_clock(timer):
                continue
            token = scope.tokens[timer.token]
            if reason not in _pausable(session, scope, token, timer):
                continue
            session.emit(["timer-", scope.id, timer.id, "halted"])
            stood = {"since": session.now, "timer": timer.row()[2:]}
            session.change(session.tasks[token.id], token.status, {**(token.data or {}), STOOD: stood})


def go_on(session: Session) -> None:
    """The case goes on: the timers that stood still run again, due later by as long as they stood."""
    for scope in list(session.state.scopes.values()):
        for token in sorted(scope.tokens.values(), key=lambda token: token.id):
            stood = (token.data or {}).get(STOOD)
            if stood is None:
                continue
            rest = {name: value for name, value in (token.data or {}).items() if name != STOOD}
            session.change(session.tasks[token.id], token.status, rest or None)
            element, due, interval, repeats = stood["timer"]
            due += session.now - stood["since"]
            timer = Timer(session.new_id(), token.id, element, due, interval, repeats)
            session.emit(["timer+", scope.id, timer.row()])


def _pausable(session: Session, scope: Scope, token: Token, timer: Timer) -> list[str]:
    """The reasons for which the limit of a timer may pause; none for a timer without limit."""
    text = _event(session, scope, timer).properties.get(clocks.LIMIT)
    if text is None:
        return []
    expression = session.program(scope).expression(text[1:]) if text.startswith("=") else None
    value = Setting(text=None if expression is not None else text, expression=expression)
    name = setting(session, value, scope, token)
    if not name:
        return []
    found = session.reads.read("clock.due", {"name": name, "start": session.now, "now": session.now})
    reasons: list[Any] = (found or {}).get("pausable", [])
    return [str(reason) for reason in reasons]


def _event(session: Session, scope: Scope, timer: Timer) -> Node:
    """The event that waits; that of an event sub-process is its start event."""
    program = session.program(scope)
    node = program.nodes[timer.element]
    return program.event_start(node.id)[0] if node.kind is NodeKind.EVENT_SUB_PROCESS else node
