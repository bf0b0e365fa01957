"""Comments: who may write, who is told, who reads."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from engine.errors import InvalidInput, NotFound
from engine.history import Replayer, Verifier
from engine.store.tables import case_people, events, outbox
from tests.unit.content.world import World


def texts(world: World, person: str) -> list[str]:
    return [comment.text for comment in world.content.comments.of(world.as_(person), world.case)]


def test_a_comment_is_read_by_those_who_see_the_case_and_its_text_is_in_no_row(every_world: World) -> None:
    world = every_world
    world.content.comments.add(world.as_("qian"), world.case, " 请尽快核实 ")
    assert texts(world, "li") == ["请尽快核实"]
    with world.engine.database.reading() as tx:
        rows = tx.execute(sa.select(events.c.content).where(events.c.kind == "comment")).fetchall()
    assert len(rows) == 1
    content = next(
        event.open() for event in world.engine.queries.events(world.case) if event.head.kind == "comment"
    )
    assert content.input["text"].startswith("@vault:")
    assert Verifier(world.engine).verify(world.case).is_sound
    assert Replayer(world.engine).replay(world.case).is_sound


def test_who_does_not_see_the_case_neither_reads_nor_writes(world: World) -> None:
    for act in (
        lambda: world.content.comments.of(world.as_("chen"), world.case),
        lambda: world.content.comments.add(world.as_("chen"), world.case, "看看"),
    ):
        with pytest.raises(NotFound):
            act()


def test_people_mentioned_are_told_and_get_a_copy(every_world: World) -> None:
    world = every_world
    world.content.comments.add(world.as_("qian"), world.case, "请看", to=["li"])
    (comment,) = world.content.comments.of(world.as_("li"), world.case)
    assert comment.mentioned == ("li",)
    with world.engine.database.reading() as tx:
        copied = tx.execute(
            sa.select(case_people.c.person_id).where(case_people.c.part == "copied")
        ).fetchall()
        kinds = tx.execute(sa.select(outbox.c.kind)).fetchall()
    assert [row[0] for row in copied] == ["li"]
    assert [row[0] for row in kinds] == ["notice"]


def test_only_people_who_may_see_the_case_are_mentioned(world: World) -> None:
    with pytest.raises(InvalidInput) as caught:
        world.content.comments.add(world.as_("qian"), world.case, "请看", to=["chen", "nobody", "li"])
    assert [message.zh[:4] for message in caught.value.fields["to"]] == ["chen", "nobo"]
    assert texts(world, "qian") == []


def test_what_is_said_to_the_mediators_stays_with_them(world: World) -> None:
    world.content.comments.add(world.as_("wang"), world.case, "双方分歧在费用", audience="mediators")
    assert texts(world, "zhao") == ["双方分歧在费用"]
    assert texts(world, "qian") == []
    with pytest.raises(InvalidInput):
        world.content.comments.add(world.as_("wang"), world.case, "请看", audience="mediators", to=["qian"])


def test_what_is_said_to_a_unit_stays_in_it(world: World) -> None:
    task = world.tasks["handle"]
    world.content.comments.add(world.as_("sun"), world.case, "我去现场", audience="unit", task=task)
    assert texts(world, "lu") == ["我去现场"]
    assert texts(world, "qian") == []
    with pytest.raises(InvalidInput):
        world.content.comments.add(world.as_("sun"), world.case, "x", audience="unit", unit="T1-centre")


def test_a_department_reads_what_is_said_on_its_own_tasks(world: World) -> None:
    world.content.comments.add(world.as_("qian"), world.case, "部门请办", task=world.tasks["handle"])
    world.content.comments.add(world.as_("qian"), world.case, "调解请办", task=world.tasks["mediate"])
    assert len(texts(world, "sun")) == 1
    assert len(texts(world, "qian")) == 2
    with pytest.raises(NotFound):
        world.content.comments.add(world.as_("sun"), world.case, "看看", task=world.tasks["mediate"])


def test_a_comment_changes_nothing_of_the_case(world: World) -> None:
    before = world.engine.case(world.case).state_hash
    outcome = world.content.comments.add(world.as_("qian"), world.case, "好", idempotency_key="k")
    assert outcome.state_hash == before
    assert world.content.comments.add(world.as_("qian"), world.case, "好", idempotency_key="k").repeated


def test_a_suspended_case_takes_comments(world: World) -> None:
    world.engine.suspend(world.case, actor="qian", reason="鉴定")
    world.content.comments.add(world.as_("qian"), world.case, "鉴定中")
    assert texts(world, "qian") == ["鉴定中"]


def test_erased_text_is_said_to_be_erased(world: World) -> None:
    world.content.comments.add(world.as_("qian"), world.case, "张三说")
    world.engine.erasure.erase(world.case, actor="worker", ground="request 1")
    assert texts(world, "qian") == ["（已依法删除）"]


@pytest.mark.parametrize("text", ["", "  ", "x" * 5_001])
def test_a_comment_has_a_text(world: World, text: str) -> None:
    with pytest.raises(InvalidInput):
        world.content.comments.add(world.as_("qian"), world.case, text)
