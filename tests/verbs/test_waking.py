"""A message that may not wait until a suspended case is resumed: it resumes the case (`bihuan:wakes`)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.errors import Refusal
from engine.model import ModelErrors
from tests.support.bpmn import boundary, end, event_sub, message, start, user
from tests.support.driving import Case, World
from tests.verbs.acting import prop

WAKING = f"<extensionElements>{prop('wakes', 'true')}</extensionElements>"


def waking(event: str, value: str = WAKING) -> str:
    """An event whose message resumes a suspended case."""
    head, found, tail = event.partition("<messageEventDefinition")
    return head + value + found + tail


def aggravated(event: Callable[[str], str] = waking) -> tuple[str, ...]:
    """A task, and an event sub-process beside it that begins with a message."""
    begin = event(start("as", message("aggravated", '="1"'), interrupting=False))
    inner = event_sub("esp", begin, user("regrade"), end("f"), "as -> regrade -> f")
    return start("s"), user("work"), end("e"), "s -> work -> e", inner


def notes(case: Case) -> list[str]:
    """The kinds of facts noted."""
    return [effect[1] for effect in case.effects() if effect[0] == "note"]


def test_the_message_resumes_the_case_at_once(world: World) -> None:
    case = world.run(*aggravated())
    world.engine.suspend(case.id, actor="li", reason_code="appraisal")
    world.send("aggravated", "1")
    assert (case.status, case.tasks) == ("active", ["regrade", "work"])
    assert "woken" in notes(case)


def test_without_the_property_it_waits_until_somebody_resumes(world: World) -> None:
    case = world.run(*aggravated(lambda event: event))
    world.engine.suspend(case.id, actor="li", reason_code="appraisal")
    world.send("aggravated", "1")
    assert (case.status, case.tasks) == ("suspended", ["work"])
    world.engine.resume(case.id, actor="li")
    world.engine.run_due()
    assert case.tasks == ["regrade", "work"]


def test_another_message_does_not_resume_it(world: World) -> None:
    parts = (*aggravated(), boundary("other", "work", message("other", '="1"')), end("g"), "other -> g")
    case = world.run(*parts)
    world.engine.suspend(case.id, actor="li")
    world.send("other", "1")
    assert case.status == "suspended"
    with pytest.raises(Refusal):
        world.engine.complete(case.id, next(iter(case.state.root.tasks)), {}, actor="li")


def test_an_active_case_is_not_disturbed(world: World) -> None:
    case = world.run(*aggravated())
    world.send("aggravated", "1")
    assert (case.status, "woken" in notes(case)) == ("active", False)


@pytest.mark.parametrize("value", ["yes", "=true"])
def test_the_value_is_true_or_false(world: World, value: str) -> None:
    extension = f"<extensionElements>{prop('wakes', value)}</extensionElements>"
    with pytest.raises(ModelErrors) as errors:
        world.deploy(*aggravated(lambda event: waking(event, extension)))
    assert [finding.rule for finding in errors.value.findings] == ["property.value"]


def test_a_start_event_of_the_process_wakes_nothing(world: World) -> None:
    with pytest.raises(ModelErrors) as errors:
        world.deploy(waking(start("s", message("begin"))), user("a"), end("e"), "s -> a -> e")
    assert "property.unknown" in [finding.rule for finding in errors.value.findings]
