"""Embedded and event sub-processes at any nesting, and call activities (BPMN 2.0 §10.3.5, §10.3.6, §13.3.4)."""

from __future__ import annotations

import pytest

from engine.errors import BihuanError
from tests.support.bpmn import (
    boundary,
    call,
    end,
    error,
    event_sub,
    file,
    fork,
    message,
    parallel,
    process,
    script,
    service,
    start,
    sub,
    task,
    timer,
    user,
)
from tests.support.driving import World
from tests.support.proof import proves


@proves("subProcess/embedded")
def test_a_sub_process_completes_when_all_its_tokens_have_ended(world: World) -> None:
    case = world.run(
        start("s"), sub("box", start("bs"), fork("f"), user("a"), user("b"), "bs -> f; f -> a; f -> b"),
        user("after"), "s -> box -> after",
    )  # fmt: skip
    assert case.complete("a").tasks == ["b"]
    assert case.complete("b").tasks == ["after"]


@proves("subProcess/embedded")
def test_a_sub_process_without_start_event_begins_at_every_open_end(world: World) -> None:
    case = world.run(start("s"), sub("box", user("a"), user("b")), user("after"), "s -> box -> after")
    assert case.tasks == ["a", "b"]


@proves("subProcess/embedded")
def test_a_sub_process_in_a_loop_begins_anew_each_time(world: World) -> None:
    case = world.run(
        start("s"),
        sub("box", start("bs"), script("x", "=n + 1", "n"), user("a"), "bs -> x -> a"),
        task("t"), user("after"), "s -> box -> t; t -> box if n < 3; t -> after else",
        n=0,
    )  # fmt: skip
    case.complete("a").complete("a").complete("a")
    assert case.tasks == ["after"]
    assert case.variables == {"n": 3}


@proves("boundaryEvent/message/interrupting", "subProcess/multi-instance/parallel")
def test_interrupting_instances_deep_inside_ends_them_and_nothing_else(world: World) -> None:
    case = world.run(
        start("s"),
        sub("outer", start("os"), fork("f"), user("beside"),
            sub("inner", start("is"), user("a"), boundary("t", "a", timer(duration="P1D")), task("x"),
                "is -> a; t -> x", multi=parallel("=items", "item")),
            boundary("stop", "inner", message("stop", '="1"')), user("stopped"),
            "os -> f; f -> beside; f -> inner; stop -> stopped"),
        user("after"), "s -> outer -> after",
        items=[1, 2, 3],
    )  # fmt: skip
    assert case.tasks == ["a", "a", "a", "beside"]
    case.complete("a", which=1)
    world.send("stop")
    assert case.tasks == ["beside", "stopped"]
    assert case.waits == []
    assert case.complete("beside").complete("stopped").tasks == ["after"]


@proves("eventSubProcess/nested")
def test_an_event_sub_process_belongs_to_its_own_sub_process(world: World) -> None:
    case = world.run(
        start("s"), fork("f"), user("outside"),
        sub("box", start("bs"), user("a"), "bs -> a",
            event_sub("on", start("os", message("m", '="1"')), user("b"), "os -> b")),
        user("after"), "s -> f; f -> outside; f -> box -> after",
    )  # fmt: skip
    world.send("m")
    assert case.tasks == ["b", "outside"]
    assert case.complete("b").tasks == ["after", "outside"]
    assert world.send("m") == []


@proves("eventSubProcess/nested")
def test_an_event_sub_process_may_hold_activities_with_boundary_events_and_event_sub_processes(
    world: World,
) -> None:
    case = world.run(
        start("s"), user("a"), "s -> a",
        event_sub("on", start("os", message("m", '="1"'), interrupting=False), user("b"),
                  boundary("late", "b", timer(duration="PT1H")), user("c"), "os -> b; late -> c",
                  event_sub("inner", start("is", message("n", '="1"')), user("d"), "is -> d")),
    )  # fmt: skip
    world.send("m")
    world.later(hours=1)
    assert case.tasks == ["a", "c"]
    world.send("n")
    assert case.tasks == ["a", "d"]
    assert case.complete("d").tasks == ["a"]
    assert case.complete("a").is_done


