"""All tables beside the indicators, counted case by case while the log is read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bench.recount.bouncing import Trip, bounces
from bench.recount.closing import SUPERVISION, closing, order, unmet
from bench.recount.formulas import Formulas, Found
from bench.recount.ledger import entries
from bench.recount.log import Case, plain
from bench.recount.tree import Tree
from bench.recount.weekly import Weeks

Cells = dict[str, dict[str, int]]
"""Rows by key, each with its columns."""


@dataclass(slots=True)
class Sheets:
    """The tables of one period; bounces, orders and what is unmet by case."""

    departments: Cells = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))
    villages: Cells = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))
    bounces: dict[str, tuple[list[Trip], int]] = field(default_factory=dict)
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    checked: int = 0
    unmet: dict[str, tuple[int, list[str]]] = field(default_factory=dict)


@dataclass(slots=True)
class Heat:
    """Of a definition: cases, and of each element and flow how often it was passed and how long tokens stood there."""

    cases: int = 0
    elements: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    flows: dict[str, int] = field(default_factory=lambda: defaultdict(int))


class Book:
    """Counts cases in. The first period is that of heat."""

    def __init__(
        self,
        rules: Mapping[str, Any],
        tree: Tree,
        periods: Mapping[str, tuple[int, int]],
        weeks: Weeks,
        snapshot: int,
    ) -> None:
        self._rules, self._tree, self._snapshot = rules, tree, snapshot
        self._formulas, self._periods = Formulas(rules), periods
        self._year = next(iter(periods))
        self.weeks = weeks
        self.sheets = {period: Sheets() for period in periods}
        self.heat: dict[str, Heat] = defaultdict(Heat)

    def add(self, case: Case, found: Iterable[Found]) -> None:
        """Count a case in, with what it adds to indicators."""
        formulas = self._formulas
        if not formulas.counts(case):
            return
        place, owner = place_of(case), plain(case.variables.get("owner_unit"))
        received = list(self._in(formulas.received(case)))
        self._ledger(case, received, place)
        self._bounces(case, received)
        self._closing(case)
        self._order(case, received)
        if self._year in received:
            self._heat(case)
        self.weeks.add(case, found, place, owner)

    def _in(self, at: int | None) -> Iterator[str]:
        return (name for name, (start, end) in self._periods.items() if at is not None and start <= at < end)

    def _ledger(self, case: Case, periods: list[str], place: str) -> None:
        for table, key, column, count in entries(case, self._formulas, self._tree, place, self._snapshot):
            for period in periods:
                getattr(self.sheets[period], table)[key][column] += count

    def _bounces(self, case: Case, periods: list[str]) -> None:
        trips, returns = bounces(case, self._formulas)
        if trips or returns >= 2:
            for period in periods:
                self.sheets[period].bounces[case.number] = trips, returns

    def _closing(self, case: Case) -> None:
        closed = closing(case, self._formulas)
        if closed is None:
            return
        broken = list(unmet(case, self._formulas, self._rules, closed))
        for period in self._in(closed):
            self.sheets[period].checked += 1
            if broken:
                self.sheets[period].unmet[case.number] = closed, broken

    def _order(self, case: Case, periods: list[str]) -> None:
        if case.flow != SUPERVISION:
            return
        row = order(case, self._formulas)
        for period, (_, end) in self._periods.items():
            if period in periods or (row["ended"] is None and row["received"] < end):
                self.sheets[period].orders[case.number] = row

    def _heat(self, case: Case) -> None:
        trail = case.trail
        for definition in {definition for definition, _ in trail.passed}:
            self.heat[definition].cases += 1
        for (definition, element), count in trail.passed.items():
            cells = self.heat[definition].elements[element]
            cells[0] += count
            cells[1] += trail.stood.get((definition, element), 0)
        for (definition, flow), count in trail.flows.items():
            self.heat[definition].flows[flow] += count


def place_of(case: Case) -> str:
    """The narrowest unit that a case is about."""
    return next(
        (found for name in ("grid", "village", "town") if (found := plain(case.variables.get(name)))), ""
    )
