"""Making those who subscribe to a message and those who bring one wait for each other."""

from __future__ import annotations

from hashlib import sha256
from typing import Final

import sqlalchemy as sa

from engine.store.statement import Statement
from engine.store.transaction import Transaction

_LOCK: Final = Statement(
    sa.select(sa.func.pg_advisory_xact_lock(sa.bindparam("number", type_=sa.BigInteger)))
)


def lock_correlation(tx: Transaction, name: str, key: str) -> None:
    """Hold, until the transaction ends, what stands for the messages named `name` with correlation key `key`.

    A subscription that looks for a waiting message and a message that looks for a subscription both take it
    first, so that neither misses the other. Those who lock several must do so in the order of (name, key), lest
    two wait for each other. On SQLite a writer is alone anyway.
    """
    if tx.dialect == "postgresql":
        tx.write(_LOCK, {"number": _number(name, key)})


def _number(name: str, key: str) -> int:
    # The length keeps ("a", "bc") and ("ab", "c") apart.
    text = f"{len(name)}:{name}{key}".encode()
    return int.from_bytes(sha256(text).digest()[:8], signed=True)
