"""Conditional events: waiting until a condition becomes true (BPMN 2.0 §10.5.5)."""

from __future__ import annotations

from typing import Any

import pytest

from engine.errors import Refusal
from engine.runtime import Settings
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
    receive,
    script,
    start,
    sub,
    task,
    timer,
    user,
    xor,
)
from tests.support.driving import ACTOR, Case, World
from tests.support.proof import proves


def correct(case: Case, **values: Any) -> Case:
    """Set variables from outside."""
    case.world.engine.set_variables(case.id, values, actor="admin")
    return case


def settle(case: Case) -> Case:
    """Retry until what piled up beside is done."""
    for _ in range(9):
        if case.incidents:
            case.retry()
    return case


# -- catching in the flow --------------------------------------------------------------------------


@proves("intermediateCatchEvent/conditional")
def test_a_condition_is_waited_for_until_it_becomes_true(world: World) -> None:
    case = world.run(start("s"), catch("c", conditional("n > 2")), user("a"), "s -> c -> a", n=1)
    assert case.waits == ["c"]
    assert correct(case, n=2).waits == ["c"]
    assert correct(case, n=3).tasks == ["a"]
    assert case.waits == []


@proves("intermediateCatchEvent/conditional")
def test_a_condition_that_holds_already_is_passed_at_once(world: World) -> None:
    case = world.run(start("s"), catch("c", conditional("n > 2")), user("a"), "s -> c -> a", n=3)
    assert case.tasks == ["a"]


@proves("intermediateCatchEvent/conditional")
def test_a_variable_that_does_not_exist_yet_is_waited_for(world: World) -> None:
    case = world.run(start("s"), catch("c", conditional("order.paid")), user("a"), "s -> c -> a")
    assert (case.waits, case.incidents) == (["c"], [])
    assert correct(case, order={"paid": False}).waits == ["c"]
    assert correct(case, order={"paid": True}).tasks == ["a"]


@proves("intermediateCatchEvent/conditional")
def test_another_branch_may_make_a_condition_true(world: World) -> None:
    case = world.run(
        start("s"), fork("f"), catch("c", conditional("sum(items) >= 5")), user("a"), user("b"), fork("j"),
        user("after"), "s -> f; f -> c -> a -> j; f -> b -> j; j -> after",
        items=[1],
    )  # fmt: skip
    case.complete("b", items=[2, 3])
    assert case.tasks == ["a"]
    assert case.complete("a").tasks == ["after"]


@proves("intermediateCatchEvent/conditional")
def test_a_condition_sees_the_variables_of_its_own_sub_process_first(world: World) -> None:
    case = world.run(
        start("s"),
        sub("box", start("bs"), catch("c", conditional("n > 2")), user("a"), "bs -> c -> a", inputs={"n": "=0"}),
        "s -> box",
    )  # fmt: skip
    assert correct(case, n=9).waits == ["c"], "the outer n is hidden"


@proves("intermediateCatchEvent/conditional", "callActivity/call")
def test_a_condition_in_a_called_process_does_not_see_its_caller(world: World) -> None:
    called = process("q", start("qs"), catch("c", conditional("n > 2")), user("a"), "qs -> c -> a")
    caller = process("p", start("s"), call("go", "q", parent=False, inputs={"n": "=1"}), "s -> go")
    world.deploy(p_bpmn=file(caller, called))
    case = world.start(n=1)
    assert correct(case, n=5).waits == ["c"]
    inner = max(case.state.scopes)
    world.engine.command(case.id, "set-variables", {"scope": inner, "variables": {"n": 5}}, actor="admin")
    assert case.tasks == ["a"]


@proves("intermediateCatchEvent/conditional")
def test_a_loop_waits_anew_each_time_round(world: World) -> None:
    case = world.run(
        start("s"), xor("head"), catch("c", conditional("n > done")), script("x", "=done + 1", "done"),
        xor("again"), user("a"),
        "s -> head -> c -> x -> again; again -> head if done < 3; again -> a else",
        n=0, done=0,
    )  # fmt: skip
    for number in (1, 2):
        assert correct(case, n=number).waits == ["c"]
    assert correct(case, n=9).tasks == ["a"]
    assert case.count("c") == 3


