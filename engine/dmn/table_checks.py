"""Checks of decision tables: rules that overlap, inputs that no rule covers, rules that can never count.

Each column is cut into the pieces its cells distinguish (`table_pieces`); a cell is then a set of pieces (the
bits of an int), a rule a box, and the checks are questions about boxes. Tables with cells that depend on more
than their own input are not checked for gaps; their other rules are still checked for overlaps.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from typing import TypeAlias

from engine.dmn.findings import Findings, Place
from engine.dmn.hit_policies import SINGLE_HIT, HitPolicy
from engine.dmn.table_pieces import Pieces, cut
from engine.feel import syntax

Cell: TypeAlias = syntax.Tests | None
"""The tests of a cell; None accepts everything."""

_MOST_RULES = 400
_MOST_WORK = 2_000_000
_MOST_PAIRS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class TableShape:
    """What the checks need to know of a table; `outputs` are the texts of each rule's results."""

    policy: HitPolicy
    columns: tuple[str, ...]
    kinds: tuple[str, ...]
    allowed: tuple[Cell, ...]
    rows: tuple[list[Cell], ...]
    outputs: tuple[str, ...]
    has_default: bool


_Box: TypeAlias = tuple[int, ...]


def check_table(shape: TableShape, findings: Findings, place: Place) -> None:
    """Add a warning for each overlap, gap and unreachable rule."""
    width = len(shape.columns)
    if not 0 < len(shape.rows) <= _MOST_RULES or width == 0 or any(len(row) != width for row in shape.rows):
        return
    columns = [
        cut([row[index] for row in shape.rows], shape.allowed[index], shape.kinds[index])
        for index in range(width)
    ]
    checker = _Checker(shape, columns, findings, place)
    checker.unreachable()
    checker.overlaps()
    checker.gaps()


class _TooLarge(Exception):
    """The table has more combinations than the checks look at."""


class _Checker:
    def __init__(self, shape: TableShape, columns: list[Pieces], findings: Findings, place: Place) -> None:
        self._shape = shape
        self._columns = columns
        self._findings = findings
        self._place = place
        self._boxes: list[_Box | None] = [
            _box([column.cells[row] for column in columns]) for row in range(len(shape.rows))
        ]
        self._work = 0

    def _known(self) -> list[tuple[int, _Box]]:
        return [(index, box) for index, box in enumerate(self._boxes) if box is not None]

    def unreachable(self) -> None:
        """Rules with a cell that nothing passes, and rules that earlier ones always forestall."""
        for index, box in self._known():
            if not all(box):
                self._warn(
                    "dmn.unreachable", index,
                    f"第 {index + 1} 条规则永远不会命中：有一格不可能成立",
                    f"rule {index + 1} can never match: one of its cells cannot hold",
                )  # fmt: skip
            elif self._shape.policy is HitPolicy.FIRST and self._covered_before(index, box):
                self._warn(
                    "dmn.unreachable", index,
                    f"第 {index + 1} 条规则永远不会生效：之前的规则已覆盖其全部情形",
                    f"rule {index + 1} never counts: the rules before it cover all its cases",
                )  # fmt: skip

    def _covered_before(self, index: int, box: _Box) -> bool:
        earlier = [other for at, other in self._known() if at < index]
        try:
            return self._uncovered(box, earlier, 0) is None
        except _TooLarge:
            return False

    def overlaps(self) -> None:
        """Pairs of rules that can match together, where the hit policy does not provide for it."""
        policy = self._shape.policy
        if policy not in (HitPolicy.UNIQUE, HitPolicy.ANY):
            return
        reported = 0
        for (one, box), (other, other_box) in combinations(self._known(), 2):
            common = tuple(left & right for left, right in zip(box, other_box, strict=True))
            same_output = self._shape.outputs[one] == self._shape.outputs[other]
            if not all(common) or (policy is HitPolicy.ANY and same_output):
                continue
            example = self._describe(common)
            self._warn(
                "dmn.overlap", other,
                f"第 {one + 1} 条与第 {other + 1} 条规则重叠，例如 {example}",
                f"rules {one + 1} and {other + 1} overlap, for example at {example}",
            )  # fmt: skip
            reported += 1
            if reported == _MOST_PAIRS:
                return

    def gaps(self) -> None:
        """One combination of inputs that no rule covers."""
        if self._shape.policy not in SINGLE_HIT or self._shape.has_default or None in self._boxes:
            return
        whole = tuple(column.whole for column in self._columns)
        try:
            gap = self._uncovered(whole, [box for _, box in self._known()], 0)
        except _TooLarge:
            return
        if gap is not None:
            example = self._describe(gap)
            self._findings.warn(
                "dmn.gap", self._place,
                f"没有规则覆盖的情形，例如 {example}", f"no rule covers, for example, {example}",
            )  # fmt: skip

    def _uncovered(self, region: _Box, boxes: list[_Box], column: int) -> _Box | None:
        """A part of `region` outside all boxes, found column by column; None when they cover it."""
        if not boxes:
            return region
        if column == len(region):
            return None
        self._work += region[column].bit_count() * len(boxes)
        if self._work > _MOST_WORK:
            raise _TooLarge
        for group, inside in self._groups(region[column], boxes, column):
            found = self._uncovered((*region[:column], group, *region[column + 1 :]), inside, column + 1)
            if found is not None:
                return found
        return None

    @staticmethod
    def _groups(pieces: int, boxes: list[_Box], column: int) -> list[tuple[int, list[_Box]]]:
        """The pieces of a column, those together that lie in the same boxes."""
        groups: dict[int, int] = {}
        for bit in _bits(pieces):
            membership = 0
            for index, box in enumerate(boxes):
                if box[column] & bit:
                    membership |= 1 << index
            groups[membership] = groups.get(membership, 0) | bit
        return [
            (group, [box for index, box in enumerate(boxes) if membership >> index & 1])
            for membership, group in groups.items()
        ]

    def _describe(self, region: _Box) -> str:
        parts = [
            f"{name or index + 1}: {column.describe(pieces)}"
            for index, (name, column, pieces) in enumerate(
                zip(self._shape.columns, self._columns, region, strict=True)
            )
            if pieces != column.whole
        ]
        return ", ".join(parts) or "-"

    def _warn(self, rule: str, row: int, zh: str, en: str) -> None:
        self._findings.warn(rule, replace(self._place, row=row + 1), zh, en)


def _box(cells: list[int | None]) -> _Box | None:
    known = tuple(cell for cell in cells if cell is not None)
    return known if len(known) == len(cells) else None


def _bits(pieces: int) -> list[int]:
    found = []
    while pieces:
        bit = pieces & -pieces
        found.append(bit)
        pieces ^= bit
    return found
