"""What elements of diagrams are called, by the newest version of their process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from engine.cases.definitions import Definitions
from engine.errors import BihuanError
from engine.reports.report import Report, Table

STEPS: Final = frozenset({"step_durations"})
"""Tables whose rows are steps, with `process.element` as their key."""


def named(report: Report, definitions: Definitions) -> Report:
    """A report whose steps bear the names that diagrams give them; the id where nothing is known of it.

    Not within a reading: what is not in memory of a definition is read from the database.
    """
    if not any(each.name in STEPS for each in report.tables):
        return report
    known: dict[str, Mapping[str, str]] = {}
    return replace(report, tables=[_named(each, definitions, known) for each in report.tables])


def _named(table: Table, definitions: Definitions, known: dict[str, Mapping[str, str]]) -> Table:
    if table.name not in STEPS:
        return table
    rows = []
    for row in table.rows:
        process, _, node = str(row["key"]).partition(".")
        if process not in known:
            known[process] = _names(definitions, process)
        rows.append({**row, "title": known[process].get(node, str(row["key"]))})
    return replace(table, rows=rows)


def _names(definitions: Definitions, process: str) -> Mapping[str, str]:
    try:
        digest, _ = definitions.find(process)
        nodes = definitions.programs.get(digest).nodes.values()
    except BihuanError:
        return {}
    return {node.id: node.name or node.id for node in nodes}