@proves("eventBasedGateway/conditional")
def test_a_condition_wins_a_race(world: World) -> None:
    case = world.run(
        start("s"), race("g"), catch("c", conditional("ok")), catch("t", timer(duration="PT1H")), user("a"),
        user("b"), "s -> g; g -> c -> a; g -> t -> b",
        ok=False,
    )  # fmt: skip
    assert case.waits == ["c", "t"]
    assert correct(case, ok=True).tasks == ["a"]
    assert case.waits == []


@proves("eventBasedGateway/conditional")
def test_a_race_whose_condition_holds_is_over_at_once(world: World) -> None:
    case = world.run(
        start("s"), race("g"), receive("m", "m", '="1"'), catch("c", conditional("ok")), user("a"), user("b"),
        "s -> g; g -> m -> b; g -> c -> a",
        ok=True,
    )  # fmt: skip
    assert (case.tasks, case.waits) == (["a"], [])


# -- boundary events -------------------------------------------------------------------------------


@proves("boundaryEvent/conditional/interrupting")
def test_a_condition_interrupts_an_activity(world: World) -> None:
    case = world.run(
        start("s"), user("a"), boundary("b", "a", conditional("changed")), user("after"), "s -> a; b -> after",
        changed=False,
    )  # fmt: skip
    assert case.tasks == ["a"]
    assert correct(case, changed=True).tasks == ["after"]


@proves("boundaryEvent/conditional/interrupting")
def test_a_condition_that_holds_when_the_activity_begins_interrupts_at_once(world: World) -> None:
    case = world.run(
        start("s"), user("a"), boundary("b", "a", conditional("changed")), user("after"), "s -> a; b -> after",
        changed=True,
    )  # fmt: skip
    assert case.tasks == ["after"]
    assert case.count("a") == 1


@proves("boundaryEvent/conditional/interrupting", "scriptTask/boundary")
def test_an_activity_that_takes_no_time_can_be_interrupted_before_it_runs(world: World) -> None:
    parts = (
        start("s"), script("x", "=n + 1", "n"), boundary("b", "x", conditional("n > 2")), user("after"), user("a"),
        "s -> x -> a; b -> after",
    )  # fmt: skip
    world.deploy(*parts)
    assert (world.start(n=3).tasks, world.start(n=2).tasks) == (["after"], ["a"])
    assert [case.variables["n"] for case in world.cases()] == [3, 3]


@proves("boundaryEvent/conditional/interrupting")
def test_what_an_activity_hands_out_when_it_completes_does_not_trigger_its_boundary(world: World) -> None:
    case = world.run(
        start("s"), user("a"), boundary("b", "a", conditional("n > 2")), user("after"), user("next"),
        "s -> a -> next; b -> after",
        n=0,
    )  # fmt: skip
    assert case.complete("a", n=3).tasks == ["next"]


@proves("boundaryEvent/conditional/interrupting")
def test_a_boundary_condition_sees_what_its_activity_mapped_for_itself(world: World) -> None:
    case = world.run(
        start("s"), user("a", inputs={"mine": "=n * 2"}), boundary("b", "a", conditional("mine > 2")), user("after"),
        "s -> a; b -> after",
        n=2,
    )  # fmt: skip
    assert case.tasks == ["after"]


@proves("boundaryEvent/conditional/interrupting")
def test_work_inside_a_sub_process_can_interrupt_it(world: World) -> None:
    case = world.run(
        start("s"),
        sub("box", start("bs"), fork("f"), user("a"), user("c"), "bs -> f; f -> a; f -> c"),
        boundary("b", "box", conditional("n > 2")), user("after"), "s -> box; b -> after",
        n=0,
    )  # fmt: skip
    assert case.complete("a", n=3).tasks == ["after"]


