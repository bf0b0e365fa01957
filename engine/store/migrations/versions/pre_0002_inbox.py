"""What inboxes and lists of cases are read from.

Open tasks get what inboxes sort and filter by; cases started before get their headers and the other projections by
`bihuan db rebuild-projections`, and are missing from lists of cases until then.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_NEVER = str(2**63 - 1)
_CLOSED = sa.text("closed_at IS NULL")


_FILLED = """UPDATE task_candidates SET
free = (SELECT CASE WHEN t.status = 'open' THEN 1 ELSE 0 END FROM tasks t
    WHERE t.case_id = task_candidates.case_id AND t.task_id = task_candidates.task_id),
priority = (SELECT t.priority FROM tasks t
    WHERE t.case_id = task_candidates.case_id AND t.task_id = task_candidates.task_id),
element_id = (SELECT t.element_id FROM tasks t
    WHERE t.case_id = task_candidates.case_id AND t.task_id = task_candidates.task_id),
flow = (SELECT c.definition_key FROM cases c WHERE c.case_id = task_candidates.case_id)"""


def _added(name: str, kind: type[sa.types.TypeEngine[Any]], default: str) -> sa.Column[Any]:
    return sa.Column(name, kind(), nullable=False, server_default=sa.text(default))


def upgrade() -> None:
    _tasks()
    _headers()
    _done_and_changed()
    op.drop_index("ix_case_people_person_id_case_id", "case_people")
    op.create_index(
        op.f("ix_case_people_person_id_part_case_id"), "case_people", ["person_id", "part", "case_id"]
    )


def _tasks() -> None:
    op.add_column("tasks", _added("soon_at", sa.BigInteger, _NEVER))
    op.add_column("tasks", _added("urged", sa.Integer, "0"))
    op.add_column("tasks", _added("provisional", sa.Integer, "0"))
    op.add_column("task_candidates", _added("free", sa.Integer, "1"))
    op.add_column("task_candidates", _added("soon_at", sa.BigInteger, _NEVER))
    op.add_column("task_candidates", _added("priority", sa.Integer, "0"))
    op.add_column("task_candidates", _added("grade", sa.Integer, "3"))
    op.add_column("task_candidates", _added("confidentiality", sa.Integer, "0"))
    op.add_column("task_candidates", _added("flow", sa.Text, "''"))
    op.add_column("task_candidates", _added("element_id", sa.Text, "''"))
    op.execute(_FILLED)
    op.drop_index("ix_task_candidates_inbox", "task_candidates")
    op.create_index(
        "ix_task_candidates_inbox",
        "task_candidates",
        ["kind", "candidate", "free", "due_at", "case_id", "task_id"],
        postgresql_include=[
            "created_at", "soon_at", "priority", "grade", "confidentiality", "flow", "element_id",
        ],
    )  # fmt: skip


def _headers() -> None:
    op.create_table(
        "case_headers",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("definition_key", sa.Text(), nullable=False),
        sa.Column("flow_name", sa.Text(), nullable=False),
        sa.Column("case_code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("grade", sa.Integer(), nullable=False),
        sa.Column("confidentiality", sa.Integer(), nullable=False),
        sa.Column("lifecycle", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("grams", sa.Text().with_variant(postgresql.ARRAY(sa.Text), "postgresql"), nullable=False),
        sa.CheckConstraint(
            "lifecycle IN ('open', 'monitoring', 'closed', 'cancelled')",
            name=op.f("ck_case_headers_lifecycle"),
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_headers")),
    )
    op.create_index(op.f("ix_case_headers_case_code"), "case_headers", ["case_code"], unique=True)
    op.create_index(op.f("ix_case_headers_received_at_case_id"), "case_headers", ["received_at", "case_id"])
    op.create_index(
        op.f("ix_case_headers_definition_key_received_at_case_id"),
        "case_headers",
        ["definition_key", "received_at", "case_id"],
    )
    op.create_index(
        "ix_case_headers_due",
        "case_headers",
        ["due_at", "case_id"],
        postgresql_where=_CLOSED,
        sqlite_where=_CLOSED,
    )
    op.create_index("ix_case_headers_grams", "case_headers", ["grams"], postgresql_using="gin")


def _done_and_changed() -> None:
    op.create_table(
        "done_tasks",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("completed_at", sa.BigInteger(), nullable=False),
        sa.Column("element_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "task_id", name=op.f("pk_done_tasks")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_done_tasks_person_completed_at_case_id_task_id"),
        "done_tasks",
        ["person", "completed_at", "case_id", "task_id"],
    )
    op.create_table(
        "inbox_changes",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("audience", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "seq", name=op.f("pk_inbox_changes")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_inbox_changes_recorded_at_case_id_seq"),
        "inbox_changes",
        ["recorded_at", "case_id", "seq"],
    )
