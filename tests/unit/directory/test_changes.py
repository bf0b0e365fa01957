"""Changes keep the directory sound, and leave the past as it was."""

from __future__ import annotations

from dataclasses import replace

import pytest

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
from engine.directory.draft import Change
from engine.errors import InvalidInput
from tests.unit.directory.office import BEGIN, DAY, NOW, STAFF, UNITS, away, draft, hired, office, role

LATER = NOW + DAY


def add(
    unit: str = "V9", parent: str | None = "T1", level: str | None = "village", **more: object
) -> AddUnit:
    base = AddUnit(unit=unit, name="新村", parent=parent, level=level, at=NOW)
    return replace(base, **more)  # type: ignore[arg-type]  # values of several types by name


def test_a_name_changes_from_a_moment_on() -> None:
    index = office(RenameUnit(unit="V1", name="柳溪社区", at=NOW))
    names = [row.name for at in (NOW - 1, NOW) if (row := index.unit("V1", at))]
    assert names == ["柳溪村", "柳溪社区"]


def test_a_unit_moves_with_all_below_it_and_the_past_stays() -> None:
    index = office(MoveUnit(unit="V1", parent="T2", at=NOW))
    assert [unit.id for unit in index.ancestors("G1", NOW - 1)] == ["G1", "V1", "T1", "K"]
    assert [unit.id for unit in index.ancestors("G1", NOW)] == ["G1", "V1", "T2", "K"]
    paths = [row.path for at in (NOW - 1, NOW) if (row := index.unit("G1", at))]
    assert paths == ["/K/T1/V1/G1/", "/K/T2/V1/G1/"]
    assert [unit.id for unit in index.descendants("T1", NOW) if unit.department is None] == ["T1", "V2"]


def test_a_department_takes_the_level_of_its_new_area_along_with_those_inside() -> None:
    index = office(MoveUnit(unit="T1-centre", parent="K", at=NOW))
    for unit in ("T1-centre", "T1-med"):
        row = index.unit(unit, NOW)
        assert row is not None
        assert row.level == "county"
    assert index.departments("K", "mediation", NOW)[0].path == "/K/T1-centre/T1-med/"


def test_a_move_takes_units_along_that_begin_later() -> None:
    planned = AddUnit(unit="G2", name="第二网格", parent="V1", level="grid", at=LATER)
    index = draft(*UNITS, planned, MoveUnit(unit="V1", parent="T2", at=NOW)).index
    row = index.unit("G2", LATER)
    assert row is not None
    assert row.path == "/K/T2/V1/G2/"


def test_a_correction_at_the_same_moment_leaves_one_row_that_counts() -> None:
    index = office(RenameUnit(unit="V1", name="甲", at=NOW), RenameUnit(unit="V1", name="乙", at=NOW))
    row = index.unit("V1", NOW)
    assert row is not None
    assert row.name == "乙"
    assert len([row for row in index.register.units["V1"] if row.overlaps(0, 2 * NOW)]) == 2


def test_who_leaves_loses_roles_and_substitutions() -> None:
    index = office(
        away("wang", "zhao", until=LATER), Leave(person="zhao", at=NOW + 1), Leave(person="li", at=NOW)
    )
    assert index.groups_of("li", NOW - 1)
    assert index.groups_of("li", NOW) == []
    assert index.person("zhao", NOW + 1) is None
    assert index.standing_in("zhao", NOW + 1) == []
    assert index.members("unit:T1-med/*", NOW + 1) == ["wang"]


def test_a_closed_unit_is_gone_and_its_code_may_be_used_again() -> None:
    index = office(CloseUnit(unit="V2", at=NOW), add("V2", "T2", at=LATER))
    assert index.unit("V2", NOW) is None
    row = index.unit("V2", LATER)
    assert row is not None
    assert row.path == "/K/T2/V2/"


