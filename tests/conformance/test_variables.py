"""Variables: scopes, mappings, what parallel branches do to each other (BPMN 2.0 §10.4, Zeebe mappings)."""

from __future__ import annotations

from tests.support.bpmn import (
    end,
    fork,
    script,
    service,
    start,
    sub,
    task,
    throw,
    user,
)
from tests.support.driving import World
from tests.support.proof import proves


@proves("data/scopes")
def test_a_result_goes_to_the_nearest_scope_that_has_its_name_else_to_the_process(world: World) -> None:
    case = world.run(
        start("s"),
        sub("box", start("bs"), script("x", "=1", "local"), script("y", "=2", "fresh"), user("a"),
            "bs -> x -> y -> a", inputs={"local": "=0"}),
        user("after"), "s -> box -> after",
    )  # fmt: skip
    assert case.variables == {"fresh": 2}
    assert case.complete("a").variables == {"fresh": 2}, "what was local went with the sub-process"


@proves("data/scopes")
def test_inner_names_hide_outer_ones(world: World) -> None:
    case = world.run(
        start("s"),
        sub("box", start("bs"), script("x", "=n + 1", "seen"), "bs -> x", inputs={"n": "=10"}),
        script("y", "=n + 1", "outside"), "s -> box -> y",
        n=1,
    )  # fmt: skip
    assert case.variables == {"n": 1, "seen": 11, "outside": 2}


@proves("data/input mapping")
def test_inputs_belong_to_the_activity_alone_and_see_those_before_them(world: World) -> None:
    case = world.run(
        start("s"), script("x", "=b", "seen", inputs={"a": "=n + 1", "b": "=a * 2"}), "s -> x", n=1
    )
    assert case.variables == {"n": 1, "seen": 4}


@proves("data/input mapping")
def test_a_dotted_input_makes_a_new_context_of_the_activitys_own(world: World) -> None:
    case = world.run(
        start("s"),
        script("x", "=order", "seen", inputs={"order.id": "=n", "order.by.name": '="li"'}), "s -> x",
        n=7, order={"id": 1, "total": 5},
    )  # fmt: skip
    assert case.variables["seen"] == {"id": 7, "by": {"name": "li"}}
    assert case.variables["order"] == {"id": 1, "total": 5}


@proves("data/output mapping")
def test_with_output_mappings_only_what_they_name_leaves_the_activity(world: World) -> None:
    case = world.run(start("s"), user("a", outputs={"total": "=x + y", "twice": "=total * 2"}), "s -> a", x=1)
    case.complete("a", y=2, noise=3)
    assert case.variables == {"x": 1, "total": 3, "twice": 6}


@proves("data/output mapping")
def test_a_dotted_output_keeps_what_the_context_already_holds(world: World) -> None:
    case = world.run(
        start("s"), user("a", outputs={"order.by.name": "=who", "order.id": "=2"}), "s -> a",
        order={"id": 1, "by": {"unit": "east"}},
    )  # fmt: skip
    case.complete("a", who="li")
    assert case.variables == {"order": {"id": 2, "by": {"unit": "east", "name": "li"}}}


@proves("data/output mapping")
def test_a_dotted_output_under_what_is_no_context_replaces_it(world: World) -> None:
    case = world.run(start("s"), user("a", outputs={"order.id": "=2"}), "s -> a", order=5)
    case.complete("a")
    assert case.variables == {"order": {"id": 2}}


@proves("data/input mapping", "data/output mapping")
def test_a_later_mapping_may_go_below_what_an_earlier_one_gave(world: World) -> None:
    case = world.run(start("s"), script("x", "=a", "seen", inputs={"a": "=5", "a.b": "=6"}), "s -> x")
    assert case.variables == {"seen": {"b": 6}}


@proves("data/output mapping")
def test_an_output_mapping_that_fails_is_an_incident_that_keeps_what_was_entered(world: World) -> None:
    case = world.run(
        start("s"), user("a", outputs={"n": "=if ok then entered else function(x) x"}), user("b"), "s -> a -> b",
        ok=False,
    )  # fmt: skip
    case.complete("a", entered=5)
    assert case.incidents == [("expression.type", "a")]
    assert case.tasks == []
    assert case.retry(ok=True).tasks == ["b"]
    assert case.variables == {"ok": True, "n": 5}


@proves("data/output mapping", "subProcess/embedded")
def test_output_mappings_of_a_sub_process_see_its_own_variables(world: World) -> None:
    case = world.run(
        start("s"),
        sub("box", start("bs"), script("x", "=n + 1", "n"), "bs -> x", inputs={"n": "=10"},
            outputs={"result": "=n"}),
        user("a"), "s -> box -> a",
    )  # fmt: skip
    assert case.variables == {"result": 11}


@proves("data/scopes")
def test_parallel_branches_do_not_undo_each_others_changes(world: World) -> None:
    case = world.run(
        start("s"), fork("f"), user("a"), script("b", "=append(log, \"b\")", "log"), user("c"), fork("j"), user("d"),
        "s -> f; f -> a -> j; f -> b -> c -> j; j -> d",
        log=["s"], x=0,
    )  # fmt: skip
    case.complete("c", x=1)
    case.complete("a", other=True)
    assert case.variables == {"log": ["s", "b"], "x": 1, "other": True}


@proves("data/scopes")
def test_parallel_branches_each_append_to_one_list(world: World) -> None:
    branches = [f"b{n}" for n in range(10)]
    case = world.run(
        start("s"), fork("f"), fork("j"), *(script(b, f'=append(log, "{b}")', "log") for b in branches), end("e"),
        "s -> f; j -> e;" + ";".join(f"f -> {b} -> j" for b in branches),
        log=[],
    )  # fmt: skip
    assert case.variables == {"log": branches}


@proves("data/values")
def test_values_of_every_type_survive(world: World) -> None:
    case = world.run(
        start("s"),
        script("x", '={d: date("2026-01-02"), t: time("10:00:00"), dt: date and time("2026-01-02T10:00:00Z"),'
                    ' p: duration("PT90M"), y: duration("P1Y2M"), n: 0.1 + 0.2, s: "@x", z: null, l: [true]}', "v"),
        script("y", '=[v.d + v.p, v.n = 0.3, v.s, v.y.months, v.t.hour, v.dt < now()]', "w"),
        user("a"), "s -> x -> y -> a",
    )  # fmt: skip
    assert case.variables["w"][1:] == [True, "@x", 2, 10, True]


@proves("data/input mapping", "intermediateThrowEvent/none")
def test_inputs_of_a_job_are_seen_by_its_type(world: World) -> None:
    case = world.run(start("s"), throw("n"), service("j", "=kind", inputs={"kind": '="mail"'}), "s -> n -> j")
    assert [job["type"] for job in world.engine.queries.jobs(case.id)] == ["mail"]


@proves("data/scopes")
def test_what_is_entered_in_a_sub_process_updates_the_variable_outside(world: World) -> None:
    case = world.run(
        start("s"),
        sub("box", start("bs"), user("a"), task("t"), "bs -> a -> t"),
        user("b"),
        "s -> box -> b",
        n=1,
    )
    assert case.complete("a", n=2).variables == {"n": 2}