@proves("boundaryEvent/conditional/interrupting")
def test_outer_conditions_are_looked_at_before_inner_ones(world: World) -> None:
    case = world.run(
        start("s"),
        sub("box", start("bs"), user("a"), boundary("inner", "a", conditional("n > 2")), user("in"),
            "bs -> a; inner -> in"),
        boundary("outer", "box", conditional("n > 2")), user("out"), "s -> box; outer -> out",
        n=0,
    )  # fmt: skip
    assert correct(case, n=3).tasks == ["out"]
    assert case.count("inner") == 0


@proves("boundaryEvent/conditional/interrupting", "multiInstance/parallel/collection")
def test_a_condition_at_instances_belongs_to_all_of_them(world: World) -> None:
    case = world.run(
        start("s"), user("a", multi=parallel("=items", "item")), boundary("b", "a", conditional("enough")),
        user("after"), "s -> a; b -> after",
        items=[1, 2, 3], enough=False,
    )  # fmt: skip
    case.complete("a", enough=False)
    assert case.tasks == ["a", "a"]
    assert case.complete("a", enough=True).tasks == ["after"]


@proves("boundaryEvent/conditional/non-interrupting")
def test_a_condition_beside_triggers_each_time_it_becomes_true(world: World) -> None:
    case = world.run(
        start("s"), user("a"), boundary("b", "a", conditional("n > 2"), interrupting=False), task("note"),
        "s -> a; b -> note",
        n=0,
    )  # fmt: skip
    counts = [correct(case, n=value).count("note") for value in (3, 4, 2, 5, 5, 0)]
    assert counts == [1, 1, 1, 2, 2, 2]
    assert case.tasks == ["a"]
    assert case.complete("a").is_done


@proves("boundaryEvent/conditional/non-interrupting")
def test_a_condition_beside_that_holds_from_the_beginning_triggers_once(world: World) -> None:
    case = world.run(
        start("s"), user("a"), boundary("b", "a", conditional("n > 2"), interrupting=False), user("note"),
        "s -> a; b -> note",
        n=3,
    )  # fmt: skip
    assert case.tasks == ["a", "note"]
    assert correct(case, n=4).tasks == ["a", "note"]


@proves("boundaryEvent/conditional/non-interrupting", "scriptTask/boundary")
def test_a_condition_beside_an_activity_that_takes_no_time_does_not_stop_it(world: World) -> None:
    case = world.run(
        start("s"), script("x", "=n + 1", "n"), boundary("b", "x", conditional("n > 2"), interrupting=False),
        user("note"), user("a"), "s -> x -> a; b -> note",
        n=3,
    )  # fmt: skip
    assert case.tasks == ["a", "note"]
    assert case.variables["n"] == 4


# -- event sub-processes ---------------------------------------------------------------------------


@proves("eventSubProcess/conditional/interrupting")
def test_a_condition_starts_an_interrupting_event_sub_process(world: World) -> None:
    case = world.run(
        start("s"), user("a"), "s -> a",
        event_sub("on", start("os", conditional("withdrawn")), user("b"), "os -> b"),
        withdrawn=False,
    )  # fmt: skip
    assert correct(case, withdrawn=True).tasks == ["b"]
    assert case.complete("b").is_done


@proves("eventSubProcess/conditional/interrupting")
def test_a_condition_that_holds_when_the_scope_begins_interrupts_it_before_anything_runs(
    world: World,
) -> None:
    case = world.run(
        start("s"), script("x", "=1", "ran"), end("e"), "s -> x -> e",
        event_sub("on", start("os", conditional("withdrawn")), user("b"), "os -> b"),
        withdrawn=True,
    )  # fmt: skip
    assert case.tasks == ["b"]
    assert "ran" not in case.variables


