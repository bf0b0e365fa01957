"""Transactions: sub-processes that can be cancelled (BPMN 2.0 §10.3.5, §10.5.3)."""

from __future__ import annotations

from tests.support.bpmn import (
    boundary,
    call,
    cancel,
    catch,
    conditional,
    end,
    error,
    escalation,
    event_sub,
    file,
    fork,
    message,
    parallel,
    process,
    signal,
    start,
    sub,
    terminate,
    throw,
    timer,
    transaction,
    user,
    xor,
)
from tests.support.driving import World
from tests.support.proof import proves

BOOKING = (
    start("s"),
    transaction(
        "box", start("bs"), user("a"), xor("g"), end("done"), end("no", cancel()),
        "bs -> a -> g; g -> no if refused; g -> done else",
    ),
    boundary("b", "box", cancel()), user("after"), user("next"), "s -> box -> next; b -> after",
)  # fmt: skip


@proves("transaction/complete")
def test_a_transaction_that_is_not_cancelled_completes(world: World) -> None:
    case = world.run(*BOOKING, refused=False)
    assert case.complete("a").tasks == ["next"]


@proves("endEvent/cancel", "boundaryEvent/cancel", "transaction/cancel")
def test_a_cancelled_transaction_is_left_by_its_cancel_boundary_event(world: World) -> None:
    case = world.run(*BOOKING, refused=True)
    assert case.complete("a").tasks == ["after"]
    assert case.complete("after").is_done


@proves("endEvent/cancel", "transaction/cancel")
def test_cancelling_ends_everything_in_the_transaction(world: World) -> None:
    case = world.run(
        start("s"),
        transaction(
            "box", start("bs"), fork("f"), user("a"), end("no", cancel()), user("other"),
            sub("inner", start("is"), catch("c", message("m", '="1"')), "is -> c"),
            "bs -> f; f -> a -> no; f -> other; f -> inner",
        ),
        boundary("late", "box", timer(duration="PT1H")), boundary("b", "box", cancel()), user("after"),
        "s -> box; b -> after; late -> after",
    )  # fmt: skip
    assert (case.tasks, case.waits) == (["a", "other"], ["c", "late"])
    assert (case.complete("a").tasks, case.waits) == (["after"], [])


@proves("endEvent/cancel", "subProcess/embedded")
def test_a_cancel_end_event_deeper_inside_cancels_the_nearest_transaction(world: World) -> None:
    case = world.run(
        start("s"),
        transaction(
            "outer", start("os"),
            transaction("box", start("bs"), sub("deep", start("ds"), user("a"), end("no", cancel()), "ds -> a -> no"),
                        "bs -> deep"),
            boundary("b", "box", cancel()), user("after"), end("all", cancel()), "os -> box; b -> after -> all",
        ),
        boundary("c", "outer", cancel()), user("last"), "s -> outer; c -> last",
    )  # fmt: skip
    assert case.complete("a").tasks == ["after"]
    assert case.complete("after").tasks == ["last"]


@proves("endEvent/cancel", "eventSubProcess/message/interrupting")
def test_an_event_sub_process_may_cancel_its_transaction(world: World) -> None:
    case = world.run(
        start("s"),
        transaction(
            "box", start("bs"), user("a"), "bs -> a",
            event_sub("on", start("os", message("m", '="1"')), end("no", cancel()), "os -> no"),
        ),
        boundary("b", "box", cancel()), user("after"), "s -> box; b -> after",
    )  # fmt: skip
    world.send("m")
    assert case.tasks == ["after"]


@proves("transaction/cancel", "callActivity/call")
def test_a_called_process_cancels_its_own_transaction(world: World) -> None:
    called = process("q", *BOOKING)
    world.deploy(p_bpmn=file(process("p", start("ps"), call("go", "q"), user("z"), "ps -> go -> z"), called))
    case = world.start(refused=True)
    assert case.complete("a").tasks == ["after"]
    assert case.complete("after").tasks == ["z"]


