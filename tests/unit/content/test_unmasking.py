"""Masked by role; opened for a time, with a reason; written down each time."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from engine.errors import InvalidInput, NotFound, Refusal
from engine.history import Verifier
from engine.i18n import Language, catalogue
from engine.store.tables import access_log
from tests.unit.content.world import HOUR, MINUTE, World, build

SAY = catalogue(Language.ZH)


def values(world: World, person: str, *names: str) -> list[object]:
    page = world.content.pages.page(world.as_(person), world.case, SAY)
    return [page.values.get(name) for name in names or ("party_name", "party_phone", "party_id")]


def test_each_role_sees_its_classes_and_the_rest_masked(every_world: World) -> None:
    world = every_world
    assert values(world, "guo") == ["张**", "138****5678", "110***********1234"]
    assert values(world, "li") == ["张三丰", "138****5678", "110***********1234"]
    assert values(world, "qian", "summary", "place_note") == ["邻里因排水沟争执", "村口"]
    assert values(world, "guo", "summary", "place_note") == ["***", "村口"]
    page = world.content.pages.page(world.as_("guo"), world.case, SAY)
    assert page.masked["party_phone"] == "phone"
    assert "place_note" not in page.masked


def test_who_handles_the_case_sees_what_they_need(world: World) -> None:
    world.engine.claim(world.case, world.tasks["mediate"], actor="wang")
    assert values(world, "wang") == ["张三丰", "13812345678", "110101199001011234"]
    assert values(world, "zhao") == ["张三丰", "13812345678", "110***********1234"]


def test_what_was_said_in_mediation_stays_with_the_mediators(world: World) -> None:
    task = world.tasks["mediate"]
    world.engine.complete(world.case, task, {"statements": "愿各担一半", "result": "ok"}, actor="wang")
    assert values(world, "wang", "statements") == ["愿各担一半"]
    for person in ("li", "qian", "guo", "shen"):
        assert values(world, person, "statements") == ["***"]
    world.content.unmasking.unmask(world.as_("qian"), world.case, "领导批示督办本案")
    assert values(world, "qian", "statements") == ["***"]


def test_every_value_shown_is_in_the_access_log(every_world: World) -> None:
    world = every_world
    values(world, "guo")
    assert world.access() == []
    values(world, "li")
    assert world.access() == [("li", ("party_name", "reporter_name", "summary"), "role")]
    assert world.access(person="guo") == []
    assert len(world.access(case_id=world.case)) == 1


def test_a_grant_opens_for_its_time_and_each_look_says_why(world: World) -> None:
    grant = world.content.unmasking.unmask(world.as_("guo"), world.case, "核实重复投诉", minutes=30)
    assert grant.expires_at == world.clock.now + 30 * MINUTE
    world.clock.advance(1)
    assert values(world, "guo", "party_name", "party_id") == ["张三丰", "110101199001011234"]
    line = world.content.access.page(person="guo")[0]
    assert (line.basis, line.reason) == ("grant", "核实重复投诉")
    world.clock.advance(30 * MINUTE)
    assert values(world, "guo", "party_name") == ["张**"]
    assert world.content.unmasking.grants(world.as_("guo"), world.case) == []


def test_a_grant_is_for_one_person_and_one_case(world: World) -> None:
    world.content.unmasking.unmask(world.as_("guo"), world.case, "核实重复投诉")
    assert values(world, "shen", "party_name") == ["张**"]


def test_a_grant_can_be_taken_back(world: World) -> None:
    grant = world.content.unmasking.unmask(world.as_("guo"), world.case, "核实重复投诉")
    with pytest.raises(NotFound):
        world.content.unmasking.revoke(world.as_("li"), grant.id)
    world.clock.advance(MINUTE)
    world.content.unmasking.revoke(world.as_("guo"), grant.id)
    assert values(world, "guo", "party_name") == ["张**"]
    assert world.access(person="guo")[0] == ("guo", ("guo",), "revoked")
    with pytest.raises(NotFound):
        world.content.unmasking.revoke(world.as_("guo"), grant.id)


def test_a_grant_needs_words_and_an_end(world: World) -> None:
    for reason, minutes in (("看看", 60), ("      ", 60), ("核实重复投诉", 0), ("核实重复投诉", 481)):
        with pytest.raises(InvalidInput):
            world.content.unmasking.unmask(world.as_("guo"), world.case, reason, minutes=minutes)


def test_who_may_not_decide_is_refused_and_that_is_written_down(world: World) -> None:
    with pytest.raises(Refusal) as caught:
        world.content.unmasking.unmask(world.as_("li"), world.case, "帮同事查看一下", person="guo")
    assert caught.value.rule == "unmask.approval"
    assert world.access()[0] == ("li", ("guo",), "denied")
    with pytest.raises(Refusal) as caught:
        world.content.unmasking.unmask(world.as_("sun"), world.case, "需要了解案情全貌")
    assert caught.value.rule == "unmask.role"
    world.content.unmasking.unmask(world.as_("qian"), world.case, "领导批示督办本案", person="shen")
    assert values(world, "shen", "party_name") == ["张三丰"]


def test_a_foreign_case_cannot_be_unmasked(world: World) -> None:
    with pytest.raises(NotFound):
        world.content.unmasking.unmask(world.as_("chen"), world.case, "想看看是什么情况")
    with pytest.raises(NotFound):
        world.content.unmasking.unmask(world.as_("qian"), world.case, "想看看是什么情况", person="chen")


def test_the_reported_unit_never_learns_who_reported(tmp_path: Path) -> None:
    world = build("sqlite://", tmp_path, variables={"reported_unit": "T1"})
    world.content.unmasking.unmask(world.as_("qian"), world.case, "领导批示督办本案")
    assert values(world, "qian", "reporter_name", "party_name") == ["***", "张三丰"]
    assert values(world, "guo", "reporter_name") == ["李**"]
    world.engine.close()


def test_a_department_sees_its_own_part_alone(world: World) -> None:
    page = world.content.pages.page(world.as_("sun"), world.case, SAY)
    assert page.partial
    assert page.values == {"grid": "G1", "title": "排水沟纠纷"}
    assert [task.element for task in page.tasks] == ["handle"]
    assert page.diagrams == ()
    assert [line.kind for line in page.history] == ["start"]


def test_erased_values_are_said_to_be_erased(world: World) -> None:
    world.engine.keyring.destroy(world.case, "reporter")
    assert values(world, "li", "reporter_name", "party_name") == ["（已依法删除）", "张三丰"]


def test_a_masking_class_that_was_tampered_with_opens_nothing(world: World) -> None:
    with world.engine.database.transaction() as tx:
        tx.execute(sa.text("UPDATE vault_entries SET kind = 'name' WHERE kind = 'id'"))
    assert values(world, "li", "party_id", "party_name") == ["（内容已损坏）", "张三丰"]
    assert not Verifier(world.engine).verify(world.case).is_sound


@pytest.mark.parametrize("statement", ["DELETE FROM access_log", "UPDATE access_log SET reason = 'x'"])
def test_the_access_log_only_grows(every_world: World, statement: str) -> None:
    world = every_world
    values(world, "li")
    with pytest.raises(sa.exc.DBAPIError), world.engine.database.transaction() as tx:
        # The trigger goes by the real time, and the world lives long before it.
        tx.execute(
            sa.text(
                "INSERT INTO access_log SELECT case_id, :id, seen_at, person_id, fields, basis, reason,"
                " request_id, 9000000000000000 FROM access_log"
            ),
            {"id": "1" * 32},
        )
        tx.execute(sa.text(statement))


def test_lines_are_kept_for_their_time(every_world: World) -> None:
    world = every_world
    values(world, "li")
    assert world.content.access.purge(world.clock.now + 1_095 * 24 * HOUR) == 0
    assert world.content.access.purge(world.clock.now + 1_096 * 24 * HOUR) == 1
    with world.engine.database.reading() as tx:
        assert tx.execute(sa.select(sa.func.count()).select_from(access_log)).scalar_one() == 0
