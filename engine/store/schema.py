"""Whether a database has the tables this version of the code works with."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any, Final

import sqlalchemy as sa

from engine.errors import BihuanError
from engine.store.migrations import REVISIONS, Phase
from engine.store.tables import METADATA

# As Alembic makes it, so that a database set up here is one that Alembic can upgrade.
_VERSIONS: Final = sa.Table(
    "alembic_version",
    sa.MetaData(),
    sa.Column("version_num", sa.String(32), nullable=False),
    sa.PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
_CREATION_LOCK: Final = 0x42_69_68_75_61_6E  # "Bihuan"

_written: Final[dict[str, tuple[str, ...]]] = {}
"""The statements that set an empty database up, by kind of database, once one was set up in this process."""

_images: Final[list[bytes]] = []
"""An empty database in memory with all tables, once one was set up in this process."""


class SchemaMismatch(BihuanError):
    """The database is empty or of an older version; it must be set up or upgraded first."""

    default_code = "store.schema"


def create(connection: sa.Connection) -> None:
    """Set an empty database up with the newest tables; leave any other one alone.

    Databases in memory after the first are copies of it: scenarios and rehearsals want a new one each.
    """
    sqlite = connection.dialect.name == "sqlite"
    in_memory = sqlite and connection.engine.url.database in (None, "", ":memory:")
    driver: Any = connection.connection.driver_connection
    if in_memory and _images:
        _copy(_images[0], driver)
        return
    connection.exec_driver_sql("BEGIN IMMEDIATE" if sqlite else "BEGIN")
    try:
        if not sqlite:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_CREATION_LOCK)))
        if not sa.inspect(connection).get_table_names():
            _make_tables(connection)
            connection.execute(_VERSIONS.insert().values(version_num=REVISIONS[-1].id))
        connection.exec_driver_sql("COMMIT")
    except BaseException:
        connection.exec_driver_sql("ROLLBACK")
        raise
    if in_memory:
        _images.append(driver.serialize())


def _copy(image: bytes, into: Any) -> None:
    # What `deserialize` makes has a bound on its size; a copy of it has none.
    with closing(sqlite3.connect(":memory:")) as made:
        made.deserialize(image)
        made.backup(into)


def _make_tables(connection: sa.Connection) -> None:
    """Make the tables: SQLAlchemy writes the statements the first time, later they are only carried out.

    Writing them takes several times as long as a database in memory needs to carry them out.
    """
    kind = connection.dialect.name
    if kind in _written:
        for statement in _written[kind]:
            connection.exec_driver_sql(statement)
        return
    written: list[str] = []

    def keep(_: object, __: object, statement: str, *___: object) -> None:
        written.append(statement)

    sa.event.listen(connection, "before_cursor_execute", keep)
    try:
        METADATA.create_all(connection, checkfirst=False)
        _VERSIONS.create(connection, checkfirst=False)
    finally:
        sa.event.remove(connection, "before_cursor_execute", keep)
    _written[kind] = tuple(written)


def check(connection: sa.Connection) -> None:
    """Raise SchemaMismatch unless the database has what this code needs.

    Steps that run after the new code (`post`) may be pending, and a version unknown here is a newer one, whose
    first steps (`pre`) are made so that this code still works.
    """
    if not sa.inspect(connection).has_table(_VERSIONS.name):
        raise SchemaMismatch(
            message_zh="数据库尚未初始化，请先运行 bihuan db upgrade",
            message_en="the database has not been set up; run bihuan db upgrade first",
        )
    current = connection.execute(sa.select(_VERSIONS.c.version_num)).scalar_one()
    known = [revision.id for revision in REVISIONS]
    if current in known:
        pending = REVISIONS[known.index(current) + 1 :]
        if any(revision.phase is Phase.PRE for revision in pending):
            raise SchemaMismatch(
                message_zh=f"数据库版本 {current} 过旧，请先运行 bihuan db upgrade",
                message_en=f"the database is at the older version {current}; run bihuan db upgrade first",
            )
