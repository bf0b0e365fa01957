"""Comments, attachments, drafts, views and links of cases; unmasking and the access log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_APPEND_ONLY = {
    "sqlite": (
        """CREATE TRIGGER access_log_no_update BEFORE UPDATE ON access_log
BEGIN SELECT RAISE(ABORT, 'the access log is append only'); END""",
        """CREATE TRIGGER access_log_no_delete BEFORE DELETE ON access_log
WHEN OLD.keep_until > CAST(strftime('%s', 'now') AS INTEGER) * 1000000
BEGIN SELECT RAISE(ABORT, 'the access log is append only'); END""",
        """CREATE TRIGGER access_log_no_replace BEFORE INSERT ON access_log
WHEN EXISTS (SELECT 1 FROM access_log WHERE case_id = NEW.case_id AND access_id = NEW.access_id)
BEGIN SELECT RAISE(ABORT, 'the access log is append only'); END""",
    ),
    "postgresql": (
        """CREATE FUNCTION access_log_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
IF TG_OP = 'DELETE' THEN
IF OLD.keep_until <= extract(epoch FROM now()) * 1000000 THEN RETURN OLD; END IF;
END IF;
RAISE EXCEPTION 'the access log is append only' USING ERRCODE = 'integrity_constraint_violation';
END $$""",
        """CREATE TRIGGER access_log_append_only BEFORE UPDATE OR DELETE ON access_log
FOR EACH ROW EXECUTE FUNCTION access_log_append_only()""",
        """CREATE TRIGGER access_log_no_truncate BEFORE TRUNCATE ON access_log
FOR EACH STATEMENT EXECUTE FUNCTION access_log_append_only()""",
    ),
}


def upgrade() -> None:
    op.add_column("vault_entries", sa.Column("kind", sa.Text(), nullable=True))
    op.create_table(
        "access_log",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("access_id", sa.Uuid(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("keep_until", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "basis IN ('role', 'grant', 'granted', 'revoked', 'denied')", name=op.f("ck_access_log_basis")
        ),
        sa.PrimaryKeyConstraint("case_id", "access_id", name=op.f("pk_access_log")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_access_log_access_id"), "access_log", ["access_id"], unique=False)
    op.create_index(op.f("ix_access_log_keep_until"), "access_log", ["keep_until"], unique=False)
    op.create_index(
        op.f("ix_access_log_person_id_access_id"), "access_log", ["person_id", "access_id"], unique=False
    )
    op.create_table(
        "case_attachments",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("on_behalf_of", sa.Text(), nullable=True),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=True),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("blob", sa.Text(), nullable=False),
        sa.Column("detached_seq", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "audience IN ('case', 'unit', 'mediators')", name=op.f("ck_case_attachments_audience")
        ),
        sa.PrimaryKeyConstraint("case_id", "seq", name=op.f("pk_case_attachments")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_case_attachments_blob"), "case_attachments", ["blob"], unique=False)
    op.create_table(
        "case_comments",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("on_behalf_of", sa.Text(), nullable=True),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("mentioned", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "audience IN ('case', 'unit', 'mediators')", name=op.f("ck_case_comments_audience")
        ),
        sa.PrimaryKeyConstraint("case_id", "seq", name=op.f("pk_case_comments")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "case_links",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.CheckConstraint("direction IN ('out', 'in')", name=op.f("ck_case_links_direction")),
        sa.CheckConstraint(
            "kind IN ('related', 'duplicate', 'merged-into', 'referral', 'supervision')",
            name=op.f("ck_case_links_kind"),
        ),
        sa.PrimaryKeyConstraint("case_id", "other_id", "kind", "direction", name=op.f("pk_case_links")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "saved_views",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("box", sa.Text(), nullable=False),
        sa.Column("filters", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "name", name=op.f("pk_saved_views")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "task_drafts",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.BigInteger(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.Column("commitment", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "task_id", "person_id", name=op.f("pk_task_drafts")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "unmask_grants",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("granted_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("granted_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("case_id", "grant_id", name=op.f("pk_unmask_grants")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_unmask_grants_person_id_expires_at"),
        "unmask_grants",
        ["person_id", "expires_at"],
        unique=False,
    )
    for statement in _APPEND_ONLY[op.get_bind().dialect.name]:
        op.get_bind().exec_driver_sql(statement)
