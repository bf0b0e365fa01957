"""撤回: one's own completion, until a successor acted, a timer fired or a message came."""

from __future__ import annotations

import pytest

from engine.errors import NotFound
from tests.support.bpmn import boundary, catch, end, event_sub, fork, message, start, sub, timer, user
from tests.support.driving import Case, World
from tests.verbs.acting import do, refused, task


def complete(case: Case, element: str, actor: str) -> int:
    """Complete a task; its id."""
    task_id = task(case, element).id
    case.world.engine.complete(case.id, task_id, {}, actor=actor)
    return task_id


def recall(case: Case, task_id: int, actor: str) -> None:
    """Recall a completion."""
    case.world.engine.recall(case.id, task_id, actor=actor)


def test_nobody_has_acted_yet(world: World) -> None:
    case = world.run(start("s"), user("a"), user("b"), end("e"), "s -> a -> b -> e")
    done = complete(case, "a", "li")
    recall(case, done, "li")
    assert case.tasks == ["a"]
    assert task(case, "a").assignee == "li"


def test_a_successor_who_claimed_ends_it(world: World) -> None:
    case = world.run(start("s"), user("a"), user("b"), end("e"), "s -> a -> b -> e")
    done = complete(case, "a", "li")
    world.engine.claim(case.id, task(case, "b").id, actor="wang")
    with refused(case, "recall.acted"):
        recall(case, done, "li")


def test_a_successor_who_gave_the_task_back_has_acted_all_the_same(world: World) -> None:
    case = world.run(start("s"), user("a"), user("b"), end("e"), "s -> a -> b -> e")
    done = complete(case, "a", "li")
    world.engine.claim(case.id, task(case, "b").id, actor="wang")
    world.engine.unclaim(case.id, task(case, "b").id, actor="wang")
    with refused(case, "recall.acted"):
        recall(case, done, "li")


def test_all_branches_that_came_of_it_go_back(world: World) -> None:
    case = world.run(
        start("s"), user("a"), fork("f"), user("b"), user("c"), fork("j"), end("e"),
        "s -> a -> f; f -> b -> j; f -> c -> j -> e",
    )  # fmt: skip
    done = complete(case, "a", "li")
    recall(case, done, "li")
    assert case.tasks == ["a"]
    do(case, "a", "li")
    assert case.tasks == ["b", "c"]


def test_one_branch_that_was_done_ends_it(world: World) -> None:
    case = world.run(
        start("s"), user("a"), fork("f"), user("b"), user("c"), fork("j"), end("e"),
        "s -> a -> f; f -> b -> j; f -> c -> j -> e",
    )  # fmt: skip
    done = complete(case, "a", "li")
    do(case, "b", "wang")
    with refused(case, "recall.acted"):
        recall(case, done, "li")


def test_a_branch_that_waits_at_a_join_comes_back(world: World) -> None:
    case = world.run(
        start("s"), fork("f"), user("b"), user("c"), fork("j"), user("z"), end("e"),
        "s -> f; f -> b -> j; f -> c -> j -> z -> e",
    )  # fmt: skip
    done = complete(case, "b", "li")
    recall(case, done, "li")
    assert case.tasks == ["b", "c"]
    do(case, "b", "li")
    last = complete(case, "c", "wang")
    with refused(case, "recall.merged"):
        recall(case, last, "wang")


def test_a_timer_that_fired_ends_it(world: World) -> None:
    case = world.run(
        start("s"), user("a"), user("b"), boundary("late", "b", timer(duration="PT1H"), interrupting=False),
        end("e"), end("x"), "s -> a -> b -> e; late -> x",
    )  # fmt: skip
    done = complete(case, "a", "li")
    world.later(hours=2)
    with refused(case, "recall.acted"):
        recall(case, done, "li")


def test_a_message_that_came_ends_it(world: World) -> None:
    case = world.run(
        start("s"), user("a"), catch("m", message("news", "=k")), user("b"), end("e"), "s -> a -> m -> b -> e",
        k="1",
    )  # fmt: skip
    done = complete(case, "a", "li")
    world.send("news")
    with refused(case, "recall.acted"):
        recall(case, done, "li")


def test_a_sub_process_nobody_acted_in_goes_with_it(world: World) -> None:
    case = world.run(
        start("s"), user("a"), sub("p1", start("s1"), user("x"), end("e1"), "s1 -> x -> e1"), end("e"),
        "s -> a -> p1 -> e",
    )  # fmt: skip
    done = complete(case, "a", "li")
    recall(case, done, "li")
    assert case.tasks == ["a"]
    done = complete(case, "a", "li")
    world.engine.claim(case.id, task(case, "x").id, actor="wang")
    with refused(case, "recall.acted"):
        recall(case, done, "li")


def test_only_ones_own_and_only_once(world: World) -> None:
    case = world.run(start("s"), user("a"), user("b"), end("e"), "s -> a -> b -> e")
    done = complete(case, "a", "li")
    with refused(case, "recall.own"):
        recall(case, done, "wang")
    recall(case, done, "li")
    with pytest.raises(NotFound):
        recall(case, done, "li")


def test_a_message_that_started_something_inside_a_level_ends_it(world: World) -> None:
    case = world.run(
        start("s"), user("a"),
        sub(
            "p1", start("s1"), user("x"), end("e1"), "s1 -> x -> e1",
            event_sub(
                "news_came", start("n", message("news", "=k"), interrupting=False), user("y"), end("e2"),
                "n -> y -> e2",
            ),
        ),
        end("e"), "s -> a -> p1 -> e", k="1",
    )  # fmt: skip
    done = complete(case, "a", "li")
    world.send("news")
    with refused(case, "recall.acted"):
        recall(case, done, "li")


def test_a_message_at_a_boundary_that_goes_on_waiting_ends_it(world: World) -> None:
    case = world.run(
        start("s"), user("a"), user("b"), boundary("m", "b", message("news", "=k"), interrupting=False),
        end("e"), end("x"), "s -> a -> b -> e; m -> x", k="1",
    )  # fmt: skip
    done = complete(case, "a", "li")
    world.send("news")
    with refused(case, "recall.acted"):
        recall(case, done, "li")


def test_what_an_administrator_moved_is_not_recalled(world: World) -> None:
    case = world.run(start("s"), user("a"), user("b"), user("c"), end("e"), "s -> a -> b -> c -> e")
    done = complete(case, "a", "li")
    (token,) = case.state.root.tokens
    world.engine.jump(case.id, token, "c", actor="admin")
    with refused(case, "recall.acted"):
        recall(case, done, "li")


def test_after_a_level_has_ended_its_steps_are_not_recalled(world: World) -> None:
    case = world.run(
        start("s"), sub("p1", start("s1"), user("x"), end("e1"), "s1 -> x -> e1"), user("b"), end("e"),
        "s -> p1 -> b -> e",
    )  # fmt: skip
    done = complete(case, "x", "li")
    with refused(case, "recall.gone"):
        recall(case, done, "li")
