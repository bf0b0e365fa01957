"""What resources work with: the engine, the directory and the settings of this process, and who looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app

from engine.directory import Directory
from engine.facade import Engine
from engine.settings import ServiceSettings

EXTENSION = "bihuan"


@dataclass(frozen=True, kw_only=True, slots=True)
class Service:
    """One process's share of an installation."""

    engine: Engine
    directory: Directory
    settings: ServiceSettings


def service(app: Any = None) -> Service:
    """The service of an application, by default of the one that answers this request."""
    found: Service = (app or current_app).extensions[EXTENSION]
    return found
