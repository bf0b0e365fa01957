"""A scope: where variables live and tokens move (BPMN 2.0 §10.4.7, §13.2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from engine import canonical
from engine.state.items import ARMED, Incident, Item, Job, Subscription, Timer, Token, WorkItem

PROCESS = "process"
"""The case's own process, or the process a call activity runs: variables are not looked up beyond it."""
SUB_PROCESS = "subProcess"
EVENT_SUB_PROCESS = "eventSubProcess"
INSTANCE = "instance"
"""One instance of a multi-instance activity."""

ITEM_KINDS: tuple[type[Any], ...] = (WorkItem, Timer, Subscription, Job, Incident)


@dataclass(slots=True)
class Scope:
    """A running process, sub-process or multi-instance instance.

    `parent` is the scope the owning token `owner` stands in (both None for the case's root). `definition` is
    the hex digest of the process it belongs to. A `closed` scope is a finished multi-instance instance that
    keeps only its `output` until all are done. `index` is the instance's place in its collection, from 0.
    """

    id: int
    parent: int | None
    owner: int | None
    kind: str
    element: str
    definition: str
    index: int | None = None
    closed: bool = False
    output: Any = None
    variables: dict[str, Any] = field(default_factory=dict)
    tokens: dict[int, Token] = field(default_factory=dict)
    tasks: dict[int, WorkItem] = field(default_factory=dict)
    timers: dict[int, Timer] = field(default_factory=dict)
    subscriptions: dict[int, Subscription] = field(default_factory=dict)
    jobs: dict[int, Job] = field(default_factory=dict)
    incidents: dict[int, Incident] = field(default_factory=dict)
    children: set[int] = field(default_factory=set, compare=False)
    _content: bytes | None = field(default=None, repr=False, compare=False)
    _digest: bytes | None = field(default=None, repr=False, compare=False)

    def touch(self) -> None:
        """Forget the cached content and digest: something in the scope changed."""
        self._content = None
        self._digest = None

    def items(self) -> Iterator[Item]:
        """All work items, timers, subscriptions, jobs and incidents, in that order."""
        yield from self.tasks.values()
        yield from self.timers.values()
        yield from self.subscriptions.values()
        yield from self.jobs.values()
        yield from self.incidents.values()

    def is_alive(self) -> bool:
        """Whether a token still keeps the scope from completing."""
        return any(token.status != ARMED for token in self.tokens.values())

    def content(self) -> bytes:
        """The canonical bytes of this scope alone (child scopes are their own)."""
        if self._content is None:
            self._content = canonical.dumps(self.row())
        return self._content

    def digest(self) -> bytes:
        """SHA-256 of the content."""
        if self._digest is None:
            self._digest = canonical.digest(self.content())
        return self._digest

    def row(self) -> list[Any]:
        """The canonical wire form; items in order of their ids."""
        return [
            self.id,
            self.parent,
            self.owner,
            self.kind,
            self.element,
            self.definition,
            self.index,
            self.closed,
            self.output,
            self.variables,
            _rows(self.tokens),
            _rows(self.tasks),
            _rows(self.timers),
            _rows(self.subscriptions),
            _rows(self.jobs),
            _rows(self.incidents),
        ]

    @classmethod
    def from_row(cls, row: list[Any]) -> Scope:
        """Read a scope back from its wire form."""
        scope = cls(*row[:9])
        scope.variables = row[9]
        scope.tokens = {entry[0]: Token(*entry) for entry in row[10]}
        scope.tasks = {entry[0]: WorkItem(*entry) for entry in row[11]}
        scope.timers = {entry[0]: Timer(*entry) for entry in row[12]}
        scope.subscriptions = {entry[0]: Subscription(*entry) for entry in row[13]}
        scope.jobs = {entry[0]: Job(*entry) for entry in row[14]}
        scope.incidents = {entry[0]: Incident(*entry) for entry in row[15]}
        return scope

    @classmethod
    def from_content(cls, content: bytes) -> Scope:
        """Read a scope back from its canonical bytes, which are kept as its content."""
        scope = cls.from_row(canonical.loads(content))
        scope._content = content
        return scope


def _rows(items: dict[int, Any]) -> list[list[Any]]:
    return [items[key].row() for key in sorted(items)] if items else []
