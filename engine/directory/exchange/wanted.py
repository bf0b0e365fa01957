"""What a row asks for, against what the directory holds: the changes that make it so.

Files say how things should be. A new row begins at its `valid_from`, by default when it is imported. What differs
of something already there changes when it is imported, or at a later `valid_from`. A `valid_until` ends it. What
a file does not mention stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.directory.changes import (
    AddUnit,
    AssignRole,
    CloseUnit,
    EndRole,
    EndSubstitution,
    Hire,
    Leave,
    MoveUnit,
    RenameUnit,
    Substitute,
    UpdatePerson,
)
from engine.directory.draft import Change, Draft, refused
from engine.directory.phone import masked
from engine.directory.records import R, at_moment
from engine.directory.vocabulary import ANY, W, Words
from engine.store import NEVER


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """Changes for a row. new: whether it adds something. endings: changes to make once all rows are in."""

    new: bool = False
    changes: tuple[Change, ...] = ()
    endings: tuple[Change, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """A row's texts by column, its dates (None where it has none), and the moment of the import."""

    values: Mapping[str, str]
    start: int | None
    end: int | None
    at: int

    @property
    def begin(self) -> int:
        """When what is new begins."""
        return self.at if self.start is None else self.start

    @property
    def until(self) -> int:
        """When it ends."""
        return NEVER if self.end is None else self.end

    @property
    def moment(self) -> int:
        """When it is compared with the directory: at the import, but within its own dates."""
        return max(min(max(self.begin, self.at), self.until - 1), 0)

    def get(self, column: str) -> str:
        """A text; empty when the file has no such column."""
        return self.values.get(column, "")

    def now(self, rows: Iterable[R]) -> R | None:
        """The row of the directory it is compared with."""
        return at_moment(rows, self.moment)

    def ends(self, last: int) -> bool:
        """Whether it is to end earlier than it does now, at `last`. Raises InvalidInput when it is to end later."""
        if self.end is None or self.end == last:
            return False
        if self.end > last:
            raise refused(
                "extension", "valid_until",
                "已有更早的失效时间；请另加一行，从那时起生效",
                "it ends earlier already; add a row that begins when it ends",
            )  # fmt: skip
        return True


def plan(table: str, wanted: Wanted, draft: Draft) -> Plan:
    """The changes a row of a table asks for. Raises InvalidInput for words and values that cannot be."""
    planned: Plan = _PLANS[table](wanted, draft)
    return planned


def _unit(wanted: Wanted, draft: Draft) -> Plan:
    unit, name, parent = wanted.get("unit"), wanted.get("name"), wanted.get("parent") or None
    kind = wanted.get("department")
    department = _code(draft.vocabulary.departments, kind, "department", "部门类别") if kind else None
    text = wanted.get("level")
    level = _code(draft.vocabulary.levels, text, "level", "层级") if text else None
    row = wanted.now(draft.register.units.get(unit, ()))
    if row is None:
        add = AddUnit(
            unit=unit, name=name, parent=parent, level=level, department=department, at=wanted.begin, until=wanted.until
        )  # fmt: skip
        return Plan(new=True, changes=(add,))
    if department != row.department or (department is None and level != row.level):
        raise refused(
            "unit.kind", "department" if department != row.department else "level",
            "单位的级别和类别不能更改；请注销后另设", "level and kind of a unit stay; close it and add another",
        )  # fmt: skip
    changes: list[Change] = []
    if name != row.name:
        changes.append(RenameUnit(unit=unit, name=name, at=wanted.moment))
    if parent != row.parent:
        changes.append(MoveUnit(unit=unit, parent=parent, at=wanted.moment))
    ends = wanted.ends(row.valid_until)
    return Plan(changes=tuple(changes), endings=(CloseUnit(unit=unit, at=wanted.until),) if ends else ())


def _person(wanted: Wanted, draft: Draft) -> Plan:
    person = wanted.get("person")
    values = {"name": wanted.get("name"), "login": wanted.get("login")}
    phone = wanted.values.get("phone")
    row = wanted.now(draft.register.people.get(person, ()))
    if row is None:
        hire = Hire(person=person, **values, phone=phone or "", at=wanted.begin, until=wanted.until)
        return Plan(new=True, changes=(hire,))
    changes: tuple[Change, ...] = ()
    same_phone = phone is None or masked(phone) == row.phone
    if (row.name, row.login) != (values["name"], values["login"]) or not same_phone:
        changes = (UpdatePerson(person=person, **values, phone=phone, at=wanted.moment),)
    ends = wanted.ends(row.valid_until)
    return Plan(changes=changes, endings=(Leave(person=person, at=wanted.until),) if ends else ())


def _membership(wanted: Wanted, draft: Draft) -> Plan:
    person, unit = wanted.get("person"), wanted.get("unit")
    role = _code(draft.vocabulary.roles, wanted.get("role"), "role", "角色")
    rows = [row for row in draft.register.roles_of.get(person, ()) if row.unit == unit and row.role == role]
    row = wanted.now(rows)
    if row is None:
        assign = AssignRole(person=person, unit=unit, role=role, at=wanted.begin, until=wanted.until)
        return Plan(new=True, changes=(assign,))
    if wanted.ends(row.valid_until):
        return Plan(changes=(EndRole(person=person, unit=unit, role=role, at=wanted.until),))
    return Plan()


def _substitution(wanted: Wanted, draft: Draft) -> Plan:
    absent, stand_in = wanted.get("absent"), wanted.get("stand_in")
    text = wanted.get("role")
    role = ANY if text in ("", ANY) else _code(draft.vocabulary.roles, text, "role", "角色")
    rows = [
        row
        for row in draft.register.absences.get(absent, ())
        if row.stand_in == stand_in and row.role == role
    ]
    row = wanted.now(rows)
    if row is None:
        substitute = Substitute(
            absent=absent, stand_in=stand_in, role=role, at=wanted.begin, until=wanted.until, reason=wanted.get("reason")
        )  # fmt: skip
        return Plan(new=True, changes=(substitute,))
    if wanted.ends(row.valid_until):
        end = EndSubstitution(absent=absent, stand_in=stand_in, role=role, at=wanted.until)
        return Plan(changes=(end,))
    return Plan()


def _code(words: Words[W], name: str, field: str, kind: str) -> str:
    word = words.find(name)
    if word is None:
        raise refused(f"{field}.unknown", field, f"没有{kind}“{name}”", f'there is no {field} "{name}"')
    return word.code


_PLANS = {
    "units": _unit,
    "people": _person,
    "memberships": _membership,
    "substitutions": _substitution,
}
