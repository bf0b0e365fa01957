"""加签 and 减签: others sign before, after or beside the handler."""

from __future__ import annotations

from typing import Any

import pytest

from engine.errors import InvalidInput
from tests.support.bpmn import end, start, user
from tests.support.driving import Case, World
from tests.verbs.acting import do, refused, task, tasks_of

ONE = (start("s"), user("a"), user("b"), end("e"), "s -> a -> b -> e")


@pytest.fixture
def case(world: World) -> Case:
    """A case whose first task `li` has."""
    made = world.run(*ONE)
    world.engine.claim(made.id, task(made, "a").id, actor="li")
    return made


def add(case: Case, users: list[str], mode: str, **options: Any) -> None:
    """Let others sign with li's task."""
    main = next(item for item in tasks_of(case, "a") if item.assignee == "li")
    case.world.engine.add_sign(case.id, main.id, users, mode, actor="li", **options)


def sign(case: Case, user: str, **values: Any) -> None:
    """Complete somebody's task of the step."""
    item = next(item for item in tasks_of(case, "a") if item.assignee == user)
    case.world.engine.complete(case.id, item.id, values, actor=user)


def holders(case: Case) -> dict[str, str]:
    """Who has a task of the step, and its status."""
    return {item.assignee or "": item.status for item in tasks_of(case, "a")}


def test_before_me_in_the_given_order(case: Case) -> None:
    add(case, ["wang", "zhao"], "before")
    assert holders(case) == {"li": "held", "wang": "claimed"}
    with refused(case, "sign.held"):
        sign(case, "li")
    sign(case, "wang")
    assert holders(case) == {"li": "held", "zhao": "claimed"}
    sign(case, "zhao")
    assert holders(case) == {"li": "claimed"}
    sign(case, "li", done=True)
    assert case.tasks == ["b"]


def test_after_me_the_case_waits_for_them(case: Case) -> None:
    add(case, ["wang", "zhao"], "after")
    assert holders(case) == {"li": "claimed"}
    sign(case, "li", done=True)
    assert holders(case) == {"li": "held", "wang": "claimed"}
    assert "done" not in case.variables
    sign(case, "wang", opinion=1)
    sign(case, "zhao")
    assert case.tasks == ["b"]
    assert case.variables == {"done": True}


def test_beside_me_all_at_once(case: Case) -> None:
    add(case, ["wang", "zhao"], "beside")
    assert holders(case) == {"li": "claimed", "wang": "claimed", "zhao": "claimed"}
    sign(case, "wang")
    sign(case, "li", done=True)
    assert holders(case) == {"li": "held", "zhao": "claimed"}
    sign(case, "zhao")
    assert case.tasks == ["b"]


def test_only_who_has_not_signed_can_be_removed(case: Case) -> None:
    add(case, ["wang", "zhao"], "before", ordered=False)
    sign(case, "wang")
    main = next(item for item in tasks_of(case, "a") if item.assignee == "li").id
    with refused(case, "sign.acted"):
        case.world.engine.remove_sign(case.id, main, "wang", actor="li")
    case.world.engine.remove_sign(case.id, main, "zhao", actor="li")
    assert holders(case) == {"li": "claimed"}


def test_removing_the_last_missing_signature_finishes_the_task(case: Case) -> None:
    add(case, ["wang"], "after")
    sign(case, "li", done=True)
    main = next(item for item in tasks_of(case, "a") if item.assignee == "li").id
    case.world.engine.remove_sign(case.id, main, "wang", actor="li")
    assert case.tasks == ["b"]


def test_nobody_signs_twice_and_signers_do_not_add_others(case: Case) -> None:
    add(case, ["wang"], "beside")
    with pytest.raises(InvalidInput):
        add(case, ["wang"], "before")
    with pytest.raises(InvalidInput):
        add(case, [], "before")
    with pytest.raises(InvalidInput):
        add(case, ["sun"], "around")
    item = next(item for item in tasks_of(case, "a") if item.assignee == "wang")
    with refused(case, "sign.nested"):
        case.world.engine.add_sign(case.id, item.id, ["sun"], "before", actor="wang")


def test_a_recall_does_not_take_a_signature_for_a_completion(case: Case) -> None:
    add(case, ["wang"], "before")
    sign(case, "wang")
    sign(case, "li")
    do(case, "b", "sun")
    assert case.is_done


def test_claiming_or_giving_up_a_held_task_does_not_free_it(case: Case) -> None:
    add(case, ["wang"], "before")
    main = next(item for item in tasks_of(case, "a") if item.assignee == "li").id
    with refused(case, "sign.held"):
        case.world.engine.claim(case.id, main, actor="li")
    with refused(case, "sign.held"):
        case.world.engine.unclaim(case.id, main, actor="li")
    assert holders(case) == {"li": "held", "wang": "claimed"}


def test_a_held_task_stays_held_when_it_goes_to_somebody_else(case: Case) -> None:
    add(case, ["wang"], "before")
    main = next(item for item in tasks_of(case, "a") if item.assignee == "li").id
    with refused(case, "sign.held"):
        case.world.engine.delegate(case.id, main, "sun", actor="li")
    case.world.engine.transfer(case.id, main, "sun", actor="li")
    assert holders(case) == {"sun": "held", "wang": "claimed"}
    sign(case, "wang")
    assert holders(case) == {"sun": "claimed"}


def test_who_signs_may_be_replaced_but_not_leave_it_to_anybody(case: Case) -> None:
    add(case, ["wang"], "before")
    asked = next(item for item in tasks_of(case, "a") if item.assignee == "wang").id
    with refused(case, "sign.named"):
        case.world.engine.unclaim(case.id, asked, actor="wang")
    with refused(case, "sign.named"):
        case.world.engine.delegate(case.id, asked, "sun", actor="wang")
    case.world.engine.transfer(case.id, asked, "sun", actor="wang")
    main = next(item for item in tasks_of(case, "a") if item.assignee == "li")
    assert [entry["user"] for entry in (main.extra or {})["signs"]] == ["sun"]
    case.world.engine.remove_sign(case.id, main.id, "sun", actor="li")
    assert holders(case) == {"li": "claimed"}


def test_who_signs_cannot_return_the_task_of_the_handler(world: World) -> None:
    case = world.run(*ONE)
    do(case, "a", "sun")
    world.engine.claim(case.id, task(case, "b").id, actor="li")
    world.engine.add_sign(case.id, task(case, "b").id, ["wang"], "before", actor="li")
    asked = task(case, "b", 1).id
    assert [target.rule for target in world.engine.return_targets(case.id, asked)] == ["return.signer"]
    with refused(case, "return.signer"):
        world.engine.return_task(case.id, asked, actor="wang")
    world.engine.return_task(case.id, task(case, "b").id, actor="li")
    assert case.tasks == ["a"]


def test_the_step_belongs_to_the_handler_and_not_to_who_signed_last(case: Case) -> None:
    add(case, ["wang"], "after")
    main = next(item for item in tasks_of(case, "a") if item.assignee == "li").id
    sign(case, "li", done=True)
    sign(case, "wang")
    assert case.tasks == ["b"]
    with refused(case, "recall.own"):
        case.world.engine.recall(case.id, main, actor="wang")
    case.world.engine.return_task(case.id, task(case, "b").id, actor="zhao")
    assert holders(case) == {"li": "claimed"}
