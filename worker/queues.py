"""The queues of RQ: their names, and batches of ids put into them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Final

from redis import Redis
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer

EPOCH: Final = "bihuan:epoch"
"""A key that is lost with everything else when Redis is wiped."""

BATCH_SECONDS: Final = 120
"""How long a batch may take before RQ stops it."""

KEPT_FAILURES: Final = 3_600
"""How long, in seconds, a batch that failed stays visible in RQ's tools."""

LOST: Final = (RedisConnectionError, RedisTimeoutError, OSError)
"""What is raised while Redis is away."""


class QueueName(StrEnum):
    """The queues, the most urgent first: workers look into them in the order they are given."""

    EMERGENCY = "emergency"
    TIMERS = "timers"
    OUTBOX = "outbox"
    JOBS = "jobs"
    REPORTS = "reports"


def connect(url: str) -> Redis:
    """A connection to Redis or Valkey at `redis://…` or `unix:///path`; it heals itself."""
    return Redis.from_url(
        url,
        socket_timeout=None,
        socket_connect_timeout=5,
        health_check_interval=30,
        retry=Retry(ExponentialBackoff(cap=1, base=0.05), retries=3),
    )


class Queues:
    """The queues of one Redis."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._queues = {
            name: Queue(name.value, connection=redis, serializer=JSONSerializer) for name in QueueName
        }

    def waiting(self) -> dict[QueueName, int]:
        """How many batches wait in each queue; one round trip."""
        with self._redis.pipeline(transaction=False) as pipe:
            for queue in self._queues.values():
                pipe.llen(queue.key)
            return dict(zip(self._queues, pipe.execute(), strict=True))

    def put(self, name: QueueName, task: str, batches: Sequence[Sequence[Any]]) -> None:
        """Put batches of ids into a queue, each as one RQ job that calls `worker.tasks.<task>` with it."""
        queue = self._queues[name]
        prepared = [
            Queue.prepare_data(
                f"worker.tasks.{task}",
                args=[list(batch)],
                timeout=BATCH_SECONDS,
                result_ttl=0,
                failure_ttl=KEPT_FAILURES,
                description=f"{task}: {len(batch)}",
            )
            for batch in batches
        ]
        if prepared:
            queue.enqueue_many(prepared)

    def mark(self) -> bool:
        """Set the epoch; whether it was still there, so that nothing was wiped since the last time."""
        return not self._redis.set(EPOCH, "1", nx=True)
