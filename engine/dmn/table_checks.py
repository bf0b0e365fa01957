"""Checks of decision tables: rules that overlap, inputs that no rule covers, rules that can never count.

Each column is cut into the pieces its cells distinguish (`table_pieces`); a cell is then a set of pieces (the
bits of an int), a rule a box, and the checks are questions about boxes. Tables with cells that depend on more
than their own input are not checked for gaps; their other rules are still checked for overlaps.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TypeAlias

from engine.dmn.findings import Findings, Place, Severity
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
    """What the checks need to know of a table.

    outputs: of each rule, what can be compared with others. ranks: of each rule, its place in the order of PRIORITY
    (low before high), None where it is not known. places: of each rule's input cells.
    """

    policy: HitPolicy
    columns: tuple[str, ...]
    kinds: tuple[str, ...]
    allowed: tuple[Cell, ...]
    rows: tuple[list[Cell], ...]
    outputs: tuple[Hashable, ...]
    ranks: tuple[tuple[int, ...] | None, ...]
    places: tuple[tuple[Place, ...], ...]
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
                column = box.index(0)
                possible = self._columns[column].list_whole()
                self._warn(
                    "dmn.unreachable", index, column,
                    f"第 {index + 1} 条规则永远不会命中：“{self._name(column)}”这一格不可能成立；可能的取值：{possible}",
                    f"rule {index + 1} can never match: the cell of '{self._name(column)}' cannot hold; "
                    f"possible are {possible}",
                )  # fmt: skip
            elif self._is_masked(index, box):
                self._warn(
                    "dmn.unreachable", index, None,
                    f"第 {index + 1} 条规则永远不会生效：优先的规则已覆盖其全部情形；可删去，或移到它们之前、改窄它们",
                    f"rule {index + 1} never counts: the rules that come before it cover all its cases; "
                    "remove it, move it ahead or narrow them",
                )  # fmt: skip

    def _is_masked(self, index: int, box: _Box) -> bool:
        """Whether rules that are preferred under the hit policy cover all cases of this one."""
        if self._shape.policy is HitPolicy.FIRST:
            preferred = [other for at, other in self._known() if at < index]
        elif self._shape.policy is HitPolicy.PRIORITY and (own := self._shape.ranks[index]) is not None:
            ranks = self._shape.ranks
            preferred = [
                other
                for at, other in self._known()
                if (rank := ranks[at]) is not None and (rank, at) < (own, index)
            ]
        else:
            return False
        try:
            return self._uncovered(box, preferred, 0) is None
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
            column = next((at for at, part in enumerate(common) if part != self._columns[at].whole), None)
            self._warn(
                "dmn.overlap", other, column,
                f"第 {one + 1} 条与第 {other + 1} 条规则重叠，例如 {example}；可改窄其中一条，或改用 FIRST、PRIORITY",
                f"rules {one + 1} and {other + 1} overlap, for example at {example}; "
                "narrow one of them, or use FIRST or PRIORITY",
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
                f"没有规则覆盖的情形，例如 {example}；可加一条规则，或给出缺省输出",
                f"no rule covers, for example, {example}; add a rule or a default output",
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
            f"{self._name(index)}: {column.describe(pieces)}"
            for index, (column, pieces) in enumerate(zip(self._columns, region, strict=True))
            if pieces != column.whole
        ]
        return ", ".join(parts) or "-"

    def _name(self, column: int) -> str:
        return self._shape.columns[column] or str(column + 1)

    def _warn(self, rule: str, row: int, column: int | None, zh: str, en: str) -> None:
        """A warning about a rule, at one of its cells where that is to blame."""
        place, character = replace(self._place, row=row + 1), None
        if column is not None:
            place = self._shape.places[row][column]
            cell = self._shape.rows[row][column]
            character = 0 if cell is None else cell.tests[0].at
        self._findings.add(rule, place, zh, en, severity=Severity.WARNING, character=character)


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
