"""Which sequence flows of the diagrams the scenarios have taken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.model.definition import Definition


@dataclass(kw_only=True, slots=True)
class Coverage:
    """Flows taken, by process key. Flows the engine made itself (link events) do not count."""

    taken: dict[str, set[str]] = field(default_factory=dict)

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

    def merge(self, other: Coverage) -> None:
        """Note what another one has."""
        for key, flows in other.taken.items():
            self.taken.setdefault(key, set()).update(flows)

    def missing(self, definition: Definition) -> list[str]:
        """The flows of a process that were never taken, in the order of the diagram."""
        taken = self.taken.get(definition.key, set())
        return [flow.id for flow in definition.flows.values() if not flow.synthetic and flow.id not in taken]

    def count(self, definition: Definition) -> tuple[int, int]:
        """How many flows of a process were taken, and how many there are."""
        total = sum(not flow.synthetic for flow in definition.flows.values())
        return total - len(self.missing(definition)), total
