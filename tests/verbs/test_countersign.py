"""会签: members vote; the rule decides as soon as the remaining votes cannot change it."""

from __future__ import annotations

import pytest

from engine.errors import NotFound
from engine.model.countersign import parse
from tests.support.bpmn import call, diagram, end, parallel, sequential, start, user
from tests.support.driving import Case, World, check
from tests.verbs.acting import prop, refused, task, tasks_of


def votes(world: World, rule: str, members: int, *cast: bool, one_by_one: bool = False) -> Case:
    """A countersign in which the first members vote in turn."""
    multi = (sequential if one_by_one else parallel)(f"={list(range(members))}", "i")
    case = world.run(
        start("s"), user("m", multi=multi, extension=prop("countersign", rule)), user("z"), end("e"),
        "s -> m -> z -> e",
    )  # fmt: skip
    for number, agree in enumerate(cast):
        item = task(case, "m")
        case.world.engine.complete(case.id, item.id, {"agree": agree}, actor=f"member{number}")
    return case


def result(case: Case) -> tuple[str, int, int]:
    """Outcome, agreeing and disagreeing votes."""
    found = case.variables["countersign"]
    return found["outcome"], found["agree"], found["disagree"]


@pytest.mark.parametrize(
    ("rule", "members", "cast", "outcome"),
    [
        ("all", 3, (True, True, True), ("approved", 3, 0)),
        ("all", 3, (True, False), ("rejected", 1, 1)),
        ("any", 3, (False, True), ("approved", 1, 1)),
        ("any", 2, (False, False), ("rejected", 0, 2)),
        ("2", 3, (True, False, True), ("approved", 2, 1)),
        ("2", 3, (False, False), ("rejected", 0, 2)),
        ("60%", 5, (True, True, False, True), ("approved", 3, 1)),
        ("60%", 5, (False, False, False), ("rejected", 0, 3)),
        ("veto", 3, (True, False), ("rejected", 1, 1)),
        ("veto", 2, (True, True), ("approved", 2, 0)),
    ],
)
def test_the_rule_decides(
    world: World, rule: str, members: int, cast: tuple[bool, ...], outcome: tuple[str, int, int]
) -> None:
    case = votes(world, rule, members, *cast)
    assert case.tasks == ["z"]
    assert result(case) == outcome


def test_in_sequence_one_member_after_another(world: World) -> None:
    case = votes(world, "all", 3, True, one_by_one=True)
    assert len(tasks_of(case, "m")) == 1
    case.world.engine.complete(case.id, task(case, "m").id, {"agree": False}, actor="x")
    assert result(case) == ("rejected", 1, 1)


def test_a_late_vote_is_recorded_and_has_no_effect(world: World) -> None:
    case = votes(world, "any", 3)
    late = tasks_of(case, "m")[2].id
    case.world.engine.complete(case.id, task(case, "m").id, {"agree": True}, actor="first")
    with refused(case, "countersign.decided"):
        case.world.engine.complete(case.id, late, {"agree": False}, actor="late")
    last = list(world.engine.queries.events(case.id))[-1]
    assert last.open().input["place"]["vote"] == "false"
    assert result(case) == ("approved", 1, 0)


def test_who_leaves_is_replaced_and_never_counted(world: World) -> None:
    case = votes(world, "all", 2)
    first, second = tasks_of(case, "m")
    world.engine.claim(case.id, first.id, actor="li")
    world.engine.hand_over("li", "wang", actor="admin")
    world.engine.complete(case.id, second.id, {"agree": True}, actor="sun")
    assert case.tasks == ["m"]
    world.engine.complete(case.id, first.id, {"agree": True}, actor="wang")
    assert result(case) == ("approved", 2, 0)


def test_a_vote_that_says_nothing_is_no_agreement(world: World) -> None:
    case = votes(world, "any", 1)
    world.engine.complete(case.id, task(case, "m").id, {}, actor="li")
    assert result(case) == ("rejected", 0, 1)


@pytest.mark.parametrize("text", ["", "some", "0", "101%", "-1", "all vote=1x", "all who=me"])
def test_what_is_no_rule(text: str) -> None:
    assert parse(text) is None


def test_names_of_vote_and_result() -> None:
    rule = parse("60% vote=ok result=opinion")
    assert rule is not None
    assert (rule.vote, rule.result, rule.needed(5), rule.needed(1)) == ("ok", "opinion", 3, 1)


def test_a_late_vote_in_a_called_level_is_recorded_too(world: World) -> None:
    vote = user("m", multi=parallel("=[1,2]", "i"), extension=prop("countersign", "any"))
    world.deploy(
        level_bpmn=diagram(start("ls"), vote, user("y"), end("le"), "ls -> m -> y -> le", key="level"),
        p_bpmn=diagram(start("s"), call("village", "level"), end("e"), "s -> village -> e"),
    )
    case = world.start()
    first, late = tasks_of(case, "m")
    world.engine.complete(case.id, first.id, {"agree": True}, actor="first")
    with refused(case, "countersign.decided"):
        world.engine.complete(case.id, late.id, {"agree": False}, actor="late")


