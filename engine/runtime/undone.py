"""The clocks of steps that a return, recall or jump put back: they are kept until their tasks open again.

A limit restarts only where its rule says so (DOMAIN §3a). So what a clock has counted must outlive its task when
the token is put back before it. Which tasks those are is read from the case's log: those opened since the token
came to the step it goes back to, unless another token that still lives did them. Their clocks stand in
`CaseState.clocks` under a path of elements, because the same task of a called level is another scope next time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.runtime.lineage import PastEvent
from engine.state import CaseState, Scope, WorkItem, apply

if TYPE_CHECKING:
    from engine.runtime.session import Session

STOPPED = "stopped"
"""The reason under which a clock's ledger shows that its task was done, before somebody put it back."""


def path(state: CaseState, scope: Scope, element: str) -> str:
    """Where an element stands: the elements of the scopes around it, instances with their number."""
    parts = [element]
    around: Scope | None = scope
    while around is not None:
        number = "" if around.index is None else f"#{around.index}"
        parts.append(around.element + number)
        around = None if around.parent is None else state.scopes[around.parent]
    return "/".join(reversed(parts))


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
        token = history.resolved(record.tokens.get(scope.id))
        if token is None or token in living or record.opened < since:
            continue
        kept = {name: value for name, value in record.clock.items() if name not in ("points", "pausable")}
        closed = session.now if record.closed is None else record.closed
        found[record.path] = {**kept, "closed": closed, "by": actor}
    if found:
        session.emit(["clocks", {**session.state.clocks, **found}])


def taken_up(session: Session, scope: Scope, element: str) -> dict[str, Any] | None:
    """The clock that was kept for a task about to open, if one was."""
    if not session.state.clocks:
        return None
    kept: dict[str, Any] | None = session.state.clocks.get(path(session.state, scope, element))
    return kept


def drop(session: Session, scope: Scope, element: str) -> None:
    """A task has opened again: its clock is no longer kept."""
    if session.state.clocks:
        where = path(session.state, scope, element)
        if where in session.state.clocks:
            session.emit(["clocks", {key: one for key, one in session.state.clocks.items() if key != where}])


@dataclass(slots=True)
class _Record:
    """A task that had a clock. opened: the number of the effect; closed: the moment. tokens: by scope around it."""

    path: str
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
        where = path(self.state, self.state.scopes[scope_id], item.element)
        self.records[item.id] = _Record(where, clock, self.count, tokens)
