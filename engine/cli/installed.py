"""Where an installation is: the folder that `bihuan init` made, when one works in it."""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from pathlib import Path

from engine.settings import FILE, PREFIX, ServiceSettings

SETTINGS = "bihuan.toml"
SHARED = ("database", "keyring", "zone", "config", "packages")
"""Settings that the commands follow as well as the service."""


def follow_settings(environment: MutableMapping[str, str]) -> None:
    """Let what follows run with the settings file: the one named, else `bihuan.toml` of the present folder.

    What is set in the environment wins. Raises InvalidInput for a file that is not understood.
    """
    named = environment.get(FILE)
    path = Path(named) if named else Path(SETTINGS)
    if not path.is_file():
        return
    settings = ServiceSettings.read(environment, path)
    environment[FILE] = os.fspath(path.resolve())
    for name in SHARED:
        value = str(getattr(settings, name))
        if value:
            environment.setdefault(PREFIX + name.upper(), value)
