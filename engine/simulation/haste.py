"""Simulated cases need not outlive a power cut: their commits do not wait for the disk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from engine.facade import Engine

_SETTINGS = {
    "sqlite": (
        # Besides: what a year touches again and again stays in memory, and is copied home more seldom.
        ("PRAGMA synchronous = OFF", "PRAGMA cache_size = -400000", "PRAGMA wal_autocheckpoint = 20000"),
        ("PRAGMA synchronous = FULL", "PRAGMA cache_size = -2000", "PRAGMA wal_autocheckpoint = 1000"),
    ),
    "postgresql": (("SET synchronous_commit = off",), ("SET synchronous_commit = on",)),
}


@contextmanager
def hasty(engine: Engine) -> Iterator[None]:
    """Let commits of the block be written when the operating system likes.

    The database stays sound if the program stops; if the machine does, the last cases may be lost. Every connection
    waits for the disk again when it is used after the block.
    """
    database = engine.database
    fast, safe = _SETTINGS[database.dialect]
    now = fast

    def prepare(connection: Any, record: Any, proxy: Any) -> None:
        if record.info.get("haste") is not now:
            cursor = connection.cursor()
            for statement in now:
                cursor.execute(statement)
            cursor.close()
            record.info["haste"] = now

    sa.event.listen(database.engine, "checkout", prepare)
    try:
        with engine.vault.hasty():
            yield
    finally:
        now = safe
