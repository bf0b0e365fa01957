from __future__ import annotations

from typing import Any

import pytest

from .evaluating import passes


@pytest.mark.parametrize(
    ("cell", "value", "expected"),
    [
        ("", 1, True),
        ("-", None, True),
        ('"red"', "red", True),
        ('"red", "orange"', "yellow", False),
        ('not("red", "orange")', "yellow", True),
        ("< 5", 4, True),
        ("[1..5)", 5, False),
        ("]1..5]", 1, False),
        ("< 3, > 7", 8, True),
        ("-5", -5, True),
        ("true", False, False),
        ("false", False, True),
        ("null", None, True),
        ("? > 3 and ? < 9", 5, True),
        ('contains(?, "x")', "axb", True),
        ("limit", 5, True),
        ("> limit", 6, True),
        ("[1, 2, 3]", 2, True),
        ('starts with(word, "b")', "anything", True),
        ("< 5", None, None),
        ("< 5", "a", None),
        ("not(< 5)", None, None),
        ('@"2026-01-02"', "2026-01-02", None),
        ("count(?) = 2", [1, 2], True),
        ("not(?)", False, True),
    ],
)
def test_a_cell_accepts_values(cell: str, value: Any, expected: bool | None) -> None:
    assert passes(cell, value, {"limit": 5, "word": "bihuan"}) is expected
