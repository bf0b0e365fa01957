"""A directory being changed: rows closed and added in memory, with the log of it, before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Protocol, TypeVar

from engine.directory.index import Index
from engine.directory.records import Membership, Person, Record, Substitution, Unit
from engine.directory.register import Register
from engine.directory.vocabulary import Vocabulary
from engine.errors import InvalidInput, Message
from engine.store import NEVER

T = TypeVar("T", bound=Record)
RowKey = tuple[str, ...]
_CHANGING: Final = frozenset({"log", "moved", "_opened", "_closed"})


class Change(Protocol):
    """One change of the directory: what it is about, when it takes effect, and how."""

    @property
    def subject(self) -> str:
        """The unit or person changed."""

    @property
    def at(self) -> int:
        """When it takes effect, in microseconds since 1970 UTC."""

    def apply(self, draft: Draft) -> None:
        """Check everything, then change the draft. Raises InvalidInput, and then has changed nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LogEntry:
    """One line of the log: rows before and after."""

    change: int
    kind: str
    subject: str
    effective_at: int
    before: tuple[Record, ...]
    after: tuple[Record, ...]


class Draft:
    """Changes on top of a version. recorded_at: the present, for changes that may not lie in the future.

    opened, closed: rows to write, as they stand after all changes. moved: old and new paths of moved units.
    """

    def __init__(self, register: Register, vocabulary: Vocabulary, recorded_at: int) -> None:
        self.register = register.copy()
        self.vocabulary = vocabulary
        self.recorded_at = recorded_at
        self.index = Index(self.register, vocabulary)
        self.log: list[LogEntry] = []
        self.moved: list[tuple[str, str]] = []
        self._opened: dict[RowKey, Record] = {}
        self._closed: dict[RowKey, Record] = {}
        self._before: list[Record] = []
        self._after: list[Record] = []

    @property
    def opened(self) -> Sequence[Record]:
        """Rows to add."""
        return list(self._opened.values())

    @property
    def closed(self) -> Sequence[Record]:
        """Rows in the database whose end to set."""
        return list(self._closed.values())

    def apply(self, change: Change) -> None:
        """Carry a change out. Raises InvalidInput when the directory would not be sound; the draft is as before."""
        self._before, self._after = [], []
        change.apply(self)
        self.register.version += 1
        entry = LogEntry(
            change=self.register.version,
            kind=type(change).__name__,
            subject=change.subject,
            effective_at=change.at,
            before=tuple(self._before),
            after=tuple(self._after),
        )
        self.log.append(entry)

    def apply_all(self, changes: Sequence[Change]) -> None:
        """Carry several changes out, all or none. Raises InvalidInput of the first that cannot be."""
        kept = self._keep() if len(changes) > 1 else None
        try:
            for change in changes:
                self.apply(change)
        except InvalidInput:
            if kept is not None:
                self._restore(kept)
            raise

    def _keep(self) -> dict[str, Any]:
        copied = {name: copy(value) for name, value in vars(self).items() if name in _CHANGING}
        return {**copied, "register": self.register.copy()}

    def _restore(self, kept: dict[str, Any]) -> None:
        vars(self).update(kept)
        self.index = Index(self.register, self.vocabulary)

    def open(self, record: Record, *, logged: bool = True) -> None:
        """Add a row; it gets the number of the change being made."""
        record = replace(record, change=self.register.version + 1)
        self.register.put(record)
        self._opened[key_of(record)] = record
        if logged:
            self._after.append(record)

    def close(self, record: T, at: int, *, logged: bool = True) -> None:
        """End a row at a moment; one that begins later never held."""
        ended = replace(record, valid_until=max(at, record.valid_from))
        self.register.swap(record, ended)
        key = key_of(record)
        (self._opened if key in self._opened else self._closed)[key] = ended
        if logged:
            self._before.append(record)

    def replace(self, record: T, at: int, *, logged: bool = True, **values: Any) -> None:
        """Close a row and go on with another that differs."""
        follower = replace(record, valid_from=max(at, record.valid_from), **values)
        self.close(record, at, logged=logged)
        self.open(follower, logged=logged)


def key_of(record: Record) -> RowKey:
    """What tells a row from all others of the directory."""
    number = str(record.change)
    match record:
        case Unit():
            return ("units", record.id, number)
        case Person():
            return ("people", record.id, number)
        case Membership():
            return ("memberships", record.person, record.unit, record.role, number)
        case Substitution():
            return ("substitutions", record.absent, record.stand_in, record.role, number)


def record_wire(record: Record) -> dict[str, Any]:
    """A row as the log keeps it; without an end when it has none."""
    until = None if record.valid_until == NEVER else record.valid_until
    return {"table": key_of(record)[0], **asdict(record), "valid_until": until}


def refused(code: str, field: str, zh: str, en: str) -> InvalidInput:
    """A change that would leave the directory unsound; `field` is the value that is wrong."""
    return InvalidInput(
        code=f"directory.{code}", message_zh=zh, message_en=en, fields={field: (Message(zh=zh, en=en),)}
    )
