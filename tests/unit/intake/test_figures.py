"""Rates are exact, rounded half up, and a dash where there is nothing to divide by."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.intake.figures import Figures
from engine.reports.rate import rate


@pytest.mark.parametrize(
    ("part", "whole", "printed"),
    [
        (341, 343, "99.4 %"),
        (0, 0, "—"),
        (0, 7, "0.0 %"),
        (7, 7, "100.0 %"),
        (1, 3, "33.3 %"),
        (2, 3, "66.7 %"),
        (1, 2000, "0.1 %"),
        (1, 2001, "0.0 %"),
    ],
)
def test_rates_by_hand(part: int, whole: int, printed: str) -> None:
    assert rate(part, whole) == printed


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_rate_is_within_half_a_tenth_of_a_percent(part: int, whole: int) -> None:
    assert abs(Fraction(rate(part, whole).removesuffix(" %")) - Fraction(100 * part, whole)) <= Fraction(
        1, 20
    )


def test_without_a_due_date_nothing_is_overdue() -> None:
    figures = Figures()
    figures.count(due=None, settled=None, snapshot=10)
    assert (figures.open, figures.open_overdue, figures.overdue_rate) == (1, 0, "—")


def test_due_at_the_snapshot_is_not_past_due() -> None:
    figures = Figures()
    figures.count(due=10, settled=None, snapshot=10)
    assert (figures.open_overdue, figures.due_in_period) == (0, 0)


def test_on_time_and_overdue_add_up_to_all_that_was_due() -> None:
    figures = Figures()
    for due, settled in [(5, 5), (5, 6), (5, None), (9, 3), (20, 3), (20, None), (None, 4)]:
        figures.count(due=due, settled=settled, snapshot=10)
    late = figures.closed_late + figures.open_overdue
    assert figures.on_time_in_period + late == figures.due_in_period == 4
