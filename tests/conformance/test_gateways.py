"""Gateways: exclusive, parallel, inclusive (BPMN 2.0 §10.6, §13.4)."""

from __future__ import annotations

from tests.support.bpmn import (
    boundary,
    end,
    fork,
    inclusive,
    message,
    script,
    start,
    sub,
    task,
    terminate,
    timer,
    user,
    xor,
)
from tests.support.driving import World
from tests.support.proof import proves


@proves("exclusiveGateway/split")
def test_an_exclusive_split_takes_the_first_flow_that_holds(world: World) -> None:
    case = world.run(
        start("s"), xor("g"), user("a"), user("b"), user("c"),
        "s -> g; g -> a if n > 5; g -> b if n > 1; g -> c else",
        n=7,
    )  # fmt: skip
    assert case.tasks == ["a"]


@proves("exclusiveGateway/split", "exclusiveGateway/default")
def test_the_default_flow_waits_for_all_conditions_wherever_it_is_drawn(world: World) -> None:
    world.deploy(start("s"), xor("g"), user("a"), user("b"), "s -> g; g -> b else; g -> a if n > 5")
    assert world.start(n=7).tasks == ["a"]
    assert world.start(n=1).tasks == ["b"]


@proves("exclusiveGateway/split")
def test_without_a_flow_that_holds_there_is_an_incident_and_a_retry_decides_anew(world: World) -> None:
    case = world.run(
        start("s"), xor("g"), user("a"), user("b"), "s -> g; g -> a if n > 5; g -> b if n < 0", n=3
    )
    assert case.incidents == [("flow.none", "g")]
    assert case.retry(n=4).incidents == [("flow.none", "g")]
    assert case.retry(n=-1).tasks == ["b"]
    assert case.incidents == []


@proves("exclusiveGateway/merge")
def test_an_exclusive_merge_passes_every_token(world: World) -> None:
    case = world.run(
        start("s"), fork("f"), task("a"), task("b"), xor("m"), user("c"),
        "s -> f; f -> a -> m; f -> b -> m; m -> c",
    )  # fmt: skip
    assert case.tasks == ["c", "c"]


@proves("parallelGateway/split", "parallelGateway/join")
def test_a_parallel_join_waits_for_every_branch(world: World) -> None:
    case = world.run(
        start("s"), fork("f"), user("a"), user("b"), user("c"), fork("j"), user("d"),
        "s -> f; f -> a -> j; f -> b -> j; f -> c -> j; j -> d",
    )  # fmt: skip
    assert case.tasks == ["a", "b", "c"]
    case.complete("b").complete("a")
    assert case.tasks == ["c"]
    assert case.complete("c").tasks == ["d"]
    assert case.complete("d").is_done


TWO_ON_ONE = (
    start("s"), fork("f"), task("x"), task("y"), user("a"), user("b"), fork("j"), user("after"),
    "s -> f; f -> x -> a; f -> y -> a; a -> j; f -> b -> j; j -> after",
)  # fmt: skip


@proves("parallelGateway/join")
def test_two_tokens_on_one_flow_do_not_make_up_for_a_missing_one(world: World) -> None:
    case = world.run(*TWO_ON_ONE)
    case.complete("a").complete("a")
    assert case.tasks == ["b"]
    case.complete("b")
    assert case.tasks == ["after"]
    assert case.complete("after").status == "active", "the second token waits at the join for ever"


@proves("parallelGateway/join")
def test_a_join_pairs_the_tokens_of_several_rounds(world: World) -> None:
    case = world.run(
        start("s"), fork("f"), task("x"), task("y"), user("a"), user("b"), fork("j"), user("after"),
        "s -> f; f -> x; f -> y; x -> a; x -> b; y -> a; y -> b; a -> j; b -> j; j -> after",
    )  # fmt: skip
    case.complete("a").complete("a").complete("b")
    assert case.tasks == ["after", "b"]
    assert case.complete("b").tasks == ["after", "after"]


@proves("parallelGateway/mixed")
def test_a_parallel_gateway_joins_and_splits_at_once(world: World) -> None:
    case = world.run(
        start("s"), fork("f"), user("a"), user("b"), fork("j"), user("c"), user("d"),
        "s -> f; f -> a -> j; f -> b -> j; j -> c; j -> d",
    )  # fmt: skip
    assert case.complete("a").complete("b").tasks == ["c", "d"]


