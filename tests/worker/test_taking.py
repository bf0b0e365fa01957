"""Taking due work never takes more than was asked for, whichever way the database goes about it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from engine import Engine, ManualClock
from engine.cases import due_statements as sql
from engine.store import Statement
from tests.support.bpmn import catch, diagram, end, message, service, start, throw, timer

NOON = 1_700_000_000_000_000
HOUR = 3_600_000_000
FAR = NOON + 24 * HOUR

WAITING = diagram(start("s"), catch("c", timer(duration="PT1H")), end("e"), "s -> c -> e", key="waiting")
SENDING = diagram(start("s"), throw("t", message("ping", "=1")), end("e"), "s -> t -> e", key="sending")
WORKING = diagram(start("s"), service("j", "court"), end("e"), "s -> j -> e", key="working")

NESTED = "SET LOCAL enable_hashagg = off; SET LOCAL enable_sort = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL enable_material = off; SET LOCAL enable_memoize = off; SET LOCAL enable_tidscan = off"  # fmt: skip
"""What leaves PostgreSQL nothing but to ask for each row anew whether it is among those taken."""


@pytest.mark.parametrize(
    ("statement", "given"),
    [
        (sql.take_timers, {}),
        (sql.take_outbox, {}),
        (sql.lock_jobs, {"type": "court", "holder": "w"}),
    ],
    ids=["timers", "outbox", "jobs"],
)
def test_no_more_is_taken_than_was_asked_for(
    database_url: str, statement: Statement, given: dict[str, str]
) -> None:
    with Engine.open(database_url, clock=ManualClock(NOON)) as engine:
        engine.deploy({"a.bpmn": WAITING, "b.bpmn": SENDING, "c.bpmn": WORKING}, actor="d")
        for key in ("waiting", "sending", "working"):
            for _ in range(9):
                engine.start(key, actor="x")
        with engine.database.transaction() as tx:
            if engine.database.dialect == "postgresql":
                tx.execute(sa.text("ANALYZE timers; ANALYZE outbox; ANALYZE jobs"))
                tx.execute(sa.text(NESTED))
            taken = tx.rows(statement, {"lane": 1, "until": FAR, "limit": 4, "held": FAR + HOUR, **given})
        assert len(taken) == 4
