"""The key that signs the proof tree, as the command line finds it."""

from __future__ import annotations

from pathlib import Path

from engine.cli.desk import Desk
from engine.errors import BihuanError


def signing_file(desk: Desk) -> Path:
    """The file: as the settings name it, else beside an embedded database. Raises InvalidInput."""
    from engine.history.signing import key_file
    from engine.settings import ServiceSettings

    return key_file(desk.chosen.database, ServiceSettings.read().signing_key)


def own_key(desk: Desk) -> str | None:
    """The name of the key that signs here; None where there is none that can be read."""
    from engine.history.signing import SigningKey

    try:
        return SigningKey.read(signing_file(desk)).id
    except (BihuanError, OSError):
        return None
