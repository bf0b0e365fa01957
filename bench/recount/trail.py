"""Which elements and flows of which definition a case passed, and how long it stood at each."""

from __future__ import annotations

from collections import defaultdict

Where = tuple[str, str]
"""A definition, and an element or a flow of it."""


class Trail:
    """Of one case. An event that waits at a step is passed when it happens, not when it begins to wait."""

    def __init__(self) -> None:
        self.passed: dict[Where, int] = defaultdict(int)
        self.stood: dict[Where, int] = defaultdict(int)
        self.flows: dict[Where, int] = defaultdict(int)
        self._waits: dict[int, Where] = {}
        self._stands: dict[int, tuple[Where, int]] = {}

    def wait(self, token: int, definition: str, element: str) -> None:
        """Something may happen beside a step."""
        self._waits[token] = definition, element

    def fire(self, token: int, at: int) -> None:
        """It happens, if the token was waiting for it."""
        where = self._waits.pop(token, None)
        if where is not None:
            self._arrive(token, where, at)

    def come(self, token: int, definition: str, element: str, flow: str | None, at: int) -> None:
        """A token comes to an element from where it stood."""
        self.leave(token, at)
        if flow is not None:
            self.flows[definition, flow] += 1
        self._arrive(token, (definition, element), at)

    def leave(self, token: int, at: int) -> None:
        """A token goes on, or away."""
        self._waits.pop(token, None)
        stands = self._stands.pop(token, None)
        if stands is not None:
            where, since = stands
            self.stood[where] += at - since

    def _arrive(self, token: int, where: Where, at: int) -> None:
        self.passed[where] += 1
        self._stands[token] = where, at
