"""The limit of a case as a whole: how long until it is settled (DOMAIN §1.3, §1.4).

The process of a case names it with `bihuan:limit`, as tasks do. It counts from when the case started, or from what
`bihuan:limit_start` gives once that is known. It stops when the variable `settled_at` is set or the case ends; when
`settled_at` is taken back it goes on, or begins anew where its rule restarts. Like a task's clock it stands while the
case is suspended for a reason its rule allows, is longer by extensions, and moves with a corrected calendar. It fires
no timers: lists and pages show when it ends.

It stands in `CaseState.clocks` beside those of tasks that were put back. The properties may be FEEL, which sees the
variables of the process; when these come to name another limit, the clock goes over to it and what it stood stays. A
process that a case calls has no limit of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from engine.errors import Conflict, Refusal
from engine.model.definition import Setting
from engine.runtime import duties, undone
from engine.runtime.clocks import KEPT, LIMIT, LIMIT_START, under
from engine.runtime.failure import NodeFailure
from engine.runtime.moments import moment
from engine.runtime.variables import setting
from engine.state.case import ACTIVE, CASE_CLOCK, SUSPENDED

if TYPE_CHECKING:
    from engine.runtime.session import Session

SETTLED: Final = "settled_at"
"""The variable that says since when a case is settled (办结)."""

_MOVED: Final = ("at", "points", "calendar", "pausable")

Clock = dict[str, Any]


def follow(session: Session, actor: str) -> None:
    """After a command: start, stop or change the clock as the variables of the process now say."""
    text = _property(session, LIMIT)
    if text is None:
        return
    clock = _clock(session)
    ended = session.state.status not in (ACTIVE, SUSPENDED)
    if ended or session.state.root.variables.get(SETTLED) is not None:
        if clock is not None and "stopped" not in clock:
            _keep(session, {**clock, "stopped": session.now})
    elif _has_changed(session):
        try:
            _go(session, actor, clock, text)
        except NodeFailure as failure:
            # A limit that cannot be told does not keep people from their work; a case without one is never overdue.
            session.emit(["note", "limit.failed", [failure.message_zh, failure.message_en]])


def pause(session: Session, actor: str, reason: str) -> None:
    """The case stands still for a reason, and the clock with it where its rule allows."""
    clock = _running(session)
    if clock is not None and reason in clock["pausable"]:
        _keep(session, {**clock, "pauses": [*clock["pauses"], [session.now, None, reason, actor]]})


def resume(session: Session) -> None:
    """The case goes on: the clock ends later by as long as it stood."""
    clock = _running(session)
    if clock is not None and _stands(clock):
        clock = _ended_pause(session, clock)
        _keep(session, {**clock, **(_moved(session, clock) or {})})


def recalculate(session: Session, rule: Mapping[str, Any] | None = None) -> bool:
    """After a calendar was corrected: move the clock; whether it moved. rule: as in `clocks.recalculate`."""
    before = _running(session)
    if before is None or (rule is not None and before["name"] != rule["limit"]):
        return False
    clock = {**before, **under(rule)}
    found = _moved(session, clock)
    same = before["row"] == clock["row"]
    if found is None or (same and all(clock[part] == found[part] for part in ("at", "calendar"))):
        return False
    facts = {"limit": clock["name"], "from": clock["at"], "to": found["at"]}
    session.emit(["note", "limit.moved", facts if rule is None else {**facts, "rule": dict(rule)}])
    _keep(session, {**clock, **found})
    return True


def extend(session: Session, more: str, approver: str) -> None:
    """Give the case more time, as its limit's rule allows. Raises Refusal with the rule that forbids it.

    more: how much, in the limit's units (`5 workDay`). Raises Conflict when no clock of the case runs.
    """
    clock = _running(session)
    if clock is None:
        raise Conflict(
            code="limit.idle", message_zh="案件没有正在计的时限", message_en="no limit of the case is running"
        )
    found = _extended(session, clock, more, approver)
    if found is None or "refused" in found:
        zh, en = (found or {}).get("refused", ["时限没有配置", "the limit is not configured"])
        raise Refusal(rule=(found or {}).get("rule", "limit.extension"), message_zh=zh, message_en=en)
    duties.check_entitled(session, session.state.root, None, found["approver"], approver)
    _take_extension(session, clock, found)


def extend_along(session: Session, more: str, approver: str) -> None:
    """One of its steps was given more time: the case has as much more, as far as its own rule allows."""
    clock = _running(session)
    if clock is not None:
        found = _extended(session, clock, more, approver)
        if found is not None and "refused" not in found:
            _take_extension(session, clock, found)


# -- starting and going over --------------------------------------------------------------------------


def _go(session: Session, actor: str, clock: Clock | None, text: str) -> None:
    name = setting(session, _setting(session, text), session.state.root, None)
    begun = _begun(session, clock) if name else None
    if not name or begun is None:
        if clock is not None:
            _keep(session, None)
        return
    if clock is not None and "stopped" in clock:
        _go_on(session, actor, clock)
    elif clock is None or clock["name"] != name or clock["begun"] != begun:
        start = begun if clock is None or clock["begun"] != begun else clock["start"]
        _start(session, str(name), start, begun, clock)


def _start(session: Session, name: str, start: int, begun: int, before: Clock | None) -> None:
    """Start a clock in place of the one before, which may have stood meanwhile."""
    key = {"name": name, "start": start, "now": session.now}
    found = session.reads.read("clock.due", key)
    if found is None:
        return
    if "refused" in found:
        raise NodeFailure("limit.unknown", *found["refused"])
    clock = {
        "name": name,
        "start": start,
        "begun": begun,
        "pauses": [] if before is None else before["pauses"],
        "extensions": [],
        **{part: found[part] for part in (*KEPT, *_MOVED)},
    }
    if clock["pauses"]:
        clock |= _moved(session, clock) or {}
    _keep(session, clock)


def _go_on(session: Session, actor: str, clock: Clock) -> None:
    """What was settled is not any more: the clock stood meanwhile, or begins anew where its rule says so."""
    stopped = clock["stopped"]
    pauses = [*clock["pauses"], [stopped, session.now, undone.STOPPED, actor]]
    again = {**clock, "pauses": pauses}
    del again["stopped"]
    found = session.reads.read("clock.due", _key(session, again))
    if found is not None and found.get("restarts"):
        _start(session, clock["name"], session.now, clock["begun"], None)
    elif found is not None and "refused" not in found:
        _keep(session, {**again, **{part: found[part] for part in _MOVED}})
    else:
        _keep(session, again)


def _begun(session: Session, clock: Clock | None) -> int | None:
    """From when on the clock counts; None while that is not known."""
    text = _property(session, LIMIT_START)
    if text is not None:
        begun = moment(session, _setting(session, text), session.state.root, None)
        return None if begun is None else min(begun, session.now)
    if clock is not None:
        return int(clock["begun"])
    return next((event.at for event in session.past()), session.now)


# -- the clock ----------------------------------------------------------------------------------------


def _clock(session: Session) -> Clock | None:
    return session.state.clocks.get(CASE_CLOCK)


def _running(session: Session) -> Clock | None:
    clock = _clock(session)
    return None if clock is None or "stopped" in clock else clock


def _stands(clock: Clock) -> bool:
    return bool(clock["pauses"]) and clock["pauses"][-1][1] is None


def _ended_pause(session: Session, clock: Clock) -> Clock:
    begun, _, reason, actor = clock["pauses"][-1]
    return {**clock, "pauses": [*clock["pauses"][:-1], [begun, session.now, reason, actor]]}


def _keep(session: Session, clock: Clock | None) -> None:
    others = {path: kept for path, kept in session.state.clocks.items() if path != CASE_CLOCK}
    if clock is not None and "stopped" in clock and _stands(clock):
        clock = _ended_pause(session, clock)
    session.emit(["clocks", others if clock is None else {**others, CASE_CLOCK: clock}])


def _moved(session: Session, clock: Clock) -> Clock | None:
    found = session.reads.read("clock.due", _key(session, clock))
    if found is None or "refused" in found:
        return None
    return {part: found[part] for part in _MOVED}


def _extended(session: Session, clock: Clock, more: str, approver: str) -> Clock | None:
    found: Clock | None = session.reads.read(
        "clock.extend", {**_key(session, clock), "more": [more, approver]}
    )
    return found


def _take_extension(session: Session, clock: Clock, found: Clock) -> None:
    facts = {"limit": clock["name"], "from": clock["at"], "to": found["at"]}
    session.emit(["note", "limit.extended", facts])
    _keep(session, {**clock, "extensions": found["extensions"], **{part: found[part] for part in _MOVED}})


def _key(session: Session, clock: Clock) -> dict[str, Any]:
    named = ("name", "start", "row", "profile", "pauses", "extensions")
    return {"now": session.now, **{name: clock[name] for name in named}}


# -- what the diagram says ----------------------------------------------------------------------------


def _property(session: Session, name: str) -> str | None:
    return session.program(session.state.root).definition.properties.get(name)


def _setting(session: Session, text: str) -> Setting:
    if not text.startswith("="):
        return Setting(text=text)
    return Setting(expression=session.program(session.state.root).expression(text[1:]))


def _has_changed(session: Session) -> bool:
    """Whether the command started the case or set variables of its process."""
    root = session.state.root.id
    return any(effect[0] in ("var", "scope+") and effect[1] == root for effect in session.effects)
