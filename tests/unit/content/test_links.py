"""Links between cases: recorded in both logs, shown to whom both are known."""

from __future__ import annotations

import pytest

from engine.errors import Conflict, InvalidInput, NotFound
from engine.history import Replayer, Verifier
from tests.unit.content.world import World


def kinds(world: World, person: str) -> list[tuple[str, str, bool]]:
    found = world.content.links.of(world.as_(person), world.case)
    return [(link.kind, link.direction, link.other is not None) for link in found]


def other(world: World, grid: str = "G1") -> World:
    """The world seen from another case."""
    given = {"grid": grid, "owner_unit": "T1-centre" if grid == "G1" else "K-labour"}
    case = world.engine.start("p", given, actor="li").case_id
    return World(engine=world.engine, clock=world.clock, content=world.content, case=case, tasks={})


def test_a_link_is_in_both_logs_once_the_outbox_was_sent(every_world: World) -> None:
    world, second = every_world, other(every_world)
    world.content.links.link(world.as_("qian"), world.case, second.case, "duplicate", reason="同一地址")
    world.engine.run_due()
    for each in (world, second):
        logged = [event.head.kind for event in world.engine.queries.events(each.case)]
        assert logged.count("link") == 1
        assert Verifier(world.engine).verify(each.case).is_sound
        assert Replayer(world.engine).replay(each.case).is_sound
    assert kinds(world, "qian") == [("duplicate", "out", True)]
    assert kinds(second, "qian") == [("duplicate", "in", True)]
    world.content.links.unlink(world.as_("qian"), world.case, second.case, "duplicate")
    world.engine.run_due()
    assert kinds(world, "qian") == kinds(second, "qian") == []
    assert [event.head.kind for event in world.engine.queries.events(second.case)][-1] == "unlink"


def test_a_case_is_linked_once_in_a_way(world: World) -> None:
    second = other(world)
    world.content.links.link(world.as_("qian"), world.case, second.case, "related")
    with pytest.raises(Conflict):
        world.content.links.link(world.as_("qian"), world.case, second.case, "related")
    world.content.links.merge(world.as_("qian"), world.case, second.case, reason="同一纠纷")
    assert [kind for kind, *_ in kinds(world, "qian")] == ["merged-into", "related"]


def test_what_is_not_theirs_to_see_is_not_theirs_to_link(world: World) -> None:
    second = other(world, "G3")
    with pytest.raises(NotFound):
        world.content.links.link(world.as_("chen"), second.case, world.case, "related")
    with pytest.raises(NotFound):
        world.content.links.link(world.as_("qian"), world.case, second.case, "related")
    with pytest.raises(NotFound):
        world.content.links.unlink(world.as_("qian"), world.case, other(world).case, "related")


def test_who_may_not_see_the_other_case_learns_only_that_there_is_one(world: World) -> None:
    second = other(world, "G3")
    world.content.links.link(world.as_("guo"), world.case, second.case, "supervision")
    assert kinds(world, "guo") == [("supervision", "out", True)]
    assert kinds(world, "qian") == [("supervision", "out", False)]
    assert kinds(second, "chen") == [("supervision", "in", False)]


def test_a_closed_case_keeps_its_log_and_shows_the_link(world: World) -> None:
    second = other(world)
    world.engine.cancel(second.case, actor="qian", reason="撤回")
    before = world.engine.case(second.case).seq
    world.content.links.link(world.as_("qian"), world.case, second.case, "related")
    world.engine.run_due()
    assert world.engine.case(second.case).seq == before
    assert kinds(second, "qian") == [("related", "in", True)]
    assert Verifier(world.engine).verify(second.case).is_sound


def test_a_link_has_a_kind_and_another_case(world: World) -> None:
    with pytest.raises(InvalidInput):
        world.content.links.link(world.as_("qian"), world.case, world.case, "related")
    with pytest.raises(InvalidInput):
        world.content.links.link(world.as_("qian"), world.case, other(world).case, "friends")
