"""Messages: correlated by name and key, before and after somebody waits; starts; sending (§10.5.5, §10.3.3)."""

from __future__ import annotations

from tests.support.bpmn import (
    boundary,
    catch,
    diagram,
    end,
    event_sub,
    fork,
    job,
    message,
    parallel,
    process,
    race,
    receive,
    send,
    start,
    sub,
    task,
    throw,
    timer,
    user,
)
from tests.support.bpmn import file as bpmn_file
from tests.support.driving import World
from tests.support.proof import proves

WAITING = (start("s"), catch("m", message("paid", "=code")), user("a"), "s -> m -> a")


@proves("intermediateCatchEvent/message")
def test_a_message_reaches_the_case_with_its_key(world: World) -> None:
    world.deploy(*WAITING)
    one, two = world.start(code="K1"), world.start(code="K2")
    outcomes = world.send("paid", "K2", amount=5)
    assert [outcome.case_id for outcome in outcomes] == [two.id]
    assert two.tasks == ["a"]
    assert two.variables == {"code": "K2", "amount": 5}
    assert one.waits == ["m"]


@proves("intermediateCatchEvent/message")
def test_a_message_that_comes_early_is_kept_for_whoever_waits_later(world: World) -> None:
    world.deploy(*WAITING)
    assert world.send("paid", "K1", amount=5) == []
    case = world.start(code="K1")
    assert case.tasks == ["a"]
    assert case.variables["amount"] == 5


@proves("intermediateCatchEvent/message")
def test_a_message_is_consumed_by_one_subscription(world: World) -> None:
    world.deploy(*WAITING)
    one, two = world.start(code="K"), world.start(code="K")
    world.send("paid", "K")
    assert one.tasks == ["a"]
    assert two.waits == ["m"]


@proves("intermediateCatchEvent/message")
def test_the_same_message_sent_again_is_one_message(world: World) -> None:
    world.deploy(*WAITING)
    one, two = world.start(code="K"), world.start(code="K")
    for _ in range(2):
        world.engine.send_message("paid", "K", message_id="42")
    assert (one.tasks, two.waits) == (["a"], ["m"])


@proves("intermediateCatchEvent/message")
def test_a_kept_message_expires(world: World) -> None:
    world.deploy(*WAITING)
    world.engine.send_message("paid", "K", ttl=3_600_000_000)
    world.later(hours=2)
    assert world.start(code="K").waits == ["m"]


@proves("intermediateCatchEvent/message")
def test_output_mappings_decide_what_of_a_message_stays(world: World) -> None:
    case = world.run(
        start("s"), catch("m", message("paid", '="1"'), outputs={"total": "=amount * 2"}), user("a"),
        "s -> m -> a",
    )  # fmt: skip
    world.send("paid", amount=5, noise="x")
    assert case.variables == {"total": 10}


@proves("intermediateCatchEvent/message")
def test_an_empty_correlation_key_is_an_incident(world: World) -> None:
    case = world.run(*WAITING)
    assert case.incidents == [("event.key", "m")]
    case.retry(code="K")
    world.send("paid", "K")
    assert case.tasks == ["a"]


@proves("receiveTask/plain")
def test_a_receive_task_waits_for_its_message(world: World) -> None:
    case = world.run(
        start("s"), receive("r", "paid", "=code", outputs={"got": "=amount"}), user("a"), "s -> r -> a",
        code="K",
    )  # fmt: skip
    world.send("paid", "K", amount=3)
    assert case.tasks == ["a"]
    assert case.variables == {"code": "K", "got": 3}


@proves("receiveTask/plain", "boundaryEvent/timer/interrupting")
def test_a_receive_task_can_be_interrupted(world: World) -> None:
    case = world.run(
        start("s"), receive("r", "paid", '="1"'), boundary("late", "r", timer(duration="PT1H")), user("a"),
        "s -> r; late -> a",
    )  # fmt: skip
    world.later(hours=1)
    assert case.tasks == ["a"]
    assert case.waits == []


@proves("startEvent/message")
def test_a_message_starts_a_process_when_nobody_waits_for_it(world: World) -> None:
    world.deploy(start("s", message("order")), user("a"), "s -> a")
    (outcome,) = world.send("order", "K7", item="book")
    (case,) = world.cases()
    assert outcome.case_id == case.id
    assert case.tasks == ["a"]
    assert case.variables == {"item": "book"}


