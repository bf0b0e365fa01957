"""Simulated cases need not outlive a power cut: their commits do not wait for the disk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from engine.facade import Engine

_SETTINGS = {
    "sqlite": ("PRAGMA synchronous = OFF", "PRAGMA synchronous = FULL"),
    "postgresql": ("SET synchronous_commit = off", "SET synchronous_commit = on"),
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
        cursor = connection.cursor()
        cursor.execute(now)
        cursor.close()

    sa.event.listen(database.engine, "checkout", prepare)
    try:
        with engine.vault.hasty():
            yield
    finally:
        now = safe
