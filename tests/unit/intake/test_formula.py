"""What a spreadsheet would run leaves the house with an apostrophe before it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.intake.formula import is_formula, neutralise


@given(st.text(max_size=20))
def test_nothing_that_was_neutralised_is_a_formula(text: str) -> None:
    assert not is_formula(neutralise(text))


@given(
    st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9)
)
def test_numbers_are_left_alone(number: object) -> None:
    assert neutralise(str(number)) == str(number)


def test_a_formula_gets_an_apostrophe() -> None:
    assert neutralise('=cmd|"/c calc"!A1') == '\'=cmd|"/c calc"!A1'
