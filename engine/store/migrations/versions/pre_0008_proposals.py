"""What one person hands in and another decides: deployments, and changes of the settings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add submissions with their files, and the changes of settings."""
    op.create_table(
        "submissions",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("package", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("submitted_at", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("deployment_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "status IN ('waiting', 'published', 'rejected')", name=op.f("ck_submissions_status")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_submissions")),
    )
    op.create_index(op.f("ix_submissions_status_number"), "submissions", ["status", "number"])
    op.create_table(
        "submission_files",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", "name", name=op.f("pk_submission_files")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "config_changes",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "status IN ('waiting', 'applied', 'rejected')", name=op.f("ck_config_changes_status")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_config_changes")),
    )
    op.create_index(op.f("ix_config_changes_part_number"), "config_changes", ["part", "number"])