@proves("startEvent/message")
def test_a_waiting_case_comes_before_a_start_event(world: World) -> None:
    world.deploy(start("s", message("order")), user("a"), "s -> a")
    data = diagram(start("qs"), catch("m", message("order", '="1"')), user("b"), "qs -> m -> b", key="q")
    world.deploy(q_bpmn=data)
    waiting = world.start("q")
    world.send("order")
    assert waiting.tasks == ["b"]
    assert world.cases() == []


@proves("startEvent/message", "startEvent/none")
def test_one_process_may_start_by_message_or_by_hand(world: World) -> None:
    world.deploy(start("s"), start("m", message("order")), user("a"), user("b"), "s -> a; m -> b")
    assert world.start().tasks == ["a"]
    world.send("order")
    assert world.cases()[1].tasks == ["b"]


@proves("startEvent/message")
def test_output_mappings_of_a_start_event_are_applied(world: World) -> None:
    world.deploy(start("s", message("order"), outputs={"total": "=amount * 2"}), user("a"), "s -> a")
    world.send("order", amount=4)
    (case,) = world.cases()
    assert case.variables["total"] == 8


SENDER = (start("s"), throw("t", message("ping", "=to"), inputs={"body": "=text"}), user("after"))


@proves("intermediateThrowEvent/message", "intermediateCatchEvent/message")
def test_a_thrown_message_reaches_another_case_with_what_was_mapped(world: World) -> None:
    world.deploy(*SENDER, "s -> t -> after")
    world.deploy(start("qs"), catch("m", message("ping", '="9"')), user("b"), "qs -> m -> b", key="q")
    receiver = world.start("q")
    sender = world.start(to="9", text="hello", secret="x")
    assert sender.tasks == ["after"]
    world.later()
    assert receiver.tasks == ["b"]
    assert receiver.variables == {"body": "hello"}


@proves("intermediateThrowEvent/message")
def test_a_case_may_send_a_message_to_itself(world: World) -> None:
    case = world.run(
        start("s"), fork("f"), throw("t", message("ping", '="1"')), catch("m", message("ping", '="1"')),
        user("a"), "s -> f; f -> t; f -> m -> a",
    )  # fmt: skip
    world.later()
    assert case.tasks == ["a"]


@proves("endEvent/message", "startEvent/message")
def test_a_message_at_the_end_starts_the_next_process(world: World) -> None:
    world.deploy(start("s"), end("e", message("done", '="1"'), inputs={"from": "=name"}), "s -> e")
    world.deploy(start("qs", message("done")), user("b"), "qs -> b", key="q")
    assert world.start(name="first").is_done
    world.later()
    (case,) = world.cases("q")
    assert case.variables == {"from": "first"}


@proves("endEvent/message", "startEvent/message")
def test_a_message_that_only_starts_processes_needs_no_key(world: World) -> None:
    world.deploy(start("s"), end("e", message("done")), "s -> e")
    world.deploy(start("qs", message("done")), user("b"), "qs -> b", key="q")
    case = world.start()
    assert case.incidents == []
    world.later()
    assert [started.tasks for started in world.cases("q")] == [["b"]]


@proves("sendTask/message")
def test_a_send_task_publishes_its_message(world: World) -> None:
    parts = (
        process("p", start("s"), send("t", "ping", "=to", inputs={"body": "=text"}), end("e"), "s -> t -> e"),
        process("q", start("qs"), receive("r", "ping", '="9"'), user("b"), "qs -> r -> b"),
    )
    world.deploy(both_bpmn=bpmn_file(*parts))
    receiver = world.start("q")
    sender = world.start("p", to="9", text="hello")
    assert sender.is_done
    world.later()
    assert receiver.variables == {"body": "hello"}
    assert receiver.tasks == ["b"]


