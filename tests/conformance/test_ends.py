"""End events: none, terminate (BPMN 2.0 §10.5.3, §13.5.6). The others are with the events they throw."""

from __future__ import annotations

from tests.support.bpmn import (
    boundary,
    call,
    end,
    event_sub,
    file,
    fork,
    message,
    parallel,
    process,
    start,
    sub,
    terminate,
    timer,
    user,
)
from tests.support.driving import World
from tests.support.proof import proves


@proves("endEvent/none")
def test_an_end_event_ends_one_token_only(world: World) -> None:
    case = world.run(start("s"), fork("f"), end("e"), user("a"), "s -> f; f -> e; f -> a")
    assert case.status == "active"
    assert case.complete("a").is_done


@proves("endEvent/terminate")
def test_terminate_ends_the_process_with_everything_in_it(world: World) -> None:
    case = world.run(
        start("s"), fork("f"), user("a"), sub("box", start("bs"), user("b"), "bs -> b"),
        boundary("late", "box", timer(duration="PT1H"), interrupting=False), end("x"), user("go"),
        end("stop", terminate()), "s -> f; f -> a; f -> box; late -> x; f -> go -> stop",
        event_sub("on", start("os", message("m", '="1"')), user("c"), "os -> c"),
    )  # fmt: skip
    case.complete("go")
    assert case.is_done
    assert (case.tasks, case.waits) == ([], [])


@proves("endEvent/terminate")
def test_terminate_inside_a_sub_process_ends_only_that(world: World) -> None:
    case = world.run(
        start("s"), fork("f"), user("outside"),
        sub("box", start("bs"), fork("g"), user("a"), user("go"), end("stop", terminate()),
            "bs -> g; g -> a; g -> go -> stop"),
        user("after"), "s -> f; f -> outside; f -> box -> after",
    )  # fmt: skip
    case.complete("go")
    assert case.tasks == ["after", "outside"], "the sub-process completes and its flow goes on"


@proves("endEvent/terminate", "subProcess/multi-instance/parallel")
def test_terminate_in_one_instance_leaves_the_other_instances(world: World) -> None:
    case = world.run(
        start("s"),
        sub("box", start("bs"), fork("g"), user("a"), user("go"), end("stop", terminate()),
            "bs -> g; g -> a; g -> go -> stop", multi=parallel(times="=2")),
        user("after"), "s -> box -> after",
    )  # fmt: skip
    case.complete("go")
    assert case.tasks == ["a", "go"]
    assert case.complete("go").tasks == ["after"]


@proves("endEvent/terminate", "callActivity/plain")
def test_terminate_in_a_called_process_returns_to_the_caller(world: World) -> None:
    world.deploy(
        both_bpmn=file(
            process("p", start("s"), call("c", "q"), user("after"), "s -> c -> after"),
            process("q", start("qs"), fork("f"), user("a"), user("go"), end("stop", terminate()),
                    "qs -> f; f -> a; f -> go -> stop"),
        )
    )  # fmt: skip
    assert world.start().complete("go").tasks == ["after"]


@proves("endEvent/terminate")
def test_terminate_takes_what_the_same_step_made_ready(world: World) -> None:
    case = world.run(start("s"), fork("f"), end("stop", terminate()), user("a"), "s -> f; f -> stop; f -> a")
    assert case.is_done
    assert "a" not in case.tasks


@proves("endEvent/terminate")
def test_terminate_in_an_event_sub_process_ends_that_alone(world: World) -> None:
    case = world.run(
        start("s"), user("a"), "s -> a",
        event_sub("on", start("os", message("m", '="1"'), interrupting=False), fork("f"), user("b"),
                  end("stop", terminate()), "os -> f; f -> b; f -> stop"),
    )  # fmt: skip
    world.send("m")
    assert case.tasks == ["a"]
