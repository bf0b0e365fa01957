"""Errors: thrown by end events and jobs, caught by the nearest handler (BPMN 2.0 §10.5.6, §13.5.4)."""

from __future__ import annotations

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
    user,
)
from tests.support.driving import World
from tests.support.proof import proves


@proves("boundaryEvent/error", "endEvent/error")
def test_an_error_end_event_leaves_its_sub_process_by_the_boundary(world: World) -> None:
    case = world.run(
        start("s"),
        sub("box", start("bs"), fork("f"), user("a"), user("go"), end("bang", error("E1")),
            "bs -> f; f -> a; f -> go -> bang"),
        boundary("b", "box", error("E1")), user("after"), user("normal"),
        "s -> box -> normal; b -> after",
    )  # fmt: skip
    case.complete("go")
    assert case.tasks == ["after"]
    assert case.complete("after").is_done


@proves("boundaryEvent/error")
def test_an_error_interrupts_what_was_ready_beside_it(world: World) -> None:
    """Nothing of an interrupted scope runs any more, also what the same step had made ready."""
    case = world.run(
        start("s"),
        sub("box", start("bs"), fork("f"), end("bang", error("E1")), script("x", "=1", "ran"), end("e"),
            "bs -> f; f -> bang; f -> x -> e"),
        boundary("b", "box", error("E1")), end("after"), "s -> box; b -> after",
    )  # fmt: skip
    assert case.is_done
    assert case.variables == {}


@proves("boundaryEvent/error/code", "boundaryEvent/error/catch-all")
def test_the_boundary_event_that_names_the_code_comes_before_the_one_that_catches_all(world: World) -> None:
    world.deploy(
        start("s"), service("j"), boundary("any", "j", error()), boundary("one", "j", error("E1")),
        user("a"), user("b"), "s -> j; any -> a; one -> b",
    )  # fmt: skip
    assert world.start().throw_error("j", "E1").tasks == ["b"]
    assert world.start().throw_error("j", "E2").tasks == ["a"]


@proves("boundaryEvent/error/code")
def test_an_error_of_another_code_passes_on_to_the_next_scope(world: World) -> None:
    case = world.run(
        start("s"),
        sub("outer", start("os"),
            sub("inner", start("is"), service("j"), "is -> j"),
            boundary("other", "inner", error("E2")), user("wrong"), "os -> inner; other -> wrong"),
        boundary("b", "outer", error("E1")), user("right"), "s -> outer; b -> right",
    )  # fmt: skip
    assert case.throw_error("j", "E1").tasks == ["right"]


@proves("serviceTask/error", "boundaryEvent/error")
def test_an_error_of_a_job_brings_variables(world: World) -> None:
    case = world.run(
        start("s"), service("j"), boundary("b", "j", error("E1"), outputs={"why": "=reason"}), user("a"),
        "s -> j; b -> a",
    )  # fmt: skip
    case.throw_error("j", "E1", reason="empty")
    assert case.variables == {"why": "empty"}
    assert case.jobs == []


@proves("serviceTask/error")
def test_an_error_that_nobody_catches_is_an_incident_of_the_job(world: World) -> None:
    case = world.run(start("s"), service("j"), user("a"), "s -> j -> a")
    case.throw_error("j", "E1")
    assert case.incidents == [("error.unhandled", "j")]
    case.retry()
    assert case.finish_job("j").tasks == ["a"]


@proves("endEvent/error")
def test_an_error_end_event_that_nobody_catches_is_an_incident(world: World) -> None:
    case = world.run(start("s"), fork("f"), end("bang", error("E1")), user("a"), "s -> f; f -> bang; f -> a")
    assert case.incidents == [("error.unhandled", "bang")]
    assert case.tasks == ["a"], "nothing else is touched"


@proves("eventSubProcess/error", "endEvent/error")
def test_an_event_sub_process_of_the_process_catches_an_error(world: World) -> None:
    case = world.run(
        start("s"), fork("f"), user("a"), user("go"), end("bang", error("E1"), inputs={"why": '="x"'}),
        "s -> f; f -> a; f -> go -> bang",
        event_sub("on", start("os", error("E1"), outputs={"reason": "=why"}), user("b"), "os -> b"),
    )  # fmt: skip
    case.complete("go")
    assert case.tasks == ["b"]
    assert case.complete("b").is_done


@proves("eventSubProcess/error")
def test_the_innermost_handler_catches(world: World) -> None:
    case = world.run(
        start("s"),
        sub("box", start("bs"), service("j"), "bs -> j",
            event_sub("on", start("os", error()), user("inside"), "os -> inside")),
        boundary("b", "box", error("E1")), user("outside"), user("after"),
        "s -> box -> after; b -> outside",
    )  # fmt: skip
    case.throw_error("j", "E1")
    assert case.tasks == ["inside"]
    assert case.complete("inside").tasks == ["after"], "the sub-process completes normally"


