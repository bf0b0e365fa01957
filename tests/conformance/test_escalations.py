"""Escalations: upwards like errors, but the thrower may go on (BPMN 2.0 §10.5.5, §10.5.6)."""

from __future__ import annotations

from tests.support.bpmn import (
    boundary,
    call,
    end,
    escalation,
    event_sub,
    file,
    fork,
    process,
    start,
    sub,
    throw,
    user,
)
from tests.support.driving import World
from tests.support.proof import proves

BOX = sub("box", start("bs"), throw("up", escalation("X"), inputs={"n": "=1"}), user("a"), "bs -> up -> a")


@proves("boundaryEvent/escalation/non-interrupting", "intermediateThrowEvent/escalation")
def test_a_non_interrupting_boundary_lets_the_thrower_go_on(world: World) -> None:
    case = world.run(
        start("s"), BOX, boundary("b", "box", escalation("X"), interrupting=False), user("boss"), user("after"),
        "s -> box -> after; b -> boss",
    )  # fmt: skip
    assert case.tasks == ["a", "boss"]
    assert case.variables == {"n": 1}
    assert case.complete("a").tasks == ["after", "boss"]


@proves("boundaryEvent/escalation/interrupting", "intermediateThrowEvent/escalation")
def test_an_interrupting_boundary_ends_the_thrower(world: World) -> None:
    case = world.run(
        start("s"), BOX, boundary("b", "box", escalation("X")), user("boss"), user("after"),
        "s -> box -> after; b -> boss",
    )  # fmt: skip
    assert case.tasks == ["boss"]
    assert case.count("a") == 0


@proves("intermediateThrowEvent/escalation")
def test_an_escalation_that_nobody_catches_changes_nothing(world: World) -> None:
    case = world.run(start("s"), throw("up", escalation("X")), user("a"), "s -> up -> a")
    assert case.tasks == ["a"]
    assert case.incidents == []


@proves("endEvent/escalation", "boundaryEvent/escalation/non-interrupting")
def test_an_escalation_end_event_escalates_and_ends_its_path(world: World) -> None:
    case = world.run(
        start("s"),
        sub("box", start("bs"), fork("f"), user("a"), end("up", escalation("X")), "bs -> f; f -> a; f -> up"),
        boundary("b", "box", escalation(), interrupting=False), user("boss"), user("after"),
        "s -> box -> after; b -> boss",
    )  # fmt: skip
    assert case.tasks == ["a", "boss"]
    assert case.complete("a").tasks == ["after", "boss"]


@proves("eventSubProcess/escalation/non-interrupting")
def test_an_escalation_starts_an_event_sub_process_beside(world: World) -> None:
    case = world.run(
        start("s"), throw("up", escalation("X"), inputs={"n": "=1"}), throw("up2", escalation("X")), user("a"),
        "s -> up -> up2 -> a",
        event_sub("on", start("os", escalation("X"), interrupting=False), user("b"), "os -> b"),
    )  # fmt: skip
    assert case.tasks == ["a", "b", "b"]
    assert case.complete("a").complete("b").complete("b").is_done
    assert case.variables == {}


@proves("eventSubProcess/escalation/interrupting")
def test_an_escalation_starts_an_interrupting_event_sub_process(world: World) -> None:
    case = world.run(
        start("s"), throw("up", escalation("X")), user("a"), "s -> up -> a",
        event_sub("on", start("os", escalation()), user("b"), "os -> b"),
    )  # fmt: skip
    assert case.tasks == ["b"]
    assert case.complete("b").is_done


@proves("boundaryEvent/escalation/non-interrupting", "callActivity/escalation")
def test_an_escalation_leaves_a_called_process(world: World) -> None:
    world.deploy(
        both_bpmn=file(
            process("p", start("s"), call("c", "q"),
                    boundary("b", "c", escalation("X"), interrupting=False), user("boss"), "s -> c; b -> boss"),
            process("q", start("qs"), throw("up", escalation("X")), user("a"), "qs -> up -> a"),
        )
    )  # fmt: skip
    assert world.start().tasks == ["a", "boss"]


@proves("boundaryEvent/escalation/interrupting")
def test_the_innermost_handler_of_an_escalation_catches_it_alone(world: World) -> None:
    case = world.run(
        start("s"),
        sub("outer", start("os"), BOX, boundary("in", "box", escalation("X"), interrupting=False), user("near"),
            "os -> box; in -> near"),
        boundary("out", "outer", escalation("X")), user("far"), "s -> outer; out -> far",
    )  # fmt: skip
    assert case.tasks == ["a", "near"]
