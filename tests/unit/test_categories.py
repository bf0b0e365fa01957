"""The table of categories: read, refused by row and column, offered by day, never losing a code."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from engine.calendars.config_text import ConfigProblems
from engine.categories import (
    Categories,
    CategoryFile,
    check_kept,
    parent_in,
    read_categories,
    write_categories,
)
from engine.errors import InvalidInput
from engine.model import read_package
from engine.samples.package import read_folder

SHIPPED = Path("config/categories.csv")
DAY = date(2026, 11, 29)


def table(*rows: str, titles: str = "编码,上级编码,级别,名称,英文名称,启用日,停用日") -> Categories:
    return read_categories("\n".join([titles, *rows]).encode())


def test_what_is_shipped_has_three_levels_below_nearly_everything() -> None:
    shipped = read_categories(SHIPPED.read_bytes())
    for row in shipped.by_code.values():
        assert row.level == 3 or len(shipped.below(row.code, DAY)) >= 2, row.code
        assert row.zh != row.en


def test_every_first_level_that_a_form_lists_is_in_the_table() -> None:
    known = {row.code for row in read_categories(SHIPPED.read_bytes()).below("", DAY)}
    listed = {
        option["value"]
        for flow in ("dispute", "intake", "referral")
        for definition in read_package(read_folder(Path("bpmn") / flow)).definitions
        for form in definition.forms.values()
        for part in form.schema["components"]
        if part.get("key") == "category"
        for option in part.get("values", [])
    }
    assert len(listed) >= 18
    assert listed <= known


def test_a_table_that_is_written_reads_the_same() -> None:
    text = SHIPPED.read_bytes()
    assert write_categories(read_categories(text)).encode() == text


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("Noise,,1,噪声,,,", "编码"),
        ("a/b/c/d,a/b/c,4,过深,,,", "编码"),
        ("a,,1,又一个,,,", "编码"),
        ("b/c,b,2,没有上级,,,", "编码"),
        ("a/b,b,2,上级不符,,,", "上级编码"),
        ("a/b,a,3,级别不符,,,", "级别"),
        ("a/b,a,2,,,,", "名称"),
        ("a/b,a,2,日期,,2026-13-01,", "启用日"),
    ],
)
def test_a_row_that_is_wrong_is_told_by_line_and_column(row: str, column: str) -> None:
    with pytest.raises(ConfigProblems) as refused:
        table("a,,1,甲,A,,", row)
    assert [(each.line, each.key) for each in refused.value.problems] == [(3, column)]
    assert refused.value.message_zh.startswith(f"categories.csv 第 3 行 {column}：")


def test_all_wrong_rows_are_told_at_once_and_a_missing_column_alone() -> None:
    with pytest.raises(ConfigProblems) as refused:
        table("A,,1,甲,,,", "b,,1,,,,")
    assert [each.line for each in refused.value.problems] == [2, 3]
    with pytest.raises(ConfigProblems) as refused:
        table("a", titles="编码")
    assert [each.key for each in refused.value.problems] == ["名称"]


def test_a_category_is_offered_between_its_days() -> None:
    found = table("a,,1,甲,A,,", "a/b,a,2,乙,B,2026-11-29,2026-12-01")
    days = [date(2026, 11, 28), DAY, date(2026, 11, 30), date(2026, 12, 1)]
    assert [[row.code for row in found.below("a", day)] for day in days] == [[], ["a/b"], ["a/b"], []]
    assert [row.zh for row in found.path("a/b")] == ["甲", "乙"]


def test_a_code_stays_in_the_table() -> None:
    before = table("a,,1,甲,A,,", "a/b,a,2,乙,B,,")
    check_kept(before, table("a,,1,甲,A,,", "a/b,a,2,乙,B,,2026-11-29", "c,,1,丙,C,,"))
    with pytest.raises(InvalidInput, match="a/b"):
        check_kept(before, table("a,,1,甲,A,,"))


def test_a_change_of_the_file_takes_effect_and_a_folder_without_it_has_none(tmp_path: Path) -> None:
    read = CategoryFile(tmp_path)
    assert read().by_code == {}
    (tmp_path / "categories.csv").write_text("编码,名称\na,甲\n", "utf-8")
    assert list(read().by_code) == ["a"]
    (tmp_path / "categories.csv").write_text("编码,名称\na,甲\nb,乙\n", "utf-8")
    assert list(read().by_code) == ["a", "b"]


def test_a_field_asks_below_another_or_below_a_code() -> None:
    asked = [
        parent_in({"valuesExpression": text})
        for text in ("=categories(category)", '=categories("")', "=units", "=categories(a) [1]")
    ]
    assert asked == ["category", '""', None, None]
    assert parent_in({}) is None
