"""A database of Bihuan: SQLite, embedded, or PostgreSQL."""

from __future__ import annotations

import select
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, Self

import sqlalchemy as sa

from engine.errors import InvalidInput
from engine.store import schema
from engine.store.channel import Channel
from engine.store.probe import Probe
from engine.store.transaction import Reading, Transaction

_WRITE: Final = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "BEGIN ISOLATION LEVEL READ COMMITTED"}
_READ: Final = {"sqlite": "BEGIN", "postgresql": ""}
_SNAPSHOT: Final = {"sqlite": "BEGIN", "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"}
_BUSY_SECONDS: Final = 30.0


class Database:
    """Where everything durable is. Usable from several threads.

    Made by `open`. A transaction of one thread sees its own writes only through itself.
    """

    def __init__(self, engine: sa.Engine, *, shared: bool) -> None:
        self._engine = engine
        self._probes: list[Probe] = []
        # SQLite has one writer; waiting here is fairer than polling its file lock. A database in memory is one
        # connection, which readers must have to themselves as well.
        sqlite = engine.dialect.name == "sqlite"
        self._write_turn = _Turn() if sqlite else None
        self._read_turn = self._write_turn if shared else None
        self._mine = threading.local()
        sa.event.listen(engine, "before_cursor_execute", self._tell)

    @classmethod
    def open(cls, url: str, *, create: bool = False, pool_size: int = 10) -> Self:
        """Open the database at `url`: `sqlite://` (in memory), `sqlite:///path` or `postgresql://…`.

        create: set an empty database up. pool_size: connections kept open (PostgreSQL); twice as many at peak.

        Raises InvalidInput for another kind of database and SchemaMismatch when the database is empty or of an
        older version and must be upgraded first.
        """
        try:
            parsed = sa.make_url(url)
        except sa.exc.ArgumentError:
            raise _unsupported(url.partition(":")[0]) from None
        shared = parsed.get_backend_name() == "sqlite" and parsed.database in (None, "", ":memory:")
        engine = _engine(parsed, shared=shared, pool_size=pool_size)
        try:
            with engine.connect() as connection:
                if create:
                    schema.create(connection)
                schema.check(connection)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine, shared=shared)

    @property
    def dialect(self) -> str:
        """Which database this is: "sqlite" or "postgresql"."""
        return self._engine.dialect.name

    @property
    def engine(self) -> sa.Engine:
        """SQLAlchemy's engine, for administration; its connections are in autocommit mode."""
        return self._engine

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """A writing transaction: committed at the end of the block, rolled back when it raises.

        PostgreSQL: read committed. SQLite: the write lock is held from the start (BEGIN IMMEDIATE). A thread has
        one at a time; a second one inside raises RuntimeError on SQLite.
        """
        with self._connected(_WRITE[self.dialect], self._write_turn) as (connection, channel):
            outer = self._open_transaction()
            self._mine.transaction = Transaction(connection, channel)
            try:
                yield self._mine.transaction
            finally:
                self._mine.transaction = outer
            channel.commit()

    @contextmanager
    def reading(self, *, snapshot: bool = False) -> Iterator[Reading]:
        """Read-only access. snapshot: all reads see one moment (on SQLite they always do).

        Inside a transaction of the same thread it reads in that transaction, so that whoever writes sees one state
        of things and never waits for a second connection while holding the first.
        """
        outer = self._open_transaction()
        if outer is not None and not (snapshot and self.dialect == "postgresql"):
            yield outer
            return
        begin = (_SNAPSHOT if snapshot else _READ)[self.dialect]
        with self._connected(begin, self._read_turn) as (connection, channel):
            yield Reading(connection, channel)

    @contextmanager
    def probed(self, probe: Probe) -> Iterator[None]:
        """Tell `probe` of every statement of every thread while the block runs."""
        self._probes.append(probe)
        try:
            yield
        finally:
            self._probes.remove(probe)

    def close(self) -> None:
        """Close all connections; a database in memory is gone."""
        self._engine.dispose()

    @contextmanager
    def _connected(self, begin: str, turn: _Turn | None) -> Iterator[tuple[sa.Connection, Channel]]:
        if turn is not None:
            turn.take()
        try:
            with self._engine.connect() as connection:
                channel = Channel(connection, begin=begin, probes=self._probes)
                try:
                    if self.dialect == "sqlite":
                        channel.flush()
                    yield connection, channel
                finally:
                    channel.rollback()
        finally:
            if turn is not None:
                turn.pass_on()

    def _open_transaction(self) -> Transaction | None:
        """The transaction this thread has open."""
        found: Transaction | None = getattr(self._mine, "transaction", None)
        return found

    def _tell(self, *event: Any) -> None:
        for probe in self._probes:
            probe.round_trip()
            probe.statement(event[2])


class _Turn:
    """A lock that tells a thread which already has it, instead of letting it wait for itself."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._owner: int | None = None

    def take(self) -> None:
        me = threading.get_ident()
        if self._owner == me:
            raise RuntimeError("this thread has a transaction open already")
        self._lock.acquire()
        self._owner = me

    def pass_on(self) -> None:
        self._owner = None
        self._lock.release()


def _unsupported(kind: str) -> InvalidInput:
    return InvalidInput(
        message_zh=f"不支持的数据库：{kind}（可用 sqlite、postgresql）",
        message_en=f"unsupported database: {kind} (use sqlite or postgresql)",
    )


def _engine(url: sa.URL, *, shared: bool, pool_size: int) -> sa.Engine:
    backend = url.get_backend_name()
    if backend == "sqlite":
        return _sqlite_engine(url, shared=shared)
    if backend == "postgresql":
        return _postgresql_engine(url.set(drivername="postgresql+psycopg"), pool_size)
    raise _unsupported(backend)


def _sqlite_engine(url: sa.URL, *, shared: bool) -> sa.Engine:
    arguments: dict[str, Any] = {
        "timeout": _BUSY_SECONDS,
        "check_same_thread": False,
        "isolation_level": None,
    }
    pool = sa.StaticPool if shared else sa.QueuePool
    engine = sa.create_engine(url, connect_args=arguments, poolclass=pool, hide_parameters=True)

    @sa.event.listens_for(engine, "connect")
    def configure(driver: Any, _: Any) -> None:
        driver.execute("PRAGMA foreign_keys = ON")
        driver.execute("PRAGMA trusted_schema = OFF")
        if not shared:
            driver.execute("PRAGMA journal_mode = WAL")
            driver.execute("PRAGMA synchronous = FULL")

    return engine


def _postgresql_engine(url: sa.URL, pool_size: int) -> sa.Engine:
    engine = sa.create_engine(
        url, isolation_level="AUTOCOMMIT", pool_size=pool_size, max_overflow=pool_size, hide_parameters=True
    )

    @sa.event.listens_for(engine, "checkout")
    def look_at_it(driver: Any, _: Any, __: Any) -> None:
        if _has_news(driver.fileno()):
            raise sa.exc.DisconnectionError("the server closed the idle connection")

    return engine


def _has_news(descriptor: int) -> bool:
    # A connection nobody uses has nothing to say unless its server went away; asking the operating system costs
    # no round trip, unlike a ping.
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))
