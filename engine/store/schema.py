"""Whether a database has the tables this version of the code works with."""

from __future__ import annotations

from typing import Final

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


class SchemaMismatch(BihuanError):
    """The database is empty or of an older version; it must be set up or upgraded first."""

    default_code = "store.schema"


def create(connection: sa.Connection) -> None:
    """Set an empty database up with the newest tables; leave any other one alone."""
    sqlite = connection.dialect.name == "sqlite"
    connection.exec_driver_sql("BEGIN IMMEDIATE" if sqlite else "BEGIN")
    try:
        if not sqlite:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_CREATION_LOCK)))
        if not sa.inspect(connection).get_table_names():
            METADATA.create_all(connection, checkfirst=False)
            _VERSIONS.create(connection)
            connection.execute(_VERSIONS.insert().values(version_num=REVISIONS[-1].id))
        connection.exec_driver_sql("COMMIT")
    except BaseException:
        connection.exec_driver_sql("ROLLBACK")
        raise


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
