"""Cases kept in memory between commands, so that the next one need not rebuild them."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from uuid import UUID

from engine.runtime import Session


class SessionCache:
    """The sessions used last, each with the log position it is at.

    A session belongs to whoever took it until it is put back; a command that fails does not put it back.
    size: sessions kept; 0 keeps none.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._sessions: OrderedDict[UUID, tuple[int, Session]] = OrderedDict()
        self._lock = Lock()

    def take(self, case_id: UUID, seq: int) -> Session | None:
        """The case's session if it is at this log position; it leaves the cache either way."""
        with self._lock:
            found = self._sessions.pop(case_id, None)
        return found[1] if found is not None and found[0] == seq else None

    def put(self, case_id: UUID, seq: int, session: Session) -> None:
        """Keep a session that is in step with the log at `seq`."""
        if not self._size:
            return
        with self._lock:
            self._sessions[case_id] = (seq, session)
            self._sessions.move_to_end(case_id)
            if len(self._sessions) > self._size:
                self._sessions.popitem(last=False)

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._sessions.clear()
