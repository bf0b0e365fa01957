"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_APPEND_ONLY = {
    "sqlite": (
        """CREATE TRIGGER events_no_update BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'the case log is append only'); END""",
        """CREATE TRIGGER events_no_delete BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'the case log is append only'); END""",
        """CREATE TRIGGER events_no_replace BEFORE INSERT ON events
WHEN EXISTS (SELECT 1 FROM events WHERE case_id = NEW.case_id AND seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'the case log is append only'); END""",
        """CREATE TRIGGER directory_changes_no_update BEFORE UPDATE ON directory_changes
BEGIN SELECT RAISE(ABORT, 'the log of the directory is append only'); END""",
        """CREATE TRIGGER directory_changes_no_delete BEFORE DELETE ON directory_changes
BEGIN SELECT RAISE(ABORT, 'the log of the directory is append only'); END""",
        """CREATE TRIGGER directory_changes_no_replace BEFORE INSERT ON directory_changes
WHEN EXISTS (SELECT 1 FROM directory_changes WHERE change = NEW.change)
BEGIN SELECT RAISE(ABORT, 'the log of the directory is append only'); END""",
    ),
    "postgresql": (
        """CREATE FUNCTION events_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the case log is append only' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
        """CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON events
FOR EACH STATEMENT EXECUTE FUNCTION events_append_only()""",
        """CREATE FUNCTION directory_changes_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the log of the directory is append only' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
        """CREATE TRIGGER directory_changes_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON directory_changes
FOR EACH STATEMENT EXECUTE FUNCTION directory_changes_append_only()""",
    ),
}


