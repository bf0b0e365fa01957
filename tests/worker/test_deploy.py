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
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from engine import Config, Engine
from engine.history.tree import ProofTree
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


def compose_file() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return read


def ours() -> dict[str, dict[str, Any]]:
    """The services of the compose file that are ours."""
    return {name: each for name, each in compose_file()["services"].items() if "build" in each}


def mounted(service: dict[str, Any]) -> dict[str, str]:
    """Its volumes by the folder they are in."""
    return {folder: name for name, folder in (each.split(":") for each in service["volumes"])}


@pytest.mark.parametrize("setting", ["BIHUAN_KEYRING", "BIHUAN_DATA"])
def test_what_every_service_keeps_is_in_one_volume(setting: str) -> None:
    found = set()
    for service in ours().values():
        folder = service["environment"][setting].removeprefix("sqlite:///")
        volumes = mounted(service)
        found.add(volumes.get(folder) or volumes.get(str(Path(folder).parent)))
    assert len(found) == 1
    assert found < set(compose_file()["volumes"])


def test_the_signing_key_is_kept_in_a_volume_of_its_own_that_workers_alone_have() -> None:
    for name, service in ours().items():
        folder = Path(service["environment"]["BIHUAN_SIGNING_KEY"]).parent
        volume = mounted(service).get(str(folder))
        assert (volume == "signing") == name.startswith("worker-"), name
        assert list(mounted(service).values()).count("signing") <= 1
        assert "signing" in compose_file()["volumes"]


def test_the_image_gives_each_volume_to_the_user_it_runs_as() -> None:
    made = re.search(
        r"^RUN install --directory --owner=bihuan --mode=0700 (.*)$",
        (DEPLOY / "Dockerfile").read_text(),
        re.MULTILINE,
    )
    assert made is not None
    assert {folder for service in ours().values() for folder in mounted(service)} == set(made[1].split())


def test_systemd_makes_the_folders_that_the_settings_name() -> None:
    settings = dict(
        line.split("=", 1)
        for line in (DEPLOY / "bihuan.env.example").read_text().splitlines()
        if "=" in line and not line.startswith("#")
    )
    signing = Path(settings["BIHUAN_SIGNING_KEY"]).parent
    shared = {
        Path(settings["BIHUAN_KEYRING"].removeprefix("sqlite:///")).parent,
        Path(settings["BIHUAN_DATA"]),
    }
    for unit in (DEPLOY / "systemd").glob("*.service"):
        text = unit.read_text()
        made = re.search(r"^StateDirectory=(.*)$", text, re.MULTILINE)
        assert made is not None
        folders = {Path("/var/lib") / name for name in made[1].split()}
        assert shared <= folders, unit.name
        signs = "worker" in unit.name
        assert (signing in folders) is signs, unit.name
        assert (f"InaccessiblePaths=-{signing}\n" in text) is not signs, unit.name


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
        "BIHUAN_SIGNING_KEY": str(tmp_path / "signing.pem"),
        "BIHUAN_PROOF_EVERY": "1",
        "BIHUAN_REDIS": redis_process.url,
        "BIHUAN_DATA": str(tmp_path / "data"),
        "BIHUAN_PORT": str(port),
        "BIHUAN_LIVE_PORT": str(free_port()),
        "BIHUAN_PROCESSES": "1",
    }
    upgrade, *services = composed()
    bihuan = [sys.executable, "-m", "engine.cli"]
    subprocess.run([*bihuan, *upgrade], env=environment, check=True, capture_output=True)
    subprocess.run([*bihuan, "proof", "create-key"], env=environment, check=True, capture_output=True)
    log = (tmp_path / "log").open("wb")
    running = [
        subprocess.Popen([*bihuan, *words], env=environment, stdout=log, stderr=log) for words in services
    ]
    try:
        with Engine.open(url, config=Config(keyring=keyring)) as engine:
            engine.deploy({"p.bpmn": WAITING}, actor="d")
            case = engine.start("p", actor="x").case_id
            assert until(lambda: engine.case(case).status == "completed"), (tmp_path / "log").read_text()
            tree = ProofTree(engine.database, engine.clock)
            assert until(lambda: tree.roots() != []), (tmp_path / "log").read_text()
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
