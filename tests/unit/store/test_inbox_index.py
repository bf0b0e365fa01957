"""A page of the inbox is one range of one index: no sort, and the table itself is not read."""

from __future__ import annotations

import sqlalchemy as sa

from engine.store import NEVER, Database, insert
from engine.store.tables import task_candidates
from tests.unit.store.rows import FIRST, SECOND

ROWS = insert(task_candidates)
KEY = (task_candidates.c.due_at, task_candidates.c.case_id, task_candidates.c.task_id)
PAGE = (
    sa.select(*KEY)
    .where(
        task_candidates.c.kind == "group", task_candidates.c.candidate == "town", task_candidates.c.free == 1
    )
    .where(sa.tuple_(*KEY) > sa.tuple_(sa.literal(5), sa.literal(FIRST), sa.literal(1)))
    .order_by(*KEY)
    .limit(2)
)


def fill(database: Database) -> None:
    with database.transaction() as tx:
        tx.write_many(
            ROWS,
            [
                {"case_id": case_id, "task_id": task_id, "kind": "group", "candidate": candidate, "due_at": due,
                 "created_at": 1, "free": 1, "soon_at": due, "priority": 50, "grade": 3, "confidentiality": 0,
                 "flow": "p", "element_id": "a"}
                for case_id in (FIRST, SECOND)
                for task_id, candidate, due in ((1, "town", 5), (2, "town", NEVER), (3, "county", 1), (4, "town", 6))
            ],
        )  # fmt: skip


def test_pages_follow_each_other_by_due_time_with_the_unlimited_last(database: Database) -> None:
    fill(database)
    with database.reading() as reading:
        found = reading.execute(PAGE.limit(None)).all()
    assert [tuple(row) for row in found] == [
        (5, SECOND, 1), (6, FIRST, 4), (6, SECOND, 4), (NEVER, FIRST, 2), (NEVER, SECOND, 2),
    ]  # fmt: skip


def crowd(database: Database) -> None:
    """Enough rows that the planner weighs what an installation would have before it."""
    with database.transaction() as tx:
        tx.write_many(
            ROWS,
            [
                {"case_id": SECOND, "task_id": task_id, "kind": "group", "candidate": "town", "due_at": task_id,
                 "created_at": 1, "free": 1, "soon_at": task_id, "priority": 50, "grade": 3, "confidentiality": 0,
                 "flow": "p", "element_id": "a"}
                for task_id in range(10, 3_010)
            ],
        )  # fmt: skip
    with database.transaction() as tx:
        tx.execute(sa.text("ANALYZE task_candidates"))


def test_a_page_is_a_range_of_the_index(database: Database) -> None:
    fill(database)
    crowd(database)
    text = str(PAGE.compile(database.engine, compile_kwargs={"literal_binds": True}))
    with database.transaction() as tx:
        if database.dialect == "sqlite":
            plan = " ".join(str(row) for row in tx.execute(sa.text(f"EXPLAIN QUERY PLAN {text}")))
            assert "COVERING INDEX ix_task_candidates_inbox" in plan
            assert "TEMP B-TREE" not in plan
        else:
            tx.execute(sa.text("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off"))
            plan = " ".join(str(row) for row in tx.execute(sa.text(f"EXPLAIN {text}")))
            assert "Index Only Scan using ix_task_candidates_inbox" in plan
            assert "Sort" not in plan
