"""The numbers of documents, one after the other for each unit, year and kind."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the last number of each unit, year and kind."""
    op.create_table(
        "document_numbers",
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("unit", "year", "kind", name=op.f("pk_document_numbers")),
        sqlite_with_rowid=False,
    )
