"""转办, 委派, 离职转办: a task goes to another person."""

from __future__ import annotations

import pytest

from engine.errors import Conflict, InvalidInput, Refusal
from tests.support.bpmn import end, start, user
from tests.support.driving import Case, World
from tests.verbs.acting import do, refused, task

ONE = (start("s"), user("a"), end("e"), "s -> a -> e")


def claimed(world: World, actor: str = "li") -> Case:
    """A case whose task somebody has."""
    case = world.run(*ONE)
    world.engine.claim(case.id, task(case, "a").id, actor=actor)
    return case


def test_responsibility_moves(world: World) -> None:
    case = claimed(world)
    world.engine.transfer(case.id, task(case, "a").id, "wang", actor="li", reason="归口")
    assert task(case, "a").assignee == "wang"
    with pytest.raises(Conflict):
        do(case, "a", "li")
    do(case, "a", "wang")
    assert case.is_done


def test_it_does_not_bounce_back_unless_a_superior_decides(world: World) -> None:
    case = claimed(world)
    item = task(case, "a").id
    world.engine.transfer(case.id, item, "wang", actor="li")
    with refused(case, "transfer.bounce"):
        world.engine.transfer(case.id, item, "li", actor="wang")
    world.engine.transfer(case.id, item, "zhao", actor="wang")
    with refused(case, "transfer.bounce"):
        world.engine.transfer(case.id, item, "li", actor="zhao")
    world.engine.transfer(case.id, item, "li", actor="boss", superior=True)
    assert task(case, "a").assignee == "li"


def test_somebody_elses_task_is_not_transferred(world: World) -> None:
    case = claimed(world)
    with pytest.raises(Conflict):
        world.engine.transfer(case.id, task(case, "a").id, "sun", actor="wang")
    with pytest.raises(InvalidInput):
        world.engine.transfer(case.id, task(case, "a").id, " ", actor="li")


def test_a_delegated_task_comes_back_for_confirmation(world: World) -> None:
    case = claimed(world)
    item = task(case, "a").id
    world.engine.delegate(case.id, item, "wang", actor="li")
    with refused(case, "delegate.twice"):
        world.engine.delegate(case.id, item, "sun", actor="wang")
    do(case, "a", "wang", found=3)
    assert task(case, "a").assignee == "li"
    assert (task(case, "a").extra or {})["draft"] == {"found": 3}
    assert "found" not in case.variables
    do(case, "a", "li", found=4)
    assert case.is_done
    assert case.variables["found"] == 4


def test_who_leaves_hands_everything_over(world: World) -> None:
    first, second = claimed(world), claimed(world, "wang")
    third = world.start()
    world.engine.claim(third.id, task(third, "a").id, actor="li")
    results = world.engine.hand_over("li", "sun", actor="admin")
    assert len(results) == 2
    assert [task(case, "a").assignee for case in (first, second, third)] == ["sun", "wang", "sun"]
    assert not any(isinstance(result, Refusal) for result in results)


def test_what_was_delegated_is_returned_by_its_owner_only(world: World) -> None:
    case = world.run(start("s"), user("o"), user("a"), end("e"), "s -> o -> a -> e")
    do(case, "o", "sun")
    world.engine.claim(case.id, task(case, "a").id, actor="li")
    item = task(case, "a").id
    world.engine.delegate(case.id, item, "wang", actor="li")
    assert [target.rule for target in world.engine.return_targets(case.id, item)] == ["return.delegated"]
    with refused(case, "return.delegated"):
        world.engine.return_task(case.id, item, actor="wang")
    do(case, "a", "wang")
    world.engine.return_task(case.id, item, actor="li")
    assert case.tasks == ["o"]
