"""How many requests a minute: per caller, per address, and attempts to sign in."""

from __future__ import annotations

import logging
import math
import time
from typing import Final

from limits import RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import MemoryStorage, Storage, storage_from_string
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
        self._near = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._shared = SlidingWindowCounterRateLimiter(_storage(redis)) if redis else None

    def count(self, kind: str, who: str, a_minute: int) -> None:
        """Count one request. a_minute: how many are allowed, 0 for any number. Raises TooManyRequests."""
        if not a_minute:
            return
        item = RateLimitItemPerMinute(a_minute, 1, namespace=_NAMESPACE)
        limiter = self._near
        if self._shared is not None:
            try:
                allowed = self._shared.hit(item, kind, who)
                limiter = self._shared
            except StorageError:
                _LOG.warning("rates are counted in memory: Redis does not answer")
                allowed = limiter.hit(item, kind, who)
        else:
            allowed = limiter.hit(item, kind, who)
        if not allowed:
            raise TooManyRequests.after(_wait(limiter, item, kind, who), code="rate.exceeded")


def _wait(limiter: SlidingWindowCounterRateLimiter, item: RateLimitItemPerMinute, kind: str, who: str) -> int:
    try:
        reset = limiter.get_window_stats(item, kind, who).reset_time
    except StorageError:
        return 60
    return min(60, max(1, math.ceil(reset - time.time())))


def _storage(redis: str) -> Storage:
    address = f"redis+{redis}" if redis.startswith("unix://") else redis
    found = storage_from_string(address, wrap_exceptions=True)
    assert isinstance(found, Storage)
    return found
