"""Drafts: one's own, sealed, replaced, gone with the task."""

from __future__ import annotations

from decimal import Decimal

import pytest
import sqlalchemy as sa

from engine.errors import InvalidInput, NotFound
from engine.store.tables import task_drafts
from tests.unit.content.world import World

VALUES = {"statements": "甲方称费用过高", "amount": Decimal("12.50"), "parties": [{"name": "张三"}]}


def test_a_draft_is_kept_for_its_author_alone(every_world: World) -> None:
    world, task = every_world, every_world.tasks["mediate"]
    drafts = world.content.drafts
    drafts.save(world.as_("wang"), world.case, task, {"statements": "一"})
    drafts.save(world.as_("wang"), world.case, task, VALUES)
    found = drafts.find(world.as_("wang"), world.case, task)
    assert found is not None
    assert found.values == VALUES
    assert drafts.find(world.as_("zhao"), world.case, task) is None
    with world.engine.database.reading() as tx:
        rows = tx.execute(sa.select(task_drafts.c.ciphertext)).fetchall()
    assert len(rows) == 1
    assert "费用".encode() not in bytes(rows[0][0])
    drafts.drop(world.as_("wang"), world.case, task)
    assert drafts.find(world.as_("wang"), world.case, task) is None


def test_a_draft_is_gone_with_its_task(world: World) -> None:
    task, drafts = world.tasks["mediate"], world.content.drafts
    drafts.save(world.as_("wang"), world.case, task, VALUES)
    assert drafts.sweep() == 0
    world.engine.complete(world.case, task, {"statements": "谈妥", "result": "ok"}, actor="wang")
    with pytest.raises(NotFound):
        drafts.find(world.as_("wang"), world.case, task)
    assert drafts.sweep() == 1


def test_there_is_no_draft_of_a_task_that_is_not_theirs_to_see(world: World) -> None:
    for person, task in (("chen", "mediate"), ("sun", "mediate")):
        with pytest.raises(NotFound):
            world.content.drafts.save(world.as_(person), world.case, world.tasks[task], VALUES)
    with pytest.raises(NotFound):
        world.content.drafts.save(world.as_("wang"), world.case, 999, VALUES)


def test_an_erased_draft_is_no_draft(world: World) -> None:
    world.content.drafts.save(world.as_("wang"), world.case, world.tasks["mediate"], VALUES)
    world.engine.erasure.erase(world.case, actor="worker", ground="request 1")
    assert world.content.drafts.find(world.as_("wang"), world.case, world.tasks["mediate"]) is None


def test_a_draft_has_bounds(world: World) -> None:
    with pytest.raises(InvalidInput):
        world.content.drafts.save(
            world.as_("wang"), world.case, world.tasks["mediate"], {"statements": "x" * 300_000}
        )
    with pytest.raises(InvalidInput):
        world.content.drafts.save(
            world.as_("wang"), world.case, world.tasks["mediate"], {"statements": object()}
        )
