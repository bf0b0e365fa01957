"""An installation on SQLite for the tests of one module; they leave each other's cases alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.api.place import Place, open_place


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """An installation."""
    opened = open_place("sqlite://", tmp_path_factory.mktemp("data"))
    yield opened
    opened.engine.close()
