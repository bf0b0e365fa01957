"""The templates that come along, for a package that brings none of its own.

A deployment takes a copy of those it uses, so that a case keeps the version it began with.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).with_name("library")
PLACE: Final = "documents/"
"""Where templates lie in a package."""

ENDING: Final = ".typ"
LAYOUT: Final = "documents/layout.typ"
"""What all templates import: page, title, tables, signatures, footer."""

GENERAL: Final = "通用文书"
"""The template of a document that has none of its own: the fields of its form, one below the other."""


def place_of(template: str) -> str:
    """The name of a template's file in a package."""
    return f"{PLACE}{template}{ENDING}"


@cache
def library() -> dict[str, bytes]:
    """All templates that come along, by their names in a package."""
    return {f"{PLACE}{path.name}": path.read_bytes() for path in sorted(FOLDER.glob(f"*{ENDING}"))}


def split(value: str) -> tuple[str, str | None]:
    """What `bihuan:document` says: the document's name, and the template's where it is another one."""
    name, _, template = value.partition(":")
    return name.strip(), template.strip() or None
