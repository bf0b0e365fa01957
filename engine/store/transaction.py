"""Reading and writing within one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import sqlalchemy as sa

from engine.store.channel import Channel
from engine.store.statement import Params, Row, Statement

_NONE: Final[Params] = MappingProxyType({})


class Reading:
    """Read access. Rows are tuples in the order of the statement's columns."""

    def __init__(self, connection: sa.Connection, channel: Channel) -> None:
        self._connection = connection
        self._channel = channel
        self._dialect = connection.dialect

    @property
    def dialect(self) -> str:
        """Which database this is: "sqlite" or "postgresql"."""
        return self._dialect.name

    def rows(self, statement: Statement, params: Params = _NONE) -> list[Row]:
        """All rows of a query."""
        return self.rows_of((statement, params))[0]

    def row(self, statement: Statement, params: Params = _NONE) -> Row | None:
        """The first row of a query, or None."""
        rows = self.rows_of((statement, params))[0]
        return rows[0] if rows else None

    def rows_of(self, *queries: tuple[Statement, Params]) -> list[list[Row]]:
        """The rows of several queries, sent in this order but waited for once."""
        prepared = [(statement.on(self._dialect), params) for statement, params in queries]
        found = self._channel.read([(query.sql, query.bind(params)) for query, params in prepared])
        return [query.convert(rows) for (query, _), rows in zip(prepared, found, strict=True)]

    def execute(
        self, statement: sa.Executable, params: Params | None = None
    ) -> sa.CursorResult[*tuple[Any, ...]]:
        """A query put together on the spot with SQLAlchemy Core; off the hot path.

        Raises TypeError when it is no query.
        """
        if not statement.is_select:
            raise TypeError("only queries may be executed in a reading")
        return self._execute(statement, params)

    def _execute(
        self, statement: sa.Executable, params: Params | Sequence[Mapping[str, Any]] | None
    ) -> sa.CursorResult[*tuple[Any, ...]]:
        self._channel.flush()
        return self._connection.execute(statement, params)


class Transaction(Reading):
    """Read and write access; all or nothing.

    Writes are sent with the next read or with the commit, so their errors (`sqlalchemy.exc.IntegrityError`)
    arise there: call `flush` where one must be caught.
    """

    def write(self, statement: Statement, params: Params = _NONE) -> None:
        """Insert, update, delete or lock, when the next read or the commit is sent."""
        prepared = statement.on(self._dialect)
        self._channel.write(prepared.sql, prepared.bind(params))

    def write_many(self, statement: Statement, rows: Sequence[Params]) -> None:
        """The same write for many rows, when the next read or the commit is sent."""
        if rows:
            prepared = statement.on(self._dialect)
            self._channel.write_many(prepared.sql, [prepared.bind(row) for row in rows])

    def change(self, statement: Statement, params: Params = _NONE) -> int:
        """A write that is sent at once; the number of rows it touched."""
        prepared = statement.on(self._dialect)
        return self._channel.change(prepared.sql, prepared.bind(params))

    def execute(
        self, statement: sa.Executable, params: Params | Sequence[Mapping[str, Any]] | None = None
    ) -> sa.CursorResult[*tuple[Any, ...]]:
        """Any statement put together on the spot with SQLAlchemy Core; off the hot path."""
        return self._execute(statement, params)

    def flush(self) -> None:
        """Send the queued writes now."""
        self._channel.flush()
