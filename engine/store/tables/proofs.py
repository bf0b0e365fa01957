"""The proof tree: heads of cases as the leaves of one Merkle tree that is only ever added to, and its signed roots."""

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
    one_of,
    text,
)


def _place(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, primary_key=True, autoincrement=False)


unproved_events = keyed_table("unproved_events", case_id(), key_number("seq"))
"""Events whose case's head is not in the tree yet. A trigger of the log adds them, whatever version of the program
writes; they are only ever added and removed, so that a command never waits for the tree."""

proof_leaves = sa.Table(
    "proof_leaves",
    METADATA,
    _place("place"),
    text("kind"),
    sa.Column("case_id", sa.Uuid, nullable=False),
    # How many events the case had then, and the hash of the last.
    number("seq"),
    octets("head"),
    # The leaf's own hash.
    octets("hash"),
    one_of("kind", "head", "tombstone"),
    sa.Index(None, "case_id", "place"),
)

proof_nodes = keyed_table("proof_nodes", key_number("level"), _place("place"), octets("hash"))
"""The complete subtrees of two leaves (level 1) and more; leaves have their hash themselves."""

proof_roots = keyed_table(
    "proof_roots",
    # How many leaves it is over.
    _place("size"),
    key_text("key_id"),
    octets("root"),
    moment("signed_at"),
    octets("signature"),
)

proof_keys = sa.Table(
    "proof_keys",
    METADATA,
    key_number("number"),
    text("key_id"),
    octets("public"),
    moment("since"),
    # The key before, which signed that this one follows; NULL for the first.
    text("signed_by", nullable=True),
    octets("signature", nullable=True),
    sa.Index(None, "key_id", unique=True),
)
"""Public keys; the private one is a file."""

tombstones = keyed_table(
    "tombstones",
    case_id(),
    number("seq"),
    octets("head"),
    # What was signed, and is the leaf: case, events, head, authority, when.
    octets("statement"),
    text("key_id"),
    octets("signature"),
)
"""Cases that were lawfully destroyed. The log lets go of the rows of a case that has one."""
