"""How long work that is not due goes on before others have their turn."""

from __future__ import annotations

import time
from typing import Final

from redis import Redis
from rq import get_current_job

from worker.queues import LOST, QueueName, Queues

LONGEST: Final = 10.0
"""Seconds; less than a worker that is told to stop is given to end what it has begun."""


class Turn:
    """The turn of one batch: over after a while, or as soon as an emergency waits. The next batch goes on.

    redis: of the queues; by default that of the batch RQ carries out, none outside of one.
    """

    def __init__(self, redis: Redis | None = None, *, longest: float = LONGEST) -> None:
        job = get_current_job()
        redis = redis or (None if job is None else job.connection)
        self._queues = None if redis is None else Queues(redis)
        self._ends = time.monotonic() + longest

    def over(self) -> bool:
        """Whether others are to have their turn now; asked between two cases."""
        return time.monotonic() >= self._ends or self._emergency()

    def _emergency(self) -> bool:
        if self._queues is None:
            return False
        try:
            return self._queues.waiting()[QueueName.EMERGENCY] > 0
        except LOST:
            # Without Redis nobody waits in it; what is done here needs none.
            return False
