"""The case log: what an event holds, and the bytes its hash covers.

An event's row is a head (case, number, times, kind, actor) and its content: the command's input, what it read
outside, its effects and the state hash after it, as canonical JSON compressed with zstd. The hash covers the
previous hash, the head and the stored content bytes as they are, so that no byte of the row can change
unnoticed and nothing has to be compressed again to prove it.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import zstandard

from engine import canonical
from engine.errors import BihuanError

GENESIS = bytes(32)
"""The hash before a case's first event."""

MAX_CONTENT = 256 * 1024 * 1024
"""No event's content is longer than this when decompressed."""

REFUSED = "refused"
"""The kind of an event that records a refusal: it has no effects."""

DOCUMENT, SIGN_DOCUMENT, SEAL_DOSSIER = "document", "sign_document", "seal_dossier"
DOSSIER = "dossier"
MADE = {DOCUMENT: DOCUMENT, SEAL_DOSSIER: DOSSIER}
"""The kinds of events with which a file is made rather than uploaded, and the kinds of these files."""

RECORDS = frozenset({REFUSED, DOCUMENT, SIGN_DOCUMENT, SEAL_DOSSIER})
"""The kinds of events that record something and leave the state as it is: nothing of them is executed, and a case that
has ended takes them too."""


class CorruptEvent(BihuanError):
    """A stored event cannot be read as what it claims to be."""

    default_code = "event.corrupt"


@dataclass(frozen=True, kw_only=True, slots=True)
class EventHead:
    """What identifies an event. Times in microseconds since 1970 UTC.

    recorded_at: when it was committed. effective_at: the case clock, never decreasing within a case.
    """

    case_id: UUID
    seq: int
    recorded_at: int
    effective_at: int
    kind: str
    actor: str
    on_behalf_of: str | None = None

    def row(self) -> list[Any]:
        """The canonical wire form."""
        return [
            str(self.case_id),
            self.seq,
            self.recorded_at,
            self.effective_at,
            self.kind,
            self.actor,
            self.on_behalf_of,
        ]


@dataclass(frozen=True, kw_only=True, slots=True)
class EventContent:
    """What happened: input, reads, effects in wire form; `state_hash` is the hex digest of the state after."""

    input: dict[str, Any]
    reads: list[list[Any]] = field(default_factory=list)
    effects: list[list[Any]] = field(default_factory=list)
    state_hash: str

    def canonical(self) -> bytes:
        """The canonical bytes."""
        content: dict[str, Any] = {
            "input": self.input,
            "reads": self.reads,
            "effects": self.effects,
            "state": self.state_hash,
        }
        return canonical.dumps(content)

    @classmethod
    def from_canonical(cls, data: bytes) -> EventContent:
        """Read the canonical bytes back."""
        found = canonical.loads(data)
        if not _has_shape(found):
            raise ValueError("not the content of an event")
        return cls(
            input=found["input"], reads=found["reads"], effects=found["effects"], state_hash=found["state"]
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredEvent:
    """An event as it lies in the log: its head, the stored content bytes and the hash."""

    head: EventHead
    content: bytes
    hash: bytes

    def open(self) -> EventContent:
        """The content. Raises CorruptEvent when the bytes are none."""
        try:
            return EventContent.from_canonical(unpack(self.content))
        except (KeyError, TypeError, ValueError, zstandard.ZstdError, BihuanError) as error:
            raise CorruptEvent(
                message_zh=f"第{self.head.seq}号事件的内容无法读取",
                message_en=f"the content of event {self.head.seq} cannot be read",
                place={"case": str(self.head.case_id), "seq": self.head.seq},
            ) from error


def _has_shape(found: Any) -> bool:
    return (
        isinstance(found, dict)
        and isinstance(found["input"], dict)
        and isinstance(found["state"], str)
        and _are_named_lists(found["reads"])
        and _are_named_lists(found["effects"])
    )


def _are_named_lists(found: Any) -> bool:
    return isinstance(found, list) and all(
        isinstance(entry, list) and entry and isinstance(entry[0], str) for entry in found
    )


_LOCAL = threading.local()


def pack(data: bytes) -> bytes:
    """Compress canonical content for storage."""
    compressor: zstandard.ZstdCompressor | None = getattr(_LOCAL, "compressor", None)
    if compressor is None:
        compressor = _LOCAL.compressor = zstandard.ZstdCompressor(level=3)
    return compressor.compress(data)


def unpack(data: bytes) -> bytes:
    """Decompress stored content. Raises zstandard.ZstdError for anything else."""
    decompressor: zstandard.ZstdDecompressor | None = getattr(_LOCAL, "decompressor", None)
    if decompressor is None:
        decompressor = _LOCAL.decompressor = zstandard.ZstdDecompressor()
    return decompressor.decompress(data, max_output_size=MAX_CONTENT)


def chain(previous: bytes, head: EventHead, content: bytes) -> bytes:
    """The hash of an event: SHA-256 over the previous hash, the canonical head and the stored content."""
    return canonical.digest(previous + canonical.dumps(head.row()) + content)