@proves("transaction/multi-instance", "endEvent/cancel")
def test_cancelling_one_of_several_instances_cancels_them_all(world: World) -> None:
    case = world.run(
        start("s"),
        transaction("box", start("bs"), user("a"), end("no", cancel()), "bs -> a -> no", multi=parallel(times="=3")),
        boundary("b", "box", cancel()), user("after"), "s -> box; b -> after",
    )  # fmt: skip
    assert case.tasks == ["a", "a", "a"]
    assert case.complete("a").tasks == ["after"]


@proves("transaction/hazard")
def test_an_error_leaves_a_transaction_without_cancelling_it(world: World) -> None:
    case = world.run(
        start("s"),
        transaction("box", start("bs"), user("a"), end("no", error("e")), "bs -> a -> no"),
        boundary("b", "box", cancel()), user("cancelled"), boundary("h", "box", error("e")), user("hazard"),
        "s -> box; b -> cancelled; h -> hazard",
    )  # fmt: skip
    assert case.complete("a").tasks == ["hazard"]


@proves("transaction/hazard")
def test_a_hazard_may_leave_several_levels(world: World) -> None:
    case = world.run(
        start("s"),
        sub("outer", start("os"),
            transaction("box", start("bs"), user("a"), throw("t", escalation("x")), end("no", error("e")),
                        "bs -> a -> t -> no"),
            "os -> box"),
        boundary("h", "outer", error()), user("hazard"), boundary("n", "outer", escalation(), interrupting=False),
        user("note"), "s -> outer; h -> hazard; n -> note",
    )  # fmt: skip
    assert case.complete("a").tasks == ["hazard", "note"]


@proves("transaction/complete", "endEvent/terminate")
def test_terminate_ends_a_transaction_normally(world: World) -> None:
    case = world.run(
        start("s"), transaction("box", start("bs"), user("a"), end("t", terminate()), "bs -> a -> t"),
        boundary("b", "box", cancel()), user("cancelled"), user("next"), "s -> box -> next; b -> cancelled",
    )  # fmt: skip
    assert case.complete("a").tasks == ["next"]


@proves("transaction/boundary")
def test_a_transaction_can_be_interrupted_like_any_sub_process(world: World) -> None:
    case = world.run(
        start("s"), transaction("box", start("bs"), user("a"), "bs -> a"),
        boundary("g", "box", signal("go")), boundary("c", "box", conditional("n > 2")), user("x"), user("y"),
        "s -> box; g -> x; c -> y",
        n=0,
    )  # fmt: skip
    world.engine.set_variables(case.id, {"n": 3}, actor="admin")
    assert case.tasks == ["y"]


@proves("transaction/cancel")
def test_a_loop_may_try_a_transaction_again(world: World) -> None:
    case = world.run(
        start("s"), xor("head"),
        transaction("box", start("bs"), user("a"), xor("g"), end("done"), end("no", cancel()),
                    "bs -> a -> g; g -> no if refused; g -> done else"),
        boundary("b", "box", cancel()), user("next"), "s -> head -> box -> next; b -> head",
    )  # fmt: skip
    for _ in range(3):
        assert case.complete("a", refused=True).tasks == ["a"]
    assert case.complete("a", refused=False).tasks == ["next"]


@proves("transaction/cancel", "parallelGateway")
def test_cancelling_leaves_parallel_branches_alone(world: World) -> None:
    case = world.run(
        start("s"), fork("f"), *BOOKING[1:3], user("after"), user("other"), fork("j"), xor("x"), user("last"),
        "s -> f; f -> box -> x; b -> after -> x; x -> j; f -> other -> j; j -> last",
        refused=True,
    )  # fmt: skip
    assert case.complete("a").tasks == ["after", "other"]
    assert case.complete("after").complete("other").tasks == ["last"]
