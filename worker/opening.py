"""The engine of a worker process, as the settings say."""

from __future__ import annotations

import gc
from pathlib import Path

from engine.cli.shipped import settings_folder
from engine.errors import InvalidInput
from engine.facade import Engine
from engine.installation import open_engine
from engine.runtime import Settings
from engine.settings import ServiceSettings
from worker.connectors.registry import Registry


def open_worker_engine(settings: ServiceSettings, registry: Registry) -> Engine:
    """Open it. Raises InvalidInput when the keyring of a server was not named, and what `Engine.open` raises."""
    embedded = settings.database.startswith("sqlite")
    if not embedded and not settings.keyring:
        raise InvalidInput(
            code="keyring.unnamed",
            message_zh="请用 BIHUAN_KEYRING 指定密钥库（sqlite:///路径），密钥不与数据库放在一起",
            message_en="name the keyring with BIHUAN_KEYRING (sqlite:///path): "
            "keys are kept apart from the database",
        )
    engine = open_engine(
        settings.database,
        Path(settings.config) if settings.config else settings_folder(),
        create=embedded,
        settings=Settings(zone=settings.zone, soon_seconds=settings.due_soon_hours * 3_600),
        keyring=settings.keyring or None,
        pool_size=settings.pool_size,
        senders=registry.senders(settings.zone),
    )
    # The directory stays for as long as the process does: no collection need walk through it again.
    gc.collect()
    gc.freeze()
    return engine
