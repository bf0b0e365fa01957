"""The commands of deploy/ are the ones that work: the test starts exactly those, on loopback."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from engine import Config, Engine
from tests.infrastructure.postgres_server import PostgresServer
from tests.infrastructure.redis_process import RedisProcess
from tests.support.bpmn import catch, diagram, end, start, timer

DEPLOY = Path(__file__).parents[2] / "deploy"
WAITING = diagram(start("s"), catch("c", timer(duration="PT1S")), end("e"), "s -> c -> e")


def composed() -> list[list[str]]:
    """The commands of the compose file that are ours, in its order."""
    lists = re.findall(r"^    command: (\[.*\])$", (DEPLOY / "compose.yaml").read_text(), re.MULTILINE)
    return [words[1:] for words in map(json.loads, lists) if words[0] == "bihuan"]


def of_units() -> list[list[str]]:
    """The commands of the systemd units."""
    found = []
    for unit in sorted((DEPLOY / "systemd").glob("*.service")):
        line = re.search(r"^ExecStart=(.*)$", unit.read_text(), re.MULTILINE)
        assert line is not None
        program, *words = line[1].split()
        assert Path(program).name == "bihuan"
        found.append(words)
    return found


def test_compose_and_systemd_run_the_same_processes() -> None:
    assert sorted(composed()[1:]) == sorted(of_units())
    assert composed()[0] == ["db", "upgrade"]


def test_the_target_wants_every_unit() -> None:
    wanted = re.search(r"^Wants=(.*)$", (DEPLOY / "systemd" / "bihuan.target").read_text(), re.MULTILINE)
    assert wanted is not None
    assert sorted(wanted[1].split()) == sorted(unit.name for unit in (DEPLOY / "systemd").glob("*.service"))


def free_port() -> int:
    with socket.socket() as attempt:
        attempt.bind(("127.0.0.1", 0))
        return int(attempt.getsockname()[1])


@pytest.mark.slow
def test_they_start_do_what_is_due_and_end_in_order(
    postgres: PostgresServer, redis_process: RedisProcess, tmp_path: Path
) -> None:
    url = postgres.url(postgres.create_database())
    keyring = f"sqlite:///{tmp_path}/keys"
    port = free_port()
    environment = {
        **os.environ,
        "BIHUAN_DATABASE": url,
        "BIHUAN_KEYRING": keyring,
        "BIHUAN_REDIS": redis_process.url,
        "BIHUAN_DATA": str(tmp_path / "data"),
        "BIHUAN_PORT": str(port),
        "BIHUAN_LIVE_PORT": str(free_port()),
        "BIHUAN_PROCESSES": "1",
    }
    upgrade, *services = composed()
    bihuan = [sys.executable, "-m", "engine.cli"]
    subprocess.run([*bihuan, *upgrade], env=environment, check=True, capture_output=True)
    log = (tmp_path / "log").open("wb")
    running = [
        subprocess.Popen([*bihuan, *words], env=environment, stdout=log, stderr=log) for words in services
    ]
    try:
        with Engine.open(url, config=Config(keyring=keyring)) as engine:
            engine.deploy({"p.bpmn": WAITING}, actor="d")
            case = engine.start("p", actor="x").case_id
            assert until(lambda: engine.case(case).status == "completed"), (tmp_path / "log").read_text()
        assert until(lambda: answers(port)), (tmp_path / "log").read_text()
        assert [process.poll() for process in running] == [None] * len(running)
    finally:
        for process in running:
            process.send_signal(signal.SIGTERM)
        codes = [process.wait(30) for process in running]
        log.close()
    # Ended by the signal itself counts as in order, as it does for systemd.
    assert set(codes) <= {0, -signal.SIGTERM}, (tmp_path / "log").read_text()


def until(done: object, patience: float = 40.0) -> bool:
    assert callable(done)
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if done():
            return True
        time.sleep(0.1)
    return False


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as response:
            return bool(response.status == 200)
    except OSError:
        return False
