"""退回: a task goes back to an earlier completed step of its level."""

from __future__ import annotations

import pytest

from engine.errors import Conflict, InvalidInput
from tests.support.bpmn import (
    boundary,
    call,
    diagram,
    end,
    fork,
    inclusive,
    parallel,
    start,
    sub,
    timer,
    user,
    xor,
)
from tests.support.driving import Case, World
from tests.verbs.acting import do, prop, refused, task

CHAIN = (start("s"), user("a"), user("b"), user("c"), end("e"), "s -> a -> b -> c -> e")


def back(case: Case, element: str, actor: str, **options: str) -> None:
    """Return the open task of an element."""
    case.world.engine.return_task(case.id, task(case, element).id, actor=actor, **options)


def legal(case: Case, element: str) -> dict[str, str]:
    """Element → the rule that forbids to return there, or an empty text."""
    found = case.world.engine.return_targets(case.id, task(case, element).id)
    return {target.element: target.rule for target in found}


def test_the_latest_step_is_the_default_and_its_performer_gets_it_again(world: World) -> None:
    case = world.run(*CHAIN)
    do(case, "a", "li", note=1)
    do(case, "b", "wang")
    assert legal(case, "c") == {"b": "", "a": ""}
    back(case, "c", "zhao", reason="材料不全")
    assert case.tasks == ["b"]
    assert task(case, "b").assignee == "wang"
    assert case.variables["note"] == 1


def test_the_steps_between_are_done_again(world: World) -> None:
    case = world.run(*CHAIN)
    do(case, "a", "li")
    do(case, "b", "wang")
    back(case, "c", "zhao", to="a")
    assert legal(case, "a") == {}
    do(case, "a", "li")
    assert case.tasks == ["b"]
    do(case, "b", "wang")
    assert case.tasks == ["c"]


def test_straight_back_skips_the_steps_between_and_returns_to_the_returner(world: World) -> None:
    case = world.run(*CHAIN)
    do(case, "a", "li")
    do(case, "b", "wang")
    back(case, "c", "zhao", to="a", mode="back")
    do(case, "a", "li")
    assert case.tasks == ["c"]
    assert task(case, "c").assignee == "zhao"
    do(case, "c", "zhao")
    assert case.is_done


def test_what_happens_is_what_was_answered_before(world: World) -> None:
    case = world.run(
        start("s"), user("a"), fork("f"), user("b"), user("c"), user("d"), fork("j"), user("z"), end("e"),
        "s -> a -> f; f -> b -> d -> j; f -> c -> j; j -> z -> e",
    )  # fmt: skip
    do(case, "a", "li")
    do(case, "b", "wang")
    assert legal(case, "d") == {"b": "", "a": "return.parallel"}
    with refused(case, "return.parallel"):
        back(case, "d", "wang", to="a")
    back(case, "d", "wang", to="b")
    assert case.tasks == ["b", "c"]
    do(case, "b", "wang")
    do(case, "d", "wang")
    do(case, "c", "sun")
    assert legal(case, "z") == {
        "c": "return.merged",
        "d": "return.merged",
        "b": "return.merged",
        "a": "",
    }
    back(case, "z", "zhao", to="a")
    assert case.tasks == ["a"]
    for element in ("a", "b", "c", "d", "z"):
        do(case, element, task(case, element).assignee or "li")
    assert case.is_done


def test_a_step_on_another_branch_is_no_target(world: World) -> None:
    case = world.run(
        start("s"), fork("f"), user("a"), user("b"), user("c"), fork("j"), end("e"),
        "s -> f; f -> a -> b -> j; f -> c -> j -> e",
    )  # fmt: skip
    do(case, "a", "li")
    assert legal(case, "c") == {"a": "return.other-branch"}
    with refused(case, "return.other-branch"):
        back(case, "c", "sun")


def test_without_a_completed_step_there_is_nowhere_to_go(world: World) -> None:
    case = world.run(*CHAIN)
    with refused(case, "return.none"):
        back(case, "a", "li")


def test_a_member_of_a_countersign_returns_the_whole(world: World) -> None:
    case = world.run(
        start("s"), user("a"), user("m", multi=parallel("=[1,2,3]", "i")), end("e"), "s -> a -> m -> e"
    )
    do(case, "a", "li")
    case.world.engine.complete(case.id, task(case, "m", 1).id, {}, actor="wang")
    assert legal(case, "m") == {"a": ""}
    back(case, "m", "zhao")
    assert case.tasks == ["a"]
    do(case, "a", "li")
    assert case.tasks == ["m", "m", "m"]


def test_a_completed_level_is_entered_at_its_first_step_again(world: World) -> None:
    world.deploy(
        level_bpmn=diagram(start("ls"), user("x"), user("y"), end("le"), "ls -> x -> y -> le", key="level"),
        p_bpmn=diagram(start("s"), call("village", "level"), user("c"), end("e"), "s -> village -> c -> e"),
    )
    case = world.start()
    do(case, "x", "li", found=7)
    do(case, "y", "li")
    assert legal(case, "c") == {"village": ""}
    back(case, "c", "town")
    assert case.tasks == ["x"]
    assert case.variables["found"] == 7
    do(case, "x", "li")
    assert legal(case, "y") == {"x": ""}


