"""代理: who stands in for somebody does that person's tasks, and is held to what either of them did."""

from __future__ import annotations

import pytest

from engine.errors import Conflict
from tests.support.bpmn import end, start, user
from tests.support.driving import Case, World
from tests.verbs.acting import prop, refused, task

TWO = (start("s"), user("a"), user("b"), end("e"), "s -> a -> b -> e")


def claimed(world: World) -> Case:
    """A case whose first task the absent li has."""
    case = world.run(*TWO)
    world.engine.claim(case.id, task(case, "a").id, actor="li")
    return case


def test_a_task_of_the_absent_is_completed_for_them(world: World) -> None:
    case = claimed(world)
    world.engine.complete(case.id, task(case, "a").id, {}, actor="wang", on_behalf_of="li")
    head = list(world.engine.queries.events(case.id))[-1].head
    assert (head.kind, head.actor, head.on_behalf_of) == ("complete", "wang", "li")


def test_only_for_whom_one_acts(world: World) -> None:
    case = claimed(world)
    item = task(case, "a").id
    for absent in (None, "zhao"):
        with pytest.raises(Conflict):
            world.engine.complete(case.id, item, {}, actor="wang", on_behalf_of=absent)


def test_a_task_stays_whose_it_was(world: World) -> None:
    case = claimed(world)
    world.engine.claim(case.id, task(case, "a").id, actor="wang", on_behalf_of="li")
    assert task(case, "a").assignee == "li"
    world.engine.unclaim(case.id, task(case, "a").id, actor="wang", on_behalf_of="li")
    assert task(case, "a").assignee is None


def test_a_delegated_task_comes_back_to_the_absent(world: World) -> None:
    case = claimed(world)
    item = task(case, "a").id
    world.engine.delegate(case.id, item, "sun", actor="wang", on_behalf_of="li")
    world.engine.complete(case.id, item, {}, actor="sun")
    assert task(case, "a").assignee == "li"


def test_it_is_returned_and_comes_back_to_the_absent(world: World) -> None:
    case = claimed(world)
    world.engine.complete(case.id, task(case, "a").id, {}, actor="li")
    item = task(case, "b").id
    world.engine.claim(case.id, item, actor="zhao")
    world.engine.return_task(case.id, item, mode="back", actor="wang", on_behalf_of="zhao")
    assert task(case, "a").assignee == "li"
    world.engine.complete(case.id, task(case, "a").id, {}, actor="wang", on_behalf_of="li")
    assert task(case, "b").assignee == "zhao"


def test_a_completion_is_recalled_for_the_absent(world: World) -> None:
    case = claimed(world)
    item = task(case, "a").id
    world.engine.complete(case.id, item, {}, actor="li")
    with refused(case, "recall.own"):
        world.engine.recall(case.id, item, actor="wang")
    world.engine.recall(case.id, item, actor="wang", on_behalf_of="li")
    assert task(case, "a").assignee == "li"


def test_signers_are_asked_and_removed_for_the_absent(world: World) -> None:
    case = claimed(world)
    item = task(case, "a").id
    world.engine.add_sign(case.id, item, ["sun"], "before", actor="wang", on_behalf_of="li")
    with refused(case, "sign.own"):
        world.engine.remove_sign(case.id, item, "sun", actor="wang")
    world.engine.remove_sign(case.id, item, "sun", actor="wang", on_behalf_of="li")
    assert task(case, "a").assignee == "li"


def test_separation_of_duties_holds_for_both(world: World) -> None:
    case = world.run(
        start("s"), user("handle"), user("visit", extension=prop("separation", "handle")), end("e"),
        "s -> handle -> visit -> e",
    )  # fmt: skip
    world.engine.claim(case.id, task(case, "handle").id, actor="li")
    world.engine.complete(case.id, task(case, "handle").id, {}, actor="wang", on_behalf_of="li")
    visit = task(case, "visit").id
    for actor, absent in (("li", None), ("wang", None), ("sun", "li"), ("li", "sun"), ("sun", "wang")):
        with refused(case, "separation"):
            world.engine.complete(case.id, visit, {}, actor=actor, on_behalf_of=absent)
    world.engine.complete(case.id, visit, {}, actor="sun", on_behalf_of="zhao")
    assert case.is_done


def test_nobody_approves_an_extension_of_what_they_do_for_somebody(world: World) -> None:
    case = claimed(world)
    due = world.clock() + 10**12
    with refused(case, "extend.approval"):
        world.engine.extend(
            case.id, task(case, "a").id, due, approved_by="wang", actor="wang", on_behalf_of="li"
        )
