"""Cases that speak to one another: messages that start and answer, signals that reach and start (BPMN 2.0 §10.5.5)."""

from __future__ import annotations

from tests.support.bpmn import (
    boundary,
    call,
    catch,
    conditional,
    end,
    event_sub,
    file,
    fork,
    message,
    parallel,
    process,
    race,
    send,
    signal,
    start,
    sub,
    throw,
    timer,
    user,
)
from tests.support.driving import World
from tests.support.proof import proves


@proves("startEvent/message", "intermediateThrowEvent/message", "intermediateCatchEvent/message")
def test_a_case_started_by_message_answers_the_case_that_asked(world: World) -> None:
    world.deploy(
        start("qs", message("ask"), outputs={"order": "=id"}), user("think"),
        throw("reply", message("answer", "=order"), inputs={"result": "=verdict"}), end("e"),
        "qs -> think -> reply -> e", key="q",
    )  # fmt: skip
    world.deploy(
        start("s"), throw("t", message("ask", "=id"), inputs={"id": "=id"}), catch("c", message("answer", "=id")),
        user("a"), "s -> t -> c -> a",
    )  # fmt: skip
    first, second = world.start(id="1"), world.start(id="2")
    world.later()
    asked = {case.variables["order"]: case for case in world.cases("q")}
    asked["2"].complete("think", verdict="no")
    world.later()
    assert (first.tasks, second.tasks) == ([], ["a"])
    asked["1"].complete("think", verdict="yes")
    world.later()
    assert [case.variables["result"] for case in (first, second)] == ["yes", "no"]


@proves("startEvent/message", "intermediateCatchEvent/message")
def test_a_further_message_under_its_key_goes_to_the_case_the_first_one_started(world: World) -> None:
    """One report starts a case; while it waits under the report's key the same message is news for it."""
    world.deploy(
        start("s", message("report")), catch("c", message("report", "=id")), user("a"), "s -> c -> a"
    )
    world.send("report", "1", id="1")
    world.send("report", "2", id="2")
    world.send("report", "1", id="1", again=True)
    first, second = world.cases()
    assert (first.tasks, second.tasks) == (["a"], [])
    assert first.variables["again"] is True


@proves("sendTask/message", "startEvent/message", "callActivity/multi-instance")
def test_called_instances_each_start_a_case_and_wait_for_its_answer(world: World) -> None:
    world.deploy(
        start("qs", message("ask")), user("think"), end("reply", message("answer", "=id"), inputs={"said": "=said"}),
        "qs -> think -> reply", key="q",
    )  # fmt: skip
    called = process(
        "c", start("cs"), send("ask", "ask", "=id", inputs={"id": "=id"}),
        catch("wait", message("answer", "=id")), end("ce"), "cs -> ask -> wait -> ce",
    )  # fmt: skip
    caller = process(
        "p", start("s"),
        call("go", "c", inputs={"id": "=item"}, parent=False,
             multi=parallel("=items", "item", collect="all", output="=said")),
        user("a"), "s -> go -> a",
    )  # fmt: skip
    world.deploy(p_bpmn=file(caller, called))
    case = world.start(items=["x", "y", "z"])
    world.later()
    for other in reversed(world.cases("q")):
        other.complete("think", said=other.variables["id"] * 2)
    world.later()
    assert case.tasks == ["a"]
    assert case.variables["all"] == ["xx", "yy", "zz"]


@proves(
    "intermediateThrowEvent/signal", "startEvent/signal", "intermediateCatchEvent/signal",
    "boundaryEvent/signal/interrupting", "eventSubProcess/signal/non-interrupting", "eventBasedGateway/signal",
)  # fmt: skip
def test_one_signal_reaches_every_kind_of_listener_in_other_cases_and_starts_one(world: World) -> None:
    world.deploy(
        r_bpmn=file(
            process("catches", start("s1"), catch("c1", signal("flood")), user("a1"), "s1 -> c1 -> a1"),
            process("bound", start("s2"), user("w2"), boundary("b2", "w2", signal("flood")), user("a2"),
                    "s2 -> w2; b2 -> a2"),
            process("beside", start("s3"), user("w3"), "s3 -> w3",
                    event_sub("on3", start("os3", signal("flood"), interrupting=False), user("a3"), "os3 -> a3")),
            process("races", start("s4"), race("g4"), catch("c4", signal("flood")),
                    catch("t4", timer(duration="P1D")), user("a4"), user("n4"), "s4 -> g4; g4 -> c4 -> a4; g4 -> t4 -> n4"),
            process("starts", start("s5", signal("flood")), user("a5"), "s5 -> a5"),
            process("inside", start("s6"), fork("f6"), sub("x6", start("y6"), catch("c6", signal("flood")), user("a6"),
                    "y6 -> c6 -> a6", multi=parallel(times="=2")), user("w6"), "s6 -> f6; f6 -> x6; f6 -> w6"),
        )
    )  # fmt: skip
    world.deploy(
        start("s"),
        user("go"),
        throw("t", signal("flood"), inputs={"level": "=3"}),
        end("e"),
        "s -> go -> t -> e",
    )
    keys = ("catches", "bound", "beside", "races", "inside")
    cases = {key: world.start(key) for key in keys}
    sleeping = world.start("catches")
    world.engine.suspend(sleeping.id, actor="admin")
    world.start().complete("go")
    world.later()
    assert {key: case.tasks for key, case in cases.items()} == {
        "catches": ["a1"], "bound": ["a2"], "beside": ["a3", "w3"], "races": ["a4"], "inside": ["a6", "a6", "w6"],
    }  # fmt: skip
    (started,) = world.cases("starts")
    assert (started.tasks, started.variables) == (["a5"], {"level": 3})
    world.engine.resume(sleeping.id, actor="admin")
    assert sleeping.waits == ["c1"], "a suspended case does not hear it, then or later"


@proves("intermediateCatchEvent/conditional", "intermediateCatchEvent/message")
def test_what_a_message_brings_can_make_conditions_true(world: World) -> None:
    case = world.run(
        start("s"), fork("f"), catch("m", message("m", '="1"')), user("a"), catch("c", conditional("paid")), user("b"),
        user("w"), boundary("x", "w", conditional("paid")), user("y"), "s -> f; f -> m -> a; f -> c -> b; f -> w; x -> y",
    )  # fmt: skip
    world.send("m", paid=True)
    assert case.tasks == ["a", "b", "y"]


@proves("boundaryEvent/conditional/non-interrupting", "intermediateThrowEvent/signal")
def test_a_condition_may_send_a_signal_that_starts_a_case_of_the_same_kind(world: World) -> None:
    case = world.run(
        start("s"), start("again", signal("more")), user("a"), user("b"),
        boundary("x", "a", conditional("n > 2"), interrupting=False), end("t", signal("more")),
        "s -> a; again -> b; x -> t",
        n=0,
    )  # fmt: skip
    world.engine.set_variables(case.id, {"n": 3}, actor="admin")
    world.later()
    assert [other.tasks for other in world.cases()] == [["a"], ["b"]]
