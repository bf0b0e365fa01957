"""Who may take a task: by level and role of the case's place, with stand-ins, gaps and separation of duties."""

from __future__ import annotations

import pytest

from engine.directory import may_act, resolve, staffing_gaps
from engine.directory.changes import AddUnit, CloseUnit, EndRole
from tests.unit.directory.office import BEGIN, NOW, away, hired, office, role

MED = "unit:T1-med/*"


@pytest.mark.parametrize(
    ("expression", "place", "groups", "people"),
    [
        ("镇/调委会", "G1", [MED], ["wang", "zhao"]),
        ("镇/调委会", "T1", [MED], ["wang", "zhao"]),
        ("镇/调委会", "T1-centre", [MED], ["wang", "zhao"]),
        ("本级/调委会", "T1-med", [MED], ["wang", "zhao"]),
        ("镇/调委会/调解员", "G1", ["unit:T1-med/mediator"], ["wang", "zhao"]),
        ("镇/综治中心", "V1", ["unit:T1-centre/*"], ["qian"]),
        ("县/人社", "G1", ["unit:K-labour/*"], ["sun"]),
        ("上级/人社", "T1", ["unit:K-labour/*"], ["sun"]),
        ("网格/网格员", "G1", ["unit:G1/grid_worker"], ["li"]),
        ("本级/网格员", "G1", ["unit:G1/grid_worker"], ["li"]),
        ("村/调委会|镇/调委会", "G1", [MED], ["wang", "zhao"]),
        ("镇/人社", "G3", ["unit:K-labour/*"], ["sun"]),
    ],
)
def test_level_and_role_of_a_place_give_groups_and_people(
    expression: str, place: str, groups: list[str], people: list[str]
) -> None:
    found = resolve(office(), expression, place, NOW)
    assert (list(found.groups), list(found.people), found.gap) == (groups, people, None)


@pytest.mark.parametrize(
    ("expression", "place", "code", "unit", "groups"),
    [
        ("镇/调委会", "V8", "place", None, []),
        ("镇/调委会", "K", "level", "K", []),
        ("上级/调委会", "K", "level", "K", []),
        ("村/调委会", "G1", "department", "V1", []),
        ("镇/网格员", "G1", "nobody", "T1", ["unit:T1/grid_worker"]),
        ("镇/综治中心/调解员", "G1", "nobody", "T1-centre", ["unit:T1-centre/mediator"]),
        ("村/调委会|镇/派出所", "G1", "department", "V1", []),
    ],
)
def test_a_gap_says_what_is_missing_where(
    expression: str, place: str, code: str, unit: str | None, groups: list[str]
) -> None:
    found = resolve(office(), expression, place, NOW)
    assert found.gap is not None
    assert (found.gap.code, found.gap.unit, list(found.groups)) == (code, unit, groups)
    error = found.gap.error()
    assert error.code == f"directory.gap.{code}"
    assert expression in error.message_zh
    assert found.to_wire()["gap"] == [code, unit, found.gap.name]


def test_the_system_administrator_of_a_unit_is_no_candidate() -> None:
    index = office(EndRole(person="qian", unit="T1-centre", role="town_centre", at=NOW))
    gap = resolve(index, "镇/综治中心", "G1", NOW).gap
    assert gap is not None
    assert gap.code == "nobody"
    assert index.groups_of("root", NOW) == []


def test_a_stand_in_takes_the_place_of_who_is_away_while_it_lasts() -> None:
    index = office(away("wang", "sun"))
    assert index.members(MED, NOW - 1) == ["wang", "zhao"]
    assert index.members(MED, NOW) == ["sun", "zhao"]
    assert index.occupants(MED, NOW) == [("sun", "wang"), ("zhao", None)]
    assert "unit:T1-med/mediator" in index.groups_of("sun", NOW)
    assert MED not in index.groups_of("sun", NOW - 1)
    assert MED in index.groups_of("wang", NOW)


def test_a_stand_in_does_not_pass_the_work_on() -> None:
    index = office(
        EndRole(person="zhao", unit="T1-med", role="mediator", at=NOW),
        away("wang", "sun"),
        away("sun", "qian"),
    )
    assert index.members(MED, NOW) == []
    assert MED not in index.groups_of("qian", NOW)
    assert "unit:K-labour/*" in index.groups_of("qian", NOW)


def test_a_substitution_in_one_role_leaves_the_others() -> None:
    index = office(role("wang", "T1-med", "leader"), away("wang", "sun", role="leader"))
    assert index.members("unit:T1-med/leader", NOW) == ["sun"]
    assert index.members("unit:T1-med/mediator", NOW) == ["wang", "zhao"]
    assert "unit:T1-med/mediator" not in index.groups_of("sun", NOW)


def test_who_handled_a_case_is_kept_from_following_it_up() -> None:
    index = office(away("wang", "sun"))
    assert list(resolve(index, "镇/调委会", "G1", NOW, separated_from=["zhao"]).people) == ["sun"]
    assert list(resolve(index, "镇/调委会", "G1", NOW, separated_from=["wang"]).people) == ["zhao"]
    everybody = resolve(index, "镇/调委会", "G1", NOW, separated_from=["wang", "zhao"])
    assert everybody.gap is not None
    assert everybody.gap.code == "separated"
    assert everybody.groups == (MED,)


def test_acting_for_somebody_does_not_get_around_separation() -> None:
    assert may_act("zhao", ["wang"])
    assert not may_act("wang", ["wang"])
    assert not may_act("sun", ["wang"], behalf_of="wang")
    assert may_act("sun", ["wang"])


def test_all_departments_of_a_kind_are_asked() -> None:
    index = office(
        AddUnit(unit="T1-med2", name="行业调委会", parent="T1", department="mediation", at=BEGIN),
        *hired("wu"),
        role("wu", "T1-med2", "mediator"),
    )
    found = resolve(index, "镇/调委会", "G1", NOW)
    assert found.groups == (MED, "unit:T1-med2/*")
    assert found.people == ("wang", "wu", "zhao")


def test_gaps_of_a_county_name_each_missing_unit_once() -> None:
    index = office(CloseUnit(unit="T2", at=NOW))
    gaps = {
        (gap.expression, gap.code, gap.unit) for gap in staffing_gaps(index, ["镇/调委会", "村/网格长"], NOW)
    }
    assert gaps == {
        ("镇/调委会", "department", "K"),
        ("村/网格长", "nobody", "V1"),
        ("村/网格长", "nobody", "V2"),
        ("村/网格长", "nobody", "V3"),
    }
    assert [gap.unit for gap in staffing_gaps(index, ["村/网格长"], NOW, within="V1")] == ["V1"]


def test_names_of_another_making_have_no_members() -> None:
    index = office()
    for name in ("platform", "village:qingshi", "unit:T1-med", "unit:V8/*", "unit:T1-med/*/x"):
        assert index.members(name, NOW) == []
