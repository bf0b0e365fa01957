"""The course of a case as a whole: it stands still, goes on, is given up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.errors import Conflict
from engine.runtime import case_limit, clocks, closing, standing
from engine.runtime.session import Session
from engine.state.case import ACTIVE, CANCELLED, SUSPENDED

Input = Mapping[str, Any]


def suspend(session: Session, actor: str, given: Input) -> None:
    """The case stands still, and with it whatever its rules let stand still."""
    if session.state.status == SUSPENDED:
        raise Conflict(code="case.suspended", message_zh="案件已挂起", message_en="the case is suspended")
    reason = str(given.get("reason_code") or "")
    session.emit(["note", "suspended", {"reason": reason}])
    session.emit(["case", SUSPENDED])
    clocks.pause_all(session, actor, reason)
    case_limit.pause(session, actor, reason)
    standing.halt(session, reason)


def resume(session: Session, actor: str, given: Input) -> None:
    """The case is no longer suspended."""
    if session.state.status != SUSPENDED:
        raise Conflict(code="case.active", message_zh="案件没有挂起", message_en="the case is not suspended")
    go_on(session)


def go_on(session: Session) -> None:
    """The case is handled again: what stood still with it runs on."""
    session.emit(["case", ACTIVE])
    clocks.resume_all(session)
    case_limit.resume(session)
    standing.go_on(session)


def cancel(session: Session, actor: str, given: Input) -> None:
    """The case ends where it is."""
    closing.check_cancel(session)
    root = session.state.root
    for token_id in sorted(root.tokens):
        if token_id in root.tokens:
            session.cancel(session.tasks[token_id], "cancelled")
    session.emit(["case", CANCELLED])
