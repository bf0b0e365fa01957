"""What starts a process: timers by expression, versions, shared event definitions (BPMN 2.0 §10.5.2)."""

from __future__ import annotations

import pytest

from engine.errors import InvalidInput
from tests.support.bpmn import end, event_sub, file, message, process, script, signal, start, sub, timer, user
from tests.support.driving import World
from tests.support.proof import proves


@proves("startEvent/timer")
def test_a_cycle_given_by_expression_repeats(world: World) -> None:
    world.deploy(start("s", timer(cycle='="R3/PT1H"')), user("a"), "s -> a")
    world.later(hours=2)
    assert len(world.cases()) == 2
    world.later(hours=9)
    assert len(world.cases()) == 3


@proves("startEvent/timer")
def test_a_cycle_given_as_duration_repeats_without_end(world: World) -> None:
    world.deploy(start("s", timer(cycle='=duration("PT1H")')), end("e"), "s -> e")
    world.later(hours=5)
    assert len(world.cases()) == 5


@proves("startEvent/timer")
@pytest.mark.parametrize("text", ["=nothing", "=5", '="soon"'])
def test_a_start_timer_that_cannot_be_planned_is_refused_with_the_deployment(world: World, text: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        world.deploy(start("s", timer(duration=text)), end("e"), "s -> e")
    assert raised.value.place["element"] == "s"
    assert list(world.engine.definitions.all()) == []


@proves("startEvent/signal", "startEvent/message")
def test_only_the_newest_version_listens(world: World) -> None:
    world.deploy(start("s", signal("go")), start("m", message("go")), user("old"), "s -> old; m -> old")
    world.deploy(start("s", signal("go")), user("new"), "s -> new")
    world.signal("go")
    world.send("go")
    assert [case.tasks for case in world.cases()] == [["new"]]


@proves("startEvent/timer", "eventSubProcess/message/interrupting")
def test_a_case_started_by_timer_arms_its_event_sub_processes(world: World) -> None:
    world.deploy(
        start("s", timer(duration="PT1H")), user("a"), "s -> a",
        event_sub("on", start("os", message("m", '="1"')), user("b"), "os -> b"),
    )  # fmt: skip
    world.later(hours=1)
    world.send("m")
    assert [case.tasks for case in world.cases()] == [["b"]]


@proves("process/shared event definitions")
def test_an_event_may_refer_to_a_shared_definition(world: World) -> None:
    shared = '<timerEventDefinition id="hour"><timeDuration>PT1H</timeDuration></timerEventDefinition>'
    catching = '<intermediateCatchEvent id="c"><eventDefinitionRef>hour</eventDefinitionRef></intermediateCatchEvent>'
    world.deploy(p_bpmn=file(shared, process("p", start("s"), catching, user("a"), "s -> c -> a")))
    case = world.start()
    assert case.waits == ["c"]
    world.later(hours=1)
    assert case.tasks == ["a"]


@proves("process/several in one file")
def test_processes_of_one_file_are_separate_definitions(world: World) -> None:
    world.deploy(
        both_bpmn=file(process("p", user("a")), process("q", script("x", "=1", "n"), end("e"), "x -> e"))
    )
    assert world.start("p").tasks == ["a"]
    assert world.start("q").is_done


@proves("process/versions")
def test_a_running_case_keeps_its_version(world: World) -> None:
    world.deploy(start("s"), user("a"), user("b"), "s -> a -> b")
    old = world.start()
    world.deploy(start("s"), user("a"), user("c"), "s -> a -> c")
    new = world.start()
    assert (old.complete("a").tasks, new.complete("a").tasks) == (["b"], ["c"])


@proves("startEvent/message", "eventSubProcess/message/interrupting", "data/output mapping")
def test_what_a_start_event_maps_is_there_before_anything_waits(world: World) -> None:
    world.deploy(
        start("s", message("order"), outputs={"code": "=id"}), user("a"), "s -> a",
        event_sub("on", start("os", message("m", "=code")), user("b"), "os -> b"),
    )  # fmt: skip
    world.send("order", "x", id="K7")
    (case,) = world.cases()
    assert case.incidents == []
    world.send("m", "K7")
    assert case.tasks == ["b"]


@proves("startEvent/none", "data/output mapping")
def test_a_mapping_of_a_start_event_that_fails_is_an_incident_and_can_be_repaired(world: World) -> None:
    case = world.run(
        start("s", outputs={"n": "=if ok then 1 else function(x) x"}), user("a"), "s -> a", ok=False
    )
    assert case.incidents == [("expression.type", "s")]
    assert case.tasks == []
    world.engine.set_variables(case.id, {"note": 1}, actor="admin")
    case.retry()
    assert case.incidents == [("expression.type", "s")]
    assert case.retry(ok=True).tasks == ["a"]
    assert case.variables["n"] == 1


@proves("startEvent/none", "data/output mapping", "subProcess/embedded")
def test_a_start_event_inside_a_sub_process_maps_too(world: World) -> None:
    case = world.run(
        start("s"),
        sub("box", start("bs", outputs={"mine": "=mine + 1"}), script("x", "=mine", "seen"), "bs -> x",
            inputs={"mine": "=1"}),
        "s -> box",
    )  # fmt: skip
    assert case.variables == {"seen": 2}
