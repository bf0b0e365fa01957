"""Which sequence flows of the diagrams the scenarios have taken, and which rows of the decision tables matched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.dmn import RuleText, TableText
from engine.model.definition import Definition


@dataclass(kw_only=True, slots=True)
class Coverage:
    """Flows taken, by process key; flows the engine made itself (link events) do not count. Rows of decision tables
    that matched, by the table's id, counted from 1."""

    taken: dict[str, set[str]] = field(default_factory=dict)
    matched: dict[str, set[int]] = field(default_factory=dict)

    def add(self, effects: Iterable[list[Any]], definitions: Mapping[str, Definition]) -> None:
        """Note the flows of one case. effects: all of its log; definitions: by digest."""
        keys: dict[int, str] = {}
        for effect in effects:
            if effect[0] == "scope+":
                keys[effect[1]] = definitions[effect[6]].key
            elif effect[0] == "move" and effect[3] is not None:
                self.taken.setdefault(keys[effect[1]], set()).add(effect[3])
            elif effect[0] == "token+" and effect[5] is not None:
                self.taken.setdefault(keys[effect[1]], set()).add(effect[5])
            elif effect[0] == "note" and effect[1] == "decision":
                self.decided(effect[2]["trace"])

    def decided(self, trace: Iterable[Mapping[str, Any]]) -> None:
        """Note the rows that matched in an evaluation (`engine.dmn.DecisionResult.trace`)."""
        for table in (table for decision in trace for table in decision["rules"]):
            rows = {int(row["index"]) for row in table["matched"]}
            self.matched.setdefault(str(table["table"]), set()).update(rows)

    def merge(self, other: Coverage) -> None:
        """Note what another one has."""
        for key, flows in other.taken.items():
            self.taken.setdefault(key, set()).update(flows)
        for table, rows in other.matched.items():
            self.matched.setdefault(table, set()).update(rows)

    def missing(self, definition: Definition) -> list[str]:
        """The flows of a process that were never taken, in the order of the diagram."""
        taken = self.taken.get(definition.key, set())
        return [flow.id for flow in definition.flows.values() if not flow.synthetic and flow.id not in taken]

    def count(self, definition: Definition) -> tuple[int, int]:
        """How many flows of a process were taken, and how many there are."""
        total = sum(not flow.synthetic for flow in definition.flows.values())
        return total - len(self.missing(definition)), total

    def unmatched(self, table: TableText) -> list[RuleText]:
        """The rows of a table that never matched, in its order."""
        matched = self.matched.get(table.identifier, set())
        return [rule for rule in table.rules if rule.index not in matched]


def tables(definitions: Iterable[Definition]) -> list[TableText]:
    """The decision tables that processes use, each once, by id."""
    found = {
        table.identifier: table
        for definition in definitions
        for model in definition.decisions.values()
        for table in model.graph.tables.get(model.namespace, {}).values()
    }
    return [found[identifier] for identifier in sorted(found)]