def test_inside_a_sub_process_only_its_own_steps_are_targets(world: World) -> None:
    case = world.run(
        start("s"), user("a"), sub("p1", start("s1"), user("x"), user("y"), end("e1"), "s1 -> x -> y -> e1"),
        end("e"), "s -> a -> p1 -> e",
    )  # fmt: skip
    do(case, "a", "li")
    do(case, "x", "wang")
    assert legal(case, "y") == {"x": ""}


def test_after_a_thousand_rounds_of_a_pruned_loop(world: World) -> None:
    case = world.run(
        start("s"), user("a"), user("b"), xor("x"), end("e"),
        "s -> a -> b -> x; x -> a if again; x -> e else",
        again=True,
    )  # fmt: skip
    for _ in range(500):
        do(case, "a", "li")
        do(case, "b", "wang")
    do(case, "a", "li")
    assert legal(case, "b") == {"a": ""}
    back(case, "b", "wang")
    assert case.tasks == ["a"]
    do(case, "a", "li")
    do(case, "b", "wang", again=False)
    assert case.is_done


def test_a_step_may_forbid_it_or_allow_it_once(world: World) -> None:
    world.deploy(
        start("s"), user("a"), user("b", extension=prop("return", "once")),
        user("c", extension=prop("return", "forbidden")), end("e"), "s -> a -> b -> c -> e",
    )  # fmt: skip
    case = world.start()
    do(case, "a", "li")
    back(case, "b", "wang")
    do(case, "a", "li")
    with refused(case, "return.once"):
        back(case, "b", "wang")
    do(case, "b", "wang")
    with refused(case, "return.forbidden"):
        back(case, "c", "zhao")


def test_somebody_elses_task_cannot_be_returned(world: World) -> None:
    case = world.run(*CHAIN)
    do(case, "a", "li")
    world.engine.claim(case.id, task(case, "b").id, actor="wang")
    with pytest.raises(Conflict):
        back(case, "b", "zhao")


def test_the_reason_is_kept_in_the_vault_and_not_in_the_log(world: World) -> None:
    case = world.run(*CHAIN)
    do(case, "a", "li")
    back(case, "b", "wang", reason="当事人电话有误")
    last = list(world.engine.queries.events(case.id))[-1]
    assert last.head.kind == "return"
    assert last.open().input["reason"].startswith("@vault:")


def test_the_answer_before_knows_the_policy_and_the_state_of_the_case(world: World) -> None:
    world.deploy(
        start("s"), user("a"), user("b", extension=prop("return", "once")),
        user("c", extension=prop("return", "forbidden")), end("e"), "s -> a -> b -> c -> e",
    )  # fmt: skip
    case = world.start()
    do(case, "a", "li")
    assert legal(case, "b") == {"a": ""}
    world.engine.suspend(case.id, actor="admin")
    assert legal(case, "b") == {"a": "case.suspended"}
    world.engine.resume(case.id, actor="admin")
    back(case, "b", "wang")
    do(case, "a", "li")
    assert legal(case, "b") == {"a": "return.once"}
    do(case, "b", "wang")
    assert legal(case, "c") == {"b": "return.forbidden", "a": "return.forbidden"}


def test_once_counts_for_each_member_of_a_level(world: World) -> None:
    world.deploy(
        start("s"),
        sub(
            "unit", start("s1"), user("x"), user("y", extension=prop("return", "once")), end("e1"),
            "s1 -> x -> y -> e1", multi=parallel("=[1,2]", "i"),
        ),
        end("e"), "s -> unit -> e",
    )  # fmt: skip
    case = world.start()
    for _ in range(2):
        do_first(case, "x")
    for _ in range(2):
        world.engine.return_task(case.id, task(case, "y").id, actor="li")
    assert case.tasks == ["x", "x"]
    do_first(case, "x")
    with refused(case, "return.once"):
        back(case, "y", "li")


def do_first(case: Case, element: str) -> None:
    """Complete the oldest task of an element as whoever has it."""
    item = task(case, element)
    case.world.engine.complete(case.id, item.id, {}, actor=item.assignee or "li")


def test_only_the_two_ways_of_returning_are_known(world: World) -> None:
    case = world.run(*CHAIN)
    do(case, "a", "li")
    with pytest.raises(InvalidInput):
        back(case, "b", "wang", mode="sideways")
    assert case.tasks == ["b"]


def test_straight_back_survives_that_the_step_is_itself_returned(world: World) -> None:
    case = world.run(
        start("s"), user("o"), user("a"), user("b"), user("c"), end("e"), "s -> o -> a -> b -> c -> e"
    )
    for element in ("o", "a", "b"):
        do(case, element, "li")
    back(case, "c", "zhao", to="a", mode="back")
    back(case, "a", "li", to="o", mode="back")
    do(case, "o", "li")
    assert case.tasks == ["a"]
    do(case, "a", "li")
    assert case.tasks == ["c"]
    assert task(case, "c").assignee == "zhao"


