"""What tests of the workers share: one Redis for each test process, emptied before each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from redis import Redis

from tests.infrastructure.redis_process import RedisProcess
from worker.queues import connect


@pytest.fixture(scope="session")
def redis_process() -> Iterator[RedisProcess]:
    """A Redis of this test process."""
    with RedisProcess() as process:
        yield process


@pytest.fixture
def redis(redis_process: RedisProcess) -> Iterator[Redis]:
    """A connection to an empty Redis."""
    with connect(redis_process.url) as client:
        client.flushall()
        yield client
