"""Multi-instance activities, side by side and one after another (BPMN 2.0 §10.3.8, §13.3.7)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.bpmn import (
    boundary,
    call,
    end,
    file,
    message,
    parallel,
    process,
    receive,
    script,
    sequential,
    service,
    start,
    sub,
    task,
    timer,
    user,
)
from tests.support.driving import World
from tests.support.proof import proves


@proves("userTask/multi-instance/parallel", "multiInstance/parallel/collection")
def test_every_item_gets_an_instance_at_once(world: World) -> None:
    case = world.run(
        start("s"), user("a", multi=parallel("=items", "item"), inputs={"label": "=item.name"}), user("after"),
        "s -> a -> after",
        items=[{"name": "x"}, {"name": "y"}, {"name": "z"}],
    )  # fmt: skip
    assert case.tasks == ["a", "a", "a"]
    case.complete("a").complete("a")
    assert case.tasks == ["a"]
    assert case.complete("a").tasks == ["after"]


@proves("userTask/multi-instance/sequential", "multiInstance/sequential/collection")
def test_instances_follow_one_another(world: World) -> None:
    case = world.run(
        start("s"), user("a", multi=sequential("=items", "item"), groups="=item"), user("after"), "s -> a -> after",
        items=["x", "y"],
    )  # fmt: skip
    assert [found.element for found in world.engine.tasks(group="x")] == ["a"]
    assert world.engine.tasks(group="y") == []
    case.complete("a")
    assert [found.element for found in world.engine.tasks(group="y")] == ["a"]
    assert case.complete("a").tasks == ["after"]


@proves("multiInstance/parallel/output")
def test_outputs_are_gathered_in_the_order_of_the_input(world: World) -> None:
    case = world.run(
        start("s"), user("a", multi=parallel("=items", "item", collect="all", output="=[item, r]")), end("e"),
        "s -> a -> e",
        items=[1, 2, 3],
    )  # fmt: skip
    case.complete("a", which=2, r="c").complete("a", which=0, r="a").complete("a", r="b")
    assert case.variables["all"] == [[1, "a"], [2, "b"], [3, "c"]]


@proves("multiInstance/parallel/output")
def test_instances_do_not_share_the_variable_their_output_names(world: World) -> None:
    case = world.run(
        start("s"), user("a", multi=parallel("=items", "item", collect="all", output="=r")), user("b"), "s -> a -> b",
        items=[1, 2],
    )  # fmt: skip
    case.complete("a", which=1, r="second")
    case.complete("a", r="first")
    assert case.variables == {"items": [1, 2], "all": ["first", "second"]}


@proves("multiInstance/parallel/output", "data/output mapping")
def test_output_mappings_feed_the_output_of_an_instance(world: World) -> None:
    case = world.run(
        start("s"),
        user("a", multi=parallel("=items", "item", collect="all", output="=r"), outputs={"r": "=x * item"}),
        user("b"), "s -> a -> b",
        items=[2, 3],
    )  # fmt: skip
    case.complete("a", x=10).complete("a", x=100)
    assert case.variables == {"items": [2, 3], "all": [20, 300]}


@proves("multiInstance/sequential/output")
def test_sequential_outputs_are_gathered_too(world: World) -> None:
    case = world.run(
        start("s"), script("x", "=item * 2", "r", multi=sequential("=items", "item", collect="all", output="=r")),
        user("b"), "s -> x -> b",
        items=[1, 2, 3],
    )  # fmt: skip
    assert case.variables["all"] == [2, 4, 6]


@proves("multiInstance/loop counter")
def test_the_loop_counter_counts_from_one(world: World) -> None:
    for kind in (parallel, sequential):
        case = world.run(
            start("s"), script("x", "=loopCounter", "r", multi=kind(times="=4", collect="all", output="=r")),
            user("b"), "s -> x -> b",
        )  # fmt: skip
        assert case.variables["all"] == [1, 2, 3, 4]


@proves("multiInstance/parallel/cardinality", "multiInstance/sequential/cardinality")
@pytest.mark.parametrize("kind", [parallel, sequential])
def test_a_number_of_instances_may_be_given_instead(world: World, kind: Callable[..., str]) -> None:
    case = world.run(
        start("s"),
        user("a", multi=kind(times="=n")),
        user("b"),
        "s -> a -> b",
        n=2,
    )
    assert case.complete("a").complete("a").tasks == ["b"]


@proves("multiInstance/empty")
@pytest.mark.parametrize("kind", [parallel, sequential])
def test_no_item_means_no_instance_and_an_empty_output(world: World, kind: Callable[..., str]) -> None:
    case = world.run(
        start("s"), user("a", multi=kind("=[]", "item", collect="all", output="=item")),
        user("b"), "s -> a -> b",
    )  # fmt: skip
    assert case.tasks == ["b"]
    assert case.variables == {"all": []}
    assert world.run(start("s"), user("a", multi=kind(times="=0")), end("e"), "s -> a -> e").is_done


@proves("multiInstance/completion condition")
def test_a_completion_condition_ends_the_instances_still_running(world: World) -> None:
    case = world.run(
        start("s"),
        user("a", multi=parallel("=items", "item", collect="votes", output="=yes",
                                 until="=count(votes[item = true]) >= 2")),
        user("b"), "s -> a -> b",
        items=[1, 2, 3, 4],
    )  # fmt: skip
    case.complete("a", which=3, yes=True).complete("a", which=0, yes=False)
    assert case.tasks == ["a", "a"]
    case.complete("a", which=1, yes=True)
    assert case.tasks == ["b"]
    assert case.variables["votes"] == [False, True, True], "those that completed, in the order of the input"


@proves("multiInstance/completion condition")
def test_a_completion_condition_counts_instances(world: World) -> None:
    case = world.run(
        start("s"),
        user("a", multi=parallel(times="=5", until="=numberOfCompletedInstances / numberOfInstances >= 0.4")),
        user("b"), "s -> a -> b",
    )  # fmt: skip
    assert case.complete("a").tasks == ["a"] * 4
    assert case.complete("a").tasks == ["b"]


@proves("multiInstance/completion condition")
def test_the_counts_a_completion_condition_sees(world: World) -> None:
    until = (
        "=[numberOfInstances, numberOfActiveInstances, numberOfCompletedInstances,"
        " numberOfTerminatedInstances] = [3, 1, 2, 0]"
    )
    case = world.run(start("s"), user("a", multi=parallel(times="=3", until=until)), user("b"), "s -> a -> b")
    assert case.complete("a").complete("a").tasks == ["b"]


@proves("multiInstance/completion condition")
def test_a_sequential_loop_stops_when_its_condition_holds(world: World) -> None:
    case = world.run(
        start("s"),
        user("a", multi=sequential("=items", "item", collect="all", output="=r", until="=all[-1] = \"stop\"")),
        user("b"), "s -> a -> b",
        items=[1, 2, 3],
    )  # fmt: skip
    case.complete("a", r="go")
    assert case.tasks == ["a"]
    assert case.complete("a", r="stop").tasks == ["b"]
    assert case.variables["all"] == ["go", "stop"]


@proves("multiInstance/completion condition")
def test_a_completion_condition_may_end_instances_that_have_not_run_yet(world: World) -> None:
    case = world.run(
        start("s"),
        script("x", "=item", "r", multi=parallel("=items", "item", collect="all", output="=r", until="=count(all) = 2")),
        user("b"), "s -> x -> b",
        items=[1, 2, 3, 4],
    )  # fmt: skip
    assert case.tasks == ["b"]
    assert case.variables["all"] == [1, 2]


@proves("multiInstance/completion condition")
def test_a_completion_condition_that_is_neither_true_nor_false_is_an_incident(world: World) -> None:
    case = world.run(
        start("s"), user("a", multi=parallel(times="=2", until="=enough")), user("b"), "s -> a -> b"
    )
    case.complete("a")
    assert case.incidents == [("condition.type", "a")]
    case.complete("a")
    assert case.retry(enough=False).tasks == ["b"]


@proves("multiInstance/collection")
@pytest.mark.parametrize("items", [None, 5, "abc", {"a": 1}])
def test_what_is_no_list_is_an_incident(world: World, items: object) -> None:
    case = world.run(start("s"), user("a", multi=parallel("=items", "item")), "s -> a", items=items)
    assert case.incidents == [("multi.collection", "a")]
    assert case.retry(items=[1]).tasks == ["a"]


@proves("multiInstance/cardinality")
@pytest.mark.parametrize("times", [None, -1, 1.5, "2", True, 10**9])
def test_what_is_no_sensible_number_is_an_incident(world: World, times: object) -> None:
    case = world.run(start("s"), user("a", multi=parallel(times="=n")), "s -> a", n=times)
    assert [element for _, element in case.incidents] == ["a"]
    assert case.retry(n=1).tasks == ["a"]


@proves("multiInstance/collection")
def test_the_collection_is_evaluated_once(world: World) -> None:
    case = world.run(
        start("s"), user("a", multi=sequential("=items", "item", collect="all", output="=item")), user("b"),
        "s -> a -> b",
        items=[1, 2],
    )  # fmt: skip
    case.complete("a", items=[7, 8, 9]).complete("a")
    assert case.tasks == ["b"]
    assert case.variables == {"items": [7, 8, 9], "all": [1, 2]}


@proves("subProcess/multi-instance/parallel", "multiInstance/nested")
def test_multi_instance_inside_multi_instance(world: World) -> None:
    case = world.run(
        start("s"),
        sub("box", start("bs"),
            script("x", "=row * cell", "r", multi=parallel("=row.cells", "cell", collect="line", output="=[row.n, cell]")),
            end("be"), "bs -> x -> be",
            inputs={"line": "=null"}, multi=sequential("=rows", "row", collect="table", output="=line"),
            outputs={"line": "=line"}),
        user("b"), "s -> box -> b",
        rows=[{"n": 1, "cells": [1, 2]}, {"n": 2, "cells": []}, {"n": 3, "cells": [5]}],
    )  # fmt: skip
    assert case.tasks == ["b"]
    assert case.variables["table"] == [[[1, 1], [1, 2]], [], [[3, 5]]]


@proves("subProcess/multi-instance/parallel")
def test_each_instance_of_a_sub_process_has_its_own_variables(world: World) -> None:
    case = world.run(
        start("s"),
        sub("box", start("bs"), user("a"), script("x", "=item * 10 + mine", "mine"), "bs -> a -> x",
            inputs={"mine": "=0"}, outputs={"r": "=mine"},
            multi=parallel("=items", "item", collect="all", output="=r")),
        user("b"), "s -> box -> b",
        items=[1, 2],
    )  # fmt: skip
    case.complete("a", which=1, mine=5).complete("a", which=0, mine=3)
    assert case.variables == {"items": [1, 2], "all": [13, 25]}


@proves("callActivity/multi-instance")
def test_a_call_can_be_multi_instance(world: World) -> None:
    data = file(
        process("p", start("s"),
                call("c", "q", multi=parallel("=items", "item", collect="all", output="=r")), user("b"),
                "s -> c -> b"),
        process("q", start("qs"), user("a"), script("x", "=item * n", "r"), "qs -> a -> x"),
    )  # fmt: skip
    world.deploy(all_bpmn=data)
    case = world.start(items=[1, 2])
    case.complete("a", which=1, n=10).complete("a", n=3)
    assert case.tasks == ["b"]
    assert case.variables["all"] == [3, 20]


@proves("serviceTask/multi-instance", "receiveTask/multi-instance")
def test_jobs_and_receive_tasks_can_be_multi_instance(world: World) -> None:
    case = world.run(
        start("s"), service("j", multi=parallel("=items", "item")),
        receive("r", "paid", "=item", multi=parallel("=items", "item")), user("b"), "s -> j -> r -> b",
        items=["x", "y"],
    )  # fmt: skip
    case.finish_job("j").finish_job("j")
    world.send("paid", "y")
    assert case.tasks == []
    world.send("paid", "x")
    assert case.tasks == ["b"]


@proves("task/multi-instance", "manualTask/multi-instance", "scriptTask/multi-instance")
def test_tasks_that_pass_at_once_can_be_multi_instance(world: World) -> None:
    from tests.support.bpmn import manual

    case = world.run(
        start("s"), task("t", multi=parallel(times="=3")), manual("m", multi=sequential(times="=3")),
        script("x", "=item", "y", multi=parallel("=[1, 2]", "item")), end("e"), "s -> t -> m -> x -> e",
    )  # fmt: skip
    assert case.is_done
    assert (case.count("t"), case.count("m"), case.count("x")) == (4, 4, 3), "the body and its instances"


@proves("multiInstance/boundary", "boundaryEvent/timer/interrupting")
def test_a_boundary_event_belongs_to_all_instances_together(world: World) -> None:
    case = world.run(
        start("s"), user("a", multi=parallel("=[1, 2, 3]", "item")),
        boundary("late", "a", timer(duration="PT1H")), user("b"), user("after"), "s -> a -> after; late -> b",
    )  # fmt: skip
    assert case.waits == ["late"]
    case.complete("a")
    world.later(hours=1)
    assert case.tasks == ["b"]


@proves("multiInstance/boundary", "boundaryEvent/message/non-interrupting")
def test_a_non_interrupting_boundary_event_at_a_sequential_loop_stays_armed(world: World) -> None:
    case = world.run(
        start("s"), user("a", multi=sequential("=[1, 2]", "item")),
        boundary("note", "a", message("note", '="1"'), interrupting=False), task("n"), user("after"),
        "s -> a -> after; note -> n",
    )  # fmt: skip
    world.send("note")
    case.complete("a")
    world.send("note")
    assert case.count("n") == 2
    assert case.complete("a").waits == []


@proves("multiInstance/incident")
def test_an_incident_in_one_instance_leaves_the_others_alone(world: World) -> None:
    case = world.run(
        start("s"), service("j", "=item", multi=parallel("=items", "item")), user("b"), "s -> j -> b",
        items=["x", None, "z"], fallback=None,
    )  # fmt: skip
    assert case.incidents == [("job.type", "j")]
    case.finish_job("j").finish_job("j")
    assert case.status == "active"
    (scope,) = [scope for scope in case.state.scopes.values() if scope.incidents]
    world.engine.command(
        case.id, "set-variables", {"scope": scope.id, "variables": {"item": "y"}}, actor="admin"
    )
    assert case.retry().jobs == ["j"]
    assert case.finish_job("j").tasks == ["b"]


@proves("multiInstance/output")
def test_an_output_that_cannot_be_kept_is_an_incident_of_the_body(world: World) -> None:
    case = world.run(
        start("s"),
        user("a", multi=parallel("=[1, 2]", "item", collect="all", output="=if ok then item else function(x) x")),
        user("b"), "s -> a -> b",
        ok=False,
    )  # fmt: skip
    case.complete("a")
    assert case.incidents == [("expression.type", "a")]
    case.retry(ok=True)
    assert case.incidents == []
    assert case.complete("a").tasks == ["b"]
    assert case.variables["all"] == [1, 2]


@proves("multiInstance/output")
def test_two_outputs_that_cannot_be_kept_are_repaired_together(world: World) -> None:
    case = world.run(
        start("s"),
        user("a", multi=parallel("=[1, 2]", "item", collect="all", output="=if ok then item else function(x) x")),
        user("b"), "s -> a -> b",
        ok=False,
    )  # fmt: skip
    case.complete("a").complete("a")
    assert case.incidents == [("expression.type", "a")]
    case.retry(ok=True)
    assert case.tasks == ["b"]
    assert case.variables["all"] == [1, 2]


@proves("multiInstance/incident")
def test_instances_that_make_up_for_a_failed_one_take_its_incident_along(world: World) -> None:
    output = "=if item = 1 then function(x) x else item"
    case = world.run(
        start("s"),
        user("a", multi=parallel("=[1, 2, 3]", "item", collect="all", output=output, until="=count(all) = 2")),
        user("b"), "s -> a -> b",
    )  # fmt: skip
    case.complete("a")
    assert case.incidents == [("expression.type", "a")]
    case.complete("a").complete("a")
    assert case.tasks == ["b"]
    assert case.incidents == []
    assert case.variables["all"] == [2, 3]