@proves("eventSubProcess/error")
def test_an_error_thrown_while_an_error_is_handled_goes_further_out(world: World) -> None:
    """A scope that was interrupted takes no further events: the sibling handler does not catch."""
    case = world.run(
        start("s"),
        sub("box", start("bs"), service("j"), "bs -> j",
            event_sub("one", start("os", error("E1")), end("again", error("E2")), "os -> again"),
            event_sub("two", start("ts", error("E2")), user("wrong"), "ts -> wrong")),
        boundary("b", "box", error("E2")), user("right"), "s -> box; b -> right",
    )  # fmt: skip
    assert case.throw_error("j", "E1").tasks == ["right"]


@proves("eventSubProcess/error", "eventSubProcess/message/non-interrupting")
def test_an_error_in_a_non_interrupting_event_sub_process_is_caught_by_its_scope(world: World) -> None:
    case = world.run(
        start("s"), user("a"), "s -> a",
        event_sub("note", start("ns", message("note", '="1"'), interrupting=False), end("bang", error("E1")),
                  "ns -> bang"),
        event_sub("on", start("os", error("E1")), user("b"), "os -> b"),
    )  # fmt: skip
    world.send("note")
    assert case.tasks == ["b"]


@proves("boundaryEvent/error", "callActivity/error")
def test_an_error_leaves_a_called_process_by_the_boundary_of_the_call(world: World) -> None:
    world.deploy(
        both_bpmn=file(
            process("p", start("s"), call("c", "q"), boundary("b", "c", error("E1")), user("after"),
                    "s -> c; b -> after"),
            process("q", start("qs"), sub("box", start("bs"), service("j"), "bs -> j"), "qs -> box"),
        )
    )  # fmt: skip
    case = world.start()
    case.throw_error("j", "E1", why="x")
    assert case.tasks == ["after"]
    assert len(case.state.scopes) == 1


@proves("boundaryEvent/error", "subProcess/multi-instance/parallel")
def test_an_error_in_one_instance_ends_all_of_them(world: World) -> None:
    case = world.run(
        start("s"),
        sub("box", start("bs"), service("j"), "bs -> j", multi=parallel("=items", "item")),
        boundary("b", "box", error("E1")), user("after"), "s -> box; b -> after",
        items=[1, 2, 3],
    )  # fmt: skip
    assert case.jobs == ["j", "j", "j"]
    case.throw_error("j", "E1")
    assert case.tasks == ["after"]
    assert case.jobs == []


@proves("boundaryEvent/error", "subProcess/multi-instance/parallel")
def test_an_error_handled_inside_one_instance_leaves_the_others_alone(world: World) -> None:
    case = world.run(
        start("s"),
        sub("box", start("bs"), service("j"), boundary("b", "j", error("E1")), task("fix"),
            "bs -> j; b -> fix", multi=parallel("=items", "item")),
        user("after"), "s -> box -> after",
        items=[1, 2],
    )  # fmt: skip
    case.throw_error("j", "E1")
    assert case.jobs == ["j"]
    assert case.finish_job("j").tasks == ["after"]


@proves("boundaryEvent/error")
def test_a_mapping_of_a_caught_error_that_fails_is_an_incident_and_can_be_repaired(world: World) -> None:
    case = world.run(
        start("s"), service("j"),
        boundary("b", "j", error("E1"), outputs={"why": "=if ok then reason else function(x) x"}),
        user("a"), "s -> j; b -> a",
        ok=False,
    )  # fmt: skip
    case.throw_error("j", "E1", reason="empty")
    assert case.incidents == [("expression.type", "b")]
    assert case.jobs == [], "the error was caught all the same"
    assert case.retry(ok=True).tasks == ["a"]
    assert case.variables == {"ok": True, "why": "empty"}


@proves("eventSubProcess/message/interrupting")
def test_a_mapping_at_an_event_sub_process_that_fails_is_an_incident_and_can_be_repaired(
    world: World,
) -> None:
    case = world.run(
        start("s"), user("a"), "s -> a",
        event_sub("on",
                  start("os", message("m", '="1"'), outputs={"why": "=if ok then reason else function(x) x"}),
                  user("b", outputs={"seen": "=why"}), "os -> b"),
        ok=False,
    )  # fmt: skip
    world.send("m", reason="empty")
    assert case.incidents == [("expression.type", "on")]
    assert case.tasks == []
    assert case.retry(ok=True).tasks == ["b"]
    case.complete("b")
    assert case.is_done
    assert case.variables == {"ok": True, "seen": "empty"}
