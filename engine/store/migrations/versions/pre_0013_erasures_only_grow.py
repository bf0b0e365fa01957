"""What is known of cases whose keys were destroyed only grows."""

from __future__ import annotations

from typing import Final

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

APPEND_ONLY: Final = {
    "sqlite": (
        """CREATE TRIGGER erasures_no_update BEFORE UPDATE ON erasures
BEGIN SELECT RAISE(ABORT, 'the log of destroyed keys is append only'); END""",
        """CREATE TRIGGER erasures_no_delete BEFORE DELETE ON erasures
BEGIN SELECT RAISE(ABORT, 'the log of destroyed keys is append only'); END""",
        """CREATE TRIGGER erasures_no_replace BEFORE INSERT ON erasures
WHEN EXISTS (SELECT 1 FROM erasures WHERE case_id = NEW.case_id)
BEGIN SELECT RAISE(ABORT, 'the log of destroyed keys is append only'); END""",
    ),
    "postgresql": (
        """CREATE FUNCTION erasures_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the log of destroyed keys is append only' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
        """CREATE TRIGGER erasures_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON erasures
FOR EACH STATEMENT EXECUTE FUNCTION erasures_append_only()""",
    ),
}


def upgrade() -> None:
    """Add the triggers. Code of before only adds lines, and goes on."""
    for statement in APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)