def _path(name: str, *, nullable: bool) -> sa.Column[str]:
    kind = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    return sa.Column(name, kind, nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "cases",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("definition", sa.LargeBinary(), nullable=False),
        sa.Column("definition_key", sa.Text(), nullable=False),
        sa.Column("definition_version", sa.Integer(), nullable=False),
        sa.Column("business_key", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("provenance", sa.Text(), nullable=False),
        sa.Column("behaviour", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("state_hash", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "provenance IN ('live', 'imported', 'simulated')", name=op.f("ck_cases_provenance")
        ),
        sa.CheckConstraint(
            "status IN ('active', 'suspended', 'completed', 'cancelled')", name=op.f("ck_cases_status")
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_cases")),
    )
    op.create_index(
        "ix_cases_business_key",
        "cases",
        ["business_key"],
        unique=False,
        postgresql_where=sa.text("business_key IS NOT NULL"),
        sqlite_where=sa.text("business_key IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_cases_definition_key_status"), "cases", ["definition_key", "status"], unique=False
    )
    op.create_table(
        "deployments",
        sa.Column("deployment_id", sa.Uuid(), nullable=False),
        sa.Column("deployed_at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("package", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("deployment_id", name=op.f("pk_deployments")),
    )
    op.create_table(
        "events",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("on_behalf_of", sa.Text(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "seq", name=op.f("pk_events")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("result", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "key", name=op.f("pk_idempotency_keys")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "incidents",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("element_id", sa.Text(), nullable=False),
        sa.Column("message_zh", sa.Text(), nullable=False),
        sa.Column("message_en", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "incident_id", name=op.f("pk_incidents")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "jobs",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("job_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("token_id", sa.Integer(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("retries", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.Column("locked_until", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("status IN ('ready', 'locked', 'failed')", name=op.f("ck_jobs_status")),
        sa.PrimaryKeyConstraint("case_id", "job_id", name=op.f("pk_jobs")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_jobs_type_status_due_at"), "jobs", ["type", "status", "due_at"], unique=False)
    op.create_table(
        "messages",
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("correlation_key", sa.Text(), nullable=False),
        sa.Column("variables", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_messages")),
    )
    op.create_index(
        op.f("ix_messages_name_correlation_key"), "messages", ["name", "correlation_key"], unique=False
    )
    op.create_table(
        "outbox",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("case_id", "seq", "n", name=op.f("pk_outbox")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_outbox_due_at"), "outbox", ["due_at"], unique=False)
    op.create_table(
        "resources",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_resources")),
    )
    op.create_table(
        "scopes",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("scope_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "scope_id", name=op.f("pk_scopes")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "start_subscriptions",
        sa.Column("definition_key", sa.Text(), nullable=False),
        sa.Column("element_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("definition", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('message', 'signal')", name=op.f("ck_start_subscriptions_kind")),
        sa.PrimaryKeyConstraint("definition_key", "element_id", name=op.f("pk_start_subscriptions")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_start_subscriptions_kind_name"), "start_subscriptions", ["kind", "name"], unique=False
    )
    op.create_table(
        "start_timers",
        sa.Column("definition_key", sa.Text(), nullable=False),
        sa.Column("element_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("definition", sa.LargeBinary(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("remaining", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("definition_key", "element_id", name=op.f("pk_start_timers")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_start_timers_due_at"), "start_timers", ["due_at"], unique=False)
    op.create_table(
        "subscriptions",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("subscription_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("correlation_key", sa.Text(), nullable=True),
        sa.Column("element_id", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('message', 'signal')", name=op.f("ck_subscriptions_kind")),
        sa.PrimaryKeyConstraint("case_id", "subscription_id", name=op.f("pk_subscriptions")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_subscriptions_correlation", "subscriptions", ["kind", "name", "correlation_key"], unique=False
    )
    op.create_table(
        "task_candidates",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("candidate", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("kind IN ('group', 'user')", name=op.f("ck_task_candidates_kind")),
        sa.PrimaryKeyConstraint("case_id", "task_id", "kind", "candidate", name=op.f("pk_task_candidates")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_task_candidates_inbox",
        "task_candidates",
        ["kind", "candidate", "due_at", "case_id", "task_id"],
        unique=False,
    )
    op.create_table(
        "tasks",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("token_id", sa.Integer(), nullable=False),
        sa.Column("definition_key", sa.Text(), nullable=False),
        sa.Column("element_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("assignee", sa.Text(), nullable=True),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("status IN ('open', 'claimed', 'held')", name=op.f("ck_tasks_status")),
        sa.PrimaryKeyConstraint("case_id", "task_id", name=op.f("pk_tasks")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_tasks_assignee",
        "tasks",
        ["assignee", "due_at", "case_id", "task_id"],
        unique=False,
        postgresql_where=sa.text("assignee IS NOT NULL"),
        sqlite_where=sa.text("assignee IS NOT NULL"),
    )
    op.create_table(
        "timers",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("timer_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("element_id", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "timer_id", name=op.f("pk_timers")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_timers_due_at_case_id_timer_id"), "timers", ["due_at", "case_id", "timer_id"], unique=False
    )
    op.create_table(
        "vault_entries",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("party", sa.Text(), nullable=True),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "entry_id", name=op.f("pk_vault_entries")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "definitions",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("deployment_id", sa.Uuid(), nullable=False),
        sa.Column("deployed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployments.deployment_id"], name=op.f("fk_definitions_deployment_id")
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_definitions")),
        sa.UniqueConstraint("key", "version", name=op.f("uq_definitions_key_version")),
    )
    op.create_table(
        "definition_resources",
        sa.Column("definition", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("resource", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["definition"], ["definitions.digest"], name=op.f("fk_definition_resources_definition")
        ),
        sa.ForeignKeyConstraint(
            ["resource"], ["resources.digest"], name=op.f("fk_definition_resources_resource")
        ),
        sa.PrimaryKeyConstraint("definition", "name", name=op.f("pk_definition_resources")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "units",
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("change", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("parent", sa.Text(), nullable=True),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("department", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        _path("path", nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_until", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("kind IN ('area', 'department')", name=op.f("ck_units_kind")),
        sa.PrimaryKeyConstraint("unit_id", "change", name=op.f("pk_units")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_units_path"), "units", ["path"], unique=False)
    op.create_table(
        "people",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("change", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "change", name=op.f("pk_people")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_people_login"), "people", ["login"], unique=False)
    op.create_table(
        "memberships",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("change", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "unit_id", "role", "change", name=op.f("pk_memberships")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_memberships_unit_id_role"), "memberships", ["unit_id", "role"], unique=False)
    op.create_table(
        "substitutions",
        sa.Column("absent", sa.Text(), nullable=False),
        sa.Column("stand_in", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("change", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("absent", "stand_in", "role", "change", name=op.f("pk_substitutions")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_substitutions_stand_in"), "substitutions", ["stand_in"], unique=False)
    op.create_table(
        "directory_changes",
        sa.Column("change", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("before", sa.LargeBinary(), nullable=False),
        sa.Column("after", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("change", name=op.f("pk_directory_changes")),
    )
    op.create_index(
        op.f("ix_directory_changes_subject_change"), "directory_changes", ["subject", "change"], unique=False
    )
    op.create_table(
        "case_places",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Text(), nullable=True),
        _path("place_path", nullable=True),
        sa.Column("owner_unit", sa.Text(), nullable=True),
        _path("owner_path", nullable=True),
        sa.Column("confidentiality", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "confidentiality IN ('normal', 'sensitive', 'confidential')",
            name=op.f("ck_case_places_confidentiality"),
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_places")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_case_places_place_path_case_id"), "case_places", ["place_path", "case_id"], unique=False
    )
    op.create_index(
        op.f("ix_case_places_owner_path_case_id"), "case_places", ["owner_path", "case_id"], unique=False
    )
    op.create_table(
        "case_parties_units",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "unit_id", name=op.f("pk_case_parties_units")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_case_parties_units_unit_id_case_id"),
        "case_parties_units",
        ["unit_id", "case_id"],
        unique=False,
    )
    op.create_table(
        "case_people",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "part IN ('owner', 'submitter', 'handler', 'copied')", name=op.f("ck_case_people_part")
        ),
        sa.PrimaryKeyConstraint("case_id", "person_id", "part", name=op.f("pk_case_people")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_case_people_person_id_case_id"), "case_people", ["person_id", "case_id"], unique=False
    )
    for statement in _APPEND_ONLY[op.get_bind().dialect.name]:
        op.get_bind().exec_driver_sql(statement)
