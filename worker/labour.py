"""RQ workers that do not fork for each batch, and outlive Redis."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Sequence
from types import FrameType
from typing import Any, Final

from redis import Redis
from rq.serializers import JSONSerializer
from rq.worker import SimpleWorker

from worker.queues import LOST

_LOG = logging.getLogger(__name__)
_PAUSE: Final = 0.5
_WAIT: Final = 20
"""Seconds of waiting for work at a stretch; RQ keeps a worker registered for somewhat longer than this."""


class Labourer(SimpleWorker):
    """Does batches in its own process. stop: set when it is asked to stop, after the batch under way."""

    log_result_lifespan = False
    max_connection_wait_time = 2.0

    def __init__(self, queues: Sequence[str], *, connection: Redis, stop: threading.Event) -> None:
        self._stop_event = stop
        super().__init__(
            list(queues),
            connection=connection,
            serializer=JSONSerializer,
            worker_ttl=_WAIT + 15,
            log_job_description=False,
        )

    def request_stop(self, signum: int, frame: FrameType | None) -> Any:
        """SIGTERM or SIGINT: finish the batch under way; a second one ends it at once."""
        self._stop_event.set()
        inherited: Any = super().request_stop
        return inherited(signum, frame)


def labour(queues: Sequence[str], connection: Redis) -> None:
    """Do what comes into the queues, the first ones first, until SIGTERM; Redis may come and go."""
    stop = threading.Event()

    def stopped(signum: int, _: FrameType | None) -> None:
        stop.set()

    while not stop.is_set():
        signal.signal(signal.SIGTERM, stopped)
        signal.signal(signal.SIGINT, stopped)
        try:
            Labourer(queues, connection=connection, stop=stop).work(logging_level="WARNING")
        except LOST as error:
            _LOG.warning("waiting for Redis: %s", type(error).__name__)
        stop.wait(_PAUSE)
