"""Who listens, and what each is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from engine.inbox import Change, Viewer


@dataclass(eq=False, kw_only=True, slots=True)
class Listener:
    """One open connection. viewer: who looks; renewed from time to time. secret: what they signed in with."""

    viewer: Viewer
    secret: str
    by_token: bool
    waiting: asyncio.Event = field(default_factory=asyncio.Event)
    cases: set[str] = field(default_factory=set)
    closed: bool = False

    def take(self) -> str:
        """The event of what changed since the last one; many changes of one moment are one event."""
        told = {"cases": sorted(self.cases)[:50], "more": len(self.cases) > 50}
        self.cases.clear()
        self.waiting.clear()
        return f"event: inbox\ndata: {json.dumps(told)}\n\n"


class Hub:
    """All listeners of this process. Used by its event loop only."""

    def __init__(self) -> None:
        self.listeners: set[Listener] = set()

    def tell(self, changes: Iterable[Change]) -> None:
        """Pass changes on to those whom they concern."""
        for change in changes:
            for listener in self.listeners:
                if change.concerns(listener.viewer):
                    listener.cases.add(str(change.case_id))
                    listener.waiting.set()

    def end(self, listener: Listener) -> None:
        """Have a connection closed."""
        listener.closed = True
        listener.waiting.set()
