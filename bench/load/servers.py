"""Processes of the service, and what processor time they take."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_TICK: Final = os.sysconf("SC_CLK_TCK")
_PATIENCE: Final = 120.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Server:
    """A running process with its port."""

    pid: int
    port: int


@contextmanager
def running(command: list[str], port: int, environment: Mapping[str, str], log: Path) -> Iterator[Server]:
    """Run a server until the block ends. Raises RuntimeError with its log when it does not come up."""
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, *command],
            env={**os.environ, **environment},
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        _await(process, port, log)
        yield Server(pid=process.pid, port=port)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()


def free_port() -> int:
    """A port of this machine nobody listens at."""
    with socket.socket() as attempt:
        attempt.bind(("127.0.0.1", 0))
        return int(attempt.getsockname()[1])


def seconds_of(session: int) -> float:
    """Processor seconds that a process and those it started have taken, ended ones too."""
    members = {session}
    parents = {int(path.name): _stat(path) for path in Path("/proc").iterdir() if path.name.isdigit()}
    grown = True
    while grown:
        more = {pid for pid, stat in parents.items() if stat and int(stat[1]) in members} - members
        members |= more
        grown = bool(more)
    # User and system time of each, and of the children they have waited for.
    return sum(sum(map(int, stat[11:15])) for pid in members if (stat := parents.get(pid))) / _TICK


def memory_of(pid: int) -> int:
    """Bytes a process has in memory."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _stat(path: Path) -> list[str] | None:
    try:
        return (path / "stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return None


def _await(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"the server did not start:\n{log.read_text()[-3_000:]}")
