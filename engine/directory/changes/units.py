"""Changes of units: add, rename, move, close."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.directory.changes.checks import (
    check_code,
    check_free,
    check_span,
    check_text,
    check_unit_covers,
    unit_now,
)
from engine.directory.draft import Draft, refused
from engine.directory.identity import path_below
from engine.directory.records import Unit
from engine.store import NEVER


@dataclass(frozen=True, kw_only=True, slots=True)
class AddUnit:
    """A unit begins. parent: None for a root. level: may be left out for a department, which has its area's.

    department: the kind of department; None for an area.
    """

    unit: str
    name: str
    parent: str | None
    level: str | None = None
    department: str | None = None
    at: int
    until: int = NEVER

    @property
    def subject(self) -> str:
        """The unit."""
        return self.unit

    def apply(self, draft: Draft) -> None:
        """Raises InvalidInput for a code in use, an unknown parent, level or kind, or a level out of order."""
        check_code("unit", self.unit)
        check_text("name", self.name)
        check_span(self.at, self.until)
        rows = draft.register.units.get(self.unit, ())
        check_free(rows, self.at, self.until, "unit.exists", "unit", self.unit)
        if self.department is not None and self.department not in draft.vocabulary.departments.by_code:
            raise refused(
                "department.unknown", "department",
                f"没有部门类别“{self.department}”", f'there is no kind of department "{self.department}"',
            )  # fmt: skip
        parent = _parent(draft, self.parent, self.at, self.until)
        level = _level(draft, self.level, self.department is not None, parent)
        draft.open(
            Unit(
                id=self.unit,
                parent=self.parent,
                level=level,
                department=self.department,
                name=self.name.strip(),
                path=path_below(None if parent is None else parent.path, self.unit),
                valid_from=self.at,
                valid_until=self.until,
            )
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class RenameUnit:
    """A unit gets another name."""

    unit: str
    name: str
    at: int

    @property
    def subject(self) -> str:
        """The unit."""
        return self.unit

    def apply(self, draft: Draft) -> None:
        """Raises InvalidInput for an unknown unit or an empty name."""
        check_text("name", self.name)
        draft.replace(unit_now(draft, self.unit, self.at), self.at, name=self.name.strip())


@dataclass(frozen=True, kw_only=True, slots=True)
class MoveUnit:
    """A unit, with all below it, gets another parent.

    Never in the future: the paths of cases move with it, and they show the present.
    """

    unit: str
    parent: str | None
    at: int

    @property
    def subject(self) -> str:
        """The unit."""
        return self.unit

    def apply(self, draft: Draft) -> None:
        """Raises InvalidInput for an unknown unit or parent, a cycle, a level out of order, or a future moment."""
        if self.at > draft.recorded_at:
            raise refused(
                "future", "at", "调整隶属关系不能预先登记", "a move cannot be entered before it takes effect"
            )
        unit = unit_now(draft, self.unit, self.at)
        parent = _parent(draft, self.parent, self.at, unit.valid_until)
        if parent is not None and parent.path.startswith(unit.path):
            raise refused(
                "unit.cycle", "parent",
                f"{self.parent} 在 {self.unit} 之下，不能作它的上级",
                f"{self.parent} is below {self.unit} and cannot be above it",
            )  # fmt: skip
        is_department = unit.department is not None
        level = _level(draft, None if is_department else unit.level, is_department, parent)
        path = path_below(None if parent is None else parent.path, self.unit)
        below = _below(draft, unit, self.at)
        draft.replace(unit, self.at, parent=self.parent, level=level, path=path)
        for row in below:
            # Nothing but departments is below a department.
            moved: dict[str, Any] = {"level": level} if is_department else {}
            rest = row.path.removeprefix(unit.path)
            draft.replace(row, self.at, logged=False, path=f"{path}{rest}", **moved)
        draft.moved.append((unit.path, path))


@dataclass(frozen=True, kw_only=True, slots=True)
class CloseUnit:
    """A unit ends. Its cases stay where they are, to be seen from above."""

    unit: str
    at: int

    @property
    def subject(self) -> str:
        """The unit."""
        return self.unit

    def apply(self, draft: Draft) -> None:
        """Raises InvalidInput for an unknown unit, or one with units below or people in it."""
        row = unit_now(draft, self.unit, self.at)
        children = [
            child.id for child in draft.register.children.get(self.unit, ()) if child.overlaps(self.at, NEVER)
        ]
        if children:
            listed = ", ".join(sorted(set(children))[:5])
            raise refused(
                "unit.children", "unit",
                f"单位 {self.unit} 还有下级：{listed}", f"unit {self.unit} still has units below: {listed}",
            )  # fmt: skip
        staff = {
            member.person
            for member in draft.register.roles_in.get(self.unit, ())
            if member.overlaps(self.at, NEVER)
        }
        if staff:
            listed = ", ".join(sorted(staff)[:5])
            raise refused(
                "unit.people", "unit",
                f"单位 {self.unit} 还有 {len(staff)} 人任职：{listed}",
                f"{len(staff)} people still have a role in unit {self.unit}: {listed}",
            )  # fmt: skip
        draft.close(row, self.at)


def _parent(draft: Draft, parent: str | None, start: int, end: int) -> Unit | None:
    if parent is None:
        return None
    check_unit_covers(draft, parent, start, end, "parent")
    return draft.index.unit(parent, start)


def _level(draft: Draft, level: str | None, is_department: bool, parent: Unit | None) -> str:
    """The level a unit has under a parent."""
    if is_department:
        if parent is None:
            raise refused("unit.root", "parent", "部门须有上级", "a department needs a parent")
        if level not in (None, parent.level):
            raise refused(
                "level.department", "level",
                f"部门与所属区域同级（{parent.level}）", f"a department has the level of its area ({parent.level})",
            )  # fmt: skip
        return parent.level
    levels = draft.vocabulary.levels.by_code
    if not level:
        raise refused(
            "level.missing", "level",
            "区域须有级别，部门须有部门类别", "an area needs a level, a department what kind it is of",
        )  # fmt: skip
    if level not in levels:
        raise refused("level.unknown", "level", f"没有层级“{level}”", f'there is no level "{level}"')
    if parent is not None and parent.department is not None:
        raise refused(
            "unit.below_department", "parent",
            f"区域不能设在部门 {parent.id} 之下", f"an area cannot be below the department {parent.id}",
        )  # fmt: skip
    if parent is not None and levels[parent.level].rank >= levels[level].rank:
        raise refused(
            "level.order", "level",
            f"{level} 不能设在 {parent.level} 之下", f"{level} cannot be below {parent.level}",
        )  # fmt: skip
    return level


def _below(draft: Draft, unit: Unit, at: int) -> list[Unit]:
    """The rows below a unit that hold at a moment or later."""
    return [
        row
        for rows in draft.register.units.values()
        for row in rows
        if row.id != unit.id and row.path.startswith(unit.path) and row.overlaps(at, NEVER)
    ]
