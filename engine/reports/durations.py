"""平均用时: from received to settled, and of each step and department, waiting told apart from working."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa

from engine.directory.counts import SMALLEST
from engine.reports.indicators import Cohort
from engine.reports.report import Cell, Kind, Report, Table
from engine.reports.writing import Writing
from engine.store.tables import case_episodes, case_facts

MEASURES: Final = ("spent", "spent_office")
STEP_MEASURES: Final = ("waited", "worked", "waited_office", "worked_office")


def mean(values: Sequence[int]) -> int | None:
    """The mean, rounded half up; None of nothing."""
    return None if not values else (2 * sum(values) + len(values)) // (2 * len(values))


def quantile(values: Sequence[int], percent: int) -> int | None:
    """The nearest-rank quantile: the smallest value that at least so many percent do not exceed; None of nothing.

    values: in ascending order.
    """
    return None if not values else values[max(-(-len(values) * percent // 100) - 1, 0)]


def median(values: Sequence[int]) -> int | None:
    """The middle value, or the mean of the two, rounded half up; None of nothing. values: in ascending order."""
    if not values:
        return None
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle] + 1) // 2


def durations(writing: Writing) -> Report:
    """The report."""
    tables = [_cases(writing), *_steps(writing)]
    return writing.report("durations", tables, ("suspended", "office"))


def _cases(writing: Writing) -> Table:
    facts = case_facts.c
    query = (
        sa.select(facts.definition_key, facts.spent, facts.spent_office, writing.viewer.owns(facts.case_id))
        .select_from(writing.selection.source(steps=False))
        .where(
            *writing.selection.conditions(),
            *writing.selection.during(Cohort.SETTLED),
            facts.spent.is_not(None),
        )
    )
    groups: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for key, *rest in writing.tx.execute(query):
        groups[""].append(tuple(rest))
        groups[key].append(tuple(rest))
    rows = [
        {
            "key": key,
            "title": writing.word("flow", key) if key else writing.say("report.total"),
            **_measured(found, MEASURES),
        }
        for key, found in sorted(groups.items())
    ]
    return writing.table("case_durations", _columns(MEASURES), rows)


def _steps(writing: Writing) -> Iterable[Table]:
    step = case_episodes.c
    query = (
        sa.select(
            step.element,
            step.unit,
            *(step[name] for name in STEP_MEASURES),
            writing.viewer.owns(case_facts.c.case_id),
        )
        .select_from(writing.selection.source(steps=True))
        .where(
            *writing.selection.conditions(),
            *writing.selection.during(Cohort.STEP_ENDED),
            step.kind == "task",
            step.ending == "completed",
        )
    )
    elements: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    units: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for element, unit, *rest in writing.tx.execute(query):
        elements[element].append(tuple(rest))
        units[unit].append(tuple(rest))
    for name, groups in (("step_durations", elements), ("department_durations", units)):
        rows: list[Mapping[str, Cell]] = []
        for key, found in sorted(groups.items()):
            title = key if name == "step_durations" else writing.unit_name(key)
            rows.append({"key": key, "title": title, **_measured(found, STEP_MEASURES)})
        yield writing.table(name, _columns(STEP_MEASURES), rows)


def _columns(measures: Sequence[str]) -> dict[str, Kind]:
    columns = {"title": Kind.TEXT, "count": Kind.COUNT}
    for name in measures:
        columns |= {f"{name}_{kind}": Kind.DURATION for kind in ("mean", "median", "p90")}
    return columns


def _measured(rows: Sequence[tuple[Any, ...]], measures: Sequence[str]) -> dict[str, Cell]:
    """Nothing of a few rows that are not all the reader's own: a median of one is that one."""
    hidden = len(rows) < SMALLEST and not all(row[-1] for row in rows)
    found: dict[str, Cell] = {"count": None if hidden else len(rows)}
    for place, name in enumerate(measures):
        values = [] if hidden else sorted(int(row[place]) for row in rows if row[place] is not None)
        found |= {
            f"{name}_mean": mean(values),
            f"{name}_median": median(values),
            f"{name}_p90": quantile(values, 90),
        }
    return found
