"""A value of a case in one short line; what is sealed stays so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from engine.canonical import VaultRef
from engine.cli.printable import printable
from engine.feel import to_text
from engine.i18n import Catalogue

LONGEST_VALUE = 40


def shown(value: Any, say: Catalogue, longest: int = LONGEST_VALUE) -> str:
    """The value as text of `longest` characters at most, with what a terminal would obey made visible."""
    if isinstance(value, VaultRef):
        return say("value.sealed")
    if isinstance(value, dict):
        return (
            "{"
            + ", ".join(f"{name}: {shown(part, say, longest)}" for name, part in value.items())[:longest]
            + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(shown(part, say, longest) for part in value)[:longest] + "]"
    if value is None or isinstance(value, bool):
        return str(value).lower() if value is not None else "null"
    if isinstance(value, timedelta):
        return to_text(value)
    return printable(value, longest=longest)
