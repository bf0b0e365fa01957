"""A case whose steps yield documents, in memory and on each database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.documents.paper_world import PaperWorld, build


@pytest.fixture
def world(tmp_path: Path) -> Iterator[PaperWorld]:
    """The world in memory."""
    made = build("sqlite://", tmp_path)
    yield made
    made.engine.close()


@pytest.fixture
def every_world(database_url: str, tmp_path: Path) -> Iterator[PaperWorld]:
    """The world on each kind of database in turn."""
    made = build(database_url, tmp_path)
    yield made
    made.engine.close()
