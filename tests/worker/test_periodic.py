"""What happens every so often, whatever else is due."""

from __future__ import annotations

import sqlalchemy as sa

from engine import Engine, ManualClock
from engine.directory import Directory
from engine.store.tables import inbox_changes
from tests.support.bpmn import diagram, end, start, user
from tests.unit.directory.office import BEGIN, NOW, STAFF, UNITS, VOCABULARY
from worker import tasks
from worker.office import settle
from worker.periodic import standard


def test_changes_of_inboxes_are_dropped_when_everybody_has_seen_them(database_url: str) -> None:
    clock = ManualClock(NOW)
    with Engine.open(database_url, clock=clock) as engine:
        engine.directory = Directory(engine.database, VOCABULARY)
        engine.directory.change(*UNITS, *STAFF, actor="x", recorded_at=BEGIN, reason="x")
        flow = diagram(start("s"), user("u", groups="unit:G1/grid_worker"), end("e"), "s -> u -> e")
        engine.deploy({"p.bpmn": flow}, actor="x")
        settle(engine)

        def kept() -> int:
            with engine.database.reading() as tx:
                return int(tx.execute(sa.select(sa.func.count()).select_from(inbox_changes)).scalar_one())

        engine.start("p", {}, actor="li")
        clock.advance(tasks.FOLLOWED)
        engine.start("p", {}, actor="li")
        assert kept() == 2
        assert tasks.prune_inbox_changes([]) == 0
        clock.advance(1)
        assert tasks.prune_inbox_changes([]) == 1
        assert kept() == 1


def test_every_periodic_task_is_one_that_workers_have() -> None:
    assert [each.task for each in standard() if not hasattr(tasks, each.task)] == []