@proves("eventSubProcess/nested")
def test_event_sub_processes_of_many_cases_do_not_disturb_each_other(world: World) -> None:
    world.deploy(
        start("s"), user("a"), "s -> a",
        event_sub("on", start("os", message("m", "=code")), user("b"), "os -> b"),
    )  # fmt: skip
    one, two = world.start(code="1"), world.start(code="2")
    world.send("m", "1")
    three = world.start(code="3")
    assert (one.tasks, two.tasks, three.tasks) == (["b"], ["a"], ["a"])
    assert (one.waits, two.waits, three.waits) == ([], ["on"], ["on"])


@proves("eventSubProcess/mappings")
def test_mappings_of_an_event_sub_process_are_applied(world: World) -> None:
    case = world.run(
        start("s"), user("a"), "s -> a",
        event_sub("on", start("os", message("m", '="1"'), interrupting=False),
                  script("x", "=base + amount", "sum"), user("b"), "os -> x -> b",
                  inputs={"base": "=10", "sum": "=0"}, outputs={"total": "=sum"}),
    )  # fmt: skip
    world.send("m", amount=5)
    assert case.variables == {}
    case.complete("b")
    assert case.variables == {"total": 15}


@proves("eventSubProcess/timer/interrupting", "subProcess/embedded")
def test_a_scope_that_ends_takes_its_waiting_event_sub_processes_along(world: World) -> None:
    case = world.run(
        start("s"),
        sub("box", start("bs"), user("a"), "bs -> a",
            event_sub("on", start("os", timer(duration="PT1H")), user("b"), "os -> b")),
        user("after"), "s -> box -> after",
    )  # fmt: skip
    assert case.complete("a").waits == []
    assert world.later(hours=2) == 0
    assert case.tasks == ["after"]


def _calling(*called: str, child: bool | None = None) -> bytes:
    return file(
        process("p", start("s"), call("c", "q", child=child), user("after"), "s -> c -> after"),
        process("q", *called),
    )


CHILD = (
    start("qs"),
    script("x", "=n + 1", "n"),
    script("y", '="new"', "extra"),
    user("a"),
    "qs -> x -> y -> a",
)


@proves("callActivity/plain", "callActivity/propagation")
def test_a_called_process_works_on_a_copy_and_hands_everything_back(world: World) -> None:
    world.deploy(all_bpmn=_calling(*CHILD))
    case = world.start(n=1)
    assert case.tasks == ["a"]
    assert case.variables == {"n": 1}, "the caller's variables stay as they were until the call returns"
    case.complete("a")
    assert case.variables == {"n": 2, "extra": "new"}


@proves("callActivity/propagation")
def test_without_propagation_to_the_parent_nothing_comes_back(world: World) -> None:
    world.deploy(all_bpmn=_calling(*CHILD, child=False))
    case = world.start(n=1).complete("a")
    assert case.variables == {"n": 1}
    assert case.tasks == ["after"]


@proves("callActivity/propagation", "data/input mapping")
def test_without_propagation_to_the_child_only_inputs_go_in(world: World) -> None:
    data = file(
        process("p", start("s"), call("c", "q", inputs={"n": "=m * 10"}, parent=False), user("after"),
                "s -> c -> after"),
        process("q", start("qs"), script("x", "=m", "seen"), script("y", "=n", "got"), "qs -> x -> y"),
    )  # fmt: skip
    world.deploy(all_bpmn=data)
    case = world.start(m=4)
    assert case.variables == {"m": 4, "seen": None, "got": 40}, "n came back to the call's own n"


@proves("callActivity/propagation", "data/output mapping")
def test_output_mappings_of_a_call_choose_what_comes_back(world: World) -> None:
    data = file(
        process("p", start("s"), call("c", "q", outputs={"result": "=extra + \"!\""}), user("after"),
                "s -> c -> after"),
        process("q", *CHILD),
    )  # fmt: skip
    world.deploy(all_bpmn=data)
    case = world.start(n=1).complete("a")
    assert case.variables == {"n": 1, "result": "new!"}


@proves("callActivity/plain")
def test_a_call_may_name_its_process_by_expression_and_takes_the_newest_version(world: World) -> None:
    world.deploy(start("s"), call("c", "=which"), user("after"), "s -> c -> after")
    world.deploy(start("qs"), user("old"), "qs -> old", key="q")
    first = world.start(which="q")
    world.deploy(start("qs"), user("new"), "qs -> new", key="q")
    second = world.start(which="q")
    assert (first.tasks, second.tasks) == (["old"], ["new"]), "a call that has begun stays with its version"
    assert first.complete("old").tasks == ["after"]


