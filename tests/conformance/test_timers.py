"""Timer events: date, duration, cycle; caught, at a boundary, at a start (BPMN 2.0 §10.5.5.2)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.bpmn import (
    boundary,
    catch,
    end,
    event_sub,
    fork,
    script,
    start,
    sub,
    task,
    timer,
    user,
)
from tests.support.driving import BEGIN, World
from tests.support.proof import proves

HOUR = timedelta(hours=1)
ADD = "=if n = null then 1 else n + 1"


@proves("intermediateCatchEvent/timer/duration")
def test_a_duration_is_waited_for(world: World) -> None:
    case = world.run(start("s"), catch("t", timer(duration="PT1H")), end("e"), "s -> t -> e")
    assert case.waits == ["t"]
    assert world.later(minutes=59) == 0
    assert case.waits == ["t"]
    assert world.later(minutes=1) == 1
    assert case.is_done


@proves("intermediateCatchEvent/timer/duration")
@pytest.mark.parametrize(
    ("text", "hours"),
    [("P1D", 24), ("P1W", 168), ("P1M", 31 * 24), ("P1Y", 365 * 24), ("P1DT2H", 26), ("P1M1D", 32 * 24)],
)
def test_durations_are_iso_8601(world: World, text: str, hours: int) -> None:
    case = world.run(start("s"), catch("t", timer(duration=text)), end("e"), "s -> t -> e")
    world.later(hours=hours - 1)
    assert not case.is_done
    world.later(hours=1)
    assert case.is_done


@proves("intermediateCatchEvent/timer/duration")
def test_a_duration_may_be_a_feel_expression(world: World) -> None:
    case = world.run(
        start("s"), catch("t", timer(duration='=duration("PT1H") * n')), end("e"), "s -> t -> e", n=3
    )
    world.later(hours=2)
    assert not case.is_done
    world.later(hours=1)
    assert case.is_done


@proves("intermediateCatchEvent/timer/date")
def test_a_date_is_waited_for(world: World) -> None:
    case = world.run(start("s"), catch("t", timer(date="2026-03-02T18:00:00+08:00")), end("e"), "s -> t -> e")
    world.later(hours=8)
    assert not case.is_done
    world.later(hours=1)
    assert case.is_done


@proves("intermediateCatchEvent/timer/date")
def test_a_date_without_offset_is_of_the_configured_zone(world: World) -> None:
    case = world.run(start("s"), catch("t", timer(date="2026-03-03")), end("e"), "s -> t -> e")
    world.later(hours=14)
    assert not case.is_done
    world.later(hours=1)
    assert case.is_done, "midnight in Shanghai is 15 hours after nine in the morning"


@proves("intermediateCatchEvent/timer/date")
def test_a_date_in_the_past_has_come_already(world: World) -> None:
    case = world.run(start("s"), catch("t", timer(date="2020-01-01T00:00:00Z")), end("e"), "s -> t -> e")
    assert case.waits == ["t"]
    assert world.later() == 1
    assert case.is_done


@proves("intermediateCatchEvent/timer/date")
def test_a_date_may_be_a_variable(world: World) -> None:
    case = world.run(
        start("s"), catch("t", timer(date="=due")), end("e"), "s -> t -> e", due=BEGIN + 2 * HOUR
    )
    world.later(hours=1)
    assert not case.is_done
    world.later(hours=1)
    assert case.is_done


@proves("intermediateCatchEvent/timer/cycle")
def test_a_cycle_that_is_caught_happens_once(world: World) -> None:
    case = world.run(start("s"), catch("t", timer(cycle="R3/PT1H")), end("e"), "s -> t -> e")
    world.later(hours=5)
    assert case.is_done
    assert case.count("e") == 1


@proves("intermediateCatchEvent/timer/duration")
@pytest.mark.parametrize("value", [None, "soon", 5, "-PT1H", [], "P1X"])
def test_what_is_no_duration_is_an_incident_and_can_be_corrected(world: World, value: object) -> None:
    case = world.run(start("s"), catch("t", timer(duration="=d")), end("e"), "s -> t -> e", d=value)
    assert [element for _, element in case.incidents] == ["t"]
    case.retry(d="PT1H")
    assert case.waits == ["t"]
    world.later(hours=1)
    assert case.is_done


@proves("boundaryEvent/timer/interrupting")
def test_an_interrupting_timer_ends_the_task(world: World) -> None:
    case = world.run(
        start("s"), user("a"), boundary("late", "a", timer(duration="PT1H")), user("b"), end("e"),
        "s -> a -> e; late -> b",
    )  # fmt: skip
    world.later(hours=1)
    assert case.tasks == ["b"]
    assert case.waits == []
    assert case.complete("b").is_done


@proves("boundaryEvent/timer/interrupting")
def test_a_task_completed_in_time_takes_its_timer_along(world: World) -> None:
    case = world.run(
        start("s"), user("a"), boundary("late", "a", timer(duration="PT1H")), user("b"), user("c"),
        "s -> a -> c; late -> b",
    )  # fmt: skip
    case.complete("a")
    assert case.waits == []
    assert world.later(hours=2) == 0
    assert case.tasks == ["c"]


@proves("boundaryEvent/timer/non-interrupting")
def test_a_non_interrupting_timer_leaves_the_task_open_and_fires_once(world: World) -> None:
    case = world.run(
        start("s"), user("a"), boundary("late", "a", timer(duration="PT1H"), interrupting=False),
        user("b"), end("e"), "s -> a -> e; late -> b",
    )  # fmt: skip
    world.later(hours=5)
    assert case.tasks == ["a", "b"]
    assert case.waits == []
    case.complete("a")
    assert case.status == "active"
    assert case.complete("b").is_done


@proves("boundaryEvent/timer/non-interrupting/cycle")
def test_a_cycle_fires_as_often_as_it_says(world: World) -> None:
    case = world.run(
        start("s"), user("a"), boundary("late", "a", timer(cycle="R3/PT1H"), interrupting=False),
        script("count", ADD, "n"), "s -> a; late -> count",
    )  # fmt: skip
    world.later(hours=1)
    assert case.variables == {"n": 1}
    world.later(minutes=59)
    assert case.variables == {"n": 1}
    world.later(minutes=1)
    world.later(hours=1)
    assert case.variables == {"n": 3}
    assert case.waits == []
    assert world.later(hours=10) == 0
    assert case.complete("a").is_done


@proves("boundaryEvent/timer/non-interrupting/cycle")
def test_a_cycle_keeps_its_rhythm_when_it_is_swept_late(world: World) -> None:
    """The next round counts from when the timer was due, not from when somebody looked."""
    case = world.run(
        start("s"), user("a"), boundary("late", "a", timer(cycle="R/PT1H"), interrupting=False),
        script("count", ADD, "n"), "s -> a; late -> count",
    )  # fmt: skip
    world.later(minutes=90)
    assert case.variables == {"n": 1}
    world.later(minutes=30)
    assert case.variables == {"n": 2}
    world.later(hours=3)
    assert case.variables == {"n": 5}
    case.complete("a")
    assert case.is_done
    assert case.waits == []


@proves("boundaryEvent/timer/non-interrupting/cycle")
def test_a_cycle_may_name_its_beginning(world: World) -> None:
    case = world.run(
        start("s"), user("a"),
        boundary("late", "a", timer(cycle="R2/2026-03-02T12:00:00+08:00/PT1H"), interrupting=False),
        script("count", ADD, "n"), "s -> a; late -> count",
    )  # fmt: skip
    world.later(hours=2)
    assert case.variables == {}
    world.later(hours=1)
    assert case.variables == {"n": 1}
    world.later(hours=9)
    assert case.variables == {"n": 2}


@proves("boundaryEvent/timer/interrupting")
def test_a_cycle_that_interrupts_happens_once(world: World) -> None:
    case = world.run(
        start("s"), user("a"), boundary("late", "a", timer(cycle="R3/PT1H")), user("b"), "s -> a; late -> b"
    )
    world.later(hours=9)
    assert case.tasks == ["b"]
    assert case.waits == []


@proves("boundaryEvent/timer/interrupting", "subProcess/embedded")
def test_a_timer_at_a_sub_process_ends_everything_in_it(world: World) -> None:
    case = world.run(
        start("s"),
        sub(
            "box", start("bs"), fork("f"), user("a"), sub("inner", start("is"), user("b"), "is -> b"),
            catch("t", timer(duration="P1D")), "bs -> f; f -> a; f -> inner; f -> t",
        ),
        boundary("late", "box", timer(duration="PT1H")),
        user("after"),
        "s -> box; late -> after",
    )  # fmt: skip
    assert case.tasks == ["a", "b"]
    world.later(hours=1)
    assert case.tasks == ["after"]
    assert case.waits == []
    assert len(case.state.scopes) == 1


@proves("boundaryEvent/timer/non-interrupting", "boundaryEvent/timer/interrupting")
def test_timers_that_are_due_together_fire_in_the_order_of_their_times(world: World) -> None:
    case = world.run(
        start("s"), user("a"),
        boundary("remind", "a", timer(duration="PT1H"), interrupting=False),
        boundary("breach", "a", timer(duration="PT2H")),
        task("x"), task("y"), "s -> a; remind -> x; breach -> y",
    )  # fmt: skip
    world.later(hours=3)
    assert case.path[2:] == ["remind", "x", "breach", "y"]
    assert case.is_done


@proves("startEvent/timer")
def test_a_process_starts_by_itself_when_its_timer_is_due(world: World) -> None:
    world.deploy(start("s", timer(cycle="R2/PT1H")), user("a"), "s -> a")
    assert world.cases() == []
    world.later(hours=1)
    assert [case.tasks for case in world.cases()] == [["a"]]
    world.later(hours=5)
    assert [case.tasks for case in world.cases()] == [["a"], ["a"]]
    assert world.later(hours=5) == 0


@proves("startEvent/timer")
def test_only_the_newest_version_is_started_by_its_timer(world: World) -> None:
    world.deploy(start("s", timer(duration="PT1H")), user("a"), "s -> a")
    world.deploy(start("s", timer(duration="PT2H")), user("b"), "s -> b")
    world.later(hours=1)
    assert world.cases() == []
    world.later(hours=1)
    assert [case.tasks for case in world.cases()] == [["b"]]


@proves("eventSubProcess/timer/interrupting")
def test_a_timer_that_starts_an_event_sub_process_ends_the_rest(world: World) -> None:
    case = world.run(
        start("s"), user("a"), "s -> a",
        event_sub("late", start("ls", timer(duration="PT1H")), user("b"), "ls -> b"),
    )  # fmt: skip
    world.later(hours=1)
    assert case.tasks == ["b"]
    assert case.complete("b").is_done


@proves("eventSubProcess/timer/non-interrupting")
def test_a_cycle_starts_an_event_sub_process_again_and_again(world: World) -> None:
    case = world.run(
        start("s"), user("a"), "s -> a",
        event_sub("late", start("ls", timer(cycle="R2/PT1H"), interrupting=False), user("b"), "ls -> b"),
    )  # fmt: skip
    world.later(hours=3)
    assert case.tasks == ["a", "b", "b"]
    case.complete("a").complete("b")
    assert case.status == "active"
    assert case.complete("b").is_done


@proves("eventSubProcess/timer/interrupting")
def test_an_event_sub_process_whose_timer_is_wrong_can_be_repaired(world: World) -> None:
    parts = (
        start("s"), user("a"), "s -> a",
        event_sub("late", start("ls", timer(duration="=d")), user("b"), "ls -> b"),
    )  # fmt: skip
    world.deploy(*parts)
    case = world.start(d="never")
    assert [element for _, element in case.incidents] == ["late"]
    case.retry(d="PT1H")
    world.later(hours=1)
    assert case.tasks == ["b"]


@proves("eventSubProcess/timer/interrupting")
def test_repairing_an_event_sub_process_of_a_scope_with_nothing_left_ends_the_scope(world: World) -> None:
    case = world.run(
        start("s"), user("a"), "s -> a",
        event_sub("late", start("ls", timer(duration="=d")), user("b"), "ls -> b"),
        d="never",
    )  # fmt: skip
    case.complete("a")
    assert case.status == "active", "the incident wants to be looked at"
    assert case.retry(d="PT1H").is_done


@proves("boundaryEvent/timer/interrupting")
def test_a_boundary_timer_that_cannot_be_read_stops_its_task_before_it_opens(world: World) -> None:
    case = world.run(
        start("s"), user("a"), boundary("late", "a", timer(duration="=d")), user("b"), "s -> a; late -> b",
        d="never",
    )  # fmt: skip
    assert case.tasks == []
    assert [element for _, element in case.incidents] == ["a"]
    assert case.retry(d="PT1H").tasks == ["a"]
