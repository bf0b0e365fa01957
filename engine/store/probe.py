"""Looking at, and breaking, what goes to the database: for tests and measurements."""

from __future__ import annotations

from typing import Protocol


class Probe(Protocol):
    """Is told of every statement before it is sent, and of every wait for the server.

    Raising in `statement` stops the work there, as a failing server would.
    """

    def statement(self, sql: str) -> None:
        """One statement is about to be sent; BEGIN and COMMIT are reported under these names."""

    def round_trip(self) -> None:
        """The server is about to be waited for once; on SQLite, a statement is executed."""


class Counter:
    """Counts statements (BEGIN and COMMIT left out) and round trips (theirs included)."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.round_trips = 0

    def statement(self, sql: str) -> None:
        if sql not in ("BEGIN", "COMMIT"):
            self.statements.append(sql)

    def round_trip(self) -> None:
        self.round_trips += 1


class InjectedFault(Exception):
    """What `FaultAt` raises: no real error, so nothing in the engine may swallow it."""


class FaultAt:
    """Raises InjectedFault before the n-th statement (from 1; BEGIN and COMMIT count); `count` is how many came."""

    def __init__(self, number: int) -> None:
        self._number = number
        self.count = 0

    @property
    def happened(self) -> bool:
        """Whether there were so many statements that one failed."""
        return self.count >= self._number > 0

    def statement(self, sql: str) -> None:
        self.count += 1
        if self.count == self._number:
            raise InjectedFault(f"before statement {self._number}: {sql}")

    def round_trip(self) -> None:
        """Waiting does not fail."""
