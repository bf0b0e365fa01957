"""Timers of a diagram that count for a limit stand still with the case, if the limit's rule allows the reason."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from engine import Engine, ManualClock
from engine.installation import configured
from tests.support.bpmn import boundary, catch, diagram, end, event_sub, script, start, timer, user
from tests.support.driving import check, micros
from tests.verbs.acting import prop

CONFIG = Path(__file__).parents[2] / "config"
MORNING = datetime(2026, 3, 2, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
ALLOWED, FORBIDDEN = "appraisal", "meeting"


@pytest.fixture
def engine() -> Iterator[Engine]:
    """At nine in the morning; cases are held against their logs at the end."""
    with Engine.open("sqlite://", clock=ManualClock(micros(MORNING)), config=configured(CONFIG)) as opened:
        yield opened
        for case_id in opened.case_ids():
            check(opened, case_id)


def limited(event: str, limit: str = "dispute.mediation") -> str:
    """An event that counts for a limit."""
    extension = f"<extensionElements>{prop('limit', limit)}</extensionElements>"
    return event.replace("<timerEventDefinition>", extension + "<timerEventDefinition>", 1)


def run(engine: Engine, *parts: str, **variables: Any) -> UUID:
    """Deploy a process and start a case."""
    engine.deploy({"p.bpmn": diagram(*parts)}, actor="d")
    return engine.start("p", variables, actor="li").case_id


def later(engine: Engine, days: float) -> None:
    """Let so many days pass and do what is due."""
    assert isinstance(engine.clock, ManualClock)
    engine.clock.advance(timedelta(days=days) // timedelta(microseconds=1))
    engine.run_due()


def stand(engine: Engine, case: UUID, days: float, reason: str) -> None:
    """Suspend a case for so many days."""
    engine.suspend(case, actor="li", reason_code=reason)
    later(engine, days)
    engine.resume(case, actor="li")
    engine.run_due()


def open_(engine: Engine, case: UUID) -> list[str]:
    """The elements of the open tasks."""
    return [task.element for task in engine.tasks(case_id=case)]


def with_boundary(event: str) -> tuple[str, ...]:
    """A task with a boundary event that leads to another one."""
    return (
        start("s"),
        user("work"),
        event,
        user("late"),
        end("e"),
        end("f"),
        "s -> work -> e; t -> late -> f",
    )


def test_a_boundary_timer_is_due_later_by_as_long_as_the_case_stood(engine: Engine) -> None:
    case = run(engine, *with_boundary(limited(boundary("t", "work", timer(duration="P10D")))))
    later(engine, 4)
    stand(engine, case, 20, ALLOWED)
    later(engine, 5.9)
    assert open_(engine, case) == ["work"]
    later(engine, 0.2)
    assert open_(engine, case) == ["late"]


def test_a_case_may_stand_still_more_than_once(engine: Engine) -> None:
    case = run(engine, *with_boundary(limited(boundary("t", "work", timer(duration="P10D")))))
    for _ in range(2):
        stand(engine, case, 8, ALLOWED)
    later(engine, 9.9)
    assert open_(engine, case) == ["work"]
    later(engine, 0.2)
    assert open_(engine, case) == ["late"]


def test_not_more_often_than_the_rule_allows(engine: Engine) -> None:
    case = run(engine, *with_boundary(limited(boundary("t", "work", timer(duration="P10D")))))
    for _ in range(3):
        stand(engine, case, 8, ALLOWED)
    later(engine, 1.9)
    assert open_(engine, case) == ["work"]
    later(engine, 0.2)
    assert open_(engine, case) == ["late"]


def test_not_longer_than_the_rule_allows(engine: Engine) -> None:
    case = run(engine, *with_boundary(limited(boundary("t", "work", timer(duration="P10D")))))
    stand(engine, case, 60, ALLOWED)
    later(engine, 9.9)
    assert open_(engine, case) == ["work"]
    other = engine.start("p", {}, actor="li").case_id
    stand(engine, other, 80, ALLOWED)
    assert open_(engine, other) == ["late"]


def test_what_a_diagram_carries_along_is_later_by_as_long_as_its_limit_stood(engine: Engine) -> None:
    case = run(
        engine, start("s"), user("work"), script("look", 'stood("dispute.mediation", since)', "stood"),
        script("none", 'stood("whistle.return", since)', "none"), user("next"), end("e"),
        "s -> work -> look -> none -> next -> e", since=MORNING,
    )  # fmt: skip
    stand(engine, case, 3, ALLOWED)
    stand(engine, case, 2, FORBIDDEN)
    later(engine, 1)
    stand(engine, case, 4.5, ALLOWED)
    (item,) = engine.tasks(case_id=case)
    engine.complete(case, item.id, {}, actor="li")
    found = engine.variables(case)
    assert (found["stood"], found["none"]) == (timedelta(days=7.5), timedelta())


def test_for_a_reason_the_limit_does_not_allow_the_timer_runs_on(engine: Engine) -> None:
    case = run(engine, *with_boundary(limited(boundary("t", "work", timer(duration="P10D")))))
    stand(engine, case, 11, FORBIDDEN)
    assert open_(engine, case) == ["late"]


def test_a_timer_without_limit_runs_on(engine: Engine) -> None:
    case = run(engine, *with_boundary(boundary("t", "work", timer(duration="P10D"))))
    stand(engine, case, 11, ALLOWED)
    assert open_(engine, case) == ["late"]


def test_a_limit_may_be_an_expression(engine: Engine) -> None:
    event = limited(boundary("t", "work", timer(duration="P10D")), "=which")
    case = run(engine, *with_boundary(event), which="dispute.mediation")
    stand(engine, case, 11, ALLOWED)
    assert open_(engine, case) == ["work"]


def test_an_intermediate_timer_stands_still(engine: Engine) -> None:
    event = limited(catch("t", timer(duration="P10D")))
    case = run(engine, start("s"), event, user("after"), end("e"), "s -> t -> after -> e")
    stand(engine, case, 20, ALLOWED)
    later(engine, 9.9)
    assert open_(engine, case) == []
    later(engine, 0.2)
    assert open_(engine, case) == ["after"]


def test_a_repeating_timer_of_an_event_sub_process_goes_on_repeating(engine: Engine) -> None:
    begin = limited(start("t", timer(cycle="R/P10D"), interrupting=False))
    inner = event_sub("x", begin, user("review"), end("f"), "t -> review -> f")
    case = run(engine, start("s"), user("work"), end("e"), inner, "s -> work -> e")
    stand(engine, case, 20, ALLOWED)
    later(engine, 9.9)
    assert open_(engine, case) == ["work"]
    later(engine, 0.2)
    assert sorted(open_(engine, case)) == ["review", "work"]
    later(engine, 10)
    assert sorted(open_(engine, case)) == ["review", "review", "work"]


def test_what_was_finished_meanwhile_leaves_no_timer_behind(engine: Engine) -> None:
    case = run(engine, *with_boundary(limited(boundary("t", "work", timer(duration="P10D")))))
    stand(engine, case, 5, ALLOWED)
    engine.complete(case, engine.tasks(case_id=case)[0].id, {}, actor="li")
    assert engine.queries.timers(case) == []
    assert engine.case(case).status == "completed"


def test_a_suspended_case_may_be_cancelled(engine: Engine) -> None:
    case = run(engine, *with_boundary(limited(boundary("t", "work", timer(duration="P10D")))))
    engine.suspend(case, actor="li", reason_code=ALLOWED)
    engine.cancel(case, actor="li")
    assert engine.queries.timers(case) == []
