"""`bihuan demo --serve` as a process of its own: the whole service on SQLite, with accounts of each role."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import httpx

ROOT = Path(__file__).resolve().parents[2]
STARTS_WITHIN = 180.0
CHEAP = "[passwords]\niterations = 1\nmemory_kib = 64\nlanes = 1\n"
"""Costs of passwords; what the product's own are is told by tests of the hasher."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Service:
    """A service with sample data that runs somewhere."""

    address: str
    accounts: list[dict[str, str]]

    def account(self, role: str) -> dict[str, str]:
        """The account of a role."""
        return next(account for account in self.accounts if account["role"] == role)


@dataclass(frozen=True, kw_only=True, slots=True)
class Demo(Service):
    """A demonstration we started. database: its URL."""

    process: subprocess.Popen[str]
    database: str


@contextmanager
def demo_service(
    folder: Path, *, cases: int, past: int = 0, settings: Mapping[str, str] | None = None
) -> Iterator[Demo]:
    """What `make run` starts, on ports of its own; ended with everything it started.

    Its settings are its own, so that those shipped with the product are not changed by anybody; passwords cost little.
    """
    shutil.copytree(ROOT / "config", folder / "config")
    accounts = folder / "config" / "accounts.toml"
    accounts.write_text(accounts.read_text("utf-8").replace("[passwords]\n", CHEAP, 1), "utf-8")
    environment = {
        **os.environ,
        "BIHUAN_CONFIG": str(folder / "config"),
        "BIHUAN_PORT": str(free_port()),
        "BIHUAN_LIVE_PORT": str(free_port()),
        **(settings or {}),
    }
    words = [
        "demo",
        "--serve",
        "--cases",
        str(cases),
        "--past",
        str(past),
        "--folder",
        str(folder / "d"),
        "--format",
        "json",
        "--quiet",
    ]
    log = (folder / "log").open("w")
    process = subprocess.Popen(
        [sys.executable, "-m", "engine.cli", *words],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        told = first_json(process.stdout)
        wait_until_up(process, told["address"], folder / "log")
        wait_until_listens(int(environment["BIHUAN_LIVE_PORT"]))
        yield Demo(
            process=process,
            address=told["address"].rstrip("/"),
            database=f"sqlite:///{folder / 'd' / 'bihuan.db'}",
            accounts=told["accounts"],
        )
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if process.stdout is not None:
            process.stdout.close()
        log.close()


def free_port() -> int:
    """A port nobody listens at."""
    with socket.socket() as attempt:
        attempt.bind(("127.0.0.1", 0))
        return int(attempt.getsockname()[1])


def first_json(stream: IO[str]) -> Any:
    """The first JSON text that is printed."""
    text = ""
    for line in stream:
        text += line
        try:
            return json.loads(text)
        except ValueError:
            continue
    raise AssertionError(f"the demonstration ended: {text}")


def wait_until_up(process: subprocess.Popen[str], address: str, log: Path) -> None:
    """Until the service answers."""
    end = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text("utf-8")
        try:
            # On a busy machine even this takes its time.
            if httpx.get(f"{address}readyz", timeout=20).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise AssertionError(log.read_text("utf-8"))


def wait_until_listens(port: int) -> None:
    """Until somebody listens: the live events are a process of their own, up a little later than the API."""
    end = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < end:
        with socket.socket() as attempt:
            if attempt.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"nobody listens at {port}")