@proves("eventSubProcess/conditional/interrupting")
@pytest.mark.parametrize("last", [(), (end("e"), "x -> e")])
def test_the_last_step_of_a_scope_can_still_make_a_condition_true(
    world: World, last: tuple[str, ...]
) -> None:
    case = world.run(
        start("s"), script("x", "=3", "n"), "s -> x", *last,
        event_sub("on", start("os", conditional("n > 2")), user("b"), "os -> b"),
        n=0,
    )  # fmt: skip
    assert case.tasks == ["b"]


@proves("eventSubProcess/conditional/non-interrupting")
def test_a_condition_starts_event_sub_processes_beside_each_time_it_becomes_true(world: World) -> None:
    case = world.run(
        start("s"), user("a"), "s -> a",
        event_sub("on", start("os", conditional("n > 2"), interrupting=False), user("b"), "os -> b"),
        n=0,
    )  # fmt: skip
    assert correct(case, n=3).tasks == ["a", "b"]
    assert correct(case, n=4).tasks == ["a", "b"]
    correct(case, n=0)
    assert correct(case, n=3).tasks == ["a", "b", "b"]


@proves("eventSubProcess/conditional/non-interrupting")
def test_a_condition_may_watch_a_sub_process_alone(world: World) -> None:
    case = world.run(
        start("s"),
        sub("box", start("bs"), user("a"), "bs -> a", inputs={"n": "=0"}, outputs={"seen": "=n"}),
        user("after"), "s -> box -> after",
        event_sub("on", start("os", conditional("n > 2"), interrupting=False), user("b"), "os -> b"),
        n=0,
    )  # fmt: skip
    case.complete("a", n=9)
    assert case.tasks == ["after"], "the n of the sub-process is none of the process's concern"


# -- which changes count ---------------------------------------------------------------------------


@proves("boundaryEvent/conditional/filter")
def test_only_the_variables_a_filter_names_make_a_condition_be_looked_at(world: World) -> None:
    case = world.run(
        start("s"), user("a"), boundary("b", "a", conditional("n + m > 2", names="n"), interrupting=False),
        task("note"), "s -> a; b -> note",
        n=0, m=0,
    )  # fmt: skip
    assert correct(case, m=5).count("note") == 0
    assert correct(case, n=0).count("note") == 1


@proves("intermediateCatchEvent/conditional/filter")
@pytest.mark.parametrize(("events", "waits"), [("create", 1), ("update", 0), ("create, update", 0)])
def test_a_filter_tells_a_new_variable_from_a_changed_one(world: World, events: str, waits: int) -> None:
    parts = (start("s"), catch("c", conditional("n > 2", events=events)), user("a"), "s -> c -> a")
    case = world.run(*parts, n=0)
    assert len(correct(case, n=3).waits) == waits
    other = world.start()
    assert len(correct(other, n=3).waits) == (1 if events == "update" else 0)


@proves("intermediateCatchEvent/conditional")
def test_a_condition_is_not_looked_at_because_time_passes(world: World) -> None:
    case = world.run(
        start("s"), catch("c", conditional("now() > date and time(limit)")), user("a"),
        "s -> c -> a",
        limit="2026-03-02T10:00:00+08:00",
    )  # fmt: skip
    world.later(hours=5)
    assert case.waits == ["c"]
    assert correct(case, limit="2026-03-02T11:00:00+08:00").tasks == ["a"]


# -- incidents and budgets -------------------------------------------------------------------------


@proves("intermediateCatchEvent/conditional", "case/retry")
def test_a_condition_that_is_neither_true_nor_false_is_an_incident(world: World) -> None:
    case = world.run(start("s"), catch("c", conditional("n")), user("a"), "s -> c -> a", n=5)
    assert case.incidents == [("condition.type", "c")]
    assert correct(case, n=True).waits == ["c"], "it waits for the retry"
    assert case.retry().tasks == ["a"]
    assert case.incidents == []


@proves("boundaryEvent/conditional/interrupting", "case/retry")
def test_a_boundary_condition_that_fails_leaves_its_activity_open(world: World) -> None:
    case = world.run(
        start("s"), user("a"), boundary("b", "a", conditional("n")), user("after"), user("next"),
        "s -> a -> next; b -> after",
        n=False,
    )  # fmt: skip
    correct(case, n="x")
    assert (case.incidents, case.tasks) == ([("condition.type", "b")], ["a"])
    assert case.complete("a").tasks == ["next"]
    assert case.incidents == []


