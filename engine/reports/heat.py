"""Where cases pass and where they stand: counts and waiting for the elements and flows of one definition."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import sqlalchemy as sa

from engine.directory.counts import SMALLEST
from engine.errors import InvalidInput
from engine.reports.indicators import Cohort
from engine.reports.report import Cell, Kind, Report, Table
from engine.reports.rollup import unpacked
from engine.reports.writing import Writing
from engine.store.tables import case_facts, case_heat, definitions


def heat(writing: Writing, definition: str | None) -> Report:
    """The report, of cases received in the period. Without a definition: which definitions were passed by how many cases.

    Raises InvalidInput for what is no digest.
    """
    if definition is None:
        return writing.report("heat", [_definitions(writing)], ("heat",))
    if len(definition) != 64 or set(definition) - set("0123456789abcdef"):
        raise InvalidInput.at(
            "definition", message_zh="应为流程版本的摘要", message_en="must be a digest in hex"
        )
    elements: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    flows: dict[str, int] = defaultdict(int)
    total = mine = 0
    own = writing.viewer.owns(case_facts.c.case_id)
    query = _passed(writing).with_only_columns(case_heat.c.content, own)
    for content, is_own in writing.tx.execute(query.where(case_heat.c.definition == definition)):
        total, mine = total + 1, mine + bool(is_own)
        found = unpacked(bytes(content))
        for name, (count, stood) in found["elements"].items():
            elements[name][0] += count
            elements[name][1] += stood
        for name, count in found["flows"].items():
            flows[name] += count
    if mine < total < SMALLEST:
        elements.clear()
        flows.clear()
    rows: list[Mapping[str, Cell]] = [
        {"key": name, "title": name, "passed": count, "stood": stood, "stood_mean": stood // max(count, 1)}
        for name, (count, stood) in sorted(elements.items())
    ]
    tables = [
        writing.table(
            "heat_elements",
            {"title": Kind.TEXT, "passed": Kind.COUNT, "stood": Kind.DURATION, "stood_mean": Kind.DURATION},
            rows,
        ),
        writing.table(
            "heat_flows",
            {"title": Kind.TEXT, "passed": Kind.COUNT},
            [{"key": name, "title": name, "passed": count} for name, count in sorted(flows.items())],
        ),
    ]
    return writing.report("heat", tables, ("heat",))


def _definitions(writing: Writing) -> Table:
    query = (
        _passed(writing)
        .with_only_columns(
            case_heat.c.definition,
            sa.func.count(),
            sa.func.sum(sa.case((writing.viewer.owns(case_facts.c.case_id), 1), else_=0)),
        )
        .group_by(case_heat.c.definition)
    )
    known = {
        bytes(digest).hex(): (key, version)
        for digest, key, version in writing.tx.execute(
            sa.select(definitions.c.digest, definitions.c.key, definitions.c.version)
        )
    }
    rows: list[Mapping[str, Cell]] = []
    for digest, count, own in writing.tx.execute(query):
        key, version = known.get(digest, (digest, 0))
        hidden = int(own or 0) < count < SMALLEST
        rows.append(
            {
                "key": digest,
                "title": key,
                "process": key,
                "version": version,
                "definition": digest,
                "cases": None if hidden else count,
            }
        )
    rows.sort(key=lambda row: (str(row["title"]), int(str(row["version"]))))
    columns = {"process": Kind.TEXT, "version": Kind.COUNT, "definition": Kind.TEXT, "cases": Kind.COUNT}
    return writing.table("heat_definitions", columns, rows)


def _passed(writing: Writing) -> sa.Select[tuple[object, ...]]:
    source = writing.selection.source(steps=False)
    return (
        sa.select(case_heat.c.case_id)
        .select_from(source.join(case_heat, case_heat.c.case_id == case_facts.c.case_id))
        .where(*writing.selection.conditions(), *writing.selection.during(Cohort.RECEIVED))
    )
