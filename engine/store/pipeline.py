"""Many statements in one wait for PostgreSQL: libpq's pipeline mode, filled before it is sent.

psycopg's own pipeline hands each statement to the network by itself, and the server answers to each: with the ten
statements of a durable step that is most of what a step takes of the client's processor. Here all leave together
(https://www.postgresql.org/docs/current/libpq-pipeline-mode.html). Values are adapted, rows loaded and errors raised by
psycopg, so that both ways give the same.

Statements are prepared under names of our own. psycopg forgets all names of the connection when it rolls back or drops
something, so `rolled_back` does the first here; after the second the first use of a name fails once.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, TypeAlias
from weakref import WeakKeyDictionary

import psycopg
from psycopg import errors, generators, pq
from psycopg.adapt import PyFormat, Transformer
from psycopg.waiting import Ready, Wait

Row: TypeAlias = tuple[Any, ...]

_PLACE: Final = re.compile(rb"%(?:%|\((\w+)\)s)")
_UNKNOWN_NAME: Final = b"26000"
_FIRST_USES: Final = 4
_MOST_PREPARED: Final = 400
_GOOD: Final = frozenset({pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK, pq.ExecStatus.EMPTY_QUERY})


@dataclass(slots=True)
class Prepared:
    """What one connection has prepared: names by text and types, and how often others were used."""

    names: dict[tuple[bytes, tuple[int, ...]], bytes] = field(default_factory=dict)
    uses: dict[tuple[bytes, tuple[int, ...]], int] = field(default_factory=dict)
    made: int = 0


_PREPARED: Final[WeakKeyDictionary[psycopg.Connection[Any], Prepared]] = WeakKeyDictionary()


class Pipeline:
    """Statements of one exchange with the server: `add` each, then `finish` once."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._server = connection.pgconn
        self._adapter = Transformer(connection)
        self._prepared = _PREPARED.setdefault(connection, Prepared())
        self._sent: list[tuple[bytes, tuple[int, ...]] | None] = []
        """For each answer to come: None for a statement's, what was prepared for that of a preparation."""
        self._server.enter_pipeline_mode()

    def add(self, sql: str, params: Mapping[str, Any] | None = None) -> None:
        """Queue a statement; `params` are its named parameters. Nothing is sent yet, unless much is queued."""
        if params is None:
            self._sent.append(None)
            self._server.send_query_params(sql.encode(), None)
            return
        text, names = _translated(sql)
        values = self._adapter.dump_sequence([params[name] for name in names], _automatic(len(names)))
        types, formats = self._adapter.types or (), self._adapter.formats
        name = self._name(text, types)
        self._sent.append(None)
        if name is None:
            self._server.send_query_params(text, values, types, formats)
        else:
            self._server.send_query_prepared(name, values, formats)

    def finish(self) -> list[pq.abc.PGresult]:
        """Send what is queued and wait for the answers, one a statement.

        Raises the error of the first statement that failed (psycopg.Error); those after it were not carried out.
        """
        try:
            self._server.pipeline_sync()
            answers = self._connection.wait(_exchanged(self._server))
            self._server.exit_pipeline_mode()
        except BaseException:
            # Nobody knows what is still under way.
            self._connection.close()
            raise
        results: list[pq.abc.PGresult] = []
        failed = None
        for key, answer in zip(self._sent, answers, strict=False):
            if answer.status in _GOOD:
                if key is None:
                    results.append(answer)
                continue
            if key is not None:
                self._prepared.names.pop(key, None)
            if failed is None and answer.status != pq.ExecStatus.PIPELINE_ABORTED:
                failed = answer
        if failed is not None:
            if failed.error_field(pq.DiagnosticField.SQLSTATE) == _UNKNOWN_NAME:
                self._prepared.names.clear()
            raise errors.error_from_result(failed, encoding=self._adapter.encoding)
        return results

    def rows(self, result: pq.abc.PGresult) -> list[Row]:
        """The rows of an answer."""
        self._adapter.set_pgresult(result)
        return self._adapter.load_rows(0, result.ntuples, tuple)

    def _name(self, text: bytes, types: tuple[int, ...]) -> bytes | None:
        """The name a statement is prepared under; None while it is too rare for that."""
        known, key = self._prepared, (text, types)
        name = known.names.get(key)
        if (
            name is not None
            or len(known.names) >= _MOST_PREPARED
            or self._connection.prepare_threshold is None
        ):
            return name
        if known.uses.get(key, 0) < _FIRST_USES:
            if len(known.uses) > _MOST_PREPARED * 4:
                known.uses.clear()
            known.uses[key] = known.uses.get(key, 0) + 1
            return None
        known.uses.pop(key, None)
        known.made += 1
        name = known.names[key] = b"bihuan_%d" % known.made
        self._sent.append(key)
        self._server.send_prepare(name, text, types)
        return name


def rolled_back(connection: psycopg.Connection[Any]) -> None:
    """End the transaction of a connection, if there is one, with nothing done. Raises psycopg.Error."""
    if connection.closed or connection.pgconn.transaction_status == pq.TransactionStatus.IDLE:
        return
    pipeline = Pipeline(connection)
    pipeline.add("ROLLBACK")
    pipeline.finish()


def _exchanged(server: pq.abc.PGconn) -> Generator[Wait, Ready | int, list[pq.abc.PGresult]]:
    """Send all and read until the server says that it is through."""
    while server.flush():
        ready = yield Wait.RW
        if ready & Ready.R:
            server.consume_input()
    answers: list[pq.abc.PGresult] = []
    while True:
        answer = yield from generators.fetch(server)
        if answer is None:
            continue
        if answer.status == pq.ExecStatus.PIPELINE_SYNC:
            return answers
        answers.append(answer)


@lru_cache(maxsize=2_000)
def _translated(sql: str) -> tuple[bytes, tuple[str, ...]]:
    """A statement with `$1`, `$2` … for its named parameters, and the name of each."""
    names: dict[str, int] = {}

    def place(found: re.Match[bytes]) -> bytes:
        if found[1] is None:
            return b"%"
        return b"$%d" % names.setdefault(found[1].decode(), len(names) + 1)

    text = _PLACE.sub(place, sql.encode())
    return text, tuple(names)


@lru_cache(maxsize=200)
def _automatic(number: int) -> Sequence[PyFormat]:
    return (PyFormat.AUTO,) * number
