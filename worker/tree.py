"""A tree of processes: started in order, restarted with growing delay when they end, stopped together."""

from __future__ import annotations

import ctypes
import logging
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

_LOG = logging.getLogger(__name__)

FIRST_DELAY: Final = 0.2
LONGEST_DELAY: Final = 10.0
SOUND_AFTER: Final = 30.0
"""Seconds a process must have run for its next restart to be immediate again."""
PATIENCE: Final = 20.0
"""Seconds that processes have to end in order before they are killed."""
_WATCH: Final = 0.1
_PR_SET_PDEATHSIG: Final = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Child:
    """One process of the tree. ready: tells whether the ones after it may start; None: at once."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    ready: Callable[[], bool] | None = None


@dataclass(slots=True)
class _Running:
    child: Child
    process: subprocess.Popen[bytes]
    since: float
    delay: float = FIRST_DELAY
    restart_at: float | None = None


@dataclass
class Tree:
    """Runs children until it is told to stop.

    patience: seconds to wait for a child to be ready before the next is started all the same.
    """

    children: Sequence[Child]
    patience: float = 10.0
    _running: list[_Running] = field(default_factory=list)

    def run(self, stop: threading.Event, up: Callable[[], None] = lambda: None) -> None:
        """Start the children, watch them until `stop` is set, and end them, the last one first.

        up: called once all are started.
        """
        try:
            for child in self.children:
                if stop.is_set():
                    return
                self._running.append(_Running(child, self._start(child), time.monotonic()))
                self._await(child, stop)
            up()
            while not stop.wait(_WATCH):
                for running in self._running:
                    self._watch(running)
        finally:
            self._end()

    def _start(self, child: Child) -> subprocess.Popen[bytes]:
        # Its own session, so that an interrupt at the terminal reaches the tree alone, which ends it in order.
        return subprocess.Popen(  # noqa: S603 - our own commands
            list(child.command),
            env=dict(child.environment),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 - one system call
        )

    def _await(self, child: Child, stop: threading.Event) -> None:
        deadline = time.monotonic() + self.patience
        while child.ready is not None and not child.ready() and time.monotonic() < deadline:
            if stop.wait(0.02):
                return
            self._watch(self._running[-1])

    def _watch(self, running: _Running) -> None:
        now = time.monotonic()
        if running.restart_at is not None:
            if now >= running.restart_at:
                running.process = self._start(running.child)
                running.since, running.restart_at = now, None
            return
        code = running.process.poll()
        if code is None:
            return
        sound = now - running.since >= SOUND_AFTER
        running.delay = FIRST_DELAY if sound else min(running.delay * 2, LONGEST_DELAY)
        running.restart_at = now + running.delay
        _LOG.warning(
            "%s ended with %s and is started again in %.1f s", running.child.name, code, running.delay
        )

    def _end(self) -> None:
        deadline = time.monotonic() + PATIENCE
        for running in reversed(self._running):
            if running.process.poll() is None:
                running.process.send_signal(signal.SIGTERM)
                try:
                    running.process.wait(max(0.1, deadline - time.monotonic()))
                except subprocess.TimeoutExpired:
                    running.process.kill()
                    running.process.wait()


def _die_with_parent() -> None:
    """A tree that was killed leaves no processes behind."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
