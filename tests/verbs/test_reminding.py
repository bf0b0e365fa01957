"""催办, 抄送, 延期, 跳转, 挂起."""

from __future__ import annotations

import pytest

from engine.errors import InvalidInput
from tests.support.bpmn import boundary, end, event_sub, fork, start, timer, user
from tests.support.driving import World
from tests.verbs.acting import do, refused, task

HOUR = 3_600_000_000
TWO = (start("s"), user("a", due='=now() + duration("PT4H")'), user("b"), end("e"), "s -> a -> b -> e")


def test_an_urge_is_seen_and_not_repeated_too_soon(world: World) -> None:
    case = world.run(*TWO)
    item = task(case, "a").id
    world.engine.urge(case.id, item, actor="boss", message="请尽快")
    assert (task(case, "a").extra or {})["urged"] == [[world.clock.now, "boss"]]
    with refused(case, "urge.rate"):
        world.engine.urge(case.id, item, actor="other")
    world.later(hours=2)
    world.engine.urge(case.id, item, actor="other")


def test_copies_are_kept_once_each(world: World) -> None:
    case = world.run(*TWO)
    item = task(case, "a").id
    world.engine.copy(case.id, item, ["wang", "zhao"], actor="li")
    world.engine.copy(case.id, item, ["zhao", "sun"], actor="li")
    assert (task(case, "a").extra or {})["copied"] == ["wang", "zhao", "sun"]
    with pytest.raises(InvalidInput):
        world.engine.copy(case.id, item, [], actor="li")


def test_an_extension_is_approved_once_and_keeps_the_original(world: World) -> None:
    case = world.run(*TWO)
    world.engine.claim(case.id, task(case, "a").id, actor="li")
    item = task(case, "a")
    original = item.due or 0
    with refused(case, "extend.approval"):
        world.engine.extend(case.id, item.id, original + HOUR, approved_by="li", actor="li")
    with pytest.raises(InvalidInput):
        world.engine.extend(case.id, item.id, original, approved_by="boss", actor="li")
    world.engine.extend(case.id, item.id, original + HOUR, approved_by="boss", actor="li")
    item = task(case, "a")
    assert item.due == original + HOUR
    assert (item.extra or {})["original_due"] == original
    assert [row.due_at for row in world.engine.tasks(case_id=case.id)] == [original + HOUR]
    with refused(case, "extend.once"):
        world.engine.extend(case.id, item.id, original + 2 * HOUR, approved_by="boss", actor="li")


def test_nobody_approves_what_they_ask_for_themselves(world: World) -> None:
    case = world.run(*TWO)
    item = task(case, "a")
    with refused(case, "extend.approval"):
        world.engine.extend(case.id, item.id, (item.due or 0) + HOUR, approved_by="li", actor="li")
    world.engine.extend(case.id, item.id, (item.due or 0) + HOUR, approved_by="boss", actor="li")


def test_a_jump_goes_where_the_tokens_could_have_come(world: World) -> None:
    case = world.run(
        start("s"), user("a"), fork("f"), user("b"), user("c"), fork("j"), user("z"), end("e"),
        "s -> a -> f; f -> b -> j; f -> c -> j -> z -> e",
    )  # fmt: skip
    token = task(case, "a").token
    with refused(case, "jump.marking"):
        world.engine.jump(case.id, token, "b", actor="admin")
    with refused(case, "jump.target"):
        world.engine.jump(case.id, token, "j", actor="admin")
    world.engine.jump(case.id, token, "z", actor="admin", reason="纸质已办")
    assert case.tasks == ["z"]
    do(case, "z", "li")
    assert case.is_done


def test_a_suspended_case_refuses_every_verb(world: World) -> None:
    case = world.run(*TWO)
    item = task(case, "a").id
    world.engine.suspend(case.id, actor="boss", reason="鉴定")
    with refused(case, "case.suspended"):
        world.engine.urge(case.id, item, actor="boss")
    with refused(case, "case.suspended"):
        world.engine.complete(case.id, item, {}, actor="li")
    world.engine.resume(case.id, actor="boss")
    do(case, "a", "li")


def test_a_jump_leaves_what_runs_beside_the_flow_alone(world: World) -> None:
    case = world.run(
        start("s"), user("a"), boundary("late", "a", timer(duration="PT1H"), interrupting=False), user("x"),
        user("b"), user("c"), end("e"), end("f"),
        event_sub("esp", start("n", timer(duration="PT1H"), interrupting=False), user("y"), end("g"), "n -> y -> g"),
        "s -> a -> b -> c -> e; late -> x -> f",
    )  # fmt: skip
    armed = [token.id for token in case.state.root.tokens.values() if token.status == "armed"]
    for token in armed:
        with refused(case, "jump.source"):
            world.engine.jump(case.id, token, "c", actor="admin")
    world.later(hours=1)
    assert case.tasks == ["a", "x", "y"]
    world.engine.jump(case.id, task(case, "a").token, "c", actor="admin")
    assert case.tasks == ["c", "x", "y"]
    (beside,) = [token.id for token in case.state.root.tokens.values() if token.element == "esp"]
    with refused(case, "jump.source"):
        world.engine.jump(case.id, beside, "b", actor="admin")
    for element in ("c", "x", "y"):
        do(case, element, "li")
    assert case.is_done


def test_a_jump_inside_an_event_sub_process(world: World) -> None:
    case = world.run(
        start("s"), user("a"), end("e"), "s -> a -> e",
        event_sub(
            "esp", start("n", timer(duration="PT1H")), user("x"), user("y"), end("f"), "n -> x -> y -> f"
        ),
    )  # fmt: skip
    world.later(hours=1)
    world.engine.jump(case.id, task(case, "x").token, "y", actor="admin")
    do(case, "y", "li")
    assert case.is_done
