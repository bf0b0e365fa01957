"""What counts as sent to and fro, and what is ordinary work."""

from __future__ import annotations

import itertools

from engine.reports.bouncing import Turn, most_returns, round_trips

_TIMES = itertools.count(step=10)


def turn(unit: str, ending: str = "completed", answer: str = "", *, element: str = "sign") -> Turn:
    """A step that begins when the one before is over."""
    at = next(_TIMES)
    return Turn(element=element, unit=unit, opened_at=at, ended_at=at + 10, ending=ending, answer=answer)


def test_a_step_that_two_units_send_to_each_other_is_a_round_trip() -> None:
    turns = [turn("a", answer="returned"), turn("b", answer="returned"), turn("a")]
    assert list(round_trips(turns)) == [("a", "b", "a")]
    assert most_returns(turns) == 2


def test_escalation_and_a_new_round_at_the_first_level_are_none() -> None:
    turns = [
        turn("village", element="session"),
        turn("town", element="session"),
        turn("village", element="session"),
    ]
    assert list(round_trips(turns)) == []
    assert most_returns(turns) == 0


def test_only_one_of_the_two_sending_it_away_is_none() -> None:
    turns = [turn("a", answer="returned"), turn("b"), turn("a")]
    assert list(round_trips(turns)) == []


def test_departments_that_return_beside_each_other_are_none() -> None:
    both = [
        Turn(element="sign", unit=unit, opened_at=0, ended_at=5, ending="completed", answer="returned")
        for unit in ("a", "b", "a")
    ]
    assert list(round_trips(both)) == []
    assert most_returns([*both, turn("platform", element="rule")]) == 1


def test_what_a_unit_hands_back_to_itself_does_not_count() -> None:
    centre = [
        each
        for _ in range(3)
        for each in (turn("centre", element="assess"), turn("centre", "returned", element="confirm"))
    ]
    assert most_returns([*centre, turn("centre", element="assess")]) == 0


def test_what_a_unit_returns_twice_to_another_counts() -> None:
    turns = [
        turn("grid", element="report"),
        turn("centre", "returned", element="verify"),
        turn("grid", element="report"),
        turn("centre", "returned", element="verify"),
        turn("grid", element="report"),
        turn("centre", element="verify"),
    ]
    assert most_returns(turns) == 2


def test_a_return_after_the_step_was_done_begins_anew() -> None:
    turns = [
        turn("a", answer="returned"),
        turn("b"),
        turn("a", answer="returned"),
        turn("platform", element="rule"),
    ]
    assert most_returns(turns) == 1


def test_what_was_taken_back_never_was() -> None:
    turns = [turn("a", "recalled", "returned"), turn("b", answer="returned"), turn("a")]
    assert list(round_trips(turns)) == []
