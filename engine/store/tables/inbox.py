"""What inboxes and lists of cases are read from beside open tasks: headers, tasks done, what changed lately.

Projections: each row follows from the case's log, is written in a command's transaction and can be made again.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine.interfaces import Dialect

from engine.store.tables.metadata import (
    METADATA,
    case_id,
    key_number,
    keyed_table,
    moment,
    number,
    octets,
    one_of,
    text,
)

UNGRADED = 3
"""The rank of a case that is not graded (待研判); red is 0, orange 1, yellow 2."""


class Grams(sa.types.TypeDecorator[list[str]]):
    """A list of short texts: an array, or on SQLite the texts with spaces between and around."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[Any]:
        """The type of the database."""
        return dialect.type_descriptor(postgresql.ARRAY(sa.Text) if _arrays(dialect) else sa.Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """What the driver gets."""
        return value if value is None or _arrays(dialect) else f" {' '.join(value)} "

    def process_result_value(self, value: Any, dialect: Dialect) -> list[str]:
        """The texts."""
        return list(value) if _arrays(dialect) else value.split()


def _arrays(dialect: Dialect) -> bool:
    return dialect.name == "postgresql"


case_headers = sa.Table(
    "case_headers",
    METADATA,
    case_id(),
    # The definition that the case was started from, with its name then.
    text("definition_key"),
    text("flow_name"),
    text("case_code"),
    text("title"),
    text("category"),
    number("grade"),
    number("confidentiality"),
    text("lifecycle"),
    text("source"),
    # Rows that code of before wrote have it when they are made again.
    text("request_type", server_default=sa.text("''")),
    moment("received_at"),
    # NEVER where the case as a whole has no limit.
    moment("due_at"),
    moment("settled_at", nullable=True),
    moment("closed_at", nullable=True),
    # Pairs of neighbouring characters of the title, for the search (see `engine.cases.grams`).
    sa.Column("grams", Grams, nullable=False),
    # SQLite, for small installations, looks through this index from end to end.
    sa.Index("ix_case_headers_grams", "grams", postgresql_using="gin"),
    one_of("lifecycle", "open", "monitoring", "closed", "cancelled"),
    sa.Index(None, "case_code", unique=True),
    sa.Index(None, "received_at", "case_id"),
    sa.Index(None, "definition_key", "received_at", "case_id"),
    sa.Index(
        "ix_case_headers_due",
        "due_at",
        "case_id",
        postgresql_where=sa.text("closed_at IS NULL"),
        sqlite_where=sa.text("closed_at IS NULL"),
    ),
    # By what the time for which a case is kept is over.
    sa.Index(
        "ix_case_headers_ended",
        "definition_key",
        "closed_at",
        "case_id",
        postgresql_where=sa.text("closed_at IS NOT NULL"),
        sqlite_where=sa.text("closed_at IS NOT NULL"),
    ),
)
"""One row a case: what lists of cases show, sort and filter by."""

done_tasks = keyed_table(
    "done_tasks",
    case_id(),
    key_number("task_id"),
    text("person"),
    moment("completed_at"),
    text("element_id"),
    text("name"),
    sa.Index(None, "person", "completed_at", "case_id", "task_id"),
)
"""已办: who completed which task when."""

inbox_changes = keyed_table(
    "inbox_changes",
    case_id(),
    # The event that changed the case's tasks.
    key_number("seq"),
    moment("recorded_at"),
    # People and groups whose inbox may look different now, in canonical form.
    octets("audience"),
    sa.Index(None, "recorded_at", "case_id", "seq"),
)
"""What those who show inboxes live follow; pruned by age."""