@proves("eventSubProcess/conditional/non-interrupting", "case/retry")
def test_a_condition_of_an_event_sub_process_that_fails_can_be_repaired(world: World) -> None:
    case = world.run(
        start("s"), user("a"), "s -> a",
        event_sub("on", start("os", conditional("n"), interrupting=False), user("b"), "os -> b"),
        n=1,
    )  # fmt: skip
    assert case.incidents == [("condition.type", "on")]
    assert case.retry(n=False).tasks == ["a"]
    assert correct(case, n=True).tasks == ["a", "b"]


@proves("eventBasedGateway/conditional")
def test_a_race_with_a_condition_that_fails_can_still_be_won(world: World) -> None:
    case = world.run(
        start("s"), race("g"), catch("c", conditional("n")), catch("m", message("m", '="1"')), user("a"), user("b"),
        "s -> g; g -> c -> a; g -> m -> b",
        n=1,
    )  # fmt: skip
    assert case.incidents == [("condition.type", "c")]
    world.send("m")
    assert (case.tasks, case.incidents) == (["b"], [])


@proves("boundaryEvent/conditional/non-interrupting", "case/step budget")
def test_two_conditions_that_trigger_one_another_end_in_an_incident(world: World) -> None:
    world.reopen(Settings(step_budget=100))
    case = world.run(
        start("s"), user("a"), user("c"), fork("f"),
        boundary("x", "a", conditional("even"), interrupting=False), script("odd", "=false", "even"),
        boundary("y", "a", conditional("not(even)"), interrupting=False), script("up", "=true", "even"),
        "s -> f; f -> a; f -> c; x -> odd; y -> up",
        even=True,
    )  # fmt: skip
    ((kind, _),) = case.incidents
    assert kind == "step-budget"
    assert case.complete("c").tasks == ["a"], "everything else goes on"
    ((kind, _),) = case.retry().incidents
    assert kind == "step-budget"
    case.complete("a")
    assert settle(case).is_done


@proves("boundaryEvent/conditional/non-interrupting", "case/step budget")
def test_conditions_that_set_each_other_off_by_their_mappings_end_in_an_incident(world: World) -> None:
    """Each catch changes a variable at once: no token runs in between."""
    world.reopen(Settings(step_budget=100))
    case = world.run(
        start("s"), user("a"),
        boundary("x", "a", conditional("up"), interrupting=False, outputs={"up": "=false"}), task("t"),
        boundary("y", "a", conditional("up = false"), interrupting=False, outputs={"up": "=true"}), task("u"),
        "s -> a; x -> t; y -> u",
    )  # fmt: skip
    assert (case.tasks, case.incidents) == (["a"], [])
    ((kind, _),) = correct(case, up=True).incidents
    assert kind == "step-budget"
    ((kind, _),) = case.retry().incidents
    assert kind == "step-budget"
    case.complete("a")
    assert settle(case).is_done


@proves("boundaryEvent/conditional/non-interrupting", "case/step budget")
def test_a_level_that_ended_when_the_budget_did_is_not_left_open(world: World) -> None:
    world.reopen(Settings(step_budget=100))
    case = world.run(
        start("s"), fork("f"), user("a"),
        boundary("x", "a", conditional("up"), interrupting=False, outputs={"up": "=false"}), task("t"),
        boundary("y", "a", conditional("up = false"), interrupting=False, outputs={"up": "=true"}), task("u"),
        sub("box", start("bs"), user("b"), "bs -> b"), user("after"),
        "s -> f; f -> a; f -> box -> after; x -> t; y -> u",
    )  # fmt: skip
    case.complete("b", up=True)
    assert [kind for kind, _ in case.incidents] == ["step-budget"]
    assert settle(correct(case, up=None)).tasks == ["a", "after"]
    case.complete("a").complete("after")
    assert settle(case).is_done


