"""Who is meant, in words."""

from __future__ import annotations

import pytest

from engine.directory.expression import Alternative, parse
from engine.errors import InvalidInput
from tests.unit.directory.office import VOCABULARY


def one(level: str, department: str | None, role: str) -> Alternative:
    return Alternative(level=level, department=department, role=role)


@pytest.mark.parametrize(
    ("expression", "alternatives"),
    [
        ("镇/调委会", [one("town", "mediation", "*")]),
        ("town/mediation", [one("town", "mediation", "*")]),
        (" 街道 / 司法所 / 调解员 ", [one("town", "justice", "mediator")]),
        ("网格/网格员", [one("grid", None, "grid_worker")]),
        ("本级/调委会", [one("here", "mediation", "*")]),
        ("above/leader", [one("above", None, "leader")]),
        ("村/调委会|镇/调委会", [one("village", "mediation", "*"), one("town", "mediation", "*")]),
    ],
)
def test_an_expression_is_read(expression: str, alternatives: list[Alternative]) -> None:
    assert list(parse(expression, VOCABULARY)) == alternatives


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("", "level/department"),
        ("镇", "level/department"),
        ("镇/", "level/department"),
        ("镇/调委会/调解员/更多", "level/department"),
        ("镇/调委会|", "level/department"),
        ("州/调委会", 'no level "州"'),
        ("镇/外星办", 'no department or role "外星办"'),
        ("镇/外星办/调解员", 'no kind of department "外星办"'),
        ("镇/调委会/外星人", 'no department or role "外星人"'),
        ("镇/系统管理员", "does not act"),
        ("镇/综治中心/审计", "does not act"),
        ("镇/调委会" + " " * 500, "too long"),
    ],
)
def test_what_is_not_understood_is_refused(expression: str, said: str) -> None:
    with pytest.raises(InvalidInput, match="选人表达式") as caught:
        parse(expression, VOCABULARY)
    assert said in caught.value.message_en
    assert caught.value.code == "directory.expression"