@proves("parallelGateway/join")
def test_a_join_in_a_loop_joins_every_round(world: World) -> None:
    case = world.run(
        start("s"), xor("m"), fork("f"), task("a"), task("b"), fork("j"),
        script("count", "=if n = null then 1 else n + 1", "n"), xor("g"), end("e"),
        "s -> m -> f; f -> a -> j; f -> b -> j; j -> count -> g; g -> m if n < 20; g -> e else",
    )  # fmt: skip
    assert case.is_done
    assert case.count("e") == 1
    assert case.variables == {"n": 20}


INCLUSIVE = (
    start("s"), inclusive("g"), user("a"), user("b"), user("c"), inclusive("j"), user("after"),
    "s -> g; g -> a if a; g -> b if b; g -> c else; a -> j; b -> j; c -> j; j -> after",
)  # fmt: skip


@proves("inclusiveGateway/split", "inclusiveGateway/default", "inclusiveGateway/join")
def test_an_inclusive_join_waits_for_exactly_the_branches_taken(world: World) -> None:
    world.deploy(*INCLUSIVE)
    both = world.start(a=True, b=True)
    assert both.tasks == ["a", "b"]
    assert both.complete("a").tasks == ["b"]
    assert both.complete("b").tasks == ["after"]
    one = world.start(a=False, b=True)
    assert one.complete("b").tasks == ["after"]
    none = world.start(a=False, b=False)
    assert none.tasks == ["c"]
    assert none.complete("c").tasks == ["after"]


@proves("inclusiveGateway/split")
def test_an_inclusive_split_without_a_flow_that_holds_stops_with_an_incident(world: World) -> None:
    case = world.run(
        start("s"), inclusive("g"), user("a"), user("b"), "s -> g; g -> a if n = 1; g -> b if n = 2", n=3
    )
    assert case.incidents == [("flow.none", "g")]
    assert case.retry(n=2).tasks == ["b"]


@proves("inclusiveGateway/join")
def test_an_inclusive_join_goes_on_when_the_token_it_waited_for_ends_elsewhere(world: World) -> None:
    case = world.run(
        start("s"), inclusive("g"), user("a"), user("b"), xor("x"), end("dead"), inclusive("j"), user("after"),
        "s -> g; g -> a if true; g -> b if true; a -> j; b -> x; x -> j if back; x -> dead else; j -> after",
        back=False,
    )  # fmt: skip
    assert case.complete("a").tasks == ["b"]
    assert case.complete("b").tasks == ["after"]
    assert case.path[-3:] == ["x", "dead", "after"]


@proves("inclusiveGateway/join")
def test_an_inclusive_join_goes_on_when_the_activity_it_waited_for_is_interrupted_away(world: World) -> None:
    case = world.run(
        start("s"), inclusive("g"), user("a"), user("b"), inclusive("j"), user("after"),
        boundary("late", "b", timer(duration="PT1H")), end("gone"),
        "s -> g; g -> a if true; g -> b if true; a -> j; b -> j; j -> after; late -> gone",
    )  # fmt: skip
    case.complete("a")
    assert case.tasks == ["b"]
    world.later(hours=1)
    assert case.tasks == ["after"]


@proves("inclusiveGateway/join")
def test_nested_inclusive_blocks_join_from_the_inside_out(world: World) -> None:
    case = world.run(
        start("s"), inclusive("g"), user("a"), inclusive("g2"), user("b"), user("c"), inclusive("j2"),
        inclusive("j"), user("after"),
        "s -> g; g -> a if true; g -> g2 if true; g2 -> b if true; g2 -> c if true; b -> j2; c -> j2;"
        "a -> j; j2 -> j; j -> after",
    )  # fmt: skip
    case.complete("a").complete("b")
    assert case.tasks == ["c"]
    assert case.complete("c").tasks == ["after"]
    assert case.count("j2") == 2


