"""The checker finds what it is there to find."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.chaos.checker import Event, Record, judge

STARTED = Event("a", 1, "start", {}, [["timer+", 1, [5, 2, "t", 100]], ["timer+", 1, [6, 2, "u", 100]]], 0)
FIRED = Event("a", 2, "fire-timer", {"timer": 5}, [["timer-", 1, 5, "fired"]], 100)
AGAIN = Event("a", 3, "fire-timer", {"timer": 6}, [["timer-", 1, 6, "fired"]], 101)
TOLD = Event("b", 1, "start", {}, [], 0)
SOUND = Record(
    meant=["k"],
    effects=[("a/job/1", "k"), ("a/job/1", "k")],
    cases=[("a", "chaos", "k", "completed"), ("b", "receiver", None, "completed")],
    events=[STARTED, FIRED, AGAIN, TOLD],
    left={"timers": 0},
    receivers={"b": "k"},
)


def test_a_sound_record_passes_even_when_a_side_effect_was_delivered_twice_with_one_key() -> None:
    assert judge(SOUND) == []


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (replace(SOUND, meant=["k", "l"]), "l has 0 cases"),
        (replace(SOUND, meant=[]), "nobody meant"),
        (replace(SOUND, cases=[*SOUND.cases, ("c", "chaos", "k", "completed")]), "k has 2 cases"),
        (replace(SOUND, cases=[("a", "chaos", "k", "active"), SOUND.cases[1]]), "is active"),
        (replace(SOUND, events=[STARTED, AGAIN, TOLD]), "has holes"),
        (replace(SOUND, events=[STARTED, FIRED, replace(FIRED, seq=3), TOLD]), "fired 2 times"),
        (replace(SOUND, events=[STARTED, replace(FIRED, effective_at=99), AGAIN, TOLD]), "before it was due"),
        (
            replace(SOUND, events=[STARTED, FIRED, replace(AGAIN, kind="x", effects=[]), TOLD]),
            "only 1 timers",
        ),
        (replace(SOUND, effects=[]), "has 0 idempotency keys"),
        (replace(SOUND, effects=[("x", "k"), ("y", "k")]), "has 2 idempotency keys"),
        (replace(SOUND, receivers={}), "arrived 0 times"),
        (replace(SOUND, receivers={"b": "k", "c": "k"}), "arrived 2 times"),
        (replace(SOUND, left={"outbox": 3}), "3 rows are left in outbox"),
        (replace(SOUND, found=["hash.wrong"]), "hash.wrong"),
    ],
)
def test_what_is_wrong_is_said(broken: Record, said: str) -> None:
    assert any(said in finding for finding in judge(broken))
