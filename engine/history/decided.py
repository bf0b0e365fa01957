"""Which decisions a case took, told from its log: what went in, which rules matched and why, what came out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from engine import canonical
from engine.canonical import VaultRef
from engine.errors import BihuanError
from engine.history.verify import Opened

if TYPE_CHECKING:
    from engine.cases.definitions import Definitions
    from engine.cases.log import EventContent, EventHead
    from engine.dmn import DecisionModel, TableText

SEALED: Final = "***"
"""Stands for a value that is kept in the vault."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """One cell that a matched rule did not leave open: heading, test as written, the value it held for.

    has_value: False for histories that did not record it.
    """

    column: str
    test: str
    value: Any = None
    has_value: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class MatchedRule:
    """A rule that matched. row: counted from 1. annotation: what the designer wrote beside it.

    gives: the output cells as written, by heading. Which of several matched rules decides is the hit policy's matter.
    """

    row: int
    id: str
    annotation: str
    gives: Mapping[str, str]
    because: tuple[Condition, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class TableOutcome:
    """A decision table that was asked. policy: its hit policy. inputs: value by heading of its columns."""

    id: str
    policy: str
    inputs: Mapping[str, Any]
    matched: tuple[MatchedRule, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionOutcome:
    """One decision of a graph: its inputs by name, the tables its logic asked, its output."""

    id: str
    name: str
    inputs: Mapping[str, Any]
    tables: tuple[TableOutcome, ...]
    output: Any


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionTaken:
    """What a step of a case decided, required decisions first.

    seq, at, recorded_at, actor, on_behalf_of: of the event; at is the case clock, both in microseconds since
    1970 UTC. element, step: id and name of the node that asked.
    """

    seq: int
    at: int
    recorded_at: int
    actor: str
    on_behalf_of: str | None
    element: str
    step: str
    decisions: tuple[DecisionOutcome, ...]


def decisions(engine: Opened, case_id: UUID) -> list[DecisionTaken]:
    """All decisions a case took, in order of its log. Values from the vault are shown as `***`."""
    reader = DecisionReader(engine.definitions)
    return [
        taken for event in engine.queries.events(case_id) for taken in reader.read(event.head, event.open())
    ]


def outcomes(model: DecisionModel | None, trace: Iterable[Mapping[str, Any]]) -> Iterator[DecisionOutcome]:
    """A trace of an evaluation beside the texts of its tables; model None: without them."""
    for entry in trace:
        yield DecisionOutcome(
            id=entry["decision"],
            name=entry["name"],
            inputs={name: _shown(value) for name, value in entry["inputs"].items()},
            tables=tuple(_table(model, table) for table in entry["rules"]),
            output=_shown(entry["output"]),
        )


@dataclass(slots=True)
class DecisionReader:
    """Reads the events of one case in their order; remembers which definitions it ran."""

    definitions: Definitions
    _digests: dict[str, None] = field(default_factory=dict)

    def read(self, head: EventHead, content: EventContent) -> Iterator[DecisionTaken]:
        """What was decided in an event."""
        if head.kind == "start":
            self._digests[str(content.input.get("definition", ""))] = None
        for effect in content.effects:
            if effect[0] == "scope+":
                self._digests[str(effect[6])] = None
            elif effect[0] == "note" and effect[1] == "decision":
                yield self._taken(head, effect[2])

    def _taken(self, head: EventHead, note: Mapping[str, Any]) -> DecisionTaken:
        element = note["element"]
        model, step = self._source(element)
        return DecisionTaken(
            seq=head.seq,
            at=head.effective_at,
            recorded_at=head.recorded_at,
            actor=head.actor,
            on_behalf_of=head.on_behalf_of,
            element=element,
            step=step,
            decisions=tuple(outcomes(model, note["trace"])),
        )

    def _source(self, element: str) -> tuple[DecisionModel | None, str]:
        """The model a node asks and the node's name, from the definition of the case that has the node."""
        for digest in reversed(self._digests):
            try:
                definition = self.definitions.programs.get(digest).definition
            except BihuanError:
                continue
            node = definition.nodes.get(element)
            if node is not None and node.decision is not None and node.decision in definition.decisions:
                return definition.decisions[node.decision], node.name or element
        return None, element


def _table(model: DecisionModel | None, entry: Mapping[str, Any]) -> TableOutcome:
    text = None if model is None else model.table(entry["table"])
    values = [_shown(value) for value in entry.get("inputs", ())]
    headings = [str(index) for index in range(1, len(values) + 1)] if text is None else text.inputs
    return TableOutcome(
        id=entry["table"],
        policy="" if text is None else text.policy,
        inputs=dict(zip(headings, values, strict=False)),
        matched=tuple(_matched(text, one, values) for one in entry["matched"]),
    )


def _matched(text: TableText | None, entry: Mapping[str, Any], values: list[Any]) -> MatchedRule:
    rule = None if text is None else text.rule(entry["index"])
    if text is None or rule is None:
        return MatchedRule(row=entry["index"], id=entry["id"], annotation="", gives={}, because=())
    because = tuple(
        Condition(
            column=column,
            test=test,
            value=values[at] if at < len(values) else None,
            has_value=at < len(values),
        )
        for at, (column, test) in enumerate(zip(text.inputs, rule.inputs, strict=False))
        if test
    )
    gives = dict(zip(text.outputs, rule.outputs, strict=False))
    return MatchedRule(
        row=rule.index, id=entry["id"], annotation=rule.annotation, gives=gives, because=because
    )


def _shown(wire: Any) -> Any:
    return _open(canonical.from_wire(wire))


def _open(value: Any) -> Any:
    if isinstance(value, VaultRef):
        return SEALED
    if isinstance(value, dict):
        return {name: _open(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_open(part) for part in value]
    return value
