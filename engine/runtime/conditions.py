"""Conditional events (BPMN 2.0 §10.5.5): waiting for a condition to become true.

A condition is looked at when its event begins to wait, and again each time a variable it names changes where the
event can see it. It is looked at between two steps of the scheduler, so that what one node changes counts as one
change. Those that became true trigger before anything else runs: outer scopes before inner ones, then the older wait;
one that an earlier one has ended triggers no more.

What stays armed (a non-interrupting boundary event or event sub-process) triggers when its condition *becomes* true:
having been true when last looked at, it has to be false once before it triggers again. That it was true is kept with
the token (`held`). A null is not true; what is neither true, false nor null is an incident, and so is a condition that
cannot be evaluated: it is looked at again when the incident is retried.

Where the step budget of a command ends, conditions still to be looked at are set aside (`unchecked` with the token)
until the case goes on. A suspended case takes no command that changes a variable.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from engine.model.definition import Event, NodeKind
from engine.runtime import triggers
from engine.runtime.failure import NodeFailure
from engine.runtime.variables import View, evaluate
from engine.state import CaseState, Scope, Subscription, Token
from engine.state.items import CONDITION

if TYPE_CHECKING:
    from engine.runtime.session import Session

HELD = "held"
UNCHECKED = "unchecked"
FIRED = "condition"
"""Kind of the note an event leaves whose condition became true: `element`, and the `token` that waited."""


class Conditions:
    """The conditions a case waits for, and which of them are to be looked at.

    Attributes:
        known: the subscriptions that wait for a condition; some may be gone. While there is none nothing is to be done.
        aside: tokens with conditions set aside.
    """

    def __init__(self) -> None:
        self.known: dict[int, None] = {}
        self.aside: set[int] = set()
        self._due: dict[int, None] = {}
        self._true: deque[int] = deque()
        self._changed: dict[int, dict[str, set[str]]] = {}

    def read(self, state: CaseState) -> None:
        """Know again what a case waits for that is read back."""
        for scope in state.scopes.values():
            for sub in scope.subscriptions.values():
                if sub.kind == CONDITION:
                    self.known[sub.id] = None
                    if (scope.tokens[sub.token].data or {}).get(UNCHECKED):
                        self.aside.add(sub.token)

    def begin(self) -> None:
        """A new command."""
        self._due.clear()
        self._true.clear()
        self._changed.clear()

    # -- what is to be looked at -------------------------------------------------------------------

    def note(self, effect: list[Any], state: CaseState) -> None:
        """Remember what an effect that is about to be applied means for conditions."""
        kind = effect[0]
        if kind == "sub+":
            if effect[2][3] == CONDITION:
                self.known[effect[2][0]] = None
                self._due[effect[2][0]] = None
        elif not self.known:
            return
        elif kind == "var":
            self._note_change(effect[1], state.scopes[effect[1]].variables, effect[2])
        elif kind == "own":
            token = state.scopes[effect[1]].tokens[effect[2]]
            self._note_change(token.id, token.variables or {}, effect[3])
        elif kind == "inc-" and effect[3] == "retried":
            scope = state.scopes[effect[1]]
            token_id = scope.incidents[effect[2]].token
            self._due.update((sub.id, None) for sub in _of_token(scope, token_id))

    def _note_change(self, holder: int, before: dict[str, Any], values: dict[str, Any]) -> None:
        changed = self._changed.setdefault(holder, {})
        for name in values:
            changed.setdefault(name, set()).add("update" if name in before else "create")

    def next(self, session: Session) -> tuple[Scope, Subscription] | None:
        """The next event to trigger, taken off the list; None when there is none for now.

        All that is to be looked at is looked at first, so that none misses what another one's triggering changes.
        """
        self._gather(session)
        if self._due:
            due = [pair for pair in self._waiting(session.state) if pair[1].id in self._due]
            self._due.clear()
            for scope, sub in sorted(due, key=lambda pair: (session.depth(pair[0].id), pair[1].id)):
                if _becomes_true(session, scope, sub):
                    self._true.append(sub.id)
        while self._true:
            sub_id = self._true.popleft()
            home = session.state.scope_of(sub_id)
            if home is not None:
                return home, home.subscriptions[sub_id]
        return None

    def _gather(self, session: Session) -> None:
        """Turn the changes noted into conditions to look at."""
        if self._changed:
            for _, sub in self._waiting(session.state):
                if sub.id not in self._due and self._concerns(session, sub):
                    self._due[sub.id] = None
            self._changed.clear()

    def _waiting(self, state: CaseState) -> Iterator[tuple[Scope, Subscription]]:
        for sub_id in list(self.known):
            scope = state.scope_of(sub_id)
            if scope is None:
                del self.known[sub_id]
            else:
                yield scope, scope.subscriptions[sub_id]

    def _concerns(self, session: Session, sub: Subscription) -> bool:
        scope = session.state.scope_of(sub.id)
        assert scope is not None
        event = _event(session, scope, sub)
        if all(event.watched.isdisjoint(changed) for changed in self._changed.values()):
            return False
        for holder in _view(session, scope, scope.tokens[sub.token]).holders():
            changed = self._changed.get(holder)
            if changed and any(
                not event.changes.isdisjoint(changed[name]) for name in event.watched if name in changed
            ):
                return True
        return False

    # -- setting aside -----------------------------------------------------------------------------

    def put_back(self, sub: Subscription) -> None:
        """Trigger an event later after all."""
        self._true.appendleft(sub.id)

    def set_aside(self, session: Session) -> None:
        """Keep with their tokens that conditions are still to be looked at; those that were true are looked at again."""
        self._gather(session)
        for scope, sub in sorted(self._waiting(session.state), key=lambda pair: pair[1].id):
            token = scope.tokens[sub.token]
            if sub.id in self._due or sub.id in self._true:
                data = {**(token.data or {}), UNCHECKED: True}
                if sub.id in self._true:
                    data.pop(HELD, None)
                session.change(session.tasks[token.id], token.status, data)
                self.aside.add(token.id)
        self._due.clear()
        self._true.clear()

    def take_up(self, session: Session) -> bool:
        """Look at what was set aside; whether there was any."""
        for token_id in sorted(self.aside):
            scope = session.state.scope_of(token_id)
            if scope is None:
                continue
            token = scope.tokens.get(token_id)
            if token is None or not (token.data or {}).get(UNCHECKED):
                continue
            _forget(session, token, UNCHECKED)
            self._due.update((sub.id, None) for sub in _of_token(scope, token_id))
        self.aside.clear()
        return bool(self._due)


def fire(session: Session, scope: Scope, sub: Subscription) -> None:
    """Trigger the event whose condition became true."""
    session.emit(["note", FIRED, {"element": sub.element, "token": sub.token}])
    triggers.trigger(session, scope, scope.tokens[sub.token], sub.element, {})


def _becomes_true(session: Session, scope: Scope, sub: Subscription) -> bool:
    """Look at a condition: whether its event triggers. What cannot be judged is an incident."""
    if any(
        incident.token == sub.token and incident.element == sub.element
        for incident in scope.incidents.values()
    ):
        return False
    token = scope.tokens[sub.token]
    try:
        holds = _holds(session, scope, token, _event(session, scope, sub))
    except NodeFailure as failure:
        session.report(scope, token.id, sub.element, failure)
        return False
    was = bool((token.data or {}).get(HELD))
    if was and not holds:
        _forget(session, token, HELD)
    elif holds and not was and triggers.stays(session, scope, token.id):
        session.change(session.tasks[token.id], token.status, {**(token.data or {}), HELD: True})
    return holds and not was


def _holds(session: Session, scope: Scope, token: Token, event: Event) -> bool:
    assert event.condition is not None
    inside, at = _seen_by(session, scope, token)
    value = evaluate(session, event.condition, inside, at)
    if value is None or value is False:
        return False
    if value is True:
        return True
    shown = type(value).__name__
    raise NodeFailure(
        "condition.type",
        f"条件事件的条件应为真或假，实际是{shown}：{event.condition.text[:120]}",
        f"the condition of an event must be true or false, not {shown}: {event.condition.text[:120]}",
    )


def _event(session: Session, scope: Scope, sub: Subscription) -> Event:
    """The event a subscription waits for; that of an event sub-process is its start event."""
    program = session.program(scope)
    node = program.nodes[sub.element]
    event = program.event_start(node.id)[1] if node.kind is NodeKind.EVENT_SUB_PROCESS else node.event
    assert event is not None
    return event


def _seen_by(session: Session, scope: Scope, token: Token) -> tuple[Scope, Token | None]:
    """Where a condition is evaluated: a boundary event sees what its activity sees, an event sub-process its scope."""
    if token.host is not None:
        return scope, scope.tokens[token.host]
    if session.program(scope).nodes[token.element].kind is NodeKind.EVENT_SUB_PROCESS:
        return scope, None
    return scope, token


def _view(session: Session, scope: Scope, token: Token) -> View:
    return View(session, *_seen_by(session, scope, token))


def _forget(session: Session, token: Token, name: str) -> None:
    data = {key: value for key, value in (token.data or {}).items() if key != name}
    session.change(session.tasks[token.id], token.status, data or None)


def _of_token(scope: Scope, token_id: int) -> list[Subscription]:
    return [sub for sub in scope.subscriptions.values() if sub.token == token_id and sub.kind == CONDITION]
