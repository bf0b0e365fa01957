"""What reports are counted from: facts of each case that follow from its log, made by workers, never in a command.

Rows say up to which event (`seq`) and by which rules they were made; `engine.reports.rollup` makes them again.
"""

from __future__ import annotations

import sqlalchemy as sa

from engine.store.tables.metadata import (
    METADATA,
    case_id,
    key_number,
    key_text,
    keyed_table,
    moment,
    number,
    octets,
    text,
)

case_facts = sa.Table(
    "case_facts",
    METADATA,
    case_id(),
    number("seq"),
    text("rules"),
    text("definition_key"),
    text("provenance"),
    text("status"),
    # The first level; the others are whole codes, NULL where the case has none.
    text("category"),
    text("category_second", nullable=True),
    text("category_third", nullable=True),
    number("grade"),
    # The most urgent grade it ever had.
    number("worst_grade"),
    text("source"),
    # 0 where the case was not taken on (不予受理, 并案, 注销).
    number("accepted"),
    text("outcome"),
    moment("received_at"),
    # NULL where there is no limit: never overdue.
    moment("due_at", nullable=True),
    # As it was first, whatever it was moved to.
    moment("original_due_at", nullable=True),
    moment("settled_at", nullable=True),
    moment("first_settled_at", nullable=True),
    moment("closed_at", nullable=True),
    moment("ended_at", nullable=True),
    moment("reopened_at", nullable=True),
    number("reopenings"),
    number("reworks"),
    # 1 where a court confirmed the agreement.
    number("confirmed"),
    # From received to settled without what the case stood still, in microseconds: by the clock, in working time.
    moment("spent", nullable=True),
    moment("spent_office", nullable=True),
    # What single kinds of cases have beside, as JSON.
    text("detail"),
    sa.Index(None, "received_at", "case_id"),
    sa.Index(None, "due_at", "case_id"),
    sa.Index(None, "settled_at", "case_id"),
    sa.Index(None, "first_settled_at", "case_id"),
    sa.Index(None, "rules", "case_id"),
    sa.Index(
        "ix_case_facts_open",
        "case_id",
        postgresql_where=sa.text("ended_at IS NULL"),
        sqlite_where=sa.text("ended_at IS NULL"),
    ),
)
"""One row a case."""

case_episodes = keyed_table(
    "case_episodes",
    case_id(),
    key_number("number"),
    # task, visit, term, level
    text("kind"),
    text("role"),
    # Key of the process and id of the element, with a full stop between.
    text("element"),
    text("unit"),
    text("level"),
    moment("opened_at"),
    moment("claimed_at", nullable=True),
    moment("ended_at", nullable=True),
    # Why it ended; empty while it lasts.
    text("ending"),
    moment("due_at", nullable=True),
    moment("original_due_at", nullable=True),
    text("answer"),
    text("solved"),
    text("satisfaction"),
    sa.Column("score", sa.Integer),
    number("red"),
    # Until somebody took it, and from then until it ended; by the clock, in working time; in microseconds.
    moment("waited", nullable=True),
    moment("worked", nullable=True),
    moment("waited_office", nullable=True),
    moment("worked_office", nullable=True),
    sa.Index(None, "role", "due_at", "case_id"),
    sa.Index(None, "role", "opened_at", "case_id"),
    sa.Index(None, "kind", "ended_at", "case_id"),
)
"""Steps, follow-ups, terms of agreements and levels of a case."""

case_heat = keyed_table("case_heat", case_id(), key_text("definition"), octets("content"))
"""How often a case passed each element and flow of a definition and how long its tokens stood, compressed JSON."""

rollups = sa.Table("rollups", METADATA, key_text("name"), moment("swept_at"), text("rules"))
"""When the facts were last brought up to the logs."""

issued_weeks = keyed_table(
    "issued_weeks",
    # The week as ISO 8601 has it (2026-W09), and the unit whose report it is.
    key_text("week"),
    key_text("unit"),
    moment("issued_at"),
    text("rules"),
    # The report as it was issued, in canonical form.
    octets("content"),
)
"""周通报 as they were issued: streaks are counted from these, never from what would have been."""

interviews_called = keyed_table(
    "interviews_called",
    # Whom three reports in a row criticised, and the week of the first of them: once a streak.
    key_text("subject"),
    key_text("since"),
    moment("called_at"),
    text("week"),
)
"""约谈 called for by weekly reports."""
