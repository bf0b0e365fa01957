"""Small counts outside one's own subtree."""

from __future__ import annotations

import pytest

from engine.directory.counts import shown, shown_counts


@pytest.mark.parametrize(
    ("count", "own", "expected"),
    [(0, False, None), (4, False, None), (5, False, 5), (4, True, 4), (0, True, 0)],
)
def test_counts_below_five_are_for_ones_own_subtree(count: int, own: bool, expected: int | None) -> None:
    assert shown(count, own=own) == expected


@pytest.mark.parametrize(
    ("counts", "own", "cells", "total"),
    [
        ({"a": 9, "b": 7}, [], {"a": 9, "b": 7}, 16),
        ({"a": 9, "b": 7, "c": 3}, [], {"a": 9, "b": None, "c": None}, 19),
        ({"a": 9, "b": 2, "c": 3}, [], {"a": 9, "b": None, "c": None}, 14),
        ({"a": 9, "b": 2, "c": 1}, [], {"a": None, "b": None, "c": None}, 12),
        ({"a": 9, "c": 3}, ["a"], {"a": 9, "c": None}, None),
        ({"a": 2, "b": 9, "c": 3}, ["a"], {"a": 2, "b": None, "c": None}, 14),
        ({"a": 2}, ["a"], {"a": 2}, 2),
        ({"a": 2}, [], {"a": None}, None),
    ],
)
def test_a_suppressed_count_cannot_be_found_from_the_rest(
    counts: dict[str, int], own: list[str], cells: dict[str, int | None], total: int | None
) -> None:
    found = shown_counts(counts, own=own)
    assert (found.cells, found.total) == (cells, total)
