"""The rows of the directory. Times are microseconds since 1970 UTC; a row holds from `valid_from` to before `valid_until`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from engine.store import NEVER


@dataclass(frozen=True, kw_only=True, slots=True)
class Dated:
    """A fact with the time it holds. `change` is the number of the change that made the row."""

    change: int = 0
    valid_from: int
    valid_until: int = NEVER

    def holds(self, at: int) -> bool:
        """Whether it holds at a moment."""
        return self.valid_from <= at < self.valid_until

    def overlaps(self, start: int, end: int) -> bool:
        """Whether it holds at some moment from `start` to before `end`; a row corrected away never does."""
        return max(self.valid_from, start) < min(self.valid_until, end)


@dataclass(frozen=True, kw_only=True, slots=True)
class Unit(Dated):
    """An area (county, town, grid, …) or, when `department` says its kind, a department.

    level: an area's own, a department's that of the area it belongs to. path: ids from the root down to the unit,
    each followed by a slash, with a leading one.
    """

    id: str
    parent: str | None
    level: str
    department: str | None = None
    name: str
    path: str

    @property
    def kind(self) -> str:
        """`area` or `department`."""
        return "area" if self.department is None else "department"


@dataclass(frozen=True, kw_only=True, slots=True)
class Person(Dated):
    """A member of staff. phone: masked."""

    id: str
    name: str
    login: str
    phone: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Membership(Dated):
    """A person has a role in a unit."""

    person: str
    unit: str
    role: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Substitution(Dated):
    """代理: while it holds, `stand_in` acts for `absent` in one role, or in all (`*`)."""

    absent: str
    stand_in: str
    role: str
    reason: str

    def covers(self, role: str) -> bool:
        """Whether it is about this role."""
        return self.role in ("*", role)


Record: TypeAlias = Unit | Person | Membership | Substitution
R = TypeVar("R", bound=Dated)


def at_moment(rows: Iterable[R], at: int) -> R | None:
    """The row that holds at a moment; None when none does."""
    return next((row for row in rows if row.valid_from <= at < row.valid_until), None)


def cover(rows: Iterable[Dated], start: int, end: int) -> bool:
    """Whether the rows together hold at every moment from `start` to before `end`."""
    reached = start
    for row in sorted(rows, key=lambda row: row.valid_from):
        if row.valid_from <= reached < row.valid_until:
            reached = row.valid_until
    return reached >= end
