"""Whether what the log committed to still lies in the vault unchanged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from engine import canonical
from engine.canonical import VaultRef
from engine.cases import statements as sql
from engine.cases.log import EventContent, StoredEvent
from engine.errors import BihuanError
from engine.history.findings import HistoryFinding
from engine.store import Reading
from engine.vault import Erased, Vault

TAG = "@vault:"


def check_sealed(
    tx: Reading, vault: Vault, case_id: UUID, event: StoredEvent, content: EventContent
) -> Iterator[HistoryFinding]:
    """Check every vault entry an event made; an erased one is lawful and its commitment stands."""
    for reference in _references(content.input):
        if reference is None:
            zh, en = "保密内容的引用无法读取", "a reference to confidential content cannot be read"
            yield HistoryFinding(
                rule="vault", case_id=case_id, seq=event.head.seq, message_zh=zh, message_en=en
            )
            continue
        if reference.entry // 10_000 != event.head.seq:
            continue
        row = tx.row(sql.read_vault, {"case_id": case_id, "entry_id": reference.entry})
        zh, en = "保密内容缺失", "confidential content is missing"
        if row is not None:
            try:
                party, ciphertext, kind = row
                vault.open(
                    case_id,
                    reference.entry,
                    party,
                    bytes(ciphertext),
                    commitment=reference.commitment,
                    kind=kind,
                )
                continue
            except Erased:
                continue
            except BihuanError as error:
                zh, en = error.message_zh, error.message_en
        yield HistoryFinding(
            rule="vault",
            case_id=case_id,
            seq=event.head.seq,
            place=f"vault_entries[{reference.entry}]",
            message_zh=zh,
            message_en=en,
        )


def _references(value: Any) -> Iterator[VaultRef | None]:
    """Every reference in a value; None for one that is none."""
    if isinstance(value, str):
        if value.startswith(TAG):
            try:
                found = canonical.from_wire(value)
            except BihuanError:
                found = None
            yield found if isinstance(found, VaultRef) else None
    elif isinstance(value, dict):
        for entry in value.values():
            yield from _references(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from _references(entry)
