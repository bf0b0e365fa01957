"""Incidents and the life of a case: budget, retry, suspend, resume, cancel, correction."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine import Settings
from engine.errors import Conflict, NotFound, Refusal
from tests.support.bpmn import (
    boundary,
    catch,
    end,
    event_sub,
    fork,
    message,
    script,
    service,
    signal,
    start,
    sub,
    task,
    terminate,
    timer,
    user,
    xor,
)
from tests.support.driving import ACTOR, World
from tests.support.proof import proves


@pytest.fixture
def small() -> Iterator[World]:
    """A world whose commands may take 50 automatic steps."""
    made = World(settings=Settings(step_budget=50))
    yield made
    made.check()
    made.engine.close()


LOOP = (
    start("s"), xor("m"), task("t"), xor("g"), end("e"), "s -> m -> t -> g; g -> m if not(stop); g -> e else",
)  # fmt: skip


@proves("case/step budget")
def test_an_endless_loop_ends_in_an_incident_and_can_be_left_after_a_correction(small: World) -> None:
    case = small.run(*LOOP, stop=False)
    assert [kind for kind, _ in case.incidents] == ["step-budget"]
    case.retry()
    assert [kind for kind, _ in case.incidents] == ["step-budget"], "still endless"
    assert case.retry(stop=True).is_done


@proves("case/step budget")
def test_tokens_beside_an_endless_loop_go_on_when_it_is_repaired(small: World) -> None:
    parts = (
        start("s"), fork("f"), xor("m"), task("t"), xor("g"), end("e"), task("x"), user("a"),
        "s -> f; f -> m -> t -> g; g -> m if not(stop); g -> e else; f -> x -> a",
    )  # fmt: skip
    case = small.run(*parts, stop=False)
    assert case.retry(stop=True).tasks == ["a"]


BESIDE = (
    start("s"), fork("f"),
    sub("box", start("bs"), fork("bf"), xor("m"), xor("m2"), end("e"), "bs -> bf; bf -> m -> m2; m2 -> m if not(stop); m2 -> e else"),
    boundary("late", "box", timer(duration="PT1H")), user("b"), *(script(f"x{n}", f"={n}", f"v{n}") for n in range(60)),
    fork("j"), user("a"),
    "s -> f; f -> box; late -> b; j -> a;" + ";".join(f"f -> x{n} -> j" for n in range(60)),
)  # fmt: skip


@proves("case/step budget")
def test_what_a_budget_left_behind_goes_on_when_the_loop_is_interrupted(small: World) -> None:
    case = small.run(*BESIDE, stop=False)
    kinds = [kind for kind, _ in case.incidents]
    assert kinds == ["step-budget"]
    small.later(hours=1)
    while case.incidents:
        case.retry()
    assert case.tasks == ["a", "b"]


@proves("case/step budget")
def test_a_loop_that_waits_for_people_has_no_budget(small: World) -> None:
    case = small.run(
        start("s"), user("a"), task("t"), end("e"), "s -> a -> t; t -> a if not(stop); t -> e else"
    )
    for _ in range(60):
        case.complete("a", stop=False)
    assert case.complete("a", stop=True).is_done


WAITING = (
    start("s"), fork("f"), user("a"), catch("t", timer(duration="PT1H")), catch("m", message("m", '="1"')),
    service("j"), catch("g", signal("alarm")), "s -> f; f -> a; f -> t; f -> m; f -> j; f -> g",
)  # fmt: skip


@proves("case/suspend")
def test_nothing_happens_in_a_suspended_case(world: World) -> None:
    case = world.run(*WAITING)
    world.engine.suspend(case.id, actor="admin", reason="check")
    assert case.status == "suspended"
    before = case.state.row()["scopes"]
    world.later(hours=2)
    world.send("m")
    world.signal("alarm")
    with pytest.raises(Refusal):
        case.complete("a")
    with pytest.raises(Refusal):
        case.finish_job("j")
    with pytest.raises(Conflict):
        world.engine.suspend(case.id, actor="admin")
    assert case.state.row()["scopes"] == before
    world.engine.resume(case.id, actor="admin")
    world.later()
    assert case.waits == ["g"], "the timer and the message come now; a signal is for those who listen"
    case.complete("a").finish_job("j")
    world.signal("alarm")
    assert case.is_done


@proves("case/suspend")
def test_only_a_suspended_case_is_resumed(world: World) -> None:
    case = world.run(start("s"), user("a"), "s -> a")
    with pytest.raises(Conflict):
        world.engine.resume(case.id, actor="admin")


@proves("case/cancel")
def test_a_cancelled_case_leaves_nothing_open(world: World) -> None:
    case = world.run(*WAITING, event_sub("on", start("os", message("x", '="1"')), user("b"), "os -> b"))
    world.engine.cancel(case.id, actor="admin", reason="mistake")
    assert case.status == "cancelled"
    assert (case.tasks, case.jobs, case.waits) == ([], [], [])
    assert world.send("m") == []
    assert world.later(hours=2) == 0
    with pytest.raises(Conflict):
        world.engine.resume(case.id, actor="admin")
    with pytest.raises(Conflict):
        world.engine.cancel(case.id, actor="admin")
    with pytest.raises(Conflict):
        world.engine.complete(case.id, 1, actor=ACTOR)


@proves("case/cancel")
def test_a_suspended_case_can_be_cancelled(world: World) -> None:
    case = world.run(*WAITING)
    world.engine.suspend(case.id, actor="admin")
    world.engine.cancel(case.id, actor="admin")
    assert case.status == "cancelled"


@proves("case/cancel")
def test_a_case_with_incidents_can_be_cancelled(world: World) -> None:
    case = world.run(start("s"), sub("box", start("bs"), service("j", "=none"), "bs -> j"), "s -> box")
    world.engine.cancel(case.id, actor="admin")
    assert case.incidents == []


@proves("case/retry")
def test_an_incident_can_be_retried_once(world: World) -> None:
    case = world.run(start("s"), service("j", "=kind"), "s -> j")
    (incident,) = [key for scope in case.state.scopes.values() for key in scope.incidents]
    case.retry(kind="mail")
    with pytest.raises(NotFound):
        world.engine.retry(case.id, incident, actor="admin")


@proves("case/retry")
def test_a_sub_process_nested_too_deep_can_be_retried_without_traces(world: World) -> None:
    world.reopen(Settings(max_depth=3))
    case = world.run(
        start("s"),
        sub("a", sub("b", sub("c", user("u"), inputs={"n": "=n + 1"}), boundary("x", "c", timer(duration="PT1H")))),
        end("e"), "s -> a -> e",
        n=1,
    )  # fmt: skip
    assert case.incidents == [("scope-depth", "c")]
    assert case.waits == []
    case.retry()
    assert case.incidents == [("scope-depth", "c")]
    (scope,) = [scope for scope in case.state.scopes.values() if scope.incidents]
    (token,) = scope.tokens.values()
    assert token.variables == {"n": 2}


@proves("case/correction")
def test_variables_can_be_corrected_while_a_case_waits(world: World) -> None:
    case = world.run(
        start("s"),
        user("a"),
        xor("g"),
        user("b"),
        user("c"),
        "s -> a -> g; g -> b if n > 1; g -> c else",
        n=1,
    )
    world.engine.set_variables(case.id, {"n": 2}, actor="admin")
    assert case.complete("a").tasks == ["b"]
    with pytest.raises(NotFound):
        world.engine.command(case.id, "set-variables", {"scope": 999, "variables": {}}, actor="admin")


@proves("case/deadlock")
def test_a_case_whose_join_can_never_be_complete_stays_open(world: World) -> None:
    """BPMN 2.0 knows no way out of a deadlock; the case shows what it waits for and can be cancelled."""
    case = world.run(start("s"), xor("g"), task("a"), task("b"), fork("j"), end("e"),
                     "s -> g; g -> a if true; g -> b else; a -> j; b -> j; j -> e")  # fmt: skip
    assert case.status == "active"
    assert [token.element for _, token in case.state.tokens()] == ["j"]
    world.engine.cancel(case.id, actor="admin")


FAILING = {"why": "=if ok then reason else function(x) x"}


@proves("case/retry", "boundaryEvent/message/interrupting")
def test_an_interrupting_message_whose_mapping_fails_has_interrupted_all_the_same(world: World) -> None:
    case = world.run(
        start("s"), user("a"), boundary("b", "a", message("m", '="1"'), outputs=FAILING), user("c"), "s -> a; b -> c",
        ok=False,
    )  # fmt: skip
    world.send("m", reason="rain")
    assert (case.tasks, case.incidents) == ([], [("expression.type", "b")])
    assert case.retry().incidents == [("expression.type", "b")]
    assert case.retry(ok=True).tasks == ["c"]
    assert case.variables["why"] == "rain"
    assert case.complete("c").is_done


@proves("case/retry", "boundaryEvent/message/non-interrupting")
def test_a_message_beside_whose_mapping_fails_leaves_its_activity_open(world: World) -> None:
    case = world.run(
        start("s"), user("a"), boundary("b", "a", message("m", '="1"'), interrupting=False, outputs=FAILING),
        user("c"), "s -> a; b -> c",
        ok=False,
    )  # fmt: skip
    world.send("m", reason="rain")
    assert (case.tasks, case.incidents, case.waits) == (["a"], [("expression.type", "b")], ["b"])
    case.complete("a")
    assert case.status == "active"
    assert case.retry(ok=True).tasks == ["c"]


@proves("case/retry", "boundaryEvent/timer/interrupting")
def test_an_activity_with_an_incident_can_still_be_interrupted(world: World) -> None:
    case = world.run(
        start("s"), user("a", outputs=FAILING), boundary("late", "a", timer(duration="PT1H")), user("c"),
        "s -> a; late -> c",
        ok=False,
    )  # fmt: skip
    case.complete("a")
    assert case.incidents == [("expression.type", "a")]
    world.later(hours=1)
    assert (case.tasks, case.incidents) == (["c"], [])


@proves("case/retry")
def test_an_incident_inside_a_sub_process_goes_with_it(world: World) -> None:
    case = world.run(
        start("s"), sub("box", start("bs"), fork("f"), service("j", "=none"), user("go"), end("stop", terminate()),
                        "bs -> f; f -> j; f -> go -> stop"),
        user("after"), "s -> box -> after",
    )  # fmt: skip
    assert case.incidents == [("job.type", "j")]
    case.complete("go")
    assert (case.tasks, case.incidents) == (["after"], [])
