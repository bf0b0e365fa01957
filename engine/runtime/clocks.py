"""The clock of a user task: started by its limit, paused and resumed with the case, extended by its rule.

What the limit and the calendar say is read through the recorded port (`engine.calendars.case_clock`); the task
keeps its clock in `extra.clock`. Reminders and the breach are timers of the task's token whose element begins
with `limit:`; when one fires the fact is noted and a BPMN escalation `limit.reminder` or `limit.breached` is
thrown from the task, for a boundary event to catch.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.errors import NotFound, Refusal
from engine.model.definition import Node, Setting
from engine.runtime import duties, ladder, undone
from engine.runtime.failure import NodeFailure
from engine.runtime.moments import moment
from engine.runtime.variables import setting
from engine.state import Scope, Timer, Token, WorkItem

if TYPE_CHECKING:
    from engine.runtime.session import Session

LIMIT = "bihuan:limit"
LIMIT_START = "bihuan:limit_start"
EVENT = "limit_event"
"""The variable an escalation of a clock brings: which limit of which task, and how much of it has passed."""
PREFIX = "limit:"
BREACH = 100
KEPT = ("row", "calendar", "profile", "provisional", "original")


def start(session: Session, scope: Scope, token: Token, node: Node) -> dict[str, Any] | None:
    """The clock of a task that is about to open, or None without a limit.

    The property is the limit's name, or after `=` a FEEL expression that gives it; null means no limit. It counts
    from when the task opens, or from the date and time `bihuan:limit_start` gives (30 minutes to check in count
    from the dispatch, not from when somebody signed for it; DOMAIN §1.3).
    Raises NodeFailure when the limit is not configured or cannot be computed.
    """
    name = setting(session, _expression(session, scope, node, LIMIT), scope, token)
    if not name:
        return None
    begun = _begun(session, scope, token, node)
    again = _again(session, scope, node, name, begun)
    if again is not None:
        return again
    key = {"name": name, "start": begun, "now": session.now}
    found = session.reads.read("clock.due", key)
    if found is None:
        raise NodeFailure(
            "limit.unknown", f"没有配置时限“{name}”", f"the time limit “{name}” is not configured"
        )
    if "refused" in found:
        raise NodeFailure("limit.unknown", *found["refused"])
    return {
        "name": name,
        "start": begun,
        "pauses": [],
        "extensions": [],
        **{kept: found[kept] for kept in KEPT},
        "at": found["at"],
        "points": found["points"],
        **ladder.kept(found),
        "pausable": found["pausable"],
    }


def _again(session: Session, scope: Scope, node: Node, name: Any, begun: int) -> dict[str, Any] | None:
    """The clock of a task that was put back goes on, unless its rule says that it restarts (DOMAIN §3a).

    What it has counted stays counted. While its task was done it stood; but one that counts from a moment the
    diagram gives does so whatever happens, and begins anew when that moment is another.
    """
    kept = undone.taken_up(session, scope, node.id)
    if kept is None or kept["name"] != name:
        return None
    pauses = kept["pauses"]
    if LIMIT_START in node.properties:
        if begun != kept["start"]:
            return None
    elif session.now > kept["closed"]:
        pauses = [*pauses, [kept["closed"], session.now, undone.STOPPED, kept["by"]]]
    clock = {**kept, "pauses": pauses}
    del clock["closed"], clock["by"]
    found = session.reads.read("clock.due", _key(session, clock))
    if found is None or "refused" in found or found["restarts"]:
        return None
    return {**clock, **{part: found[part] for part in (*KEPT, "at", "points", "pausable")}}


def run(session: Session, scope: Scope, item: WorkItem) -> None:
    """Start the timers of a task's clock: reminders still to come, and the breach."""
    undone.drop(session, scope, item.element)
    clock = (item.extra or {}).get("clock")
    if clock is None:
        return
    for percent, at in [*clock["points"], [BREACH, clock["at"]]]:
        if at > session.now or (percent == BREACH and not clock.get("breached")):
            timer = Timer(session.new_id(), item.token, f"{PREFIX}{item.id}:{percent}", at)
            session.emit(["timer+", scope.id, timer.row()])
    if clock.get("breached"):
        ladder.go_on(session, scope, item, clock)