@proves("callActivity/plain")
def test_calling_an_unknown_process_is_an_incident(world: World) -> None:
    case = world.run(start("s"), call("c", "=which"), "s -> c", which="q")
    assert case.incidents == [("call.unknown", "c")]
    world.deploy(start("qs"), user("a"), "qs -> a", key="q")
    assert case.retry().tasks == ["a"]


@proves("callActivity/plain")
def test_calling_a_process_that_only_events_start_is_an_incident(world: World) -> None:
    world.deploy(start("qs", message("m")), user("a"), "qs -> a", key="q")
    case = world.run(start("s"), call("c", "q"), "s -> c")
    assert case.incidents == [("start.none", "c")]


@proves("callActivity/plain")
def test_a_process_that_calls_itself_without_end_is_stopped_by_an_incident(world: World) -> None:
    case = world.run(start("s"), call("c", "p"), "s -> c")
    assert case.incidents == [("scope-depth", "c")]
    world.engine.cancel(case.id, actor="admin")
    assert case.status == "cancelled"


@proves("callActivity/plain")
def test_recursion_ends_by_itself(world: World) -> None:
    case = world.run(
        start("s"), script("x", "=n - 1", "n"), task("t"), call("c", "p"), end("e"),
        "s -> x -> t; t -> c if n > 0; c -> e; t -> e else",
        n=20,
    )  # fmt: skip
    assert case.is_done
    assert case.count("e") == 20


@proves("callActivity/boundary", "boundaryEvent/timer/interrupting")
def test_interrupting_a_call_ends_the_called_process(world: World) -> None:
    data = file(
        process("p", start("s"), call("c", "q"), boundary("late", "c", timer(duration="PT1H")), user("after"),
                "s -> c; late -> after"),
        process("q", start("qs"), sub("box", start("bs"), user("a"), "bs -> a"), "qs -> box"),
    )  # fmt: skip
    world.deploy(all_bpmn=data)
    case = world.start()
    world.later(hours=1)
    assert case.tasks == ["after"]
    assert len(case.state.scopes) == 1


@proves("callActivity/plain")
def test_messages_reach_into_a_called_process(world: World) -> None:
    data = file(
        process("p", start("s"), call("c", "q"), user("after"), "s -> c -> after"),
        process("q", start("qs"), user("a"), "qs -> a",
                event_sub("on", start("os", message("m", "=code")), service("j"), "os -> j")),
    )  # fmt: skip
    world.deploy(all_bpmn=data)
    case = world.start(code="7")
    world.send("m", "7")
    assert case.jobs == ["j"]
    assert case.finish_job("j").tasks == ["after"]


@proves("startEvent/message")
def test_a_process_that_only_events_start_is_not_started_by_hand(world: World) -> None:
    world.deploy(start("s", message("m")), user("a"), "s -> a")
    with pytest.raises(BihuanError) as raised:
        world.start()
    assert raised.value.code == "start.none"
    assert world.cases() == []


@proves("startEvent/none")
def test_an_unknown_start_event_is_refused(world: World) -> None:
    world.deploy(start("s"), user("a"), "s -> a")
    for wrong in ("nowhere", "a"):
        with pytest.raises(BihuanError) as raised:
            world.engine.start("p", actor="x", start_event=wrong)
        assert raised.value.code == "start.unknown"
    assert world.cases() == []


@proves("subProcess/embedded")
def test_fifty_sub_processes_inside_one_another_run_to_the_end(world: World) -> None:
    inner = user("a")
    for depth in range(50):
        inner = sub(f"box{depth}", inner)
    case = world.run(start("s"), inner, user("after"), "s -> box49 -> after")
    assert case.complete("a").tasks == ["after"]


@proves("subProcess/multi-instance/sequential")
def test_fifty_multi_instance_sub_processes_inside_one_another_run_to_the_end(world: World) -> None:
    inner = user("a")
    for depth in range(50):
        inner = sub(f"box{depth}", inner, multi=parallel(times="=1"))
    case = world.run(
        start("s"),
        inner,
        boundary("b", "box49", error("E")),
        user("after"),
        "s -> box49 -> after; b -> after",
    )
    assert case.complete("a").tasks == ["after"]
