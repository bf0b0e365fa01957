"""The API under load.

    python -m bench.load saturation [--seconds 8] [--rounds 3] [--clients 1 4 16]
    python -m bench.load clerks [--clerks 200] [--minutes 10]
    python -m bench.load live [--connections 2000]

Each sets up an installation of its own on a PostgreSQL server with fsync on, the client on the same machine: the
fictional county of `engine.samples.county`, a flow of three steps with forms of five fields, people who sign in with
their passwords. `saturation` has clients that never wait, beside a bare endpoint that writes five rows; `clerks` has
people who think for 2 to 6 seconds between two things they do, and counts afterwards in the log what came of it;
`live` holds connections of server-sent events.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from bench.load import ceiling, clerks, listeners, saturation
from bench.load.installation import Installation, set_up
from bench.load.servers import free_port, running
from engine.settings import ServiceSettings
from tests.infrastructure.postgres_server import PostgresServer


@dataclass(frozen=True, kw_only=True)
class Stage:
    """What a measurement has."""

    options: argparse.Namespace
    place: Installation
    database: PostgresServer
    folder: Path
    settings: ServiceSettings

    def environment(self) -> dict[str, str]:
        """What the processes of the service are told."""
        return self.settings.environment()


def main() -> None:
    """Measure and print."""
    options = _options()
    with PostgresServer() as server, tempfile.TemporaryDirectory(prefix="bihuan-load-") as name:
        folder = Path(name)
        place = set_up(server.url(server.create_database()), folder)
        settings = ServiceSettings(
            database=place.url,
            keyring=place.keyring,
            config=str(place.config),
            data=str(folder / "data"),
            redis=options.redis,
            port=free_port(),
            live_port=free_port(),
            processes=options.processes,
        )
        if options.threads is not None:
            settings = replace(settings, threads=options.threads)
        machine = {
            "cores": os.cpu_count(),
            "load_average": round(os.getloadavg()[0], 1),
            "postgresql": server.version(),
            "fsync": "on",
            "python": platform.python_version(),
            "processes": settings.processes,
            "threads": settings.threads,
        }
        stage = Stage(options=options, place=place, database=server, folder=folder, settings=settings)
        found = {"machine": machine, options.part: PARTS[options.part](stage)}
        place.engine.close()
    print(json.dumps(found, ensure_ascii=False, indent=2))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--processes", type=int, default=2, help="of the API (default 2)")
    parser.add_argument("--threads", type=int, help="of each API process (default: the service's)")
    parser.add_argument("--redis", default="", help="address of a Redis in which rates are counted")
    parts = parser.add_subparsers(dest="part", required=True)
    never_waiting = parts.add_parser("saturation")
    never_waiting.add_argument("--seconds", type=float, default=8.0, help="for each measurement")
    never_waiting.add_argument("--rounds", type=int, default=3, help="the middle one counts")
    never_waiting.add_argument("--clients", type=int, nargs="+", default=[1, 4, 16])
    working = parts.add_parser("clerks")
    working.add_argument("--clerks", type=int, default=200)
    working.add_argument("--minutes", type=float, default=10.0)
    listening = parts.add_parser("live")
    listening.add_argument("--connections", type=int, default=2_000)
    return parser.parse_args()


def _saturation(stage: Stage) -> dict[str, Any]:
    options, settings = stage.options, stage.settings
    port = free_port()
    bare = ["-m", ceiling.__name__, str(port), str(settings.processes), str(settings.threads)]
    told = {"CEILING_DATABASE": stage.database.url(stage.database.create_database())}
    with (
        running(_bihuan("api"), settings.port, stage.environment(), stage.folder / "api.log") as api,
        running(bare, port, told, stage.folder / "ceiling.log") as other,
    ):
        return saturation.run(
            stage.place,
            api,
            other,
            stage.database.pid,
            numbers=options.clients,
            seconds=options.seconds,
            rounds=options.rounds,
        )


def _clerks(stage: Stage) -> dict[str, Any]:
    options = stage.options
    with running(_bihuan("api"), stage.settings.port, stage.environment(), stage.folder / "api.log") as api:
        return clerks.run(
            stage.place,
            api,
            stage.database,
            number=options.clerks,
            seconds=60 * options.minutes,
        )


def _live(stage: Stage) -> dict[str, Any]:
    settings, environment = stage.settings, stage.environment()
    with (
        running(_bihuan("api"), settings.port, environment, stage.folder / "api.log") as api,
        running(_bihuan("live"), settings.live_port, environment, stage.folder / "live.log") as live,
    ):
        return listeners.run(stage.place, api, live, number=stage.options.connections)


def _bihuan(command: str) -> list[str]:
    return ["-m", "engine.cli", command]


PARTS: Final[dict[str, Callable[[Stage], dict[str, Any]]]] = {
    "saturation": _saturation,
    "clerks": _clerks,
    "live": _live,
}


if __name__ == "__main__":
    main()