def test_a_vote_after_the_countersign_was_returned_is_no_late_one(world: World) -> None:
    vote = user("m", multi=parallel("=[1,2]", "i"), extension=prop("countersign", "all"))
    case = world.run(start("s"), user("a"), vote, end("e"), "s -> a -> m -> e")
    world.engine.complete(case.id, task(case, "a").id, {}, actor="li")
    first, gone = tasks_of(case, "m")
    world.engine.return_task(case.id, first.id, actor="wang")
    with pytest.raises(NotFound):
        world.engine.complete(case.id, gone.id, {"agree": True}, actor="sun")


def vote(case: Case, member: int, agree: bool) -> int:
    """A member votes; the task."""
    item = task(case, "m", member)
    actor = item.assignee or f"member{item.id}"
    case.world.engine.complete(case.id, item.id, {"agree": agree}, actor=actor)
    return item.id


def test_ones_own_vote_is_recalled_while_the_countersign_is_open(world: World) -> None:
    case = votes(world, "2", 3)
    own = vote(case, 1, False)
    world.engine.recall(case.id, own, actor=f"member{own}")
    again = next(item for item in tasks_of(case, "m") if item.assignee is not None)
    assert (again.assignee, again.extra) == (f"member{own}", {"recalled": True})
    assert len(tasks_of(case, "m")) == 3
    world.engine.complete(case.id, again.id, {"agree": True}, actor=f"member{own}")
    vote(case, 0, True)
    assert result(case) == ("approved", 2, 0)
    check(world.engine, case.id)


def test_several_votes_are_recalled_one_by_one(world: World) -> None:
    case = votes(world, "3", 4)
    own = [vote(case, 0, False), vote(case, 0, True)]
    for one in own:
        world.engine.recall(case.id, one, actor=f"member{one}")
    assert len(tasks_of(case, "m")) == 4
    for _ in range(3):
        vote(case, 0, True)
    assert result(case) == ("approved", 3, 0)
    check(world.engine, case.id)


def test_a_vote_of_somebody_else_is_not_recalled(world: World) -> None:
    case = votes(world, "2", 3)
    own = vote(case, 0, True)
    with refused(case, "recall.own"):
        world.engine.recall(case.id, own, actor="stranger")


def test_a_vote_is_recalled_once(world: World) -> None:
    case = votes(world, "2", 3)
    own = vote(case, 0, True)
    world.engine.recall(case.id, own, actor=f"member{own}")
    with refused(case, "recall.gone"):
        world.engine.recall(case.id, own, actor=f"member{own}")


def test_a_countersign_that_is_decided_stands(world: World) -> None:
    case = votes(world, "any", 3)
    own = vote(case, 0, True)
    with refused(case, "recall.gone"):
        world.engine.recall(case.id, own, actor=f"member{own}")


def test_votes_of_a_former_round_are_over(world: World) -> None:
    case = world.run(
        start("s"), user("a"), user("m", multi=parallel("=[1, 2]", "i"), extension=prop("countersign", "all")),
        end("e"), "s -> a -> m -> e",
    )  # fmt: skip
    world.engine.complete(case.id, task(case, "a").id, {}, actor="li")
    own = vote(case, 0, True)
    world.engine.return_task(case.id, task(case, "m").id, actor="x")
    world.engine.complete(case.id, task(case, "a").id, {}, actor="li")
    with refused(case, "recall.gone"):
        world.engine.recall(case.id, own, actor=f"member{own}")


def test_in_sequence_a_vote_is_recalled_until_the_next_member_acts(world: World) -> None:
    case = votes(world, "all", 3, one_by_one=True)
    first = vote(case, 0, True)
    world.engine.recall(case.id, first, actor=f"member{first}")
    assert [item.assignee for item in tasks_of(case, "m")] == [f"member{first}"]
    first = vote_as(case, f"member{first}")
    world.engine.claim(case.id, task(case, "m").id, actor="next")
    with refused(case, "recall.acted"):
        world.engine.recall(case.id, first, actor=tasks_done_by(case, first))
    vote_as(case, "next")
    vote(case, 0, True)
    assert result(case) == ("approved", 3, 0)
    check(world.engine, case.id)


def test_what_members_hand_out_is_gathered_after_a_recall(world: World) -> None:
    multi = parallel("=[1, 2]", "i", collect="opinions", output="=opinion")
    case = world.run(
        start("s"), user("m", multi=multi, extension=prop("countersign", "all")), user("z"), end("e"),
        "s -> m -> z -> e",
    )  # fmt: skip
    own = task(case, "m").id
    world.engine.complete(case.id, own, {"agree": True, "opinion": "first"}, actor="li")
    world.engine.recall(case.id, own, actor="li")
    again = next(item for item in tasks_of(case, "m") if item.assignee == "li")
    world.engine.complete(case.id, again.id, {"agree": True, "opinion": "second"}, actor="li")
    world.engine.complete(case.id, task(case, "m").id, {"agree": True, "opinion": "other"}, actor="wang")
    assert case.variables["opinions"] == ["second", "other"]
    assert result(case) == ("approved", 2, 0)
    check(world.engine, case.id)


def vote_as(case: Case, actor: str) -> int:
    """The one open member's task is done by somebody; the task."""
    (item,) = tasks_of(case, "m")
    case.world.engine.complete(case.id, item.id, {"agree": True}, actor=actor)
    return item.id


def tasks_done_by(case: Case, task_id: int) -> str:
    """Who completed a task."""
    return next(
        event.head.actor
        for event in case.world.engine.queries.events(case.id)
        if event.head.kind == "complete" and event.open().input["task"] == task_id
    )