@proves("boundaryEvent/conditional/interrupting", "case/step budget")
def test_conditions_a_budget_left_unlooked_at_are_looked_at_after_the_retry(world: World) -> None:
    """The endless loop changes the variable in the very step in which the budget ends; the loop is then left."""
    world.reopen(Settings(step_budget=100))
    case = world.run(
        start("s"), fork("f"), user("a"), boundary("b", "a", conditional("n > 2 and open")), user("after"),
        xor("g"), script("x", "=n + 1", "n"), xor("h"), user("left"),
        "s -> f; f -> a; b -> after; f -> g -> x -> h; h -> g if looping; h -> left else",
        n=0, looping=True, open=False,
    )  # fmt: skip
    assert [kind for kind, _ in case.incidents] == ["step-budget"]
    assert correct(case, open=True).tasks == ["after"]
    assert case.retry(looping=False).tasks == ["after", "left"]


# -- the life of a case ----------------------------------------------------------------------------


@proves("boundaryEvent/conditional/interrupting", "case/suspend")
def test_a_suspended_case_triggers_nothing_until_it_goes_on(world: World) -> None:
    case = world.run(
        start("s"),
        user("a"),
        boundary("b", "a", conditional("n > 2")),
        user("after"),
        "s -> a; b -> after",
        n=0,
    )
    world.engine.suspend(case.id, actor="admin")
    with pytest.raises(Refusal):
        correct(case, n=3)
    assert case.tasks == ["a"]
    world.engine.resume(case.id, actor="admin")
    assert case.tasks == ["a"]
    assert correct(case, n=3).tasks == ["after"]


@proves("boundaryEvent/conditional/non-interrupting")
def test_a_returned_step_waits_for_its_condition_afresh(world: World) -> None:
    case = world.run(
        start("s"), user("a"), user("c"), boundary("b", "c", conditional("n > 2"), interrupting=False), task("note"),
        "s -> a -> c; b -> note",
        n=3,
    )  # fmt: skip
    case.complete("a")
    assert case.count("note") == 1
    (open_task,) = [key for scope in case.state.scopes.values() for key in scope.tasks]
    world.engine.command(case.id, "return", {"task": open_task, "to": "a", "mode": "redo"}, actor=ACTOR)
    assert (case.tasks, case.waits) == (["a"], [])
    assert case.complete("a").count("note") == 2


@proves("intermediateCatchEvent/conditional")
def test_a_completion_cannot_be_recalled_once_a_condition_let_the_case_go_on(world: World) -> None:
    case = world.run(
        start("s"),
        user("a", assignee=ACTOR),
        catch("c", conditional("n > 2")),
        user("b"),
        "s -> a -> c -> b",
        n=0,
    )
    (first,) = [key for scope in case.state.scopes.values() for key in scope.tasks]
    case.complete("a")
    world.engine.command(case.id, "recall", {"task": first}, actor=ACTOR)
    assert (case.tasks, case.waits) == (["a"], [])
    (first,) = [key for scope in case.state.scopes.values() for key in scope.tasks]
    case.complete("a")
    correct(case, n=3)
    with pytest.raises(Refusal) as raised:
        world.engine.command(case.id, "recall", {"task": first}, actor=ACTOR)
    assert raised.value.rule == "recall.acted"


@proves("intermediateCatchEvent/conditional")
def test_a_step_that_waits_for_a_condition_already_true_can_be_recalled(world: World) -> None:
    case = world.run(
        start("s"),
        user("a", assignee=ACTOR),
        catch("c", conditional("n > 2")),
        user("b"),
        "s -> a -> c -> b",
        n=3,
    )
    (first,) = [key for scope in case.state.scopes.values() for key in scope.tasks]
    assert case.complete("a").tasks == ["b"]
    world.engine.command(case.id, "recall", {"task": first}, actor=ACTOR)
    assert case.tasks == ["a"]
