"""The small application, on SQLite in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.auth.house import House, build


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """The application of one test."""
    made = build(tmp_path / "config")
    yield made
    made.engine.close()
