"""Where a case stands in its diagrams: what to paint on each element and flow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from engine.state import CaseState
from engine.state.items import ARMED


@dataclass(frozen=True, kw_only=True, slots=True)
class DiagramState:
    """One definition a case runs, or ran. digest: which; key: the process.

    active, incidents: element to how many tokens stand there, or are stopped there. completed: element to how often
    it was left. flows: sequence flow to how often it was taken.
    """

    digest: str
    key: str
    active: dict[str, int]
    incidents: dict[str, int]
    completed: dict[str, int]
    flows: dict[str, int]


@dataclass(slots=True)
class Painter:
    """Counts what the events of a case did to its elements."""

    _digests: dict[int, str] = field(default_factory=dict)
    _keys: dict[str, str] = field(default_factory=dict)
    _at: dict[int, str] = field(default_factory=dict)
    _completed: dict[str, Counter[str]] = field(default_factory=dict)
    _flows: dict[str, Counter[str]] = field(default_factory=dict)

    def read(self, effects: Iterable[list[Any]]) -> None:
        """Take in the effects of one event."""
        for effect in effects:
            kind = effect[0]
            if kind == "scope+":
                _, scope, _parent, _owner, scope_kind, element, digest, *_ = effect
                self._digests[scope] = digest
                if scope_kind == "process":
                    self._keys[digest] = element
            elif kind == "token+":
                _, scope, token, element, _status, flow, *_ = effect
                self._at[token] = element
                self._take(scope, flow)
            elif kind == "move":
                _, scope, token, flow, element = effect
                self._leave(scope, token, flow)
                self._take(scope, flow)
                self._at[token] = element
            elif kind == "token-":
                _, scope, token, reason, into = effect
                if reason == "end" or into is not None:
                    self._leave(scope, token, reason)
                self._at.pop(token, None)

    def paint(self, state: CaseState) -> list[DiagramState]:
        """The diagrams, in the order in which they were first run. state: as it is now."""
        active: dict[str, Counter[str]] = {}
        incidents: dict[str, Counter[str]] = {}
        for scope, token in state.tokens():
            if token.status != ARMED and not scope.closed:
                active.setdefault(scope.definition, Counter())[token.element] += 1
        for scope in state.scopes.values():
            for incident in scope.incidents.values():
                incidents.setdefault(scope.definition, Counter())[incident.element] += 1
        return [
            DiagramState(
                digest=digest,
                key=key,
                active=dict(active.get(digest, {})),
                incidents=dict(incidents.get(digest, {})),
                completed=dict(self._completed.get(digest, {})),
                flows=dict(self._flows.get(digest, {})),
            )
            for digest, key in self._keys.items()
        ]

    def _leave(self, scope: int, token: int, way: str | None) -> None:
        element = self._at.get(token)
        if element is not None and way is not None and scope in self._digests:
            self._completed.setdefault(self._digests[scope], Counter())[element] += 1

    def _take(self, scope: int, flow: str | None) -> None:
        if flow is not None and scope in self._digests:
            self._flows.setdefault(self._digests[scope], Counter())[flow] += 1
