"""By what cases may be found to be about the same people or the same place.

No name, telephone number or address stands here: only HMACs of them under a secret of the installation, which
the database does not hold (ARCHITECTURE §3, privacy).
"""

from __future__ import annotations

import sqlalchemy as sa

from engine.store.tables.metadata import case_id, key_octets, keyed_table, moment, number, one_of, text

case_blind_index = keyed_table(
    "case_blind_index",
    case_id(),
    key_octets("mark"),
    text("kind"),
    # Which secret the mark was made with, so that secrets can be replaced.
    number("secret"),
    # When the case got the mark: microseconds since 1970, UTC, by the case clock.
    moment("marked_at"),
    one_of("kind", "phone", "name", "address", "party"),
    sa.Index(None, "mark", "marked_at"),
)
