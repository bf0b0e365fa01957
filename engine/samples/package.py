"""Reading a process package from its folder."""

from __future__ import annotations

from pathlib import Path

PARTS = (".bpmn", ".dmn", ".form")
"""Endings of the files that are deployed; guides and sample data stay at home."""


def read_folder(folder: Path) -> dict[str, bytes]:
    """The deployable files of a package: path inside the folder (with `/`) → content, in order of their names."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.suffix in PARTS and path.is_file()
    }
