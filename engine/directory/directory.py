"""The directory service: one index in memory for the version in the database, and changes to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from engine import canonical
from engine.directory.changes.checks import check_text
from engine.directory.draft import Change, Draft
from engine.directory.index import Index
from engine.directory.rows import read_register, read_version, write_draft
from engine.directory.vocabulary import Vocabulary
from engine.errors import Conflict
from engine.store import Database, Reading
from engine.store.tables import directory_changes


@dataclass(frozen=True, kw_only=True, slots=True)
class LoggedChange:
    """One line of the directory's log. before, after: rows as `record_wire` gives them; times in microseconds."""

    change: int
    recorded_at: int
    effective_at: int
    actor: str
    kind: str
    subject: str
    before: list[dict[str, Any]]
    after: list[dict[str, Any]]
    reason: str


class Directory:
    """Units, people, roles and stand-ins. Usable from several threads and processes.

    Reading goes to `index`, the newest version this process has seen; `refresh` looks whether there is a newer
    one, which costs one small query, and belongs at the beginning of each request or command.
    """

    def __init__(self, database: Database, vocabulary: Vocabulary) -> None:
        self._database = database
        self.vocabulary = vocabulary
        self._loaded: Index | None = None

    @property
    def index(self) -> Index:
        """The directory as this process last saw it."""
        return self._loaded or self.refresh()

    def refresh(self, tx: Reading | None = None, *, seen: int | None = None) -> Index:
        """The directory as it is now.

        tx: the caller's transaction, which it must be when there is one open. seen: the version a query of the
        caller's own has just come by (`VERSION`), which saves asking.
        """
        loaded = self._loaded
        if tx is None:
            if loaded is not None:
                if seen is None:
                    with self._database.reading() as reading:
                        seen = read_version(reading)
                if loaded.version >= seen:
                    return loaded
            with self._database.reading(snapshot=True) as reading:
                return self.refresh(reading)
        if loaded is not None and loaded.version == read_version(tx):
            return loaded
        return self._keep(Index(read_register(tx), self.vocabulary))

    def change(self, *changes: Change, actor: str, recorded_at: int, reason: str) -> int:
        """Carry out changes in their order, all or none; the version after them.

        actor: who changes. recorded_at: the present. reason: why, for the log. Raises InvalidInput for a change
        that would leave the directory unsound, Conflict when somebody else changed it at the same time.
        """
        with self.drafting(actor=actor, recorded_at=recorded_at, reason=reason) as draft:
            for change in changes:
                draft.apply(change)
        return draft.register.version

    @contextmanager
    def drafting(self, *, actor: str, recorded_at: int, reason: str) -> Iterator[Draft]:
        """A draft of the newest version, written when the block ends and dropped when it raises.

        Raises Conflict when somebody else changed the directory at the same time.
        """
        check_text("reason", reason)
        check_text("actor", actor)
        with self._database.transaction() as tx:
            draft = Draft(self.refresh(tx).register, self.vocabulary, recorded_at)
            yield draft
            try:
                write_draft(tx, draft, actor=actor, recorded_at=recorded_at, reason=reason.strip())
            except sa.exc.IntegrityError:
                raise Conflict(
                    code="directory.changed",
                    message_zh="通讯录同时被他人修改，请重试",
                    message_en="somebody else changed the directory at the same time; try again",
                ) from None
        self._keep(draft.index)

    def rehearse(self, recorded_at: int) -> Draft:
        """A draft of the newest version that is never written, to see what changes would do."""
        return Draft(self.refresh().register, self.vocabulary, recorded_at)

    def log(
        self, *, subject: str | None = None, after: int = 0, before: int | None = None, limit: int = 500
    ) -> list[LoggedChange]:
        """Changes in their order, from the one after number `after` on; of one unit or person when asked.

        before: instead the latest first, from the one before this number on.
        """
        table = directory_changes
        query = sa.select(table).limit(limit)
        if before is None:
            query = query.where(table.c.change > after).order_by(table.c.change)
        else:
            query = query.where(table.c.change < before).order_by(table.c.change.desc())
        if subject is not None:
            query = query.where(table.c.subject == subject)
        with self._database.reading() as tx:
            return [_logged(tuple(row)) for row in tx.execute(query)]

    def _keep(self, index: Index) -> Index:
        loaded = self._loaded
        if loaded is None or loaded.version <= index.version:
            self._loaded = index
        return index


def _logged(row: tuple[Any, ...]) -> LoggedChange:
    change, recorded_at, effective_at, actor, kind, subject, before, after, reason = row
    return LoggedChange(
        change=change,
        recorded_at=recorded_at,
        effective_at=effective_at,
        actor=actor,
        kind=kind,
        subject=subject,
        before=canonical.loads(bytes(before)),
        after=canonical.loads(bytes(after)),
        reason=reason,
    )
