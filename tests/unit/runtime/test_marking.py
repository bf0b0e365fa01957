"""Where tokens may stand: the oracle behind a jump."""

from __future__ import annotations

from engine.model import read_package
from engine.runtime import Program
from engine.runtime.marking import reachable_with
from tests.support.bpmn import (
    boundary,
    diagram,
    end,
    event_sub,
    fork,
    inclusive,
    start,
    terminate,
    timer,
    user,
    xor,
)

INCLUSIVE_INSIDE_PARALLEL = diagram(
    start("s"),
    fork("f"),
    inclusive("split"),
    user("a"),
    user("b"),
    inclusive("merge"),
    user("c"),
    fork("join"),
    end("e"),
    "s -> f -> split; split -> a if n > 1; split -> b else; a -> merge; b -> merge; merge -> join",
    "f -> c -> join; join -> e",
)


def can_stand(source: bytes, *places: str, container: str = "p") -> bool | None:
    """Each place is a node, or `source>join` for a token that waits at a join."""
    (definition,) = read_package({"p.bpmn": source}).definitions
    positions = [(place.split(">")[-1], place.replace(">", "_")) for place in places]
    return reachable_with(Program(definition), container, positions)


def test_tokens_may_stand_on_every_branch_at_once() -> None:
    assert can_stand(INCLUSIVE_INSIDE_PARALLEL, "a", "c")
    assert can_stand(INCLUSIVE_INSIDE_PARALLEL, "a", "b", "c")
    assert can_stand(INCLUSIVE_INSIDE_PARALLEL, "b>merge", "a", "c")


def test_a_token_alone_on_one_branch_would_wait_for_ever() -> None:
    assert can_stand(INCLUSIVE_INSIDE_PARALLEL, "c") is False


def test_an_inclusive_join_does_not_go_ahead_of_a_branch_that_is_still_open() -> None:
    assert can_stand(INCLUSIVE_INSIDE_PARALLEL, "a") is False
    assert can_stand(INCLUSIVE_INSIDE_PARALLEL, "c>join") is False
    assert can_stand(INCLUSIVE_INSIDE_PARALLEL, "c>join", "a")


def test_a_join_cannot_get_two_tokens_of_one_branch_and_none_of_the_other() -> None:
    assert can_stand(INCLUSIVE_INSIDE_PARALLEL, "merge>join", "c")
    assert can_stand(INCLUSIVE_INSIDE_PARALLEL, "merge>join", "a") is False


def test_a_path_beside_an_activity_runs_while_it_is_open_and_after() -> None:
    source = diagram(
        start("s"), user("a"), boundary("late", "a", timer(cycle="R/PT1H"), interrupting=False), user("x"),
        user("b"), end("e"), end("f"), "s -> a -> b -> e; late -> x -> f",
    )  # fmt: skip
    assert can_stand(source, "a", "x")
    assert can_stand(source, "a", "x", "x")
    assert can_stand(source, "b", "x")
    assert can_stand(source, "x")
    assert can_stand(source, "a", "b") is False
    assert can_stand(source, "b", "b") is False


def test_nothing_is_left_beside_an_end_that_ends_all() -> None:
    source = diagram(
        start("s"), fork("f"), user("a"), user("b"), xor("x"), end("t", terminate()), user("c"), end("e"), end("g"),
        "s -> f; f -> a -> e; f -> b -> x; x -> t if over; x -> c else; c -> g",
    )  # fmt: skip
    assert can_stand(source, "a", "c")
    assert can_stand(source, "a")
    only = diagram(
        start("s"),
        fork("f"),
        user("a"),
        user("b"),
        end("t", terminate()),
        end("e"),
        "s -> f; f -> a -> e; f -> b -> t",
    )
    assert can_stand(only, "b")
    assert can_stand(only, "a") is False


def test_an_event_sub_process_has_its_own_beginning_and_runs_beside() -> None:
    source = diagram(
        start("s"), user("a"), end("e"), "s -> a -> e",
        event_sub("esp", start("n", timer(duration="PT1H"), interrupting=False), user("x"), user("y"), end("f"),
                  "n -> x -> y -> f"),
    )  # fmt: skip
    assert can_stand(source, "a", "esp")
    assert can_stand(source, "y", container="esp")
    assert can_stand(source, "x", "y", container="esp") is False


def test_a_net_with_too_many_branches_to_try_gives_no_answer() -> None:
    branches = [user(f"u{number}") for number in range(8)]
    flows = "; ".join(f"g -> u{number} if n > {number}; u{number} -> j" for number in range(8))
    source = diagram(
        start("s"), inclusive("g"), *branches, inclusive("j"), end("e"), f"s -> g; {flows}; j -> e"
    )
    assert can_stand(source, "u1")
    assert can_stand(source, "u1", "u2") is None
