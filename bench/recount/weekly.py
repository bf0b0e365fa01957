"""周通报: the units below one, ranked by what came of their cases in a week, and who is called to an interview (约谈)."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from bench.recount.formulas import DUE, Found
from bench.recount.log import Case
from bench.recount.tree import Tree

SHOWN = ("accepted", "on_time", "followed_up", "solved", "satisfied")
Week = tuple[str, int, int]
"""Its name, its Monday 0:00 and its Sunday 24:00."""


class Weeks:
    """Counts of a year's weeks, for each unit that has others below it ranked."""

    def __init__(self, rules: Mapping[str, Any], tree: Tree, weeks: list[Week], snapshot: int) -> None:
        self._rules = rules["weekly"]
        self._ranked = {flow for flow, given in rules["flows"].items() if given.get("ranked")}
        self._names = frozenset((*SHOWN, *self._rules["measures"]))
        self._tree, self._weeks, self._snapshot = tree, weeks, snapshot
        self._starts = [start for _, start, _ in weeks]
        self._counts: dict[tuple[str, str], dict[str, dict[str, list[int]]]] = defaultdict(
            lambda: defaultdict(lambda: defaultdict(lambda: [0, 0]))
        )

    @property
    def streak(self) -> int:
        """After how many criticisms in a row an interview is called."""
        return int(self._rules["streak"])

    def names(self) -> list[str]:
        """The weeks."""
        return [name for name, _, _ in self._weeks]

    def units(self) -> list[str]:
        """The units of which weekly reports are issued."""
        return sorted(unit for unit in self._tree.units if self._issues(unit))

    def add(self, case: Case, found: Iterable[Found], place: str, owner: str) -> None:
        """Count a case in."""
        if case.flow not in self._ranked:
            return
        at_home, answering = self._tree.chain(place), self._tree.chain(owner)
        for name, at, _, whole, part in found:
            week = self._week(at) if whole and name in self._names else None
            if week is None or (name in DUE and at >= self._snapshot):
                continue
            for below, unit in zip(("", *at_home), at_home, strict=False):
                if self._issues(unit):
                    self._count(week, unit, below or unit, name, part)
                    self._count(week, unit, "", name, part)
            for unit in answering:
                # What a unit answers for elsewhere belongs to its whole, to none of those below it.
                if unit not in at_home and self._issues(unit):
                    self._count(week, unit, "", name, part)

    def whole(self, week: str, unit: str) -> dict[str, list[int]]:
        """The indicators of a unit in a week."""
        counts = self._counts[week, unit].get("", {})
        return {name: list(counts.get(name, (0, 0))) for name in SHOWN}

    def ranking(self, week: str, unit: str) -> dict[str, dict[str, Any]]:
        """The units below one: their places, what they are reckoned from, and the verdict."""
        below = {
            key: counts
            for key, counts in self._counts[week, unit].items()
            if key not in ("", unit) and self._tree.units[key].is_area
        }
        scores = {key: score for key, counts in below.items() if (score := self._score(counts)) is not None}
        order = sorted({Fraction(*score) for score in scores.values()}, reverse=True)
        rows: dict[str, dict[str, Any]] = {}
        for key, counts in below.items():
            score = scores.get(key)
            ahead = (
                0 if score is None else sum(Fraction(*each) > Fraction(*score) for each in scores.values())
            )
            rows[key] = {
                "place": None if score is None else 1 + ahead,
                "score": None if score is None else list(score),
                **{name: list(counts.get(name, (0, 0))) for name in SHOWN},
                "verdict_code": self._verdict(score, order, len(scores)),
            }
        return rows

    def in_a_row(self, week: str, unit: str, below: str, issued: Iterable[str]) -> list[str]:
        """The weeks in which a unit was criticised one after the other, up to this one, the latest first."""
        found = [week]
        for earlier in sorted((each for each in issued if each < week), reverse=True):
            if self.ranking(earlier, unit).get(below, {}).get("verdict_code") != "criticised":
                break
            found.append(earlier)
        return found

    def interviews(self, issued: Mapping[str, Iterable[str]]) -> set[tuple[str, str, str]]:
        """Who was called, since which week criticised, and in which week; once for each streak. issued: weeks by unit."""
        found: dict[tuple[str, str], str] = {}
        for unit, weeks in issued.items():
            for week in sorted(weeks):
                for below, row in self.ranking(week, unit).items():
                    if row["verdict_code"] != "criticised":
                        continue
                    one_by_one = self.in_a_row(week, unit, below, weeks)
                    if len(one_by_one) >= self.streak:
                        found.setdefault((below, one_by_one[-1]), week)
        return {(below, since, week) for (below, since), week in found.items()}

    def _issues(self, unit: str) -> bool:
        row = self._tree.units[unit]
        return row.is_area and row.level in self._rules["levels"]

    def _week(self, at: int) -> str | None:
        number = bisect_right(self._starts, at) - 1
        return self._weeks[number][0] if number >= 0 and at < self._weeks[number][2] else None

    def _count(self, week: str, unit: str, below: str, name: str, part: bool) -> None:
        counts = self._counts[week, unit][below][name]
        counts[0] += part
        counts[1] += 1

    def _score(self, counts: Mapping[str, list[int]]) -> tuple[int, int] | None:
        parts = [counts.get(name, (0, 0)) for name in self._rules["measures"]]
        part, whole = sum(each[0] for each in parts), sum(each[1] for each in parts)
        return (part, whole) if whole >= self._rules["smallest_cases"] and whole else None

    def _verdict(self, score: tuple[int, int] | None, order: list[Fraction], ranked: int) -> str:
        """Praise for the first, criticism for the last; for nobody where all are equal or too few are ranked."""
        if score is None or len(order) < 2 or ranked < self._rules["smallest_units"]:
            return ""
        share = Fraction(*score)
        if share == order[0]:
            return "praised"
        return "criticised" if share == order[-1] and score[0] < score[1] else ""
