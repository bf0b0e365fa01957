"""Cases can be found by keyed marks of their parties and place; messages that reach suspended cases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the marks of cases, and to subscriptions whether their message resumes a suspended case."""
    op.add_column(
        "subscriptions", sa.Column("wakes", sa.Integer(), server_default=sa.text("0"), nullable=False)
    )
    op.create_table(
        "case_blind_index",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("secret", sa.Integer(), nullable=False),
        sa.Column("marked_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('phone', 'name', 'address', 'party')", name=op.f("ck_case_blind_index_kind")
        ),
        sa.PrimaryKeyConstraint("case_id", "mark", name=op.f("pk_case_blind_index")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_case_blind_index_mark_marked_at"), "case_blind_index", ["mark", "marked_at"], unique=False
    )
