"""The way from a transaction to its database: what is sent when, and how often the server is waited for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeAlias, TypeVar

import sqlalchemy as sa

from engine.store.probe import Probe
from engine.store.statement import Row

T = TypeVar("T")
Sending: TypeAlias = tuple[str, Any]
"""A statement's text and the driver's parameters."""


class Channel:
    """One connection during one transaction.

    Writes are queued and leave with the next read or with the commit, in their order; on PostgreSQL everything
    that leaves together, BEGIN and COMMIT included, is one pipeline and so one wait for the server. The driver is
    in autocommit mode. Its errors come out as SQLAlchemy's, without parameters, for these may be confidential.

    begin: the statement that opens the transaction, sent before the first other one; empty for none.
    """

    def __init__(self, connection: sa.Connection, *, begin: str, probes: Sequence[Probe]) -> None:
        self._connection = connection
        self._driver: Any = connection.connection.driver_connection
        self._errors: Any = connection.dialect.loaded_dbapi.Error
        self._pipelined = connection.dialect.name == "postgresql"
        self._begin = begin
        self._opened = not begin
        self._probes = probes
        self._queue: list[Callable[[Any], None]] = []

    def write(self, sql: str, params: Any) -> None:
        """Queue a write."""
        self._queue.append(lambda cursor: self._execute(cursor, sql, params))

    def write_many(self, sql: str, params: Sequence[Any]) -> None:
        """Queue a write of many rows."""

        def send(cursor: Any) -> None:
            self._tell(sql)
            cursor.executemany(sql, params)

        self._queue.append(send)

    def read(self, sendings: Sequence[Sending]) -> list[list[Row]]:
        """Send what is queued, then the reads; the rows of each."""
        return self._exchange(sendings, lambda cursor: cursor.fetchall())

    def change(self, sql: str, params: Any) -> int:
        """Send what is queued, then one write; the number of rows it touched."""
        return self._exchange([(sql, params)], lambda cursor: int(cursor.rowcount))[0]

    def flush(self) -> None:
        """Open the transaction where it is not open yet, and send what is queued."""
        self._exchange((), lambda _: None)

    def commit(self) -> None:
        """Send what is queued and make the transaction durable."""
        if self._opened or self._queue:
            self._exchange((), lambda _: None, commit=True)

    def rollback(self) -> None:
        """Drop what is queued and undo what was sent; a lost connection has undone it already."""
        self._queue.clear()
        if not self._connection.invalidated:
            try:
                self._driver.rollback()
            except self._errors as error:
                self._connection.invalidate(error)

    def _exchange(
        self, sendings: Sequence[Sending], outcome: Callable[[Any], T], *, commit: bool = False
    ) -> list[T]:
        queued, self._queue = self._queue, []
        steps = len(queued) + len(sendings) + (not self._opened) + commit
        if not steps:
            return []
        try:
            with self._together(steps):
                cursor = self._driver.cursor()
                self._open(cursor)
                for write in queued:
                    write(cursor)
                cursors = [self._execute(self._driver.cursor(), sql, params) for sql, params in sendings]
                if commit:
                    self._tell("COMMIT")
                    cursor.execute("COMMIT")
            return [outcome(cursor) for cursor in cursors]
        except self._errors as error:
            raise self._translated(error) from error

    def _open(self, cursor: Any) -> None:
        if not self._opened:
            self._opened = True
            self._tell("BEGIN")
            cursor.execute(self._begin)

    def _execute(self, cursor: Any, sql: str, params: Any) -> Any:
        self._tell(sql)
        cursor.execute(sql, params)
        return cursor

    def _together(self, steps: int) -> AbstractContextManager[Any]:
        for probe in self._probes:
            for _ in range(1 if self._pipelined else steps):
                probe.round_trip()
        return self._driver.pipeline() if self._pipelined and steps > 1 else nullcontext()

    def _tell(self, sql: str) -> None:
        for probe in self._probes:
            probe.statement(sql)

    def _translated(self, error: Any) -> Exception:
        dialect = self._connection.dialect
        lost = dialect.is_disconnect(error, self._driver, None)
        if lost:
            self._connection.invalidate(error)
        wrapped: Exception = sa.exc.DBAPIError.instance(
            None,
            None,
            error,
            self._errors,
            hide_parameters=True,
            connection_invalidated=lost,
            dialect=dialect,
        )
        return wrapped
