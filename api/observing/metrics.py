"""Prometheus metrics. With several processes set `PROMETHEUS_MULTIPROC_DIR`; `bihuan api` does."""

from __future__ import annotations

import os
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
_REGISTRY: Final = CollectorRegistry()
_SECONDS: Final = Histogram(
    "bihuan_http_request_seconds",
    "Time to answer a request, by method, address and status.",
    ("method", "rule", "status"),
    buckets=(0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
    registry=_REGISTRY,
)
_COMMANDS: Final = Counter(
    "bihuan_commands",
    "Commands given through the API, by kind and what came of them.",
    ("kind", "result"),
    registry=_REGISTRY,
)


def observe(method: str, rule: str, status: int, seconds: float) -> None:
    """A request was answered."""
    _SECONDS.labels(method, rule, str(status)).observe(seconds)


def commanded(kind: str, result: str) -> None:
    """A command was done (`done`, `repeated`) or refused (the error's code)."""
    _COMMANDS.labels(kind, result).inc()


def written() -> bytes:
    """All metrics in Prometheus' text form, of all processes where there are several."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library leaves it untyped
        return generate_latest(registry)
    return generate_latest(_REGISTRY)
