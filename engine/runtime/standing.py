"""Timers of a diagram that belong to a limit stand still with the case.

A timer event with the property `bihuan:limit` counts for that limit: while the case is suspended for a reason the
limit's rule allows it does not run, and when the case goes on it is due later by as long as it stood, but not by
more than the rule's longest pause, nor more often than it allows (DOMAIN §1.3). Meanwhile its token keeps, in
`data.stood`, since when, why, under which version of the rule, and what was left to wait for; `data.stands` counts
how often it has stood for each reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from engine.calendars import LimitError
from engine.model.definition import Node, NodeKind, Setting
from engine.runtime import clocks
from engine.runtime.variables import setting
from engine.state import Scope, Timer, Token
from engine.state.case import ACTIVE, SUSPENDED

if TYPE_CHECKING:
    from engine.runtime.session import Session

STOOD = "stood"
STANDS = "stands"


def halt(session: Session, reason: str) -> None:
    """The case stands still: stop the timers whose limit allows the reason."""
    for scope in list(session.state.scopes.values()):
        for timer in sorted(scope.timers.values(), key=lambda timer: timer.id):
            if clocks.is_clock(timer):
                continue
            token = scope.tokens[timer.token]
            limit = _limit(session, scope, token, timer)
            if limit is None:
                continue
            used = (token.data or {}).get(STANDS, {}).get(reason, 0)
            found = _stand(session, name=limit, reason=reason, since=session.now, used=used)
            if found is None:
                continue
            session.emit(["timer-", scope.id, timer.id, "halted"])
            stood = {
                "since": session.now,
                "timer": timer.row()[2:],
                "limit": limit,
                "reason": reason,
                "row": found["row"],
            }
            session.change(session.tasks[token.id], token.status, {**(token.data or {}), STOOD: stood})


def go_on(session: Session) -> None:
    """The case goes on: the timers that stood still run again, due later by as long as they stood."""
    for scope in list(session.state.scopes.values()):
        for token in sorted(scope.tokens.values(), key=lambda token: token.id):
            stood = (token.data or {}).get(STOOD)
            if stood is None:
                continue
            stands = (token.data or {}).get(STANDS, {})
            used = stands.get(stood["reason"], 0)
            rest = {name: value for name, value in (token.data or {}).items() if name != STOOD}
            rest[STANDS] = {**stands, stood["reason"]: used + 1}
            session.change(session.tasks[token.id], token.status, rest)
            found = _stand(
                session,
                name=stood["limit"],
                row=stood["row"],
                reason=stood["reason"],
                since=stood["since"],
                used=used,
            )
            until = session.now if found is None else found["until"]
            element, due, interval, repeats = stood["timer"]
            due += until - stood["since"]
            timer = Timer(session.new_id(), token.id, element, due, interval, repeats)
            session.emit(["timer+", scope.id, timer.row()])


def functions(session: Session) -> Mapping[str, Callable[..., Any]]:
    """The FEEL function `stood(limit, since)`: how long a limit has stood still with the case since a moment.

    What a diagram carries from one step to the next, such as the end of a limit that several levels share, is later
    by so much. Null arguments give null. Raises LimitError for a limit or a moment that is none.
    """

    def stood(name: Any, since: Any) -> Any:
        if name is None or since is None:
            return None
        if not isinstance(name, str) or not isinstance(since, date):
            raise LimitError(
                message_zh="stood(时限, 起点) 的起点应是日期或日期时间",
                message_en="stood(limit, since) takes a name and a date or a date and time",
            )
        return timedelta(microseconds=_stood(session, name, _micros(session, since)))

    return {"stood": stood}


def _stood(session: Session, name: str, since: int) -> int:
    total = 0
    used: Counter[str] = Counter()
    for begun, ended, reason in _suspensions(session):
        begun = max(begun, since)
        if ended <= begun:
            continue
        found = _stand(session, name=name, reason=reason, since=begun, used=used[reason], now=ended)
        if found is not None:
            total += found["until"] - begun
            used[reason] += 1
    return total


def _suspensions(session: Session) -> list[tuple[int, int, str]]:
    """When the case stood still before this command, from its log; a reason is in the note beside."""
    found: list[tuple[int, int, str]] = []
    begun: int | None = None
    reason = ""
    for event in session.past():
        for effect in event.effects:
            if effect[:2] == ["note", SUSPENDED]:
                reason = effect[2]["reason"]
            elif effect == ["case", SUSPENDED]:
                begun = event.at
            elif effect == ["case", ACTIVE] and begun is not None:
                found.append((begun, event.at, reason))
                begun = None
    if begun is not None:
        found.append((begun, session.now, reason))
    return found


def _stand(session: Session, **key: Any) -> dict[str, Any] | None:
    """What the limit's rule says about standing still; None when it does not allow it."""
    found = session.reads.read("clock.stand", {"now": session.now, **key})
    if found is None or "refused" in found or not found["allowed"]:
        return None
    answer: dict[str, Any] = found
    return answer


def _limit(session: Session, scope: Scope, token: Token, timer: Timer) -> str | None:
    """The limit a timer counts for, if any."""
    text = _event(session, scope, timer).properties.get(clocks.LIMIT)
    if text is None:
        return None
    expression = session.program(scope).expression(text[1:]) if text.startswith("=") else None
    value = Setting(text=None if expression is not None else text, expression=expression)
    name = setting(session, value, scope, token)
    return str(name) if name else None


def _event(session: Session, scope: Scope, timer: Timer) -> Node:
    """The event that waits; that of an event sub-process is its start event."""
    program = session.program(scope)
    node = program.nodes[timer.element]
    return program.event_start(node.id)[0] if node.kind is NodeKind.EVENT_SUB_PROCESS else node


def _micros(session: Session, moment: date) -> int:
    from engine.runtime.session import EPOCH

    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day, tzinfo=session.zone)
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=session.zone)
    return (aware - EPOCH) // timedelta(microseconds=1)
