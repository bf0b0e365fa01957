"""Checks that several changes share. All raise InvalidInput naming the field."""

from __future__ import annotations

from collections.abc import Iterable

from engine.directory.draft import Draft, refused
from engine.directory.identity import is_code
from engine.directory.records import Dated, Person, R, Unit, at_moment, cover

LONGEST_TEXT = 200
"""Characters a name, a login or a reason may have."""


def check_code(field: str, code: str) -> None:
    """A code is what `is_code` says."""
    if not is_code(code):
        raise refused(
            "code", field,
            f"代码“{code}”须由字母、数字、._- 组成，最长 64",
            f'the code "{code}" must be letters, digits, ._-, at most 64',
        )  # fmt: skip


def check_text(field: str, text: str, *, empty: bool = False) -> None:
    """A text is on one line, printable, not too long, and there."""
    if not text.strip() and not empty:
        raise refused("text", field, "不能为空", "must not be empty")
    if len(text) > LONGEST_TEXT or (text and not text.isprintable()):
        raise refused("text", field, "过长或含有控制字符", "is too long or holds control characters")


def check_span(start: int, end: int) -> None:
    """A time that begins before it ends."""
    if not 0 <= start < end:
        raise refused("span", "valid_until", "结束须晚于开始", "the end must come after the beginning")


def check_free(rows: Iterable[Dated], start: int, end: int, code: str, field: str, what: str) -> None:
    """Nothing of the kind holds within the time already. `what` is the code or name in use."""
    if any(row.overlaps(start, end) for row in rows):
        raise refused(code, field, f"“{what}”在这段时间已存在", f'"{what}" is there already at that time')


def check_unit_covers(draft: Draft, unit: str, start: int, end: int, field: str) -> None:
    """The unit is there all the time."""
    if not cover(draft.register.units.get(unit, ()), start, end):
        raise refused(
            "unit.unknown", field, f"单位 {unit} 在这段时间不存在", f"there is no unit {unit} all that time"
        )


def check_person_covers(draft: Draft, person: str, start: int, end: int, field: str) -> None:
    """The person is on the staff all the time."""
    if not cover(draft.register.people.get(person, ()), start, end):
        raise refused(
            "person.unknown", field,
            f"人员 {person} 在这段时间不在册", f"there is no person {person} on the staff all that time",
        )  # fmt: skip


def check_role(draft: Draft, role: str) -> None:
    """The vocabulary has the role."""
    if role not in draft.vocabulary.roles.by_code:
        raise refused("role.unknown", "role", f"没有角色“{role}”", f'there is no role "{role}"')


def unit_now(draft: Draft, unit: str, at: int) -> Unit:
    """The unit's row at a moment, which nothing later has changed."""
    return _now(draft.register.units.get(unit, ()), at, "unit", f"单位 {unit}", f"unit {unit}")


def person_now(draft: Draft, person: str, at: int) -> Person:
    """The person's row at a moment, which nothing later has changed."""
    return _now(draft.register.people.get(person, ()), at, "person", f"人员 {person}", f"person {person}")


def _now(rows: tuple[R, ...], at: int, kind: str, zh: str, en: str) -> R:
    row = at_moment(rows, at)
    if row is None:
        raise refused(f"{kind}.unknown", kind, f"没有{zh}", f"there is no {en}")
    if any(other.valid_from > at and other.valid_until > other.valid_from for other in rows):
        raise refused("later", kind, f"{zh} 之后已有变更", f"{en} has been changed for a later time already")
    return row
