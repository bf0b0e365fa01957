"""The clocks of steps that a return, recall or jump put back: they are kept until their tasks open again.

A limit restarts only where its rule says so (DOMAIN §3a). So what a clock has counted must outlive its task when
the token is put back before it. Which tasks those are is read from the case's log: those opened since the token
came to the step it goes back to, unless another token that still lives did them. Their clocks stand in
`CaseState.clocks` under the number of the scope in which the token went back, which lives on, and the elements below
it, because the same task of a called level is another scope next time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.runtime.lineage import PastEvent
from engine.state import CaseState, Scope, WorkItem, apply
from engine.state.scope import EVENT_SUB_PROCESS

if TYPE_CHECKING:
    from engine.runtime.session import Session

STOPPED = "stopped"
"""The reason under which a clock's ledger shows that its task was done, before somebody put it back."""


def places(state: CaseState, scope: Scope, element: str) -> Iterator[tuple[int, str]]:
    """Where an element stands as seen from each scope around it, the nearest first.

    The scope's number, and with it the elements of the scopes below it, instances with their number. From outside
    an event sub-process nothing in it is seen: what begins there again is another matter.
    """
    path = element
    around = scope
    while True:
        yield around.id, f"{around.id}/{path}"
        if around.parent is None or around.kind == EVENT_SUB_PROCESS:
            return
        number = "" if around.index is None else f"#{around.index}"
        path = f"{around.element}{number}/{path}"
        around = state.scopes[around.parent]


def lay_by(
    session: Session, actor: str, scope: Scope, threads: Iterable[int], target: str, past: Iterable[PastEvent]
) -> None:
    """Keep the clocks of the steps that are done again when tokens of a scope go back to `target`.

    threads: the tokens that go back. past: the case's log before this command.
    """
    history = _History()
    for event in past:
        history.add(event)
    living = set(scope.tokens) - set(threads)
    since = history.arrived.get((scope.id, target), 0)
    found: dict[str, Any] = {}
    for record in history.records.values():
        token, where = history.resolved(record.tokens.get(scope.id)), record.places.get(scope.id)
        if where is None or token is None or token in living or record.opened < since:
            continue
        found[where] = _kept(session, actor, record)
    if found:
        session.emit(["clocks", {**_of_living(session.state), **found}])


def lay_by_one(session: Session, actor: str, scope: Scope, task: int, past: Iterable[PastEvent]) -> None:
    """Keep the clock of one task that is done again: a member's of a multi-instance, whose others go on."""
    history = _History()
    for event in past:
        history.add(event)
    record = history.records.get(task)
    where = None if record is None else record.places.get(scope.id)
    if record is not None and where is not None:
        session.emit(["clocks", {**_of_living(session.state), where: _kept(session, actor, record)}])


def taken_up(session: Session, scope: Scope, element: str) -> dict[str, Any] | None:
    """The clock that was kept for a task about to open, if one was."""
    if not session.state.clocks:
        return None
    where = _kept_at(session.state, scope, element)
    return None if where is None else dict(session.state.clocks[where])


def drop(session: Session, scope: Scope, element: str) -> None:
    """A task has opened again: its clock is no longer kept."""
    if session.state.clocks:
        where = _kept_at(session.state, scope, element)
        if where is not None:
            session.emit(["clocks", {key: one for key, one in session.state.clocks.items() if key != where}])


def _kept_at(state: CaseState, scope: Scope, element: str) -> str | None:
    return next((where for _, where in places(state, scope, element) if where in state.clocks), None)


def _kept(session: Session, actor: str, record: _Record) -> dict[str, Any]:
    kept = {name: value for name, value in record.clock.items() if name not in ("points", "pausable")}
    return {**kept, "closed": session.now if record.closed is None else record.closed, "by": actor}


def _of_living(state: CaseState) -> dict[str, Any]:
    """The kept clocks, but those of scopes that have ended."""
    return {
        where: one
        for where, one in state.clocks.items()
        for scope, below, _ in (where.partition("/"),)
        if not below or int(scope) in state.scopes
    }


@dataclass(slots=True)
class _Record:
    """A task that had a clock. opened: the number of the effect; closed: the moment.

    places: see `places`; tokens: the token that it stands for, both by the scopes around it.
    """

    places: dict[int, str]
    clock: dict[str, Any]
    opened: int
    tokens: dict[int, int]
    closed: int | None = None


@dataclass(slots=True)
class _History:
    """The log read for clocks: every task that had one, and when a token last came to each element."""

    state: CaseState = field(default_factory=CaseState)
    records: dict[int, _Record] = field(default_factory=dict)
    arrived: dict[tuple[int, str], int] = field(default_factory=dict)
    merged: dict[int, int] = field(default_factory=dict)
    count: int = 0

    def add(self, event: PastEvent) -> None:
        """Read one more event."""
        for effect in event.effects:
            self.count += 1
            apply(self.state, effect)
            self._read(effect)
        for task, record in self.records.items():
            if record.closed is None and task not in self.state.home:
                record.closed = event.at
        self.state.changes.clear()

    def resolved(self, token: int | None) -> int | None:
        """The token another one was merged into, or itself."""
        while token in self.merged:
            token = self.merged[token]
        return token

    def _read(self, effect: list[Any]) -> None:
        kind = effect[0]
        if kind == "task+":
            self._open(effect[1], WorkItem(*effect[2]))
        elif kind == "task=" and effect[2] in self.records:
            clock = (effect[3].get("extra") or {}).get("clock")
            if clock is not None:
                self.records[effect[2]].clock = clock
        elif kind == "move":
            self.arrived[(effect[1], effect[4])] = self.count
        elif kind == "token+":
            self.arrived[(effect[1], effect[3])] = self.count
        elif kind == "token-" and effect[4] is not None:
            self.merged[effect[2]] = effect[4]

    def _open(self, scope_id: int, item: WorkItem) -> None:
        clock = (item.extra or {}).get("clock")
        if clock is None:
            return
        scope = self.state.scopes[scope_id]
        tokens = {scope_id: item.token}
        while scope.parent is not None and scope.owner is not None:
            tokens[scope.parent] = scope.owner
            scope = self.state.scopes[scope.parent]
        seen = dict(places(self.state, self.state.scopes[scope_id], item.element))
        self.records[item.id] = _Record(seen, clock, self.count, tokens)
