"""The operator's words."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.directory import Confidentiality, read_vocabulary
from engine.directory.vocabulary import Sees
from engine.errors import InvalidInput

SHIPPED = Path("config/directory.toml").read_text(encoding="utf-8")


def test_the_shipped_words_are_found_by_code_and_by_every_name() -> None:
    words = read_vocabulary(SHIPPED.encode())
    found = [words.levels.find(name) for name in ("镇", "街道", "town")]
    assert {level and level.code for level in found} == {"town"}
    assert [level.rank for level in words.levels] == [0, 1, 2, 3, 4, 5]
    mediation = words.departments.find("调委会")
    assert mediation is not None
    assert mediation.code == "mediation"
    assert words.roles.find("村社书记") is words.roles["village_lead"]
    assert words.roles.find("村长") is None


def test_a_role_may_be_called_otherwise_at_units_of_a_level() -> None:
    lead = read_vocabulary(SHIPPED.encode()).roles["village_lead"]
    assert [lead.called(level) for level in ("village", "grid", "town", None)] == [
        "村社书记",
        "网格长",
        "村社书记",
        "村社书记",
    ]


def test_those_who_keep_the_system_neither_act_on_cases_nor_see_them() -> None:
    words = read_vocabulary(SHIPPED.encode())
    for code in ("designer", "admin"):
        assert not words.roles[code].acts
        assert words.roles[code].sees is Sees.NONE
    assert "auditor" not in words.acting
    assert "grid_worker" in words.acting


def test_a_clearance_covers_what_is_less_confidential() -> None:
    assert Confidentiality.NORMAL.covers() == (Confidentiality.NORMAL,)
    assert set(Confidentiality.CONFIDENTIAL.covers()) == set(Confidentiality)


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('code = "town"', 'code = "to wn"', "levels[3].code"),
        ('zh = ["综治中心"]', "zh = []", "departments[1].zh"),
        ('en = "governance centre"', 'en = ""', "departments[1].en"),
        ('"网格员"]', '"调委会"]', "roles[1]"),
        ('zh = ["网格"]', 'zh = ["村"]', "levels[5]"),
        ('sees = "area", clearance = "normal"', 'sees = "all", clearance = "normal"', "roles[1].sees"),
        ('addressed = "confidential", acts = true', 'addressed = "confidential", acts = 1', "roles[1].acts"),
        ('en = "governance centre"', 'en = "a/b"', "departments[1]"),
        ('en = "governance centre"', 'en = "x", colour = 1', "departments[1].colour"),
        ("at = { grid", "at = { gird", "roles[2].at"),
        ('at = { grid = "网格长"', 'at = { grid = "楼长"', "roles[2].at"),
        ("roles = [", "rolls = [", "roles"),
        ("levels = [", "[more]\nlevels = [", "levels"),
        ("levels = [", "more = 1\nlevels = [", "more"),
    ],
)
def test_what_is_not_understood_is_named(old: str, new: str, place: str) -> None:
    assert old in SHIPPED
    with pytest.raises(InvalidInput) as caught:
        read_vocabulary(SHIPPED.replace(old, new, 1).encode())
    assert caught.value.place == {"key": place}
    assert caught.value.message_en.startswith(f"directory.toml {place}:")
    assert caught.value.message_zh.startswith(f"directory.toml {place}：")


@pytest.mark.parametrize("content", [b"levels = ", b"\xff", b""])
def test_no_toml_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidInput):
        read_vocabulary(content)
