"""What pyproject.toml has no word for: the process packages and settings that come along, whatever folders there are.

They are installed below `share/bihuan/`, where `engine.cli.shipped` finds them.
"""

from __future__ import annotations

from pathlib import Path

from setuptools import setup


def shipped(*roots: str) -> list[tuple[str, list[str]]]:
    """The files of these folders, by the folder they are installed into."""
    folders = [folder for root in roots for folder in (Path(root), *sorted(Path(root).rglob("*")))]
    held = {
        folder: sorted(str(file) for file in folder.iterdir() if file.is_file())
        for folder in folders
        if folder.is_dir()
    }
    return [(f"share/bihuan/{folder.as_posix()}", files) for folder, files in held.items() if files]


setup(data_files=shipped("bpmn", "config"))
