"""Leases, failed work, notices; when and in which order due work is swept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _sweep()
    op.create_table(
        "leases",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_table(
        "stuck_work",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("work", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("message_zh", sa.Text(), nullable=False),
        sa.Column("message_en", sa.Text(), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("retry_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "work", name=op.f("pk_stuck_work")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_stuck_work_work"), "stuck_work", ["work"], unique=False)
    op.create_table(
        "notices",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("addressee", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("read_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("case_id", "notice_id", name=op.f("pk_notices")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_notices_addressee_sent_at"), "notices", ["addressee", "sent_at"], unique=False)


def _sweep() -> None:
    for table in ("timers", "jobs", "outbox"):
        op.add_column(table, sa.Column("lane", sa.Integer(), server_default=sa.text("1"), nullable=False))
    op.add_column(
        "timers", sa.Column("sweep_at", sa.BigInteger(), server_default=sa.text("0"), nullable=False)
    )
    op.execute("UPDATE timers SET sweep_at = due_at")
    op.drop_index(op.f("ix_timers_due_at_case_id_timer_id"), "timers")
    op.create_index(
        op.f("ix_timers_lane_sweep_at_case_id_timer_id"),
        "timers",
        ["lane", "sweep_at", "case_id", "timer_id"],
        unique=False,
    )
    op.drop_index(op.f("ix_jobs_type_status_due_at"), "jobs")
    op.create_index(op.f("ix_jobs_type_lane_due_at"), "jobs", ["type", "lane", "due_at"], unique=False)
    op.drop_index(op.f("ix_outbox_due_at"), "outbox")
    op.create_index(op.f("ix_outbox_lane_due_at"), "outbox", ["lane", "due_at"], unique=False)
    op.create_index(op.f("ix_messages_expires_at"), "messages", ["expires_at"], unique=False)
