"""Decision tables of a package, read once."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from engine.dmn import DecisionModel, read


@cache
def model(folder: Path, table: str) -> DecisionModel:
    """The model of a table's file, which has no findings."""
    reading = read((folder / f"{table}.dmn").read_bytes(), file=f"{table}.dmn")
    assert reading.findings == ()
    assert reading.model is not None
    return reading.model
