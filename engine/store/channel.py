"""The way from a transaction to its database: what is sent when, and how often the server is waited for."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, TypeAlias

import sqlalchemy as sa

from engine.store.pipeline import Pipeline, rolled_back
from engine.store.probe import Probe
from engine.store.statement import Row

Sending: TypeAlias = tuple[str, Any]
"""A statement's text and the driver's parameters."""
Queued: TypeAlias = tuple[str, Sequence[Any]]
"""A statement's text and the driver's parameters for each time it is to be carried out."""
Outcome: TypeAlias = tuple[list[Row], int]
"""The rows a statement gave, and how many it touched."""


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
        self._queue: list[Queued] = []

    def write(self, sql: str, params: Any) -> None:
        """Queue a write."""
        self._queue.append((sql, (params,)))

    def write_many(self, sql: str, params: Sequence[Any]) -> None:
        """Queue a write of many rows."""
        self._queue.append((sql, params))

    def read(self, sendings: Sequence[Sending]) -> list[list[Row]]:
        """Send what is queued, then the reads; the rows of each."""
        return [rows for rows, _ in self._exchange(sendings)]

    def change(self, sql: str, params: Any) -> int:
        """Send what is queued, then one write; the number of rows it touched."""
        return self._exchange([(sql, params)])[0][1]

    def flush(self) -> None:
        """Open the transaction where it is not open yet, and send what is queued."""
        self._exchange(())

    def commit(self) -> None:
        """Send what is queued and make the transaction durable."""
        if self._opened or self._queue:
            self._exchange((), commit=True)

    def rollback(self) -> None:
        """Drop what is queued and undo what was sent; a lost connection has undone it already."""
        self._queue.clear()
        if not self._connection.invalidated:
            try:
                if self._pipelined:
                    rolled_back(self._driver)
                else:
                    self._driver.rollback()
            except self._errors as error:
                self._connection.invalidate(error)

    def _exchange(self, sendings: Sequence[Sending], *, commit: bool = False) -> list[Outcome]:
        queued, self._queue = self._queue, []
        begin = "" if self._opened else self._begin
        self._opened = True
        if not (queued or sendings or begin or commit):
            return []
        try:
            send = self._together if self._pipelined else self._one_by_one
            return send(begin, queued, sendings, commit)
        except self._errors as error:
            raise self._translated(error) from error

    def _together(
        self, begin: str, queued: Sequence[Queued], sendings: Sequence[Sending], commit: bool
    ) -> list[Outcome]:
        for probe in self._probes:
            probe.round_trip()
        pipeline = Pipeline(self._driver)
        try:
            if begin:
                self._tell("BEGIN")
                pipeline.add(begin)
            for sql, many in queued:
                self._tell(sql)
                for params in many:
                    pipeline.add(sql, params)
            for sql, params in sendings:
                self._tell(sql)
                pipeline.add(sql, params)
            if commit:
                self._tell("COMMIT")
                pipeline.add("COMMIT")
        except BaseException:
            # What went out is answered before the transaction is undone; what stopped it is told, not that answer.
            with suppress(self._errors):
                pipeline.finish()
            raise
        answers = pipeline.finish()
        last = len(answers) - commit
        return [
            (pipeline.rows(answer), answer.command_tuples or 0)
            for answer in answers[last - len(sendings) : last]
        ]

    def _one_by_one(
        self, begin: str, queued: Sequence[Queued], sendings: Sequence[Sending], commit: bool
    ) -> list[Outcome]:
        cursor = self._driver.cursor()
        if begin:
            self._tell_alone("BEGIN")
            cursor.execute(begin)
        for sql, many in queued:
            self._tell_alone(sql)
            if len(many) == 1:
                cursor.execute(sql, many[0])
            else:
                cursor.executemany(sql, many)
        found = []
        for sql, params in sendings:
            self._tell_alone(sql)
            cursor.execute(sql, params)
            found.append((cursor.fetchall(), int(cursor.rowcount)))
        if commit:
            self._tell_alone("COMMIT")
            cursor.execute("COMMIT")
        return found

    def _tell_alone(self, sql: str) -> None:
        for probe in self._probes:
            probe.round_trip()
            probe.statement(sql)

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
