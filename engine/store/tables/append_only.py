"""Triggers that let the case log, the log of the directory, the access log, the log of destroyed keys and the proof tree
only grow."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from engine.store.tables.cases import events
from engine.store.tables.content import access_log
from engine.store.tables.destructions import erasures
from engine.store.tables.directory import directory_changes
from engine.store.tables.proofs import proof_keys, proof_leaves, proof_nodes, proof_roots, tombstones


def _triggers(table: str, what: str, there: str) -> dict[str, tuple[str, ...]]:
    return {
        "sqlite": (
            f"""CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table}
BEGIN SELECT RAISE(ABORT, '{what} is append only'); END""",
            f"""CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}
BEGIN SELECT RAISE(ABORT, '{what} is append only'); END""",
            # Without this, INSERT OR REPLACE would delete the row it replaces without asking the trigger above.
            f"""CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table}
WHEN EXISTS ({there})
BEGIN SELECT RAISE(ABORT, '{what} is append only'); END""",
        ),
        "postgresql": (
            f"""CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{what} is append only' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
            f"""CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()""",
        ),
    }


_PROOF: Final = {
    proof_leaves: "SELECT 1 FROM proof_leaves WHERE place = NEW.place",
    proof_nodes: "SELECT 1 FROM proof_nodes WHERE level = NEW.level AND place = NEW.place",
    proof_roots: "SELECT 1 FROM proof_roots WHERE size = NEW.size AND key_id = NEW.key_id",
    proof_keys: "SELECT 1 FROM proof_keys WHERE number = NEW.number",
    tombstones: "SELECT 1 FROM tombstones WHERE case_id = NEW.case_id",
}
"""The proof tree's tables, and what finds the row that is there already."""

APPEND_ONLY: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    events.name: {
        "sqlite": (
            """CREATE TRIGGER events_no_update BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'the case log is append only'); END""",
            """CREATE TRIGGER events_no_delete BEFORE DELETE ON events
WHEN NOT EXISTS (SELECT 1 FROM tombstones WHERE case_id = OLD.case_id)
BEGIN SELECT RAISE(ABORT, 'the case log is append only'); END""",
            """CREATE TRIGGER events_no_replace BEFORE INSERT ON events
WHEN EXISTS (SELECT 1 FROM events WHERE case_id = NEW.case_id AND seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'the case log is append only'); END""",
            """CREATE TRIGGER events_unproved AFTER INSERT ON events
BEGIN INSERT OR IGNORE INTO unproved_events (case_id, seq) VALUES (NEW.case_id, NEW.seq); END""",
        ),
        "postgresql": (
            """CREATE FUNCTION events_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the case log is append only' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
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
        ),
    },
    directory_changes.name: _triggers(
        directory_changes.name,
        "the log of the directory",
        "SELECT 1 FROM directory_changes WHERE change = NEW.change",
    ),
    erasures.name: _triggers(
        erasures.name,
        "the log of destroyed keys",
        "SELECT 1 FROM erasures WHERE case_id = NEW.case_id",
    ),
    **{table.name: _triggers(table.name, "the proof tree", there) for table, there in _PROOF.items()},
    access_log.name: {
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
    },
}
"""The statements that guard each table, by database. The access log lets go of what has been kept long enough, the case log of the cases
that have a tombstone."""


def _guard(table: sa.Table, connection: sa.Connection, **__: Any) -> None:
    for statement in APPEND_ONLY[table.name][connection.dialect.name]:
        connection.exec_driver_sql(statement)


for _table in (events, directory_changes, access_log, erasures, *_PROOF):
    sa.event.listen(_table, "after_create", _guard)
