"""Signals: broadcast to everybody who waits, in this case and in others (BPMN 2.0 §10.5.5)."""

from __future__ import annotations

from tests.support.bpmn import (
    boundary,
    catch,
    end,
    event_sub,
    fork,
    race,
    signal,
    start,
    sub,
    task,
    throw,
    timer,
    user,
)
from tests.support.driving import World
from tests.support.proof import proves


@proves("intermediateCatchEvent/signal")
def test_a_signal_reaches_every_case_that_waits(world: World) -> None:
    world.deploy(start("s"), catch("c", signal("alarm")), user("a"), "s -> c -> a")
    cases = [world.start(), world.start()]
    world.signal("alarm", level=3)
    assert [case.tasks for case in cases] == [["a"], ["a"]]
    assert cases[0].variables == {"level": 3}


@proves("intermediateCatchEvent/signal")
def test_a_signal_is_not_kept_for_those_who_come_late(world: World) -> None:
    world.deploy(start("s"), catch("c", signal("alarm")), user("a"), "s -> c -> a")
    world.signal("alarm")
    case = world.start()
    world.later()
    assert case.waits == ["c"]


@proves("intermediateThrowEvent/signal", "intermediateCatchEvent/signal")
def test_a_signal_thrown_in_a_case_is_caught_in_it_and_in_others(world: World) -> None:
    world.deploy(start("qs"), catch("c", signal("alarm")), user("b"), "qs -> c -> b", key="q")
    other = world.start("q")
    case = world.run(
        start("s"), fork("f"), catch("c", signal("alarm")), user("a"), user("go"),
        throw("t", signal("alarm"), inputs={"level": "=1 + 1"}), end("e"),
        "s -> f; f -> c -> a; f -> go -> t -> e",
    )  # fmt: skip
    case.complete("go")
    assert case.tasks == ["a"]
    assert case.variables == {"level": 2}
    world.later()
    assert other.tasks == ["b"]
    assert other.variables == {"level": 2}
    world.later()
    assert case.count("c") == 1, "the case's own signal does not come back to it"


@proves("endEvent/signal")
def test_a_signal_end_event_signals_and_ends(world: World) -> None:
    world.deploy(start("qs"), catch("c", signal("alarm")), user("b"), "qs -> c -> b", key="q")
    other = world.start("q")
    assert world.run(start("s"), end("e", signal("alarm")), "s -> e").is_done
    world.later()
    assert other.tasks == ["b"]


@proves("startEvent/signal")
def test_a_signal_starts_processes(world: World) -> None:
    world.deploy(start("s", signal("alarm")), user("a"), "s -> a")
    world.signal("alarm", level=1)
    world.signal("alarm", level=2)
    assert [case.variables for case in world.cases()] == [{"level": 1}, {"level": 2}]


@proves("intermediateThrowEvent/signal", "startEvent/signal")
def test_a_case_can_start_another_of_its_own_kind_by_signal(world: World) -> None:
    case = world.run(
        start("s"),
        start("again", signal("alarm")),
        throw("t", signal("alarm")),
        user("a"),
        "s -> t; again -> a",
    )
    world.later()
    assert case.is_done
    assert [other.tasks for other in world.cases()] == [[], ["a"]]


@proves("boundaryEvent/signal/interrupting")
def test_a_signal_interrupts_an_activity(world: World) -> None:
    case = world.run(
        start("s"), sub("box", start("bs"), user("a"), "bs -> a"), boundary("b", "box", signal("alarm")),
        user("after"), "s -> box; b -> after",
    )  # fmt: skip
    world.signal("alarm")
    assert case.tasks == ["after"]


@proves("boundaryEvent/signal/non-interrupting")
def test_a_signal_beside_an_activity_may_come_again(world: World) -> None:
    case = world.run(
        start("s"), user("a"), boundary("b", "a", signal("alarm"), interrupting=False), task("note"),
        "s -> a; b -> note",
    )  # fmt: skip
    world.signal("alarm")
    world.signal("alarm")
    assert case.count("note") == 2
    assert case.complete("a").is_done
    assert world.signal("alarm") == []


@proves("boundaryEvent/signal/interrupting", "intermediateThrowEvent/signal")
def test_a_signal_may_interrupt_its_own_thrower(world: World) -> None:
    case = world.run(
        start("s"),
        sub("box", start("bs"), throw("t", signal("alarm")), user("never"), "bs -> t -> never"),
        boundary("b", "box", signal("alarm")),
        user("after"),
        "s -> box; b -> after",
    )
    assert case.tasks == ["after"]
    assert case.count("never") == 0


@proves("eventSubProcess/signal/interrupting")
def test_a_signal_starts_an_interrupting_event_sub_process(world: World) -> None:
    case = world.run(
        start("s"), user("a"), "s -> a",
        event_sub("on", start("os", signal("alarm")), user("b"), "os -> b"),
    )  # fmt: skip
    world.signal("alarm")
    assert case.tasks == ["b"]
    assert world.signal("alarm") == []
    assert case.complete("b").is_done


@proves("eventSubProcess/signal/non-interrupting")
def test_a_signal_starts_event_sub_processes_again_and_again(world: World) -> None:
    case = world.run(
        start("s"), user("a"), "s -> a",
        event_sub("on", start("os", signal("alarm"), interrupting=False), user("b"), "os -> b"),
    )  # fmt: skip
    world.signal("alarm", level=1)
    world.signal("alarm", level=2)
    assert case.tasks == ["a", "b", "b"]


@proves("eventBasedGateway/signal")
def test_a_signal_wins_a_race(world: World) -> None:
    case = world.run(
        start("s"), race("g"), catch("c", signal("alarm")), catch("t", timer(duration="PT1H")), user("a"),
        user("b"), "s -> g; g -> c -> a; g -> t -> b",
    )  # fmt: skip
    world.signal("alarm")
    assert case.tasks == ["a"]
    assert case.waits == []


@proves("intermediateCatchEvent/signal", "boundaryEvent/signal/interrupting")
def test_one_signal_reaches_all_in_a_case_whom_it_does_not_remove_first(world: World) -> None:
    """In the order of subscription: the boundary event at the outer box ends what waits inside it."""
    case = world.run(
        start("s"), fork("f"), sub("box", start("bs"), catch("c", signal("alarm")), user("in"), "bs -> c -> in"),
        boundary("b", "box", signal("alarm")), user("after"), catch("d", signal("alarm")), user("x"),
        "s -> f; f -> box; b -> after; f -> d -> x",
    )  # fmt: skip
    world.signal("alarm")
    assert case.tasks == ["after", "x"]
