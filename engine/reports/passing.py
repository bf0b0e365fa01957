"""Which elements and flows the tokens of a case passed, and how long they stood at each."""

from __future__ import annotations

from typing import Any

from engine.reports.facts import Heat
from engine.state import CaseState, Scope
from engine.state.items import ARMED

Standing = tuple[str, str, int]
"""Where a token stands: digest of the definition, element, since when."""


class Passing:
    """Counts along a log. An event that waits beside a step (armed) is passed when it happens, not before."""

    def __init__(self) -> None:
        self.heat: dict[str, Heat] = {}
        self._standing: dict[int, Standing] = {}
        self._armed: dict[int, tuple[str, str]] = {}

    def before(self, state: CaseState, effect: list[Any], at: int) -> None:
        """A token is about to leave where it stands."""
        if effect[0] in ("move", "token-"):
            self._leave(effect[2], at)

    def after(self, scope: Scope, effect: list[Any], at: int) -> None:
        """A token came to an element, by a flow or without one."""
        if effect[0] == "move":
            _, _, token, flow, element = effect
        else:
            _, _, token, element, status, flow = effect[:6]
            if status == ARMED:
                self._armed[token] = (scope.definition, element)
                return
        self._arrive(token, scope.definition, element, at)
        if flow is not None:
            flows = self.heat[scope.definition].flows
            flows[flow] = flows.get(flow, 0) + 1

    def change(self, effect: list[Any], at: int) -> None:
        """A token changed its status: what waited beside a step may happen with it."""
        _, _, token, status, _ = effect
        if status != ARMED and token in self._armed:
            self._arrive(token, *self._armed.pop(token), at)

    def settle(self, state: CaseState, at: int) -> None:
        """After an event: tokens that went with their scope are gone."""
        for token in [token for token in self._standing if token not in state.home]:
            self._leave(token, at)

    def _arrive(self, token: int, definition: str, element: str, at: int) -> None:
        heat = self.heat.setdefault(definition, Heat())
        heat.elements.setdefault(element, [0, 0])[0] += 1
        self._standing[token] = (definition, element, at)

    def _leave(self, token: int, at: int) -> None:
        standing = self._standing.pop(token, None)
        if standing is not None:
            digest, element, since = standing
            self.heat[digest].elements[element][1] += at - since
