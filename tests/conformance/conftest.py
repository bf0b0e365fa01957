"""A world for each test; when the test ends every case in it is held against its log."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.driving import World


@pytest.fixture
def world() -> Iterator[World]:
    """An engine in memory at 09:00 of a Monday."""
    made = World()
    yield made
    made.check()
    made.engine.close()
