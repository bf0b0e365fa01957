"""What people write with a verb is sealed; nothing written leaves nothing behind."""

from __future__ import annotations

import sqlalchemy as sa

from engine.store.tables import vault_entries
from tests.support.bpmn import end, start, user
from tests.support.driving import World


def sealed(world: World) -> int:
    """How many entries the vault holds."""
    with world.engine.database.reading() as reading:
        return int(reading.execute(sa.select(sa.func.count()).select_from(vault_entries)).scalar_one())


def test_no_reason_makes_no_entry(world: World) -> None:
    case = world.run(start("s"), user("a"), end("e"), "s -> a -> e")
    world.engine.suspend(case.id, actor="boss")
    assert sealed(world) == 0
    world.engine.resume(case.id, actor="boss")
    world.engine.suspend(case.id, actor="boss", reason="等待鉴定")
    assert sealed(world) == 1
