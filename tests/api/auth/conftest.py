"""The small application, on SQLite in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.auth.house import House, build


@pytest.fixture(scope="module")
def shared_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The application of one module."""
    made = build(tmp_path_factory.mktemp("config"))
    yield made
    made.engine.close()


@pytest.fixture
def house(shared_house: House) -> House:
    """The application without any account."""
    return shared_house.empty()


@pytest.fixture
def own_house(tmp_path: Path) -> Iterator[House]:
    """An application that a test may change."""
    made = build(tmp_path / "config")
    yield made
    made.engine.close()