def test_people_are_found_by_the_login_name_of_the_moment() -> None:
    index = office(UpdatePerson(person="li", login="li2", phone="13812345678", at=NOW))
    found = [index.by_login("li", NOW - 1), index.by_login("li", NOW), index.by_login("li2", NOW)]
    assert [person and person.id for person in found] == ["li", None, "li"]
    person = index.person("li", NOW)
    assert person is not None
    assert person.phone == "138****5678"


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ([add("a b")], "code", "unit"),
        ([add(name=" ")], "text", "name"),
        ([add(name="x\ny")], "text", "name"),
        ([add(until=NOW)], "span", "valid_until"),
        ([add("V1")], "unit.exists", "unit"),
        ([add(parent="V8")], "unit.unknown", "parent"),
        ([add(at=BEGIN - 1)], "unit.unknown", "parent"),
        ([add(level="hamlet")], "level.unknown", "level"),
        ([add(level=None)], "level.missing", "level"),
        ([add(level="")], "level.missing", "level"),
        ([add(level="town")], "level.order", "level"),
        ([add(parent="T1-med")], "unit.below_department", "parent"),
        ([add(department="aliens", level=None)], "department.unknown", "department"),
        ([add(department="police")], "level.department", "level"),
        ([add(department="police", level=None, parent=None)], "unit.root", "parent"),
        ([RenameUnit(unit="V8", name="x", at=NOW)], "unit.unknown", "unit"),
        ([RenameUnit(unit="V1", name="x", at=LATER), RenameUnit(unit="V1", name="y", at=NOW)], "later", "unit"),
        ([MoveUnit(unit="T1", parent="V1", at=NOW)], "unit.cycle", "parent"),
        ([MoveUnit(unit="T1", parent="T1", at=NOW)], "unit.cycle", "parent"),
        ([MoveUnit(unit="V1", parent="V2", at=NOW)], "level.order", "level"),
        ([MoveUnit(unit="V1", parent="T2", at=NOW + 1)], "future", "at"),
        ([CloseUnit(unit="T2", at=NOW), MoveUnit(unit="V1", parent="T2", at=NOW)], "unit.unknown", "parent"),
        ([CloseUnit(unit="V1", at=NOW)], "unit.children", "unit"),
        ([CloseUnit(unit="G1", at=NOW)], "unit.people", "unit"),
        ([EndRole(person="li", unit="G1", role="grid_worker", at=LATER), CloseUnit(unit="G1", at=NOW)],
         "unit.people", "unit"),
        ([*hired("li")], "person.exists", "person"),
        ([Hire(person="x", name="x", login="li", at=NOW)], "login.exists", "login"),
        ([UpdatePerson(person="li", login="wang", at=NOW)], "login.exists", "login"),
        ([UpdatePerson(person="li", login="", at=NOW)], "text", "login"),
        ([Leave(person="nobody", at=NOW)], "person.unknown", "person"),
        ([role("li", "V1", "chief")], "role.unknown", "role"),
        ([role("nobody", "V1", "mediator")], "person.unknown", "person"),
        ([role("li", "V8", "mediator")], "unit.unknown", "unit"),
        ([role("li", "V1", "mediator", at=BEGIN - 1)], "person.unknown", "person"),
        ([role("li", "G1", "grid_worker", at=NOW)], "role.exists", "role"),
        ([add(until=LATER), role("li", "V9", "mediator", at=NOW)], "unit.unknown", "unit"),
        ([EndRole(person="li", unit="V1", role="grid_worker", at=NOW)], "role.missing", "role"),
        ([away("li", "li")], "self", "stand_in"),
        ([away("li", "nobody")], "person.unknown", "stand_in"),
        ([away("li", "sun", role="mediator")], "role.missing", "role"),
        ([away("li", "sun", role="chief")], "role.unknown", "role"),
        ([away("li", "sun"), away("li", "sun", at=NOW + 1)], "substitution.exists", "stand_in"),
        ([away("sun", "qian"), away("li", "sun")], "stand_in.away", "stand_in"),
        ([away("li", "sun", until=2**63 - 1)], "span", "valid_until"),
        ([Substitute(absent="li", stand_in="sun", at=NOW, until=LATER, reason="")], "text", "reason"),
        ([EndSubstitution(absent="li", stand_in="sun", at=NOW)], "substitution.missing", "stand_in"),
    ],
)  # fmt: skip
def test_what_would_leave_the_directory_unsound_is_refused(
    changes: list[Change], code: str, field: str
) -> None:
    *before, last = changes
    made = draft(*UNITS, *STAFF, *before)
    version, rows = made.register.version, dict(made.register.units)
    with pytest.raises(InvalidInput) as caught:
        made.apply(last)
    assert caught.value.code == f"directory.{code}"
    assert list(caught.value.fields) == [field]
    assert caught.value.message_zh
    assert caught.value.message_en.replace("→", "").isascii()
    assert made.register.version == version
    assert made.register.units == rows
    assert len(made.log) == version


def test_the_log_says_what_was_before_and_after() -> None:
    made = draft(*UNITS, *STAFF, MoveUnit(unit="V1", parent="T2", at=NOW))
    entry = made.log[-1]
    assert (entry.kind, entry.subject, entry.effective_at) == ("MoveUnit", "V1", NOW)
    assert [getattr(row, "parent", None) for row in (*entry.before, *entry.after)] == ["T1", "T2"]


def test_a_role_may_end_and_begin_again() -> None:
    end = EndRole(person="li", unit="G1", role="grid_worker", at=NOW)
    again = AssignRole(person="li", unit="G1", role="grid_worker", at=LATER)
    index = office(end, again)
    assert [bool(index.groups_of("li", at)) for at in (NOW - 1, NOW, LATER)] == [True, False, True]


def test_a_substitution_ends_early() -> None:
    index = office(away("wang", "sun"), EndSubstitution(absent="wang", stand_in="sun", at=NOW + 5))
    assert [bool(index.standing_in("sun", at)) for at in (NOW - 1, NOW, NOW + 4, NOW + 5)] == [
        False,
        True,
        True,
        False,
    ]
