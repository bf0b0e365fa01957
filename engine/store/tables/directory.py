"""Who works where: units, people, their roles and stand-ins, and whom each case concerns.

Rows of the directory are dated and never overwritten: a change closes a row (`valid_until`) and adds another, so
that the directory can be asked about any moment. `change` is the number of the change that made the row; rows
closed at the moment they began were corrected at that same moment and count for nothing.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from engine.store.tables.metadata import (
    METADATA,
    case_id,
    key_number,
    key_text,
    keyed_table,
    moment,
    octets,
    one_of,
    text,
)


def _path(name: str, **options: Any) -> sa.Column[str]:
    # Compared byte by byte on both databases, so that a subtree is one range of an index.
    kind = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    return sa.Column(name, kind, **{"nullable": False, **options})


units = keyed_table(
    "units",
    key_text("unit_id"),
    key_number("change"),
    sa.Column("parent", sa.Text),
    text("level"),
    text("kind"),
    # What a department is (mediation committee, police station, …); NULL for areas.
    sa.Column("department", sa.Text),
    text("name"),
    # The ids from the root down to the unit itself, each followed by a slash.
    _path("path"),
    moment("valid_from"),
    moment("valid_until"),
    one_of("kind", "area", "department"),
    sa.Index(None, "path"),
)

people = keyed_table(
    "people",
    key_text("person_id"),
    key_number("change"),
    text("name"),
    text("login"),
    # Masked: the engine calls nobody, and what it does not keep cannot leak.
    text("phone"),
    moment("valid_from"),
    moment("valid_until"),
    sa.Index(None, "login"),
)
"""Staff, never residents."""

memberships = keyed_table(
    "memberships",
    key_text("person_id"),
    key_text("unit_id"),
    key_text("role"),
    key_number("change"),
    moment("valid_from"),
    moment("valid_until"),
    sa.Index(None, "unit_id", "role"),
)

substitutions = keyed_table(
    "substitutions",
    key_text("absent"),
    key_text("stand_in"),
    # `*` for every role.
    key_text("role"),
    key_number("change"),
    text("reason"),
    moment("valid_from"),
    moment("valid_until"),
    sa.Index(None, "stand_in"),
)

directory_changes = sa.Table(
    "directory_changes",
    METADATA,
    key_number("change"),
    moment("recorded_at"),
    moment("effective_at"),
    text("actor"),
    text("kind"),
    # The unit or person changed.
    text("subject"),
    # The rows before and after, in canonical form.
    octets("before"),
    octets("after"),
    text("reason"),
    sa.Index(None, "subject", "change"),
)
"""The log of the directory; the highest number is the directory's version. Rows are only ever added."""

case_places = keyed_table(
    "case_places",
    case_id(),
    # The area the case is about and the unit that answers for it, each with its path; moved units move along.
    sa.Column("place", sa.Text),
    _path("place_path", nullable=True),
    sa.Column("owner_unit", sa.Text),
    _path("owner_path", nullable=True),
    text("confidentiality"),
    one_of("confidentiality", "normal", "sensitive", "confidential"),
    sa.Index(None, "place_path", "case_id"),
    sa.Index(None, "owner_path", "case_id"),
)

case_parties_units = keyed_table(
    "case_parties_units",
    case_id(),
    key_text("unit_id"),
    sa.Index(None, "unit_id", "case_id"),
)
"""Units a case is addressed to."""

case_people = keyed_table(
    "case_people",
    case_id(),
    key_text("person_id"),
    key_text("part"),
    one_of("part", "owner", "submitter", "handler", "copied"),
    sa.Index(None, "person_id", "part", "case_id"),
)
"""Staff a case is assigned to, or was: who owns, submitted or handled it, and who gets a copy."""
