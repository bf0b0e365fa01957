"""Sequence flows: one after another, implicit splits and merges, conditions and defaults (BPMN 2.0 §8.3.13)."""

from __future__ import annotations

from tests.support.bpmn import catch, end, fork, link, script, start, task, throw, user, xor
from tests.support.driving import World
from tests.support.proof import proves


@proves("sequenceFlow/plain", "startEvent/none", "endEvent/none", "task/plain")
def test_a_token_passes_from_start_to_end(world: World) -> None:
    case = world.run(start("s"), task("a"), end("e"), "s -> a -> e")
    assert case.is_done
    assert case.path == ["s", "a", "e"]


@proves("sequenceFlow/implicit split")
def test_several_flows_out_of_an_activity_are_a_parallel_split(world: World) -> None:
    case = world.run(start("s"), user("a"), user("b"), user("c"), "s -> a; a -> b; a -> c")
    case.complete("a")
    assert case.tasks == ["b", "c"]
    case.complete("b")
    assert case.status == "active"
    assert case.complete("c").is_done


@proves("sequenceFlow/implicit split")
def test_several_flows_out_of_a_start_event_are_a_parallel_split(world: World) -> None:
    case = world.run(start("s"), user("a"), user("b"), "s -> a; s -> b")
    assert case.tasks == ["a", "b"]


@proves("sequenceFlow/implicit merge")
def test_several_flows_into_an_activity_run_it_once_for_each_token(world: World) -> None:
    case = world.run(start("s"), fork("f"), user("a"), end("e"), task("b"), "s -> f -> a -> e; f -> b -> a")
    assert case.tasks == ["a", "a"]
    assert case.complete("a").tasks == ["a"]
    assert case.complete("a").is_done
    assert case.count("e") == 2


SPLIT = (
    start("s"),
    user("a"),
    user("big"),
    user("odd"),
    user("other"),
    user("always"),
)


@proves("sequenceFlow/conditional")
def test_conditions_at_an_activity_take_every_flow_that_holds(world: World) -> None:
    case = world.run(*SPLIT[:4], "s -> a; a -> big if n > 10; a -> odd if odd(n)")
    assert case.complete("a", n=11).tasks == ["big", "odd"]


@proves("sequenceFlow/conditional", "sequenceFlow/default")
def test_the_default_flow_of_an_activity_is_taken_only_when_no_other_is(world: World) -> None:
    parts = (*SPLIT[:5], "s -> a; a -> big if n > 10; a -> odd if odd(n); a -> other else")
    world.deploy(*parts)
    assert world.start().complete("a", n=4).tasks == ["other"]
    assert world.start().complete("a", n=12).tasks == ["big"]


@proves("sequenceFlow/conditional", "sequenceFlow/default")
def test_a_flow_without_condition_leaves_nothing_to_the_default(world: World) -> None:
    """§8.3.13: the default is taken only if all the other outgoing flows are not valid."""
    case = world.run(*SPLIT, "s -> a; a -> always; a -> big if n > 10; a -> odd if false; a -> other else")
    assert case.complete("a", n=1).tasks == ["always"]


@proves("sequenceFlow/conditional")
def test_an_activity_whose_conditions_all_fail_stops_with_an_incident(world: World) -> None:
    case = world.run(*SPLIT[:4], "s -> a; a -> big if n > 10; a -> odd if odd(n)")
    case.complete("a", n=4)
    assert case.incidents == [("flow.none", "a")]
    assert case.retry(n=12).tasks == ["big"]


@proves("sequenceFlow/conditional")
def test_a_condition_that_is_neither_true_nor_false_stops_with_an_incident(world: World) -> None:
    case = world.run(start("s"), xor("g"), user("a"), user("b"), "s -> g; g -> a if unknown > 1; g -> b else")
    assert case.incidents == [("condition.type", "g")]
    assert case.retry(unknown=2).tasks == ["a"]


@proves("sequenceFlow/conditional")
def test_a_single_flow_with_a_condition_is_not_taken_blindly(world: World) -> None:
    case = world.run(start("s"), task("a"), user("b"), "s -> a; a -> b if go", go=False)
    assert case.incidents == [("flow.none", "a")]
    assert case.retry(go=True).tasks == ["b"]


@proves("process/implicit start and end")
def test_without_a_start_event_every_node_without_incoming_flow_begins(world: World) -> None:
    """§13.2: activities and gateways without incoming flow are started with the process."""
    case = world.run(user("a"), user("b"), user("c"), "a -> c")
    assert case.tasks == ["a", "b"]
    assert case.complete("b").complete("a").tasks == ["c"]
    assert case.complete("c").is_done


@proves("process/implicit start and end")
def test_a_process_without_an_end_event_completes_when_no_token_is_left(world: World) -> None:
    case = world.run(start("s"), user("a"), "s -> a")
    assert case.complete("a").is_done


@proves("intermediateThrowEvent/link", "intermediateCatchEvent/link")
def test_a_link_jumps_to_its_catch(world: World) -> None:
    case = world.run(
        start("s"), throw("away", link("L")), catch("here", link("L")), user("a"), "s -> away; here -> a"
    )
    assert case.tasks == ["a"]
    assert case.path == ["s", "away", "here", "a"]


@proves("intermediateThrowEvent/link", "intermediateCatchEvent/link")
def test_several_link_throws_lead_to_one_catch_once_each(world: World) -> None:
    case = world.run(
        start("s"),
        fork("f"),
        throw("x", link("L")),
        throw("y", link("L")),
        catch("here", link("L")),
        user("a"),
        "s -> f; f -> x; f -> y; here -> a",
    )
    assert case.tasks == ["a", "a"]


@proves("sequenceFlow/plain")
def test_a_loop_runs_until_its_condition_ends_it(world: World) -> None:
    case = world.run(
        start("s"),
        script("count", "=if n = null then 1 else n + 1", "n"),
        xor("g"),
        end("e"),
        "s -> count -> g; g -> count if n < 25; g -> e else",
    )
    assert case.is_done
    assert case.variables == {"n": 25}
    assert case.count("count") == 25
