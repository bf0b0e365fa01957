"""All rows of the directory in memory, found by what they are about."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from engine.directory.records import Membership, Person, Record, Substitution, Unit

T = TypeVar("T", bound=Record)
Shelf = dict[str, tuple[T, ...]]


class Register:
    """Rows by key, each key's rows in the order they were made. Copies share rows; `put` and `swap` touch one copy.

    version: the number of the last change it holds.
    """

    def __init__(self, records: Iterable[Record] = (), version: int = 0) -> None:
        self.version = version
        self.units: Shelf[Unit] = {}
        self.children: Shelf[Unit] = {}
        self.people: Shelf[Person] = {}
        self.logins: Shelf[Person] = {}
        self.roles_of: Shelf[Membership] = {}
        self.roles_in: Shelf[Membership] = {}
        self.absences: Shelf[Substitution] = {}
        self.standing_in: Shelf[Substitution] = {}
        for record in records:
            self.put(record)

    def copy(self) -> Register:
        """A register that can be changed without this one noticing."""
        twin = Register(version=self.version)
        for name, shelf in vars(self).items():
            if name != "version":
                setattr(twin, name, dict(shelf))
        return twin

    def put(self, record: Record) -> None:
        """Add a row."""
        for shelf, key in self._places(record):
            shelf[key] = (*shelf.get(key, ()), record)

    def swap(self, old: T, new: T) -> None:
        """Put a row in the place of one with the same keys."""
        for shelf, key in self._places(old):
            shelf[key] = tuple(new if row is old else row for row in shelf[key])

    def _places(self, record: Record) -> tuple[tuple[Shelf[Any], str], ...]:
        match record:
            case Unit():
                return (self.units, record.id), (self.children, record.parent or "")
            case Person():
                return (self.people, record.id), (self.logins, record.login)
            case Membership():
                return (self.roles_of, record.person), (self.roles_in, record.unit)
            case Substitution():
                return (self.absences, record.absent), (self.standing_in, record.stand_in)
