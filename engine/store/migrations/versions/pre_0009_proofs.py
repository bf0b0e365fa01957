"""The proof tree, its signed roots, lawful destruction, and the log's triggers that know of both."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_TRIGGERS = {
    "sqlite": (
        "DROP TRIGGER events_no_delete",
        """CREATE TRIGGER events_no_delete BEFORE DELETE ON events
WHEN NOT EXISTS (SELECT 1 FROM tombstones WHERE case_id = OLD.case_id)
BEGIN SELECT RAISE(ABORT, 'the case log is append only'); END""",
        """CREATE TRIGGER events_unproved AFTER INSERT ON events
BEGIN INSERT OR IGNORE INTO unproved_events (case_id, seq) VALUES (NEW.case_id, NEW.seq); END""",
        """CREATE TRIGGER proof_leaves_no_update BEFORE UPDATE ON proof_leaves
BEGIN SELECT RAISE(ABORT, 'the proof tree is append only'); END""",
        """CREATE TRIGGER proof_leaves_no_delete BEFORE DELETE ON proof_leaves
BEGIN SELECT RAISE(ABORT, 'the proof tree is append only'); END""",
        """CREATE TRIGGER proof_leaves_no_replace BEFORE INSERT ON proof_leaves
WHEN EXISTS (SELECT 1 FROM proof_leaves WHERE place = NEW.place)
BEGIN SELECT RAISE(ABORT, 'the proof tree is append only'); END""",
        """CREATE TRIGGER proof_nodes_no_update BEFORE UPDATE ON proof_nodes
BEGIN SELECT RAISE(ABORT, 'the proof tree is append only'); END""",
        """CREATE TRIGGER proof_nodes_no_delete BEFORE DELETE ON proof_nodes
BEGIN SELECT RAISE(ABORT, 'the proof tree is append only'); END""",
        """CREATE TRIGGER proof_nodes_no_replace BEFORE INSERT ON proof_nodes
WHEN EXISTS (SELECT 1 FROM proof_nodes WHERE level = NEW.level AND place = NEW.place)
BEGIN SELECT RAISE(ABORT, 'the proof tree is append only'); END""",
        """CREATE TRIGGER proof_roots_no_update BEFORE UPDATE ON proof_roots
BEGIN SELECT RAISE(ABORT, 'the proof tree is append only'); END""",
        """CREATE TRIGGER proof_roots_no_delete BEFORE DELETE ON proof_roots
BEGIN SELECT RAISE(ABORT, 'the proof tree is append only'); END""",
        """CREATE TRIGGER proof_roots_no_replace BEFORE INSERT ON proof_roots
WHEN EXISTS (SELECT 1 FROM proof_roots WHERE size = NEW.size AND key_id = NEW.key_id)
BEGIN SELECT RAISE(ABORT, 'the proof tree is append only'); END""",
        """CREATE TRIGGER proof_keys_no_update BEFORE UPDATE ON proof_keys
BEGIN SELECT RAISE(ABORT, 'the proof tree is append only'); END""",
        """CREATE TRIGGER proof_keys_no_delete BEFORE DELETE ON proof_keys
BEGIN SELECT RAISE(ABORT, 'the proof tree is append only'); END""",
        """CREATE TRIGGER proof_keys_no_replace BEFORE INSERT ON proof_keys
WHEN EXISTS (SELECT 1 FROM proof_keys WHERE number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'the proof tree is append only'); END""",
        """CREATE TRIGGER tombstones_no_update BEFORE UPDATE ON tombstones
BEGIN SELECT RAISE(ABORT, 'the proof tree is append only'); END""",
        """CREATE TRIGGER tombstones_no_delete BEFORE DELETE ON tombstones
BEGIN SELECT RAISE(ABORT, 'the proof tree is append only'); END""",
        """CREATE TRIGGER tombstones_no_replace BEFORE INSERT ON tombstones
WHEN EXISTS (SELECT 1 FROM tombstones WHERE case_id = NEW.case_id)
BEGIN SELECT RAISE(ABORT, 'the proof tree is append only'); END""",
    ),
    "postgresql": (
        "DROP TRIGGER events_append_only ON events",
        """CREATE TRIGGER events_append_only BEFORE UPDATE OR TRUNCATE ON events
FOR EACH STATEMENT EXECUTE FUNCTION events_append_only()""",
        """CREATE FUNCTION events_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
