"""会签: members vote; the rule decides as soon as the remaining votes cannot change it."""

from __future__ import annotations

import pytest

from engine.errors import NotFound
from engine.model.countersign import parse
from tests.support.bpmn import call, diagram, end, parallel, sequential, start, user
from tests.support.driving import Case, World
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
