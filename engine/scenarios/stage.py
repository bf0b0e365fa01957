"""Where a scenario is played: an engine in memory, a clock that is moved by hand, one case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from engine import canonical
from engine.cases.clock import ManualClock
from engine.errors import InvalidInput
from engine.facade import Engine
from engine.model.definition import Node
from engine.scenarios.package import Common
from engine.scenarios.words import Words
from engine.state import CaseState, Scope, WorkItem

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """An open task, the scope it is in, and the diagram's node."""

    task: WorkItem
    scope: Scope
    node: Node


class Stage:
    """Knows the case's open tasks by the names people read."""

    def __init__(self, engine: Engine, clock: ManualClock, words: Words, common: Common) -> None:
        self.engine = engine
        self.clock = clock
        self.words = words
        self.common = common
        self.case_id = UUID(int=0)
        self.traces: list[Sequence[Mapping[str, Any]]] = []
        """Of decisions that no log has: conditions that refused, tables that were looked up."""
        self.found: Any = None
        """What the table gave that was looked up last."""

    @property
    def now(self) -> datetime:
        """The clock's time."""
        return EPOCH + timedelta(microseconds=self.clock.now)

    def micros(self, moment: datetime) -> int:
        """A moment as the engine counts it."""
        return (moment - EPOCH) // timedelta(microseconds=1)

    @property
    def state(self) -> CaseState:
        """The case as it stands."""
        return self.engine.queries.state(self.case_id)

    def places(self) -> list[Place]:
        """All open tasks, oldest first."""
        state = self.state
        found = []
        for scope in state.scopes.values():
            for task in scope.tasks.values():
                definition = self.engine.definitions.programs.get(scope.definition).definition
                found.append(Place(task=task, scope=scope, node=definition.nodes[task.element]))
        return sorted(found, key=lambda place: place.task.id)

    def tasks(self, name: str, where: Any = None) -> list[Place]:
        """The open tasks of this name, those whose variables are as told when `where` is given.

        Raises InvalidInput for a name no diagram has.
        """
        ids = {node.id for node in self.words.nodes(name)}
        wanted = where if isinstance(where, Mapping) else {}
        state = self.state if wanted else None
        return [
            place
            for place in self.places()
            if place.task.element in ids
            and all(_seen(state, place, key) == value for key, value in wanted.items())
        ]

    def one(self, name: str, found: Sequence[Place]) -> Sequence[Place]:
        """Exactly one. Raises InvalidInput otherwise, listing what is open."""
        if len(found) == 1:
            return found
        names = "、".join(place.node.name or place.node.id for place in self.places()) or "无"
        raise InvalidInput.at(
            name,
            message_zh=f"有{len(found)}份这样的待办；现有待办：{names}",
            message_en=f"{len(found)} such tasks are open; open are: {names}",
        )

    def filled(self, place: Place, written: Mapping[str, Any], left_out: Sequence[str]) -> dict[str, Any]:
        """What is submitted: what the package's scenarios usually fill in, changed as this step says."""
        usual = self.common.filled.get(place.node.name or place.node.id, {})
        values = self.words.values(place.node, usual, self.now)
        values |= self.words.values(place.node, written, self.now)
        gone = self.words.values(place.node, dict.fromkeys(left_out), self.now)
        return {key: value for key, value in values.items() if key not in gone}

    def completed(self, name: str) -> int:
        """The task of this name that was completed last. Raises InvalidInput when there is none."""
        ids = {node.id for node in self.words.nodes(name)}
        elements: dict[int, str] = {}
        last = None
        for effect in self.effects():
            if effect[0] == "task+":
                elements[effect[2][0]] = effect[2][2]
            elif effect[0] == "task-" and effect[3] == "completed" and elements.get(effect[2]) in ids:
                last = effect[2]
        if last is None:
            raise InvalidInput.at(name, message_zh="还没有办结过", message_en="was not completed yet")
        return int(last)

    def effects(self) -> Iterator[list[Any]]:
        """Everything that has happened in the case, in order."""
        for event in self.engine.queries.events(self.case_id):
            yield from event.open().effects

    def variable(self, path: str) -> Any:
        """A variable of the case's process by its dotted path; None when it has none."""
        head, *below = path.split(".")
        value = canonical.from_wire(self.state.root.variables.get(head))
        for name in below:
            value = value.get(name) if isinstance(value, Mapping) else None
        return value

    def settle(self) -> None:
        """Do what is due now: messages in the outbox, timers."""
        self.engine.run_due()

    def advance(self, to: datetime) -> None:
        """Move the clock on, stopping at every timer on the way so that each fires at its own time."""
        target, last = self.micros(to), -1
        if target < self.clock.now:
            raise InvalidInput.at(
                to.isoformat(), message_zh="时间不能倒退", message_en="the clock cannot go back"
            )
        while True:
            due = [
                timer["due_at"] for timer in self.engine.queries.timers() if last < timer["due_at"] <= target
            ]
            if not due:
                break
            last = min(due)
            self.clock.now = max(self.clock.now, last)
            self.engine.run_due()
        self.clock.now = target
        self.engine.run_due()


def _seen(state: CaseState | None, place: Place, name: str) -> Any:
    """A variable as a task sees it."""
    if state is None:
        return None
    scope, token = place.scope, place.scope.tokens.get(place.task.token)
    while True:
        for layer in ((token.variables or {}) if token is not None else {}, scope.variables):
            if name in layer:
                return canonical.from_wire(layer[name])
        if scope.parent is None or scope.owner is None:
            return None
        owner, scope = scope.owner, state.scopes[scope.parent]
        token = scope.tokens.get(owner)