IF EXISTS (SELECT 1 FROM tombstones WHERE case_id = OLD.case_id) THEN RETURN OLD; END IF;
RAISE EXCEPTION 'the case log is append only' USING ERRCODE = 'integrity_constraint_violation';
END $$""",
        """CREATE TRIGGER events_kept BEFORE DELETE ON events
FOR EACH ROW EXECUTE FUNCTION events_kept()""",
        """CREATE FUNCTION events_unproved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
INSERT INTO unproved_events (case_id, seq) VALUES (NEW.case_id, NEW.seq) ON CONFLICT DO NOTHING; RETURN NULL;
END $$""",
        """CREATE TRIGGER events_unproved AFTER INSERT ON events
FOR EACH ROW EXECUTE FUNCTION events_unproved()""",
        """CREATE FUNCTION proof_leaves_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the proof tree is append only' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
        """CREATE TRIGGER proof_leaves_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON proof_leaves
FOR EACH STATEMENT EXECUTE FUNCTION proof_leaves_append_only()""",
        """CREATE FUNCTION proof_nodes_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the proof tree is append only' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
        """CREATE TRIGGER proof_nodes_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON proof_nodes
FOR EACH STATEMENT EXECUTE FUNCTION proof_nodes_append_only()""",
        """CREATE FUNCTION proof_roots_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the proof tree is append only' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
        """CREATE TRIGGER proof_roots_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON proof_roots
FOR EACH STATEMENT EXECUTE FUNCTION proof_roots_append_only()""",
        """CREATE FUNCTION proof_keys_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the proof tree is append only' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
        """CREATE TRIGGER proof_keys_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON proof_keys
FOR EACH STATEMENT EXECUTE FUNCTION proof_keys_append_only()""",
        """CREATE FUNCTION tombstones_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the proof tree is append only' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
        """CREATE TRIGGER tombstones_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON tombstones
FOR EACH STATEMENT EXECUTE FUNCTION tombstones_append_only()""",
    ),
}


def upgrade() -> None:
    """Add the tables; what the log holds already waits for the tree."""
    op.create_table(
        "destructions",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "status IN ('proposed', 'rejected', 'approved', 'done')", name=op.f("ck_destructions_status")
        ),
        sa.PrimaryKeyConstraint("case_id", "number", name=op.f("pk_destructions")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_destructions_number"), "destructions", ["number"], unique=True)
    op.create_index(op.f("ix_destructions_status_number"), "destructions", ["status", "number"], unique=False)
    op.create_table(
        "due_destructions",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("listed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_due_destructions")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_due_destructions_due_at_case_id"), "due_destructions", ["due_at", "case_id"], unique=False
    )
    op.create_table(
        "legal_holds",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("placed_by", sa.Text(), nullable=False),
        sa.Column("placed_at", sa.BigInteger(), nullable=False),
        sa.Column("lifted_by", sa.Text(), nullable=True),
        sa.Column("lifted_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("case_id", "number", name=op.f("pk_legal_holds")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "proof_keys",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("signed_by", sa.Text(), nullable=True),
        sa.Column("signature", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_proof_keys")),
    )
    op.create_index(op.f("ix_proof_keys_key_id"), "proof_keys", ["key_id"], unique=True)
    op.create_table(
        "proof_leaves",
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("kind IN ('head', 'tombstone')", name=op.f("ck_proof_leaves_kind")),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_proof_leaves")),
    )
    op.create_index(op.f("ix_proof_leaves_case_id_place"), "proof_leaves", ["case_id", "place"], unique=False)
    op.create_table(
        "proof_nodes",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "place", name=op.f("pk_proof_nodes")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "proof_roots",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("signed_at", sa.BigInteger(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("size", "key_id", name=op.f("pk_proof_roots")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tombstones",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("statement", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_tombstones")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "unproved_events",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("case_id", "seq", name=op.f("pk_unproved_events")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_case_headers_ended",
        "case_headers",
        ["definition_key", "closed_at", "case_id"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NOT NULL"),
        sqlite_where=sa.text("closed_at IS NOT NULL"),
    )
    for statement in _TRIGGERS[op.get_bind().dialect.name]:
        op.get_bind().exec_driver_sql(statement)
    # Last: creating the trigger waited for those who were writing.
    op.execute("INSERT INTO unproved_events (case_id, seq) SELECT case_id, seq FROM cases")
