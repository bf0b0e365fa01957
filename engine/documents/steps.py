"""The steps of a case that yielded a document, found in its log alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from engine.cases.codes import new_code
from engine.cases.log import EventContent, StoredEvent
from engine.model.checks.documents import PROPERTY, template_of
from engine.model.definition import Definition, Form, Node
from engine.state import CaseState, WorkItem, apply
from engine.typesetting import split


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A completed task that yields a document.

    seq: of the event that completed it. at: case time, microseconds. name: of the document. template: its file in the
    definition; None for cases begun before there were any. given: what was entered; seen: the variables of the case
    then, both wire form.
    """

    seq: int
    at: int
    actor: str
    on_behalf_of: str | None
    task: int
    element: str
    step: str
    name: str
    template: str | None
    definition: Definition
    form: Form | None
    given: dict[str, Any]
    seen: dict[str, Any]

    def with_values(self, corrected: Mapping[str, Any]) -> Step:
        """The step with other values of what it had; itself where it had none of these, or the same."""
        given = {name: value for name, value in corrected.items() if name in self.given}
        seen = {name: value for name, value in corrected.items() if name in self.seen}
        if all(self.given[name] == value for name, value in given.items()) and all(
            self.seen[name] == value for name, value in seen.items()
        ):
            return self
        return replace(self, given={**self.given, **given}, seen={**self.seen, **seen})


@dataclass(kw_only=True)
class Steps:
    """Goes through a case's log. definition: gives a definition by its digest."""

    case_id: UUID
    definition: Callable[[str], Definition]
    state: CaseState = field(default_factory=CaseState)
    code: str = ""
    variables: dict[str, Any] = field(default_factory=dict)
    first: Definition = field(init=False)
    _root: int | None = None

    def read(self, events: Iterable[tuple[StoredEvent, EventContent]]) -> Iterator[Step]:
        """The steps in order. `code` and `variables` are those after the last event read."""
        for event, content in events:
            before = [self._before(effect) for effect in content.effects if _completes(effect)]
            for effect in content.effects:
                self._keep(effect)
                apply(self.state, effect)
            self.state.changes.clear()
            if event.head.seq == 1:
                self._name(event, content)
            for found in before:
                if found is not None:
                    yield self._step(event, content, *found)

    def _keep(self, effect: list[Any]) -> None:
        if effect[0] == "scope+" and self._root is None:
            self._root = effect[1]
            self.variables.update(effect[8])
        elif effect[0] == "var" and effect[1] == self._root:
            self.variables.update(effect[2])

    def _name(self, event: StoredEvent, content: EventContent) -> None:
        given = self.variables.get("case_code")
        zone = str(self.state.bounds.get("zone", "UTC"))
        self.first = self.definition(str(content.input["definition"]))
        made = new_code(self.case_id, self.first, event.head.effective_at, zone)
        self.code = given if isinstance(given, str) and not given.startswith("@") else made

    def _before(self, effect: list[Any]) -> tuple[WorkItem, Node, Definition, dict[str, Any]] | None:
        scope = self.state.scopes.get(effect[1])
        task = None if scope is None else scope.tasks.get(effect[2])
        if scope is None or not isinstance(task, WorkItem):
            return None
        definition = self.definition(scope.definition)
        node = definition.nodes[task.element]
        if PROPERTY not in node.properties:
            return None
        return task, node, definition, self.state.seen_by(scope, task)

    def _step(
        self,
        event: StoredEvent,
        content: EventContent,
        task: WorkItem,
        node: Node,
        definition: Definition,
        seen: dict[str, Any],
    ) -> Step:
        value = node.properties[PROPERTY]
        name, head = split(value)[0], event.head
        is_its = head.kind == "complete" and content.input.get("task") == task.id
        given = content.input.get("variables") if is_its else None
        return Step(
            seq=head.seq,
            at=head.effective_at,
            actor=head.actor,
            on_behalf_of=head.on_behalf_of,
            task=task.id,
            element=node.id,
            step=node.name or node.id,
            name=name,
            template=template_of(value, definition.resources),
            definition=definition,
            form=definition.forms.get(node.work.form) if node.work is not None and node.work.form else None,
            given=dict(given or {}),
            seen={**seen, **self.variables},
        )


def _completes(effect: list[Any]) -> bool:
    return bool(effect[0] == "task-" and effect[3] == "completed")
