"""The keys of the vault: one for each person in a case, and one for each case."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Self
from uuid import UUID

from engine.errors import BihuanError, InvalidInput

KEY_BYTES: Final = 32
_BUSY_SECONDS: Final = 30.0
_TABLE: Final = """
CREATE TABLE IF NOT EXISTS keys (
  case_id BLOB NOT NULL, party TEXT NOT NULL, key BLOB, PRIMARY KEY (case_id, party)
) WITHOUT ROWID
"""
_MAKE: Final = """
INSERT OR IGNORE INTO keys SELECT ?, ?, ?
WHERE NOT EXISTS (SELECT 1 FROM keys WHERE case_id = ? AND party = '' AND key IS NULL)
"""


class Erased(BihuanError):
    """The key was destroyed, and what it sealed with it (Personal Information Protection Law, article 47)."""

    default_code = "vault.erased"


class Keyring:
    """Keys in a SQLite file of its own, apart from the database and from its backups. Usable from several threads.

    A key belongs to (case, party); party None is the key for text about several people, which goes with the whole
    case alone. It is made on first use and durable before anything sealed under it can be. A destroyed key leaves its
    place marked, so that no second one takes it; once those of a case are destroyed, nobody gets a key in it.
    """

    def __init__(self, connection: sqlite3.Connection, random: Callable[[int], bytes]) -> None:
        self._connection = connection
        self._random = random
        self._turn = threading.Lock()
        self._setup()

    @classmethod
    def open(cls, url: str, *, random: Callable[[int], bytes]) -> Self:
        """The keyring at `url`: `sqlite://` in memory, or `sqlite:///path`; made when missing.

        random: gives as many unpredictable bytes as it is asked for. Raises InvalidInput for another address.
        """
        place = url.removeprefix("sqlite://")
        if place == url or (place and not place.startswith("/")):
            raise InvalidInput(
                message_zh=f"密钥库地址无效：{url.partition(':')[0]}（应为 sqlite:///路径）",
                message_en=f"not the address of a keyring: {url.partition(':')[0]} (use sqlite:///path)",
            )
        path = place[1:] or ":memory:"
        return cls(
            sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False),
            random,
        )

    def key(self, case_id: UUID, party: str | None) -> bytes:
        """The key of a party, 32 bytes; made when there is none yet. Raises Erased when it was destroyed."""
        with self._turn:
            found = self._find(case_id, party)
            if found is None:
                # Whoever comes second in a race finds the first one's key.
                self._connection.execute(
                    _MAKE, (*_place(case_id, party), self._random(KEY_BYTES), case_id.bytes)
                )
                found = self._find(case_id, party)
        return _whole(found)

    def existing_key(self, case_id: UUID, party: str | None) -> bytes:
        """The key of a party. Raises Erased when it was destroyed or never was."""
        with self._turn:
            found = self._find(case_id, party)
        return _whole(found)

    def destroy(self, case_id: UUID, party: str) -> None:
        """Destroy the key of one person, for good; destroying it again changes nothing."""
        with self._turn:
            self._connection.execute(
                "INSERT INTO keys VALUES (?, ?, NULL) ON CONFLICT DO UPDATE SET key = NULL",
                _place(case_id, party),
            )

    def destroy_case(self, case_id: UUID) -> None:
        """Destroy every key of a case, for good, and forget whose they were; doing it again changes nothing."""
        with self._turn:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                self._connection.execute("DELETE FROM keys WHERE case_id = ?", (case_id.bytes,))
                # What is left says that nothing is to be made anew, for whomever.
                self._connection.execute("INSERT INTO keys VALUES (?, '', NULL)", (case_id.bytes,))
                self._connection.execute("COMMIT")
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise

    def is_destroyed(self, case_id: UUID) -> bool:
        """Whether every key of a case was destroyed."""
        with self._turn:
            found = self._find(case_id, None)
        return found is not None and found[0] is None

    @contextmanager
    def hasty(self) -> Iterator[None]:
        """Let keys made in the block be written when the operating system likes: for cases that nobody lives."""
        self._connection.execute("PRAGMA synchronous = OFF")
        try:
            yield
        finally:
            self._connection.execute("PRAGMA synchronous = EXTRA")

    def close(self) -> None:
        """Close the file; keys in memory are gone."""
        self._connection.close()

    def _setup(self) -> None:
        # Deleted content is overwritten, and no log of old pages is kept beside the file.
        self._connection.execute("PRAGMA secure_delete = ON")
        self._connection.execute("PRAGMA journal_mode = DELETE")
        self._connection.execute("PRAGMA synchronous = EXTRA")
        self._connection.execute(_TABLE)

    def _find(self, case_id: UUID, party: str | None) -> tuple[bytes | None] | None:
        query = "SELECT key FROM keys WHERE case_id = ? AND party = ?"
        found: tuple[bytes | None] | None = self._connection.execute(query, _place(case_id, party)).fetchone()
        return found

    def __repr__(self) -> str:
        return "Keyring()"


def _place(case_id: UUID, party: str | None) -> tuple[bytes, str]:
    if party == "":
        raise ValueError("a party has a name; None stands for several people")
    return case_id.bytes, party or ""


def _whole(found: tuple[bytes | None] | None) -> bytes:
    if found is None or found[0] is None:
        raise Erased(message_zh="内容已依法删除", message_en="the content has been erased")
    return found[0]