@proves("sendTask/job", "intermediateThrowEvent/message/job", "endEvent/message/job")
def test_messages_can_be_sent_by_a_worker(world: World) -> None:
    case = world.run(
        start("s"),
        f'<sendTask id="t"><extensionElements>{job("mail")}</extensionElements></sendTask>',
        throw("m", "<messageEventDefinition/>", extension=job("mail")),
        end("e", "<messageEventDefinition/>", extension=job("mail")),
        "s -> t -> m -> e",
    )
    assert case.finish_job("t").jobs == ["m"]
    assert case.finish_job("m").jobs == ["e"]
    assert case.finish_job("e").is_done


@proves("boundaryEvent/message/interrupting")
def test_a_message_interrupts_a_task(world: World) -> None:
    case = world.run(
        start("s"), user("a"), boundary("stop", "a", message("stop", '="1"'), outputs={"why": "=reason"}),
        user("b"), "s -> a; stop -> b",
    )  # fmt: skip
    world.send("stop", reason="rain")
    assert case.tasks == ["b"]
    assert case.variables == {"why": "rain"}
    assert world.send("stop") == [], "nobody waits any more"


@proves("boundaryEvent/message/non-interrupting")
def test_a_message_may_come_many_times_without_interrupting(world: World) -> None:
    case = world.run(
        start("s"), user("a"), boundary("note", "a", message("note", '="1"'), interrupting=False), user("b"),
        "s -> a; note -> b",
    )  # fmt: skip
    world.send("note")
    world.send("note")
    assert case.tasks == ["a", "b", "b"]
    case.complete("a")
    assert case.waits == []
    assert case.complete("b").complete("b").is_done


@proves("boundaryEvent/message/non-interrupting")
def test_messages_kept_before_the_boundary_event_was_armed_all_arrive(world: World) -> None:
    world.deploy(
        start("s"), user("a"), boundary("note", "a", message("note", '="1"'), interrupting=False), task("b"),
        "s -> a; note -> b",
    )  # fmt: skip
    world.send("note")
    world.send("note")
    case = world.start()
    world.later()
    assert case.count("b") == 2


@proves("eventSubProcess/message/interrupting")
def test_a_message_starts_an_event_sub_process_in_place_of_everything_else(world: World) -> None:
    case = world.run(
        start("s"), fork("f"), user("a"), sub("box", start("bs"), user("b"), "bs -> b"),
        "s -> f; f -> a; f -> box",
        event_sub("stop", start("ss", message("stop", '="1"')), user("c"), "ss -> c"),
    )  # fmt: skip
    world.send("stop", reason="rain")
    assert case.tasks == ["c"]
    assert case.complete("c").is_done
    assert case.variables == {}, "the payload belongs to the event sub-process"


@proves("eventSubProcess/message/non-interrupting")
def test_a_message_starts_event_sub_processes_beside_the_main_path(world: World) -> None:
    case = world.run(
        start("s"), user("a"), "s -> a",
        event_sub("note", start("ns", message("note", '="1"'), interrupting=False), user("b"), "ns -> b"),
    )  # fmt: skip
    world.send("note", text="x")
    world.send("note", text="y")
    assert case.tasks == ["a", "b", "b"]
    case.complete("a").complete("b")
    assert case.status == "active", "the scope ends when the event sub-processes in it have ended"
    assert case.complete("b").is_done


@proves("eventSubProcess/message/interrupting")
def test_an_interrupting_event_sub_process_ends_those_running_beside_it(world: World) -> None:
    case = world.run(
        start("s"), user("a"), "s -> a",
        event_sub("note", start("ns", message("note", '="1"'), interrupting=False), user("b"), "ns -> b"),
        event_sub("stop", start("ss", message("stop", '="1"')), user("c"), "ss -> c"),
    )  # fmt: skip
    world.send("note")
    world.send("stop")
    assert case.tasks == ["c"]
    assert case.waits == [], "a scope that was interrupted takes no further events"


@proves("eventBasedGateway/message", "eventBasedGateway/timer")
def test_the_first_event_wins_the_race(world: World) -> None:
    parts = (
        start("s"), race("g"), catch("m", message("paid", "=code")), catch("t", timer(duration="PT1H")),
        user("a"), user("b"), "s -> g; g -> m -> a; g -> t -> b",
    )  # fmt: skip
    world.deploy(*parts)
    paid, late = world.start(code="1"), world.start(code="2")
    assert paid.waits == ["m", "t"]
    world.send("paid", "1", amount=3)
    assert paid.tasks == ["a"]
    assert paid.variables["amount"] == 3
    assert paid.waits == []
    world.later(hours=1)
    assert late.tasks == ["b"]
    assert late.waits == []
    assert world.send("paid", "2") == []
    assert "m" not in late.path


