"""Rates counted in a real Redis, and without it when it goes away."""

from __future__ import annotations

import pytest

from api.auth import TooManyRequests
from api.security.rates import Rates
from tests.infrastructure.redis_process import RedisProcess


def test_processes_count_together_in_redis_and_alone_when_it_goes_away() -> None:
    with RedisProcess() as redis:
        one, other = Rates(redis.url), Rates(redis.url)
        for rates in (one, other, one):
            rates.count("caller", "li", 3)
        with pytest.raises(TooManyRequests) as refused:
            other.count("caller", "li", 3)
        assert 1 <= int(refused.value.headers["Retry-After"]) <= 60
        other.count("caller", "wang", 3)
        redis.kill()
        for _ in range(3):
            one.count("caller", "li", 3)
        with pytest.raises(TooManyRequests):
            one.count("caller", "li", 3)


def test_what_is_not_limited_is_not_counted() -> None:
    rates = Rates()
    for _ in range(1_000):
        rates.count("caller", "li", 0)