def test_straight_back_survives_a_recall(world: World) -> None:
    case = world.run(*CHAIN)
    do(case, "a", "li")
    do(case, "b", "wang")
    back(case, "c", "zhao", to="a", mode="back")
    again = task(case, "a").id
    do(case, "a", "li")
    world.engine.recall(case.id, again, actor="li")
    assert case.tasks == ["a"]
    assert legal(case, "a") == {}
    do(case, "a", "li")
    assert case.tasks == ["c"]
    assert task(case, "c").assignee == "zhao"


def test_straight_back_leaves_the_steps_between_to_return_to(world: World) -> None:
    case = world.run(*CHAIN)
    do(case, "a", "li")
    do(case, "b", "wang")
    back(case, "c", "zhao", to="a", mode="back")
    assert legal(case, "a") == {}
    do(case, "a", "li")
    assert legal(case, "c") == {"b": "", "a": ""}
    back(case, "c", "zhao", to="b")
    assert legal(case, "b") == {"a": ""}


def test_straight_back_in_a_loop_forgets_nothing_of_the_round(world: World) -> None:
    case = world.run(
        start("s"), user("a"), user("b"), user("c"), xor("x"), end("e"),
        "s -> a -> b -> c -> x; x -> a if again; x -> e else",
        again=True,
    )  # fmt: skip
    for element in ("a", "b", "c", "a"):
        do(case, element, "li")
    back(case, "b", "li", to="a", mode="back")
    again = task(case, "a").id
    do(case, "a", "li")
    assert legal(case, "b") == {"a": "", "c": ""}
    world.engine.recall(case.id, again, actor="li")
    assert case.tasks == ["a"]


def test_straight_back_out_of_a_level_and_out_of_a_countersign(world: World) -> None:
    for part in (
        sub("m", start("s1"), user("x"), end("e1"), "s1 -> x -> e1"),
        user("m", multi=parallel("=[1]", "i")),
    ):
        case = world.run(start("s"), part, user("b"), user("c"), end("e"), "s -> m -> b -> c -> e")
        inner = case.tasks[0]
        do(case, inner, "li")
        do(case, "b", "wang")
        back(case, "c", "zhao", to="m", mode="back")
        assert case.tasks == [inner]
        do(case, inner, "li")
        assert case.tasks == ["c"]
        assert task(case, "c").assignee == "zhao"


def test_who_gets_a_returned_step_is_not_lost_by_an_incident(world: World) -> None:
    case = world.run(
        start("s"), user("a", due="=when"), user("b"), end("e"), "s -> a -> b -> e",
        when="2026-03-09T09:00:00Z",
    )  # fmt: skip
    do(case, "a", "li", when="soon")
    back(case, "b", "wang", mode="back")
    assert [kind for kind, _ in case.incidents] != []
    case.retry(when="2026-03-09T09:00:00Z")
    assert task(case, "a").assignee == "li"
    do(case, "a", "li")
    assert task(case, "b").assignee == "wang"


def test_a_level_without_a_persons_work_is_no_step(world: World) -> None:
    case = world.run(
        start("s"), user("a"), sub("auto", start("s1"), end("e1"), "s1 -> e1"), user("b"), end("e"),
        "s -> a -> auto -> b -> e",
    )  # fmt: skip
    do(case, "a", "li")
    assert legal(case, "b") == {"a": ""}
    back(case, "b", "wang")
    assert case.tasks == ["a"]


def test_each_of_two_tokens_on_the_same_path_has_its_own_steps(world: World) -> None:
    case = world.run(
        start("s"), user("a"), boundary("often", "a", timer(cycle="R2/PT1H"), interrupting=False),
        user("x"), user("y"), end("e"), end("f"), "s -> a -> e; often -> x -> y -> f",
    )  # fmt: skip
    world.later(hours=1)
    world.later(hours=1)
    for _ in range(2):
        do_first(case, "x")
    first, second = task(case, "y", 0).id, task(case, "y", 1).id
    for item in (first, second):
        assert [target.rule for target in world.engine.return_targets(case.id, item)] == [""]
        world.engine.return_task(case.id, item, actor="li")
    assert case.tasks == ["a", "x", "x"]


def test_an_inclusive_join_that_went_on_without_the_token_is_not_met_again(world: World) -> None:
    case = world.run(
        start("s"), fork("f"), user("a"), user("b"), user("c"), user("d"), xor("x"), inclusive("j"),
        inclusive("k"), end("e"),
        "s -> f; f -> a -> x; x -> c if away; x -> j else; f -> b -> j; j -> d -> k; c -> k -> e",
    )  # fmt: skip
    do(case, "a", "li", away=True)
    do(case, "b", "wang")
    assert case.tasks == ["c", "d"]
    assert legal(case, "c") == {"b": "return.other-branch", "a": "return.passed"}
    with refused(case, "return.passed"):
        back(case, "c", "li", to="a")