@proves("inclusiveGateway/join")
def test_an_inclusive_join_in_a_loop_waits_for_a_token_that_may_come_round_again(world: World) -> None:
    """The token at `b` can come to the join's second flow without passing the join: it is waited for."""
    case = world.run(
        start("s"), inclusive("g"), user("a"), xor("m"), user("b"), xor("again"), inclusive("j"), user("after"),
        "s -> g; g -> a if true; g -> m if true; m -> b -> again; again -> m if more; again -> j else;"
        "a -> j; j -> after",
        more=True,
    )  # fmt: skip
    case.complete("a").complete("b")
    assert case.tasks == ["b"]
    assert case.complete("b", more=False).tasks == ["after"]


@proves("inclusiveGateway/join")
def test_a_loop_back_to_the_join_itself_does_not_block_it(world: World) -> None:
    """Paths through the join do not count (§13.4.3): the loop's flow stays empty and is not waited for."""
    case = world.run(
        start("s"), inclusive("j"), user("a"), xor("g"), end("e"),
        "s -> j -> a -> g; g -> j if again; g -> e else",
    )  # fmt: skip
    assert case.tasks == ["a"]
    assert case.complete("a", again=True).tasks == ["a"]
    assert case.complete("a", again=False).is_done


@proves("inclusiveGateway/join")
def test_an_inclusive_join_behind_a_parallel_split_waits_for_all(world: World) -> None:
    case = world.run(
        start("s"), fork("f"), user("a"), user("b"), inclusive("j"), user("after"),
        "s -> f; f -> a -> j; f -> b -> j; j -> after",
    )  # fmt: skip
    assert case.complete("a").tasks == ["b"]
    assert case.complete("b").tasks == ["after"]


@proves("inclusiveGateway/join")
def test_a_token_that_can_reach_a_filled_flow_as_well_is_not_waited_for(world: World) -> None:
    """§13.4.3: a token with a path to an empty flow and another to a filled one does not hold the join up."""
    case = world.run(
        start("s"), fork("f"), task("a"), user("b"), xor("x"), inclusive("j"), user("after"), xor("m"),
        "s -> f; f -> a -> m; m -> j; f -> b -> x; x -> m if left; x -> j else; j -> after",
    )  # fmt: skip
    assert case.tasks == ["after", "b"]
    assert case.complete("b", left=False).tasks == ["after", "after"]


@proves("inclusiveGateway/mixed")
def test_an_inclusive_gateway_joins_and_splits_at_once(world: World) -> None:
    case = world.run(
        start("s"), fork("f"), user("a"), user("b"), inclusive("g"), user("c"), user("d"), user("x"),
        "s -> f; f -> a -> g; f -> b -> g; g -> c if n > 1; g -> d if n > 2; g -> x else",
        n=3,
    )  # fmt: skip
    assert case.complete("a").complete("b").tasks == ["c", "d"]


@proves("inclusiveGateway/join")
def test_a_running_sub_process_is_waited_for(world: World) -> None:
    case = world.run(
        start("s"), inclusive("g"), user("a"), sub("box", start("bs"), user("b"), "bs -> b"),
        inclusive("j"), user("after"),
        "s -> g; g -> a if true; g -> box if true; a -> j; box -> j; j -> after",
    )  # fmt: skip
    assert case.complete("a").tasks == ["b"]
    assert case.complete("b").tasks == ["after"]


@proves("parallelGateway/join")
def test_a_terminated_scope_leaves_no_waiting_join_behind(world: World) -> None:
    case = world.run(
        start("s"),
        sub(
            "box", start("bs"), fork("f"), user("a"), user("b"), fork("j"), end("stop", terminate()),
            end("e"), user("c"), "bs -> f; f -> a -> j; f -> b -> stop; f -> c -> j; j -> e",
        ),
        user("after"),
        "s -> box -> after",
    )  # fmt: skip
    case.complete("a")
    assert case.complete("b").tasks == ["after"]


@proves("inclusiveGateway/join", "boundaryEvent/message/interrupting")
def test_a_boundary_path_into_the_join_counts_as_a_way_to_it(world: World) -> None:
    case = world.run(
        start("s"), fork("f"), user("a"), user("b"), boundary("stop", "b", message("stop", '="1"')),
        end("e"), inclusive("j"), user("after"),
        "s -> f; f -> a -> j; f -> b -> e; stop -> j; j -> after",
    )  # fmt: skip
    assert case.complete("a").tasks == ["b"], "the boundary event may still send a token to the join"
    world.send("stop")
    assert case.tasks == ["after"]
