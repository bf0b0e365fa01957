"""A case told line by line: who did what when, read from its log alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine import canonical
from engine.cli.deciding import decision_lines
from engine.cli.shown import shown
from engine.errors import BihuanError
from engine.history import DecisionReader
from engine.i18n import Catalogue, Language

if TYPE_CHECKING:
    from engine.cases.definitions import Definitions
    from engine.cases.log import EventContent, EventHead, StoredEvent


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One event. at: the case clock, microseconds. opened: names of the tasks it opened. values: what was
    filled in, as `name=value`, with sealed values hidden. decisions: what was decided, and why."""

    seq: int
    at: int
    actor: str
    what: str
    opened: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    decisions: tuple[str, ...] = ()


@dataclass(slots=True)
class Story:
    """Turns events into lines; remembers which task, timer or job is where. names: of actors, by their keys."""

    say: Catalogue
    definitions: Definitions
    names: Mapping[str, str] = field(default_factory=dict)
    _scopes: dict[int, str] = field(default_factory=dict)
    _places: dict[int, str] = field(default_factory=dict)
    _definition: str = ""
    _decisions: DecisionReader = field(init=False)

    def __post_init__(self) -> None:
        self._decisions = DecisionReader(self.definitions)

    def tell(self, events: Iterable[StoredEvent]) -> Iterator[Line]:
        """A line for every event, in order."""
        for event in events:
            yield self._line(event, event.open())

    def _line(self, event: StoredEvent, content: EventContent) -> Line:
        given = content.input
        if event.head.kind == "start":
            self._definition = str(given.get("definition", ""))
        what = self._what(event.head.kind, given)
        opened = [name for effect in content.effects for name in self._note(effect)]
        return Line(
            seq=event.head.seq,
            at=event.head.effective_at,
            actor=self._actor(event.head),
            what=what,
            opened=tuple(opened),
            values=tuple(_values(given.get("variables"), self.say)),
            decisions=tuple(
                line
                for taken in self._decisions.read(event.head, content)
                for line in decision_lines(self.say, taken.decisions)
            ),
        )

    def _actor(self, head: EventHead) -> str:
        def named(actor: str) -> str:
            key = f"actor.{actor.removeprefix(_SYSTEM)}"
            if actor.startswith(_SYSTEM) and self.say.knows(key):
                return self.say(key)
            return self.names.get(actor, actor)

        if head.on_behalf_of is None:
            return named(head.actor)
        return self.say("history.on_behalf_of", actor=named(head.actor), owner=named(head.on_behalf_of))

    def _what(self, kind: str, given: dict[str, Any]) -> str:
        key = f"event.{kind.replace('-', '_')}"
        if not self.say.knows(key):
            return kind
        place = next((self._places.get(given[name], "") for name in _SUBJECTS if name in given), "")
        message = given.get("message_zh" if self.say.language is Language.ZH else "message_en")
        return self.say(
            key,
            place=place,
            name=given.get("name") or "—",
            to=_people(given.get("to") or given.get("users") or given.get("user")),
            reason=shown(canonical.from_wire(given["reason"]), self.say)
            if given.get("reason")
            else message or "—",
        )

    def _note(self, effect: list[Any]) -> Iterator[str]:
        if effect[0] == "scope+":
            self._scopes[effect[1]] = effect[6]
        elif effect[0] in _ADDED:
            row = effect[2]
            name = self._clock(row[2]) or self._name(self._scopes.get(effect[1], self._definition), row[2])
            self._places[row[0]] = name
            if effect[0] == "task+":
                yield name
            elif effect[0] == "inc+":
                yield self.say("event.incident", place=name)

    def _clock(self, element: str) -> str | None:
        """How a timer of a task's limit is called; None for any other element."""
        kind, _, rest = element.partition(":")
        task, _, percent = rest.partition(":")
        if kind != "limit" or not percent:
            return None
        return self.say("event.limit", place=self._places.get(int(task), ""), percent=percent)

    def _name(self, digest: str, element: str) -> str:
        try:
            node = self.definitions.programs.get(digest).nodes.get(element)
        except BihuanError:
            return element
        return (node.name if node is not None else None) or element


_SYSTEM = "bihuan."
_SUBJECTS = ("task", "timer", "job", "incident", "subscription")
_ADDED = frozenset({"task+", "timer+", "job+", "inc+", "sub+"})


def _people(given: Any) -> str:
    if isinstance(given, list):
        return " ".join(map(str, given))
    return str(given or "—")


def _values(variables: Any, say: Catalogue) -> Iterator[str]:
    if not isinstance(variables, dict):
        return
    for name in sorted(variables):
        value = canonical.from_wire(variables[name])
        yield f"{name}={shown(value, say)}"
