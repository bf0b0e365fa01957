"""What RQ calls: each takes ids and does what is still to be done about them.

Doing a thing twice does nothing the second time, so a batch may come again at any time. While the database is
away a batch waits for it; what is left of a batch that fails is found again by the scheduler.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import partial
from typing import Final, TypeVar
from uuid import UUID

import sqlalchemy as sa

from worker.office import office

T = TypeVar("T")
PATIENCE: Final = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 5.0, 5.0)
"""Seconds between attempts while the database is away."""

_LOG = logging.getLogger(__name__)


def fire_timers(cases: list[str]) -> int:
    """Fire the due timers of cases, in order within each; how many took effect."""
    due = office().engine.due
    return sum(_steady(partial(due.fire_case, UUID(text))) for text in cases)


def send_outbox(rows: list[tuple[str, int, int]]) -> int:
    """Deliver rows of the outbox; how many left it."""
    outbox = office().engine.outbox
    return sum(_steady(partial(outbox.send, UUID(text), seq, number)) for text, seq, number in rows)


def start_cases(_: list[str]) -> int:
    """Start the cases whose timed start is due; how many."""
    engine = office().engine
    return _steady(lambda: engine.due.start_cases(engine.clock()))


def deliver_messages(_: list[str]) -> int:
    """Match kept messages with who waits for them by now, and report those that expired; how many were delivered."""
    return _steady(office().engine.due.deliver_messages)


def _steady(work: Callable[[], T]) -> T:
    """Do it, waiting while the database is away. Raises when it is away for too long."""
    for pause in PATIENCE:
        try:
            return work()
        except sa.exc.DBAPIError as error:
            _LOG.warning("the database is away or busy: %s", type(error.orig or error).__name__)
            time.sleep(pause)
    return work()
