"""What reports are counted from, and the weekly reports that were issued."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add facts of cases, when they were brought up to the logs, and issued weeks."""
    op.create_table(
        "case_facts",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("definition_key", sa.Text(), nullable=False),
        sa.Column("provenance", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("grade", sa.Integer(), nullable=False),
        sa.Column("worst_grade", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("original_due_at", sa.BigInteger(), nullable=True),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.Column("first_settled_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("reopened_at", sa.BigInteger(), nullable=True),
        sa.Column("reopenings", sa.Integer(), nullable=False),
        sa.Column("reworks", sa.Integer(), nullable=False),
        sa.Column("confirmed", sa.Integer(), nullable=False),
        sa.Column("spent", sa.BigInteger(), nullable=True),
        sa.Column("spent_office", sa.BigInteger(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_facts")),
    )
    op.create_index(op.f("ix_case_facts_due_at_case_id"), "case_facts", ["due_at", "case_id"])
    op.create_index(
        op.f("ix_case_facts_first_settled_at_case_id"), "case_facts", ["first_settled_at", "case_id"]
    )
    op.create_index(
        "ix_case_facts_open",
        "case_facts",
        ["case_id"],
        postgresql_where=sa.text("ended_at IS NULL"),
        sqlite_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(op.f("ix_case_facts_received_at_case_id"), "case_facts", ["received_at", "case_id"])
    op.create_index(op.f("ix_case_facts_rules_case_id"), "case_facts", ["rules", "case_id"])
    op.create_index(op.f("ix_case_facts_settled_at_case_id"), "case_facts", ["settled_at", "case_id"])
    op.create_table(
        "case_episodes",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("element", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("claimed_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ending", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("original_due_at", sa.BigInteger(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("solved", sa.Text(), nullable=False),
        sa.Column("satisfaction", sa.Text(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("red", sa.Integer(), nullable=False),
        sa.Column("waited", sa.BigInteger(), nullable=True),
        sa.Column("worked", sa.BigInteger(), nullable=True),
        sa.Column("waited_office", sa.BigInteger(), nullable=True),
        sa.Column("worked_office", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("case_id", "number", name=op.f("pk_case_episodes")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_case_episodes_kind_ended_at_case_id"), "case_episodes", ["kind", "ended_at", "case_id"]
    )
    op.create_index(
        op.f("ix_case_episodes_role_due_at_case_id"), "case_episodes", ["role", "due_at", "case_id"]
    )
    op.create_index(
        op.f("ix_case_episodes_role_opened_at_case_id"), "case_episodes", ["role", "opened_at", "case_id"]
    )
    op.create_table(
        "case_heat",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "definition", name=op.f("pk_case_heat")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rollups",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("swept_at", sa.BigInteger(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_rollups")),
    )
    op.create_table(
        "issued_weeks",
        sa.Column("week", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("week", "unit", name=op.f("pk_issued_weeks")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "interviews_called",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("since", sa.Text(), nullable=False),
        sa.Column("called_at", sa.BigInteger(), nullable=False),
        sa.Column("week", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "since", name=op.f("pk_interviews_called")),
        sqlite_with_rowid=False,
    )
