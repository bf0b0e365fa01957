"""What people have before them: open tasks and who may take them."""

from __future__ import annotations

import sqlalchemy as sa

from engine.store.tables.inbox import UNGRADED
from engine.store.tables.metadata import (
    NEVER,
    case_id,
    key_number,
    key_text,
    keyed_table,
    moment,
    number,
    one_of,
    text,
)

tasks = keyed_table(
    "tasks",
    case_id(),
    key_number("task_id"),
    number("token_id"),
    text("definition_key"),
    text("element_id"),
    text("name"),
    sa.Column("form", sa.Text),
    text("status"),
    sa.Column("assignee", sa.Text),
    # NEVER where there is no limit.
    moment("due_at"),
    number("priority"),
    moment("created_at"),
    # From when on it is due soon: the last reminder of its limit, or some time before it is due.
    moment("soon_at", server_default=sa.text(str(NEVER))),
    number("urged", server_default=sa.text("0")),
    # 1 while the due time rests on holidays not published yet.
    number("provisional", server_default=sa.text("0")),
    one_of("status", "open", "claimed", "held"),
    sa.Index(
        "ix_tasks_assignee",
        "assignee",
        "due_at",
        "case_id",
        "task_id",
        postgresql_where=sa.text("assignee IS NOT NULL"),
        sqlite_where=sa.text("assignee IS NOT NULL"),
    ),
)
"""Open user tasks; a completed one is in the log alone."""

task_candidates = keyed_table(
    "task_candidates",
    case_id(),
    key_number("task_id"),
    key_text("kind"),
    key_text("candidate"),
    # As in the task, so that one range of one index is a page of the inbox; NEVER where there is no limit.
    moment("due_at"),
    moment("created_at"),
    # 1 while nobody has taken it.
    number("free", server_default=sa.text("1")),
    # What the inbox is filtered and sorted by, so that it need not look into each case.
    moment("soon_at", server_default=sa.text(str(NEVER))),
    number("priority", server_default=sa.text("0")),
    number("grade", server_default=sa.text(str(UNGRADED))),
    number("confidentiality", server_default=sa.text("0")),
    text("flow", server_default=sa.text("''")),
    text("element_id", server_default=sa.text("''")),
    one_of("kind", "group", "user"),
    sa.Index(
        "ix_task_candidates_inbox",
        "kind",
        "candidate",
        "free",
        "due_at",
        "case_id",
        "task_id",
        postgresql_include=[
            "created_at",
            "soon_at",
            "priority",
            "grade",
            "confidentiality",
            "flow",
            "element_id",
        ],
    ),
)
