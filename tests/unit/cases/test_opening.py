"""An engine that cannot be opened leaves nothing open."""

from __future__ import annotations

import gc

import pytest

from engine.errors import InvalidInput
from engine.facade import Config, Engine


def test_a_keyring_that_cannot_be_opened_closes_the_database_again(database_url: str) -> None:
    with pytest.raises(InvalidInput):
        Engine.open(database_url, config=Config(keyring="postgresql://somewhere"))
    # A connection left behind warns when it is collected, and a warning fails the test.
    gc.collect()
