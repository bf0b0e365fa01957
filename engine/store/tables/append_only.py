"""Triggers that let the case log and the log of the directory only grow."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from engine.store.tables.cases import events
from engine.store.tables.directory import directory_changes


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


APPEND_ONLY: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    events.name: _triggers(
        events.name,
        "the case log",
        "SELECT 1 FROM events WHERE case_id = NEW.case_id AND seq = NEW.seq",
    ),
    directory_changes.name: _triggers(
        directory_changes.name,
        "the log of the directory",
        "SELECT 1 FROM directory_changes WHERE change = NEW.change",
    ),
}
"""The statements that guard each table, by database."""


def _guard(table: sa.Table, connection: sa.Connection, **__: Any) -> None:
    for statement in APPEND_ONLY[table.name][connection.dialect.name]:
        connection.exec_driver_sql(statement)


for _table in (events, directory_changes):
    sa.event.listen(_table, "after_create", _guard)