def halt(session: Session, scope: Scope, item: WorkItem) -> None:
    """Remove the timers of a task's clock."""
    for timer in [timer for timer in scope.timers.values() if _belongs(timer, item.id)]:
        session.emit(["timer-", scope.id, timer.id, "halted"])


def is_clock(timer: Timer) -> bool:
    """Whether a timer belongs to a clock."""
    return timer.element.startswith(PREFIX)


def fire(session: Session, scope: Scope, timer: Timer) -> None:
    """A reminder is due or the limit has run out."""
    from engine.runtime import throwing

    _, task_id, percent = timer.element.split(":")
    session.emit(["timer-", scope.id, timer.id, "fired"])
    item = scope.tasks.get(int(task_id))
    if item is None:
        return
    clock = dict((item.extra or {})["clock"])
    if percent == ladder.STEP:
        _keep(session, scope, item, ladder.climb(session, item, clock))
        ladder.go_on(session, scope, item, (item.extra or {})["clock"])
        return
    breached = int(percent) == BREACH
    if breached:
        clock["breached"] = session.now
        clock = ladder.climb(session, item, clock)
        _keep(session, scope, item, clock)
        ladder.go_on(session, scope, item, clock)
    else:
        ladder.remind(session, item, clock, int(percent))
    kind = "limit.breached" if breached else "limit.reminder"
    facts = {"limit": clock["name"], "percent": int(percent), "task": item.id, "element": item.element}
    session.emit(["note", kind, facts])
    throwing.escalate(session, session.tasks[item.token], kind, {EVENT: facts})


def pause_all(session: Session, actor: str, reason: str) -> None:
    """The case stands still: every running clock whose rule allows the reason pauses, the others go on."""
    for scope, item, clock in _running(session):
        if reason in clock["pausable"]:
            clock = {**clock, "pauses": [*clock["pauses"], [session.now, None, reason, actor]]}
            halt(session, scope, item)
            _keep(session, scope, item, clock)


def resume_all(session: Session) -> None:
    """The case goes on: paused clocks run again, their ends moved by as long as they stood still."""
    for scope, item, clock in _running(session):
        if clock["pauses"] and clock["pauses"][-1][1] is None:
            begun, _, reason, actor = clock["pauses"][-1]
            pauses = [*clock["pauses"][:-1], [begun, session.now, reason, actor]]
            _recompute(session, scope, item, {**clock, "pauses": pauses})


def recalculate(session: Session, *, moved: bool = False, rule: Mapping[str, Any] | None = None) -> None:
    """After a calendar was corrected: move every running clock whose end, or calendar, is another now.

    A clock keeps the rule it started under (DOMAIN §1.3), so only the calendar can move it. Raises NotFound when
    nothing moves. moved: whether the clock of the case as a whole did. rule: `{limit, row, …}`, the version that
    clocks of this limit go over to by the decision of two people; other clocks stay as they are then.
    """
    for scope, item, clock in _running(session):
        if rule is not None and clock["name"] != rule["limit"]:
            continue
        before, clock = clock, {**clock, **under(rule)}
        found = session.reads.read("clock.due", _key(session, clock))
        if (
            found is None
            or "refused" in found
            or (_unchanged(clock, found) and before["row"] == clock["row"])
        ):
            continue
        facts = {"task": item.id, "limit": clock["name"], "from": clock["at"], "to": found["at"]}
        if rule is not None:
            facts["rule"] = dict(rule)
        session.emit(["note", "limit.moved", facts])
        if clock["pauses"] and clock["pauses"][-1][1] is None:
            kept = {name: found[name] for name in ("at", "points", "calendar")}
            _keep(session, scope, item, {**clock, **kept, **ladder.kept(found)})
        else:
            _apply(session, scope, item, clock, found)
        moved = True
    if not moved:
        raise NotFound(
            code="clocks.unchanged", message_zh="没有时限需要移动", message_en="no clock has to be moved"
        )


