"""What is hashed into the proof tree and what is signed, to the byte: canonical JSON (RFC 8785).

Every statement says what it is, so that none can pass for another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from engine import canonical
from engine.history import merkle
from engine.history.signing import is_signed, key_id


@dataclass(frozen=True, kw_only=True, slots=True)
class Root:
    """A signed root: over how many leaves, when (microseconds since 1970 UTC), by which key."""

    size: int
    root: bytes
    signed_at: int
    key_id: str
    signature: bytes

    def is_by(self, public: bytes) -> bool:
        """Whether the key with this public half signed it."""
        statement = root_statement(self.size, self.root, self.signed_at, self.key_id)
        return key_id(public) == self.key_id and is_signed(statement, self.signature, public)


@dataclass(frozen=True, kw_only=True, slots=True)
class PublicKey:
    """The public half of a key, and who says that it follows: nobody for the first, else the key before."""

    id: str
    public: bytes
    since: int
    signed_by: str | None = None
    signature: bytes | None = None

    def follows(self, before: PublicKey) -> bool:
        """Whether the key before signed that this one follows it."""
        if self.signed_by != before.id or self.signature is None:
            return False
        return is_signed(succession_statement(self, before.id), self.signature, before.public)


@dataclass(frozen=True, kw_only=True, slots=True)
class Leaf:
    """A leaf of the tree. kind: `head` of a case, or its `tombstone`. statement: what the tombstone says."""

    place: int
    kind: str
    case_id: UUID
    seq: int
    head: bytes
    statement: bytes | None = None

    def entry(self) -> bytes:
        """The bytes that are hashed."""
        if self.kind == "head":
            return head_entry(self.case_id, self.seq, self.head)
        return self.statement or b""


def head_entry(case_id: UUID, seq: int, head: bytes) -> bytes:
    """The leaf that says: this case had so many events, and the hash of the last was this."""
    return canonical.dumps({"is": "bihuan.head.1", "case": str(case_id), "events": seq, "head": head.hex()})


def tombstone_entry(case_id: UUID, seq: int, head: bytes, *, authority: Mapping[str, Any], at: int) -> bytes:
    """The leaf that says: this case was lawfully destroyed."""
    return canonical.dumps(
        {
            "is": "bihuan.tombstone.1",
            "case": str(case_id),
            "events": seq,
            "head": head.hex(),
            "authority": dict(authority),
            "at": at,
        }
    )


def root_statement(size: int, root: bytes, signed_at: int, key: str) -> bytes:
    """What a signed root says."""
    return canonical.dumps(
        {"is": "bihuan.root.1", "size": size, "root": root.hex(), "at": signed_at, "key": key}
    )


def succession_statement(key: PublicKey, before: str) -> bytes:
    """What the old key says of the new one."""
    return canonical.dumps(
        {
            "is": "bihuan.key.1",
            "key": key.id,
            "public": key.public.hex(),
            "since": key.since,
            "before": before,
        }
    )


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a leaf."""
    return merkle.leaf(entry)


def linked(keys: Mapping[str, PublicKey], anchors: set[str]) -> set[str]:
    """The keys that are trusted because the trusted ones say, or are said by them, to be of one row.

    A key before a trusted one signed that the trusted one follows; whatever it signed must fit into the tree that the
    trusted one signed, so that taking it in gives nothing away.
    """
    found = {each for each in anchors if each in keys}
    pairs = [
        (each.id, before.id)
        for each in keys.values()
        for before in (keys.get(each.signed_by or ""),)
        if before is not None and each.follows(before)
    ]
    while True:
        more = {
            other
            for one, before in pairs
            for known, other in ((one, before), (before, one))
            if known in found and other not in found
        }
        if not more:
            return found
        found |= more
