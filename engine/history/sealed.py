"""Whether what the log committed to still lies in the vault unchanged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from engine import canonical
from engine.canonical import VaultRef
from engine.cases import statements as sql
from engine.cases.log import EventContent, StoredEvent
from engine.errors import BihuanError
from engine.history.findings import HistoryFinding
from engine.store import Database, Reading, Statement
from engine.store.tables import erasures
from engine.vault import Erased, Keyring, Vault

TAG = "@vault:"
_LINE: Final = Statement(
    sa.select(erasures.c.case_id).where(erasures.c.case_id == sa.bindparam("case_id", type_=sa.Uuid))
)


def check_sealed(
    tx: Reading, vault: Vault, case_id: UUID, event: StoredEvent, content: EventContent, erased: list[int]
) -> Iterator[HistoryFinding]:
    """Check every vault entry an event made. erased: gets the entries whose key is gone; their commitments stand."""
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
                erased.append(reference.entry)
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


def check_erased(
    database: Database, keyring: Keyring, case_id: UUID, erased: list[int]
) -> Iterator[HistoryFinding]:
    """Whether a line says when the keys of a case went, by whom and on what ground. erased: entries without a key.

    To be called when the case was read: what was erased in the meantime has got its line by now.
    """
    if not erased and not keyring.is_destroyed(case_id):
        return
    with database.reading() as tx:
        if tx.row(_LINE, {"case_id": case_id}) is not None:
            return
    yield HistoryFinding(
        rule="vault.key",
        case_id=case_id,
        place=f"vault_entries[{erased[0]}]" if erased else "",
        message_zh="保密内容的密钥没有了，而 erasures 没有记下何时、由谁、依据什么销毁",
        message_en="keys of the confidential content are gone, and no line of erasures says when, by whom and on what "
        "ground",
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
