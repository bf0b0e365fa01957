"""The whole neutral state of a case: a header and its scopes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from engine import canonical
from engine.state.items import Item, Token, WorkItem
from engine.state.scope import PROCESS, Scope

ACTIVE = "active"
SUSPENDED = "suspended"
COMPLETED = "completed"
CANCELLED = "cancelled"

CASE_CLOCK = "case"
"""Where the clock of the case as a whole stands in `CaseState.clocks`; the others stand under paths of elements."""


@dataclass(slots=True)
class Changes:
    """What a command touched, for the rows that mirror the state: item ids and scope ids.

    An id is in `items` with the item as it is now, or None when it is gone; likewise `scopes`.
    `created` holds the ids that did not exist before the command, `refiled` the tasks whose due time or
    candidates changed, `removed` the items that are gone as they were.
    """

    items: dict[int, tuple[type[Any], Item | None]] = field(default_factory=dict)
    scopes: dict[int, Scope | None] = field(default_factory=dict)
    created: set[int] = field(default_factory=set)
    refiled: set[int] = field(default_factory=set)
    removed: dict[int, Item] = field(default_factory=dict)

    def clear(self) -> None:
        """Start a new command."""
        self.items.clear()
        self.scopes.clear()
        self.created.clear()
        self.refiled.clear()
        self.removed.clear()


@dataclass(slots=True)
class CaseState:
    """Header and scopes of one case, nothing else: no time, no log position, no engine object.

    `clocks` keeps, by path, the clocks of tasks that a return put back, until they are opened again, and the clock of
    the case as a whole.
    `next_id` is the id the next token, scope or item gets. `bounds` is what the case was started under and keeps
    for life: the zone of its clock and the limits of execution, so that a replay does not depend on settings. `home` maps the id of every token and item to its
    scope. The first scope is the case's process.
    """

    status: str = ACTIVE
    next_id: int = 1
    bounds: dict[str, Any] = field(default_factory=dict)
    clocks: dict[str, Any] = field(default_factory=dict)
    scopes: dict[int, Scope] = field(default_factory=dict)
    home: dict[int, int] = field(default_factory=dict, compare=False)
    changes: Changes = field(default_factory=Changes, compare=False)

    def header(self) -> list[Any]:
        """The canonical wire form of what belongs to no scope; the clocks only where there are any."""
        plain = [self.status, self.next_id, self.bounds]
        return [*plain, self.clocks] if self.clocks else plain

    def digest(self) -> bytes:
        """SHA-256 over the header and the digests of all scopes in order of their ids."""
        scopes = self.scopes
        parts = [canonical.dumps(self.header())]
        parts.extend(scopes[key].digest() for key in sorted(scopes))
        return canonical.digest(b"".join(parts))

    @property
    def root(self) -> Scope:
        """The scope of the case's own process."""
        for scope in self.scopes.values():
            return scope
        raise LookupError("the case has no scope")

    def scope_of(self, item_id: int) -> Scope | None:
        """The scope a token or item stands in, or None when it is gone."""
        home = self.home.get(item_id)
        return None if home is None else self.scopes[home]

    def places(self, scope: Scope, token: Token | None) -> list[Scope | Token]:
        """Where a name is looked up from a token's place or a scope's, the nearest first.

        A token's own variables, its scope, the activity that owns the scope, and so on up to the process; a called
        process does not see its caller (BPMN 2.0 §10.4.7).
        """
        found: list[Scope | Token] = []
        while True:
            if token is not None:
                found.append(token)
            found.append(scope)
            if scope.kind == PROCESS or scope.parent is None or scope.owner is None:
                return found
            owner = scope.owner
            scope = self.scopes[scope.parent]
            token = scope.tokens.get(owner)

    def seen_by(self, scope: Scope, item: WorkItem) -> dict[str, Any]:
        """The variables an open task sees in wire form, and before them what a delegate left for it."""
        found: dict[str, Any] = dict((item.extra or {}).get("draft") or {})
        for place in self.places(scope, scope.tokens.get(item.token)):
            for name, value in (place.variables or {}).items():
                found.setdefault(name, value)
        return found

    def token(self, token_id: int) -> Token | None:
        """The token with this id, wherever it stands."""
        scope = self.scope_of(token_id)
        return None if scope is None else scope.tokens.get(token_id)

    def tokens(self) -> Iterator[tuple[Scope, Token]]:
        """Every token with its scope, in order of scope id, then token id."""
        for scope_id in sorted(self.scopes):
            scope = self.scopes[scope_id]
            for token_id in sorted(scope.tokens):
                yield scope, scope.tokens[token_id]

    def add_scope(self, scope: Scope) -> None:
        """Insert a scope with all it holds (used when state is read back or a scope opens)."""
        self.scopes[scope.id] = scope
        if scope.parent is not None:
            self.scopes[scope.parent].children.add(scope.id)
        for token_id in scope.tokens:
            self.home[token_id] = scope.id
        for item in scope.items():
            self.home[item.id] = scope.id

    def row(self) -> dict[str, Any]:
        """The whole state as one wire structure, for people and for comparison."""
        return {
            "header": self.header(),
            "scopes": [self.scopes[key].row() for key in sorted(self.scopes)],
        }

    @classmethod
    def from_parts(cls, header: list[Any], scopes: Iterable[Scope]) -> CaseState:
        """Rebuild a state from its header and scopes (given in any order)."""
        status, next_id, bounds, *clocks = header
        state = cls(status=status, next_id=next_id, bounds=bounds, clocks=clocks[0] if clocks else {})
        for scope in sorted(scopes, key=lambda scope: scope.id):
            state.add_scope(scope)
        return state

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> CaseState:
        """Read back what `row()` wrote."""
        return cls.from_parts(row["header"], [Scope.from_row(entry) for entry in row["scopes"]])
