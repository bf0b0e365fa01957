"""Changes of rules and calendars for running clocks: who proposed and approved them, and how far they are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the changes."""
    op.create_table(
        "clock_changes",
        sa.Column("change", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reached", sa.Uuid(), nullable=True),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("kind IN ('limit', 'calendar')", name=op.f("ck_clock_changes_kind")),
        sa.CheckConstraint(
            "status IN ('proposed', 'rejected', 'approved', 'done')", name=op.f("ck_clock_changes_status")
        ),
        sa.PrimaryKeyConstraint("change", name=op.f("pk_clock_changes")),
    )
    op.create_index(op.f("ix_clock_changes_status_change"), "clock_changes", ["status", "change"])
    op.create_index(op.f("ix_clock_changes_kind_subject"), "clock_changes", ["kind", "subject"])
