"""What processes, elements and flows of diagrams are called; the id where nothing is known of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from engine.cases.definitions import Definitions
from engine.errors import BihuanError
from engine.model.definition import Definition
from engine.reports.report import Cell, Report, Table

STEPS: Final = "step_durations"
"""The table whose rows are steps, with `process.element` as their key, named by the newest version of the process."""
PROCESSES: Final = "heat_definitions"
ELEMENTS: Final = "heat_elements"
FLOWS: Final = "heat_flows"

Row = Mapping[str, Cell]


def named(report: Report, definitions: Definitions, digest: str | None = None) -> Report:
    """A report whose steps bear the names that diagrams give them. digest: of the definition whose heat it tells.

    Not within a reading: what is not in memory of a definition is read from the database.
    """
    names = _Names(definitions, digest)
    namers: dict[str, Callable[[Table], list[Row]]] = {
        STEPS: names.steps,
        PROCESSES: names.processes,
        ELEMENTS: names.elements,
        FLOWS: names.flows,
    }
    tables = [
        replace(each, rows=namers[each.name](each)) if each.name in namers else each for each in report.tables
    ]
    return replace(report, tables=tables)


class _Names:
    def __init__(self, definitions: Definitions, digest: str | None) -> None:
        self._definitions, self._digest = definitions, digest
        self._newest: dict[str, Definition | None] = {}

    def steps(self, table: Table) -> list[Row]:
        """Steps of several processes that are called the same are told apart by their processes."""
        found = [(row, *self._step(str(row["key"]))) for row in table.rows]
        times = Counter(name for _, name, _ in found)
        return [
            {**row, "title": f"{name}（{process}）" if process and times[name] > 1 else name}
            for row, name, process in found
        ]

    def processes(self, table: Table) -> list[Row]:
        """Processes by their names; the title stays the key."""
        return [{**row, "process": self._process(str(row["title"]))} for row in table.rows]

    def elements(self, table: Table) -> list[Row]:
        """Elements of one definition."""
        definition = self._of(self._digest or "")
        return [{**row, "title": _node(definition, str(row["key"]))} for row in table.rows]

    def flows(self, table: Table) -> list[Row]:
        """Flows of one definition, by where they lead from and to."""
        definition = self._of(self._digest or "")
        return [{**row, "title": _flow(definition, str(row["key"]))} for row in table.rows]

    def _step(self, key: str) -> tuple[str, str]:
        process, _, node = key.partition(".")
        definition = self._latest(process)
        if definition is None or node not in definition.nodes:
            return key, ""
        return _node(definition, node), definition.name or definition.key

    def _process(self, key: str) -> str:
        definition = self._latest(key)
        return key if definition is None else definition.name or key

    def _latest(self, key: str) -> Definition | None:
        if key not in self._newest:
            try:
                self._newest[key] = self._of(self._definitions.find(key)[0])
            except BihuanError:
                self._newest[key] = None
        return self._newest[key]

    def _of(self, digest: str) -> Definition | None:
        try:
            return self._definitions.programs.get(digest).definition
        except BihuanError:
            return None


def _node(definition: Definition | None, node: str) -> str:
    found = None if definition is None else definition.nodes.get(node)
    return node if found is None else found.name or node


def _flow(definition: Definition | None, flow: str) -> str:
    found = None if definition is None else definition.flows.get(flow)
    if found is None:
        return flow
    said = f"（{found.name}）" if found.name else ""
    return f"{_node(definition, found.source)} → {_node(definition, found.target)}{said}"
