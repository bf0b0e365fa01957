"""How many requests a minute: per caller, per address, and attempts to sign in."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable
from typing import Final

from limits import RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import Storage, storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter

from api.auth.refusals import TooManyRequests

_LOG = logging.getLogger("bihuan.security")
_NAMESPACE: Final = "bihuan"


class Rates:
    """Counts in Redis, so that all processes count together; in memory, each for itself, where there is none.

    redis: its address (`redis://…`, `unix:///path`); empty for none. When Redis does not answer, this process goes
    on counting in memory: a broken counter must not stop the work.
    """

    def __init__(self, redis: str = "") -> None:
        self._near = Minutes()
        self._shared = SlidingWindowCounterRateLimiter(_storage(redis)) if redis else None

    def count(self, kind: str, who: str, a_minute: int) -> None:
        """Count one request. a_minute: how many are allowed, 0 for any number. Raises TooManyRequests."""
        if not a_minute:
            return
        wait = (
            self._near.count(kind, who, a_minute)
            if self._shared is None
            else self._together(kind, who, a_minute)
        )
        if wait:
            raise TooManyRequests.after(wait, code="rate.exceeded")

    def _together(self, kind: str, who: str, a_minute: int) -> int:
        assert self._shared is not None
        item = RateLimitItemPerMinute(a_minute, 1, namespace=_NAMESPACE)
        try:
            if self._shared.hit(item, kind, who):
                return 0
            reset = self._shared.get_window_stats(item, kind, who).reset_time
        except StorageError:
            _LOG.warning("rates are counted in memory: Redis does not answer")
            return self._near.count(kind, who, a_minute)
        return min(60, max(1, math.ceil(reset - time.time())))


class Minutes:
    """Requests of this minute and of the one before, by who asks; of this process alone.

    The minute before counts by the part of it that lies within the last 60 seconds. now: seconds.
    """

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._minute = 0
        self._before: dict[tuple[str, str], int] = {}
        self._this: dict[tuple[str, str], int] = {}

    def count(self, kind: str, who: str, a_minute: int) -> int:
        """Count one request: 0, or, when it is one too many and not counted, the seconds to wait."""
        minute, into = divmod(self._now(), 60.0)
        with self._lock:
            if int(minute) != self._minute:
                # Whoever has not asked for a minute is forgotten with it.
                self._before = self._this if int(minute) == self._minute + 1 else {}
                self._this, self._minute = {}, int(minute)
            before, this = self._before.get((kind, who), 0), self._this.get((kind, who), 0)
            if before * (1 - into / 60) + this < a_minute:
                self._this[kind, who] = this + 1
                return 0
        free_at = 60 * (1 - (a_minute - this) / before) if this < a_minute else 60.0
        return min(60, max(1, math.ceil(free_at - into)))


def _storage(redis: str) -> Storage:
    address = f"redis+{redis}" if redis.startswith("unix://") else redis
    found = storage_from_string(address, wrap_exceptions=True)
    assert isinstance(found, Storage)
    return found
