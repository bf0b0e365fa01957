"""What all tables share: the metadata, column types and the value for "never"."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

METADATA: Final = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)

NEVER: Final = 2**63 - 1
"""The due time of work without a limit. The inbox is read in the order of due times, and NULL sorts first on one
database and last on the other."""


def moment(name: str, **options: Any) -> sa.Column[int]:
    """A point in time: microseconds since 1970, UTC."""
    return sa.Column(name, sa.BigInteger, **{"nullable": False, **options})


def text(name: str, **options: Any) -> sa.Column[str]:
    return sa.Column(name, sa.Text, **{"nullable": False, **options})


def number(name: str, **options: Any) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, **{"nullable": False, **options})


def octets(name: str, **options: Any) -> sa.Column[bytes]:
    """Bytes; a digest is 32 of them (SHA-256)."""
    return sa.Column(name, sa.LargeBinary, **{"nullable": False, **options})


def key_text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, primary_key=True)


def key_number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, primary_key=True, autoincrement=False)


def key_octets(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, primary_key=True)


def case_id() -> sa.Column[Any]:
    """The case, first in the key of every table of running cases, so that they can be distributed by it."""
    return sa.Column("case_id", sa.Uuid, primary_key=True)


def one_of(column: str, *values: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=column)


def keyed_table(name: str, *parts: Any) -> sa.Table:
    """A table with a key of several columns; SQLite keeps its rows inside the key's index, once."""
    return sa.Table(name, METADATA, *parts, sqlite_with_rowid=False)
