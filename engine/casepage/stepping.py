"""One event of a case's log and how the case stood right after it: where its tokens were, its open tasks, its values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from engine.casepage.diagram import DiagramState, Painter
from engine.cases.log import EventContent, StoredEvent
from engine.state import CaseState, WorkItem, apply
from engine.state.scope import PROCESS

Place = tuple[str, str]
"""A definition by its digest, and an element of it."""

ADDED: Final = "added"
CHANGED: Final = "changed"


@dataclass(frozen=True, kw_only=True, slots=True)
class StepTask:
    """A task open after an event. Times in microseconds. change: `added` or `changed` by this event, else empty."""

    id: int
    element: str
    name: str
    status: str
    assignee: str | None
    groups: tuple[str, ...]
    due_at: int | None
    change: str


@dataclass(frozen=True, kw_only=True, slots=True)
class StepValue:
    """A variable after an event, in wire form. process: whose it is. change: as for tasks; before: only when changed."""

    scope: int
    process: str
    name: str
    value: Any
    before: Any
    change: str


@dataclass(kw_only=True, slots=True)
class Standing:
    """A case right after one of its events.

    status: of the case. entered, left: elements tokens came to or left in this event. finished: tasks it closed.
    """

    event: StoredEvent
    status: str
    diagrams: tuple[DiagramState, ...]
    entered: tuple[Place, ...]
    left: tuple[Place, ...]
    tasks: list[StepTask] = field(default_factory=list)
    finished: list[StepTask] = field(default_factory=list)
    values: list[StepValue] = field(default_factory=list)


def stand_after(
    events: Iterable[tuple[StoredEvent, EventContent]], seq: int, names: Mapping[Place, str]
) -> Standing | None:
    """How a case stood after event `seq`; None when there is no such event. names: what elements are called."""
    state, painter = CaseState(), Painter()
    for event, content in events:
        if event.head.seq != seq:
            painter.read(content.effects)
            _apply(state, content.effects)
            continue
        tasks, values, tokens = _tasks(state), _values(state), _tokens(state)
        painter.read(content.effects)
        _apply(state, content.effects)
        after, now = _tokens(state), _tasks(state)
        return Standing(
            event=event,
            status=state.status,
            diagrams=tuple(painter.paint(state)),
            entered=_places(after, tokens),
            left=_places(tokens, after),
            tasks=[_task(found, names, _how(tasks, number, found)) for number, found in sorted(now.items())],
            finished=[
                _task(found, names, "") for number, found in sorted(tasks.items()) if number not in now
            ],
            values=list(_compared(values, _values(state))),
        )
    return None


def _apply(state: CaseState, effects: Iterable[list[Any]]) -> None:
    for effect in effects:
        apply(state, effect)
    state.changes.clear()


def _tokens(state: CaseState) -> dict[tuple[int, str], Place]:
    return {(token.id, token.element): (scope.definition, token.element) for scope, token in state.tokens()}


def _places(
    there: Mapping[tuple[int, str], Place], elsewhere: Mapping[tuple[int, str], Place]
) -> tuple[Place, ...]:
    """Where tokens stand that do not stand there elsewhere."""
    return tuple(dict.fromkeys(place for key, place in there.items() if key not in elsewhere))


_Tasks = dict[int, tuple[str, list[Any], WorkItem]]


def _tasks(state: CaseState) -> _Tasks:
    # An effect changes an item in place: its row is what it is compared by.
    return {
        item.id: (scope.definition, item.row(), item)
        for scope in state.scopes.values()
        for item in scope.tasks.values()
    }


def _how(before: _Tasks, number: int, now: tuple[str, list[Any], WorkItem]) -> str:
    if number not in before:
        return ADDED
    return CHANGED if before[number][1] != now[1] else ""


def _task(found: tuple[str, list[Any], WorkItem], names: Mapping[Place, str], change: str) -> StepTask:
    definition, row, item = found
    return StepTask(
        id=item.id,
        element=item.element,
        name=names.get((definition, item.element), item.element),
        status=row[3],
        assignee=row[4],
        groups=tuple(row[5]),
        due_at=row[9],
        change=change,
    )


_Values = dict[tuple[int, str, str], Any]


def _values(state: CaseState) -> _Values:
    """The variables of the processes that run; those inside their sub-processes are told by the events."""
    return {
        (scope.id, scope.element, name): value
        for scope in state.scopes.values()
        if scope.kind == PROCESS
        for name, value in sorted(scope.variables.items())
    }


def _compared(before: _Values, after: _Values) -> Iterator[StepValue]:
    # A process that ended in this event is shown with what it ended with.
    gone = {key: value for key, value in before.items() if key[0] not in {each[0] for each in after}}
    for key, value in {**gone, **after}.items():
        scope, process, name = key
        change = "" if key in gone or before.get(key, _NONE) == value else CHANGED if key in before else ADDED
        yield StepValue(
            scope=scope,
            process=process,
            name=name,
            value=value,
            before=before[key] if change == CHANGED else None,
            change=change,
        )


_NONE: Final = object()