@proves("eventBasedGateway/message")
def test_a_message_sent_before_the_gateway_is_reached_wins_at_once(world: World) -> None:
    world.deploy(
        start("s"), race("g"), catch("m", message("paid", "=code")), catch("t", timer(duration="PT1H")),
        user("a"), user("b"), "s -> g; g -> m -> a; g -> t -> b",
    )  # fmt: skip
    world.send("paid", "1")
    assert world.start(code="1").tasks == ["a"]


@proves("eventBasedGateway/receive task")
def test_a_receive_task_can_take_part_in_the_race(world: World) -> None:
    case = world.run(
        start("s"), race("g"), receive("r", "paid", '="1"', outputs={"got": "=amount"}),
        catch("t", timer(duration="PT1H")), user("a"), user("b"), "s -> g; g -> r -> a; g -> t -> b",
    )  # fmt: skip
    world.send("paid", amount=3)
    assert case.tasks == ["a"]
    assert case.variables == {"got": 3}


@proves("intermediateCatchEvent/message")
def test_a_suspended_case_gets_its_message_when_it_is_resumed(world: World) -> None:
    case = world.run(*WAITING, code="K")
    world.engine.suspend(case.id, actor="admin")
    assert world.send("paid", "K") == []
    assert case.waits == ["m"]
    world.engine.resume(case.id, actor="admin")
    world.later()
    assert case.tasks == ["a"]


@proves("boundaryEvent/message/interrupting", "data/input mapping")
def test_a_boundary_event_may_wait_under_a_key_the_activity_mapped_for_itself(world: World) -> None:
    case = world.run(
        start("s"), user("a", inputs={"mine": '="K-" + code'}), boundary("stop", "a", message("stop", "=mine")),
        user("b"), "s -> a; stop -> b",
        code="7",
    )  # fmt: skip
    world.send("stop", "K-7")
    assert case.tasks == ["b"]


@proves("eventSubProcess/message/non-interrupting", "subProcess/multi-instance/parallel")
def test_event_sub_processes_of_instances_wait_under_keys_of_their_own(world: World) -> None:
    case = world.run(
        start("s"),
        sub("box", start("bs"), user("a"), "bs -> a",
            event_sub("note", start("ns", message("note", "=item"), interrupting=False), user("n"), "ns -> n"),
            multi=parallel("=items", "item")),
        "s -> box",
        items=["x", "y"],
    )  # fmt: skip
    world.send("note", "y")
    assert case.tasks == ["a", "a", "n"]
    (scope,) = [scope for scope in case.state.scopes.values() if scope.kind == "eventSubProcess"]
    parents = [case.state.scopes[scope.parent or 0]]
    assert parents[0].parent is not None
    assert case.state.scopes[parents[0].parent].index == 1


@proves("intermediateThrowEvent/message", "intermediateCatchEvent/message")
def test_message_names_and_keys_may_be_expressions(world: World) -> None:
    world.deploy(start("s"), throw("t", message("=topic", "=key"), inputs={"key": '="1" + "0"'}), "s -> t")
    world.deploy(start("qs"), catch("m", message("=topic", '="10"')), user("b"), "qs -> m -> b", key="q")
    receiver = world.start("q", topic="ping")
    world.start(topic="ping")
    world.later()
    assert receiver.tasks == ["b"]


@proves("intermediateCatchEvent/message")
def test_a_loop_waits_anew_each_round(world: World) -> None:
    case = world.run(
        start("s"), race("g"), catch("m", message("m", '="1"')), catch("t", timer(duration="PT1H")), task("x"),
        end("e"), "s -> g; g -> m -> x; x -> g if not(stop); x -> e else; g -> t -> e",
    )  # fmt: skip
    world.send("m", stop=False)
    world.send("m", stop=False)
    assert case.waits == ["m", "t"]
    world.send("m", stop=True)
    assert case.is_done
