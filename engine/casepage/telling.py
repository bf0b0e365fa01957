"""The history of a case as sentences, as far as its reader may know it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from engine import canonical
from engine.canonical import VaultRef
from engine.cases.log import REFUSED, EventContent, EventHead, StoredEvent
from engine.i18n import Catalogue, Language
from engine.privacy import Eyes

Names = Mapping[tuple[str, str], str]
"""What an element of a definition (by digest and id) is called."""

OF_ALL: Final = frozenset({"start", "suspend", "resume", "cancel"})
"""Events of the case itself, which also those see who see only their own part."""

_SYSTEM: Final = "bihuan."
_SUBJECTS: Final = ("task", "timer", "job", "incident", "subscription")
_ADDED: Final = frozenset({"task+", "timer+", "job+", "inc+", "sub+"})
_SEALED_TEXTS: Final = ("reason", "opinion", "message")


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """One event. at: case time, recorded_at: when it was committed, both in microseconds.

    text: the sentence. reason: what was written as the reason, as the reader sees it. opened: names of the tasks
    it opened. values: what was filled in, in Python form, with everything sealed as None; sealed: names of these.
    rule: of a refusal.
    """

    seq: int
    at: int
    recorded_at: int
    kind: str
    actor: str
    on_behalf_of: str | None
    element: str | None
    task: int | None
    text: str
    reason: str
    opened: tuple[str, ...]
    values: dict[str, Any]
    sealed: tuple[str, ...]
    rule: str


@dataclass(slots=True)
class Telling:
    """Turns events into lines; remembers which task, timer or job is where.

    name: what a person is called.
    """

    say: Catalogue
    names: Names
    eyes: Eyes
    name: Callable[[str], str]
    _scopes: dict[int, str] = field(default_factory=dict)
    _places: dict[int, tuple[str, str]] = field(default_factory=dict)
    _definition: str = ""

    def tell(self, events: Iterable[tuple[StoredEvent, EventContent]], *, after: int = 0) -> Iterator[Told]:
        """A line for every event after number `after` that the reader may know of, in order."""
        for event, content in events:
            if event.head.kind == "start":
                self._definition = str(content.input.get("definition", ""))
            # Before its effects: what an event is about may be gone, and told by its number, after them.
            place = self._place(content.input)
            opened = [name for effect in content.effects for name in self._note(effect)]
            if event.head.seq > after and self._knows(event.head, content.input):
                yield self._told(event.head, content.input, place, opened)

    def _knows(self, head: EventHead, given: Mapping[str, Any]) -> bool:
        eyes = self.eyes
        if "audience" in given and not eyes.hears(str(given["audience"]), given.get("unit"), head.actor):
            return False
        if eyes.part is None:
            return True
        task = given.get("task", (given.get("target") or {}).get("task"))
        return head.kind in OF_ALL if task is None else task in eyes.part

    def _told(
        self, head: EventHead, given: Mapping[str, Any], place: tuple[str, str], opened: list[str]
    ) -> Told:
        variables = given.get("variables")
        values: dict[str, Any] = {}
        sealed: list[str] = []
        if isinstance(variables, dict):
            for name, wire in sorted(variables.items()):
                if self.eyes.part is None or head.kind != "start" or name in self.eyes.rules.part_variables:
                    values[name] = _plain(canonical.from_wire(wire), name, sealed)
        task = given.get("task")
        reason = self._reason(head, given)
        return Told(
            seq=head.seq,
            at=head.effective_at,
            recorded_at=head.recorded_at,
            kind=head.kind,
            actor=head.actor,
            on_behalf_of=head.on_behalf_of,
            element=place[0] or None,
            task=task if isinstance(task, int) else None,
            text=self._sentence(head, given, place[1], reason),
            reason=reason,
            opened=tuple(opened),
            values=values,
            sealed=tuple(sealed),
            rule=str(given.get("rule", "")) if head.kind == REFUSED else "",
        )

    def _reason(self, head: EventHead, given: Mapping[str, Any]) -> str:
        if head.kind == REFUSED:
            return str(given.get("message_zh" if self.say.language is Language.ZH else "message_en", ""))
        for name in _SEALED_TEXTS:
            if given.get(name):
                return str(self.eyes.show(given[name], f"history[{head.seq}].{name}", kind="text"))
        return ""

    def _sentence(self, head: EventHead, given: Mapping[str, Any], place: str, reason: str) -> str:
        key = f"event.{head.kind.replace('-', '_')}"
        if not self.say.knows(key):
            return head.kind
        people = given.get("to") or given.get("users") or given.get("user") or ()
        named = [people] if isinstance(people, str) else list(people)
        return self.say(
            key,
            place=place,
            name=given.get("name") or "—",
            to=" ".join(self.name(str(person)) for person in named) or "—",
            reason=reason or "—",
        )

    def _place(self, given: Mapping[str, Any]) -> tuple[str, str]:
        target = given.get("target") or {}
        for name in _SUBJECTS:
            number = given.get(name, target.get(name))
            if number in self._places:
                return self._places[number]
        return "", ""

    def _note(self, effect: list[Any]) -> Iterator[str]:
        if effect[0] == "scope+":
            self._scopes[effect[1]] = effect[6]
        elif effect[0] in _ADDED:
            row = effect[2]
            digest = self._scopes.get(effect[1], self._definition)
            name = self._clock(row[2]) or self.names.get((digest, row[2]), row[2])
            self._places[row[0]] = row[2], name
            if effect[0] == "task+" and self.eyes.sees_task(row[0]):
                yield name
            elif effect[0] == "inc+" and self.eyes.part is None:
                yield self.say("event.incident", place=name)

    def _clock(self, element: str) -> str | None:
        """How a timer of a task's limit is called; None for any other element."""
        kind, _, rest = element.partition(":")
        task, _, percent = rest.partition(":")
        if kind != "limit" or not percent:
            return None
        place = self._places.get(int(task), ("", ""))[1]
        return self.say("event.limit", place=place, percent=percent)


def _plain(value: Any, path: str, sealed: list[str]) -> Any:
    """A value with everything sealed left out, and noted."""
    if isinstance(value, VaultRef):
        sealed.append(path)
        return None
    if isinstance(value, dict):
        return {name: _plain(part, f"{path}.{name}", sealed) for name, part in value.items()}
    if isinstance(value, list):
        return [_plain(part, f"{path}[{index}]", sealed) for index, part in enumerate(value)]
    return value
