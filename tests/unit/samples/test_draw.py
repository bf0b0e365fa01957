"""Chance under a seed: the same everywhere, independent by name, inside its bounds."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from engine.samples.draw import Draw


def test_the_same_seed_gives_the_same_draws_for_ever() -> None:
    draw = Draw("whistle")
    assert [round(draw.fraction(), 6) for _ in range(3)] == [0.341343, 0.332122, 0.368015]


def test_a_fork_does_not_depend_on_what_was_drawn_before() -> None:
    fresh, used = Draw("a"), Draw("a")
    used.fraction()
    assert fresh.fork("b").fraction() == used.fork("b").fraction() != fresh.fork("c").fraction()


@given(st.text(max_size=8), st.integers(0, 50), st.integers(0, 50))
def test_draws_stay_inside_their_bounds(seed: str, low: int, more: int) -> None:
    draw = Draw(seed)
    assert low <= draw.whole(low, low + more) <= low + more
    shortest, longest = timedelta(seconds=low), timedelta(seconds=low + more)
    assert shortest <= draw.span(shortest, longest) <= longest
    assert draw.pick(range(more + 1)) in range(more + 1)
    assert draw.chance(1)
    assert not draw.chance(0)
