"""Who may see which case: the condition in SQL gives what the rule says, in every query it is put into."""

from __future__ import annotations

from random import Random
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.directory import resolve
from engine.directory.scope import own_cases, scope_of, visible_cases
from engine.store import Database
from engine.store.tables import case_places, cases, task_candidates
from tests.property.offices import Office, may_see, random_office
from tests.unit.directory.office import DAY, NOW

MOMENTS = (NOW, NOW + 5 * DAY, NOW + 50 * DAY)
EXPRESSIONS = ("镇/综治中心", "本级/调委会", "上级/综治中心/调解员", "村/网格长|镇/综治中心", "县/领导")


def ids(database: Database, query: sa.Select[tuple[UUID]]) -> set[UUID]:
    with database.reading() as tx:
        return {row[0] for row in tx.execute(query)}


def check(office: Office, database: Database, wide: float) -> int:
    """Compare for everybody at every moment; how many (person, case) pairs were visible."""
    index, seen = office.directory.index, 0
    for person in (*office.people, "stranger"):
        for at in MOMENTS:
            expected = {matter.id for matter in office.matters if may_see(office, person, matter, at)}
            scope = scope_of(index, person, at, wide=wide)
            condition = sa.false() if scope is None else scope.visible()
            assert ids(database, sa.select(cases.c.case_id).where(condition)) == expected
            seen += len(expected)
    return seen


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**9), wide=st.sampled_from([0.0, 0.4, 2.0]))
@example(seed=11_188, wide=0.0)  # a unit moved and closed at the same moment
def test_the_condition_is_the_rule(seed: int, wide: float) -> None:
    database = Database.open("sqlite://", create=True)
    random = Random(seed)
    office = random_office(random, database, units=random.randint(1, 14), people=5, matters=12)
    check(office, database, wide)
    database.close()


@pytest.mark.parametrize("wide", [0.0, 2.0])
def test_the_condition_is_the_rule_on_every_database(database: Database, wide: float) -> None:
    office = random_office(Random(11), database, units=40, people=25, matters=80)
    seen = check(office, database, wide)
    assert 0 < seen < len(office.people) * len(office.matters) * len(MOMENTS)


def test_the_condition_goes_with_others_and_with_other_tables(database: Database) -> None:
    office = random_office(Random(12), database, units=30, people=10, matters=60)
    index, matters = office.directory.index, {matter.id: matter for matter in office.matters}
    for person in office.people:
        expected = {matter.id for matter in office.matters if may_see(office, person, matter, NOW)}
        condition = visible_cases(index, person, NOW, task_candidates.c.case_id)
        waiting = sa.select(task_candidates.c.case_id).where(condition, task_candidates.c.kind == "group")
        assert ids(database, waiting) == {case_id for case_id in expected if matters[case_id].groups}
        joined = (
            sa.select(cases.c.case_id)
            .join(case_places, case_places.c.case_id == cases.c.case_id)
            .where(visible_cases(index, person, NOW), case_places.c.confidentiality == "normal")
        )
        normal = {i for i in expected if matters[i].placed and matters[i].confidentiality == "normal"}
        assert ids(database, joined) == normal
        own = ids(database, sa.select(cases.c.case_id).where(own_cases(index, person, NOW)))
        assert all(matters[case_id].placed for case_id in own)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_candidates_find_the_task_in_their_inbox(seed: int) -> None:
    database = Database.open("sqlite://", create=True)
    random = Random(seed)
    office = random_office(random, database, units=random.randint(1, 14), people=6, matters=0)
    index = office.directory.index
    for unit in index.register.units:
        for expression in EXPRESSIONS:
            found = resolve(index, expression, unit, NOW)
            assert (found.gap is None) == bool(found.people)
            for person in found.people:
                assert set(found.groups) & set(index.groups_of(person, NOW))
    database.close()


@pytest.mark.parametrize("person", ["stranger", ""])
def test_a_stranger_sees_nothing(database: Database, person: str) -> None:
    office = random_office(Random(13), database, units=5, people=3, matters=5)
    for condition in (
        visible_cases(office.directory.index, person, NOW),
        own_cases(office.directory.index, person, NOW),
    ):
        assert ids(database, sa.select(cases.c.case_id).where(condition)) == set()
