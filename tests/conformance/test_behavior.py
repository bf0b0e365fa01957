"""Events a multi-instance activity throws when its instances complete (BPMN 2.0 §10.3.8, table 8.15)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.bpmn import (
    boundary,
    call,
    end,
    escalation,
    event_sub,
    file,
    message,
    parallel,
    process,
    script,
    sequential,
    signal,
    start,
    sub,
    task,
    user,
)
from tests.support.driving import World
from tests.support.proof import proves

KINDS = pytest.mark.parametrize("kind", [parallel, sequential])


@proves("multiInstance/behavior/None", "boundaryEvent/escalation/non-interrupting")
@KINDS
def test_an_event_is_thrown_at_each_completion(world: World, kind: Callable[..., str]) -> None:
    case = world.run(
        start("s"), user("a", multi=kind(times="=3", each=escalation("done"))),
        boundary("b", "a", escalation("done"), interrupting=False), task("note"), user("after"),
        "s -> a -> after; b -> note",
    )  # fmt: skip
    assert [case.complete("a").count("note") for _ in range(3)] == [1, 2, 3]
    assert case.tasks == ["after"]


@proves("multiInstance/behavior/One", "boundaryEvent/escalation/non-interrupting")
@KINDS
def test_an_event_is_thrown_at_the_first_completion_only(world: World, kind: Callable[..., str]) -> None:
    case = world.run(
        start("s"), user("a", multi=kind(times="=3", first=escalation("done"))),
        boundary("b", "a", escalation(), interrupting=False), task("note"), user("after"),
        "s -> a -> after; b -> note",
    )  # fmt: skip
    assert [case.complete("a").count("note") for _ in range(3)] == [1, 1, 1]
    assert case.tasks == ["after"]


@proves("multiInstance/behavior/One", "boundaryEvent/signal/interrupting")
@KINDS
def test_what_is_thrown_may_interrupt_the_instances_left(world: World, kind: Callable[..., str]) -> None:
    case = world.run(
        start("s"), user("a", multi=kind("=[1, 2, 3]", "item", first=signal("done"))),
        boundary("b", "a", signal("done")), user("after"), user("never"), "s -> a -> never; b -> after",
    )  # fmt: skip
    assert case.complete("a").tasks == ["after"]


@proves("multiInstance/behavior/Complex", "boundaryEvent/escalation/non-interrupting")
@KINDS
def test_events_are_thrown_where_their_conditions_hold(world: World, kind: Callable[..., str]) -> None:
    some = {
        "numberOfCompletedInstances = 2": escalation("half"),
        "numberOfCompletedInstances = numberOfInstances": escalation("all"),
        "loopCounter > 1": escalation("later"),
    }
    case = world.run(
        start("s"), user("a", multi=kind(times="=4", some=some)),
        boundary("h", "a", escalation("half"), interrupting=False), task("at_half"),
        boundary("l", "a", escalation("all"), interrupting=False), task("at_all"),
        boundary("m", "a", escalation("later"), interrupting=False), task("at_later"),
        user("after"), "s -> a -> after; h -> at_half; l -> at_all; m -> at_later",
    )  # fmt: skip
    seen = []
    for _ in range(4):
        case.complete("a")
        seen.append(tuple(case.count(name) for name in ("at_half", "at_all", "at_later")))
    assert seen == [(0, 0, 0), (1, 0, 1), (1, 0, 2), (1, 1, 3)]
    assert case.tasks == ["after"]


@proves("multiInstance/behavior/Complex", "multiInstance/parallel/output")
def test_a_condition_of_a_behavior_sees_what_was_gathered(world: World) -> None:
    case = world.run(
        start("s"),
        user("a", multi=parallel("=[1, 2, 3]", "item", collect="votes", output="=vote",
                                 some={"count(votes[item = false]) = 2": escalation("lost")})),
        boundary("b", "a", escalation("lost")), user("after"), user("next"), "s -> a -> next; b -> after",
    )  # fmt: skip
    case.complete("a", vote=False).complete("a", vote=True)
    assert case.tasks == ["a"]
    assert case.complete("a", vote=False).tasks == ["after"]


@proves("multiInstance/behavior/None", "startEvent/message")
def test_a_message_at_each_completion_starts_processes(world: World) -> None:
    world.deploy(start("qs", message("report")), user("b"), "qs -> b", key="q")
    case = world.run(
        start("s"), user("a", multi=parallel(times="=2", each=message("report"))), end("e"), "s -> a -> e"
    )
    case.complete("a")
    world.later()
    assert len(world.cases("q")) == 1
    assert case.complete("a").is_done
    world.later()
    assert [other.tasks for other in world.cases("q")] == [["b"], ["b"]]


@proves("multiInstance/behavior/None", "startEvent/signal", "eventSubProcess/signal/non-interrupting")
def test_a_signal_at_each_completion_is_heard_everywhere(world: World) -> None:
    world.deploy(start("qs", signal("done")), user("b"), "qs -> b", key="q")
    case = world.run(
        start("s"), user("a", multi=sequential(times="=2", each=signal("done"))), user("after"), "s -> a -> after",
        event_sub("on", start("os", signal("done"), interrupting=False), user("c"), "os -> c"),
    )  # fmt: skip
    case.complete("a")
    world.later()
    assert (case.tasks, len(world.cases("q"))) == (["a", "c"], 1)
    case.complete("a")
    world.later()
    assert (case.tasks, len(world.cases("q"))) == (["after", "c", "c"], 2)


@proves("multiInstance/behavior/None")
def test_the_last_completion_throws_before_the_activity_is_left(world: World) -> None:
    case = world.run(
        start("s"), script("x", "=1", "r", multi=parallel(times="=2", each=escalation("done"))),
        boundary("b", "x", escalation("done"), interrupting=False), user("note"), user("after"),
        "s -> x -> after; b -> note",
    )  # fmt: skip
    assert case.tasks == ["after", "note", "note"]


@proves("multiInstance/behavior/One", "subProcess/multi-instance/parallel")
def test_the_event_of_a_sub_process_in_a_loop_may_leave_an_outer_level(world: World) -> None:
    case = world.run(
        start("s"),
        sub("outer", start("os"),
            sub("box", start("bs"), user("a"), "bs -> a", multi=parallel(times="=2", first=escalation("x"))),
            "os -> box"),
        boundary("b", "outer", escalation("x")), user("after"), "s -> outer; b -> after",
    )  # fmt: skip
    assert case.complete("a").tasks == ["after"]


@proves("multiInstance/behavior/None", "callActivity/multi-instance")
def test_called_processes_throw_at_their_caller(world: World) -> None:
    called = process("q", start("qs"), user("a"), "qs -> a")
    caller = process(
        "p", start("s"), call("go", "q", multi=parallel(times="=2", each=escalation("x"))),
        boundary("b", "go", escalation("x"), interrupting=False), task("note"), user("z"),
        "s -> go -> z; b -> note",
    )  # fmt: skip
    world.deploy(p_bpmn=file(caller, called))
    case = world.start()
    case.complete("a").complete("a")
    assert (case.tasks, case.count("note")) == (["z"], 2)


@proves("multiInstance/behavior/Complex", "case/retry")
def test_a_condition_of_a_behavior_that_fails_is_an_incident_and_throws_once_repaired(world: World) -> None:
    case = world.run(
        start("s"), user("a", multi=parallel(times="=2", some={"ok": escalation("x")})),
        boundary("b", "a", escalation("x"), interrupting=False), task("note"), user("after"),
        "s -> a -> after; b -> note",
    )  # fmt: skip
    case.complete("a")
    assert (case.incidents, case.count("note")) == ([("condition.type", "a")], 0)
    assert case.retry(ok=True).count("note") == 1
    assert case.complete("a").tasks == ["after"]


@proves("multiInstance/behavior/All")
def test_nothing_is_thrown_when_all_are_waited_for(world: World) -> None:
    case = world.run(start("s"), user("a", multi=parallel(times="=2")), user("after"), "s -> a -> after")
    case.complete("a").complete("a")
    assert case.tasks == ["after"]
    assert [effect for effect in case.effects() if effect[0] == "out"] == []
