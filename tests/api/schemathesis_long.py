"""The contract at length: Schemathesis with all of its phases, stateful ones too, against the real server.

    python -m tests.api.schemathesis_long [--minutes 10] [--seed N] [--role county]

`bihuan api` runs on a PostgreSQL server of its own, with a small county, open cases and a token of each kind of
right. Ends with the exit code of Schemathesis: 0 when it found nothing.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.load.installation import UNLIMITED
from bench.load.servers import free_port, running
from engine.accounts.scopes import SCOPES
from engine.cases.clock import wall_clock
from engine.settings import ServiceSettings
from tests.api.place import US, open_place
from tests.infrastructure.postgres_server import VOLATILE, PostgresServer

NOT_MEANT = "ignored_auth,positive_data_acceptance"
"""Who signs in with what is the tests' of the gate; most valid requests name what is not there, or break a rule."""
ENDING = "/auth/(logout|sessions|password)|/tokens"
"""What would end the right that the requests come with."""


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--role", default="county", help="whose eyes the requests see with")
    parser.add_argument("--report", type=Path, help="where every request is written to, as NDJSON")
    options = parser.parse_args()
    with PostgresServer(VOLATILE) as server, tempfile.TemporaryDirectory(prefix="bihuan-contract-") as name:
        folder = Path(name)
        keyring = f"sqlite:///{folder / 'keys.db'}"
        place = open_place(server.url(server.create_database()), folder / "data", keyring=keyring)
        place.clock.now = wall_clock()
        for grid in ("G1", "G1", "G1", "G2"):
            place.start(grid, title="路口积水")
        _, secret = place.office.tokens.make("contract", SCOPES, 30, US, person=options.role)
        config = folder / "config"
        shutil.copytree("config", config)
        (config / "accounts.toml").write_text(UNLIMITED)
        settings = ServiceSettings(
            database=place.engine.database.engine.url.render_as_string(hide_password=False),
            keyring=keyring,
            config=str(config),
            data=str(folder / "data"),
            port=free_port(),
            log_requests=False,
        )
        log = folder / "api.log"
        command = ["-m", "engine.cli", "api"]
        with running(command, settings.port, settings.environment(), log):
            code = subprocess.run(_schemathesis(settings.port, secret, options), check=False).returncode
        place.engine.close()
        for line in log.read_text().splitlines():
            if '"error"' in line:
                print(line[:3_000])
    return code


def _schemathesis(port: int, secret: str, options: argparse.Namespace) -> list[str]:
    report = (
        [] if options.report is None else ["--report", "ndjson", "--report-ndjson-path", str(options.report)]
    )
    return [
        str(Path(sys.executable).with_name("schemathesis")),
        "run",
        f"http://127.0.0.1:{port}/api/v1/openapi.json",
        "--checks=all",
        f"--exclude-checks={NOT_MEANT}",
        f"--exclude-path-regex={ENDING}",
        f"--max-time={int(60 * options.minutes)}",
        f"--seed={options.seed}",
        f"--header=Authorization: Bearer {secret}",
        "--continue-on-failure",
        "--suppress-health-check=all",
        "--warnings=off",
        *report,
    ]


if __name__ == "__main__":
    sys.exit(main())
