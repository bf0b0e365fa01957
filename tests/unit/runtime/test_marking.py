"""Where tokens may stand: the oracle behind a jump."""

from __future__ import annotations

from engine.model import read_package
from engine.runtime import Program
from engine.runtime.marking import reachable_with
from tests.support.bpmn import diagram, end, fork, inclusive, start, user

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


def can_stand(source: bytes, *places: str) -> bool | None:
    """Each place is a node, or `source>join` for a token that waits at a join."""
    (definition,) = read_package({"p.bpmn": source}).definitions
    positions = [(place.split(">")[-1], place.replace(">", "_")) for place in places]
    return reachable_with(Program(definition), "p", positions)


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
