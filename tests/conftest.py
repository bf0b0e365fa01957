"""Databases for tests: SQLite in memory and in a file, and a real PostgreSQL server.

Whoever asks for `database` or `database_url` runs once on each. The server is started on first use, one for each
test process, and a test fails when it cannot start; each test finds the tables empty.
"""

from __future__ import annotations

import gc
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from engine.store import Database
from engine.store.tables import METADATA
from tests.infrastructure.postgres_server import VOLATILE, PostgresServer

DATABASES = ("memory", "sqlite", "postgresql")


class _Compiled(dict[Any, Any]):
    """What SQLAlchemy compiled for one database, for all others of its kind.

    Left alone it keeps it for each opened database by itself, and nearly every test opens one.
    """

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(self._of_kind(key), default)

    def __setitem__(self, key: Any, compiled: Any) -> None:
        super().__setitem__(self._of_kind(key), compiled)

    @staticmethod
    def _of_kind(key: Any) -> Any:
        dialect, *rest = key
        return (type(dialect), *rest)


_COMPILED = _Compiled()


@sa.event.listens_for(sa.Engine, "engine_connect")
def _share_what_was_compiled(connection: sa.Connection) -> None:
    connection.execution_options(compiled_cache=_COMPILED)


def pytest_collection_finish() -> None:
    """Let the garbage collector leave the modules and tests alone: they stay until the end."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The PostgreSQL server of this test process."""
    with PostgresServer(VOLATILE) as server:
        yield server


@pytest.fixture(scope="session")
def _postgres_tables(postgres: PostgresServer) -> Iterator[tuple[str, psycopg.Connection]]:
    name = postgres.create_database()
    Database.open(postgres.url(name), create=True).close()
    with psycopg.connect(postgres.conninfo(name), autocommit=True) as connection:
        # As a replica, so that the triggers of the case log let its rows go.
        connection.execute("SET session_replication_role = replica")
        yield postgres.url(name), connection


@pytest.fixture
def postgres_url(_postgres_tables: tuple[str, psycopg.Connection]) -> str:
    """The address of a PostgreSQL database with empty tables."""
    url, connection = _postgres_tables
    connection.execute("; ".join(f"DELETE FROM {table.name}" for table in METADATA.tables.values()).encode())
    return url


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite"
    Database.open(f"sqlite:///{path}", create=True).close()
    return path


@pytest.fixture
def sqlite_url(_sqlite_template: Path, tmp_path: Path) -> str:
    """The address of a SQLite database file with empty tables."""
    path = tmp_path / "bihuan.sqlite"
    shutil.copyfile(_sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty database, of each kind in turn; the one in memory has no tables yet."""
    if request.param == "memory":
        return "sqlite://"
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An open, empty database, of each kind in turn."""
    opened = Database.open(database_url, create=True)
    yield opened
    opened.close()