def under(rule: Mapping[str, Any] | None) -> dict[str, Any]:
    """What a clock that goes over to another version of its limit has anew."""
    return {} if rule is None else {"row": rule["row"]}


def _unchanged(clock: dict[str, Any], found: dict[str, Any]) -> bool:
    return all(clock[name] == found[name] for name in ("at", "points", "calendar"))


def extend(session: Session, scope: Scope, item: WorkItem, more: str, approver: str) -> None:
    """Give a task's clock more time, as its limit's rule allows. Raises Refusal with the rule that forbids it.

    more: how much, in the limit's units (`5 workDay`).
    """
    clock = dict((item.extra or {})["clock"])
    key = {**_key(session, clock), "more": [more, approver]}
    found = session.reads.read("clock.extend", key)
    if found is None or "refused" in found:
        zh, en = (found or {}).get("refused", ["时限没有配置", "the limit is not configured"])
        raise Refusal(rule=(found or {}).get("rule", "limit.extension"), message_zh=zh, message_en=en)
    duties.check_entitled(session, scope, item, found["approver"], approver)
    clock["extensions"] = found["extensions"]
    _apply(session, scope, item, clock, found)


def _expression(session: Session, scope: Scope, node: Node, name: str) -> Setting | None:
    text = node.properties.get(name)
    if text is None or not text.startswith("="):
        return None if text is None else Setting(text=text)
    return Setting(expression=session.program(scope).expression(text[1:]))


def _begun(session: Session, scope: Scope, token: Token, node: Node) -> int:
    begun = moment(session, _expression(session, scope, node, LIMIT_START), scope, token)
    if begun is not None and begun > session.now:
        raise NodeFailure(
            "limit.start", "时限起算点不得晚于现在", "a limit cannot start at a moment still ahead"
        )
    return session.now if begun is None else begun


def _running(session: Session) -> list[tuple[Scope, WorkItem, dict[str, Any]]]:
    return [
        (scope, item, item.extra["clock"])
        for scope in session.state.scopes.values()
        for item in list(scope.tasks.values())
        if item.extra and "clock" in item.extra
    ]


def _recompute(session: Session, scope: Scope, item: WorkItem, clock: dict[str, Any]) -> None:
    found = session.reads.read("clock.due", _key(session, clock))
    if found is None or "refused" in found:
        _keep(session, scope, item, clock)
        run(session, scope, item)
        return
    _apply(session, scope, item, clock, found)


def _apply(
    session: Session, scope: Scope, item: WorkItem, clock: dict[str, Any], found: dict[str, Any]
) -> None:
    moved = {part: found[part] for part in ("at", "points", "calendar", "pausable")}
    clock = {**clock, **moved, **ladder.kept(found)}
    halt(session, scope, item)
    if item.due != clock["at"]:
        session.emit(["task=", scope.id, item.id, {"due": clock["at"]}])
    _keep(session, scope, item, clock)
    run(session, scope, item)


def _key(session: Session, clock: dict[str, Any]) -> dict[str, Any]:
    named = ("name", "start", "row", "profile", "pauses", "extensions")
    return {"now": session.now, **{name: clock[name] for name in named}}


def _keep(session: Session, scope: Scope, item: WorkItem, clock: dict[str, Any]) -> None:
    session.emit(["task=", scope.id, item.id, {"extra": {**(item.extra or {}), "clock": clock}}])


def _belongs(timer: Timer, task_id: int) -> bool:
    return timer.element.startswith(f"{PREFIX}{task_id}:")
