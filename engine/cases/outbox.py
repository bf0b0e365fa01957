"""Sending what leaves a case: messages and signals to other cases, notices to people.

A row leaves in the transaction that accepts it elsewhere, or after whoever got it can tell it from a second one
by its id: it is delivered at least once, and takes effect once. What cannot be delivered is put off with growing
delay, and given up at last until an operator retries it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from engine import canonical
from engine.cases import due_statements as sql
from engine.cases.clock import Clock
from engine.cases.messages import LIVE, Messages, Origin
from engine.cases.statements import delete_outbox
from engine.cases.stuck import Stuck
from engine.errors import InvalidInput
from engine.store import Database
from engine.store.failures import will_pass

Sender = Callable[[str, Mapping[str, Any]], None]
"""Delivers a payload under its id outside; raises when it could not."""

_LOG = logging.getLogger(__name__)


class Outbox:
    """Delivers rows of the outbox, each by its kind. senders: for the kinds that leave the database.

    whom: the groups of the directory that an addressee of a notice means.
    """

    def __init__(
        self,
        database: Database,
        messages: Messages,
        stuck: Stuck,
        clock: Clock,
        senders: Mapping[str, Sender],
        whom: Callable[[str], Sequence[str]] = lambda addressee: [addressee],
    ) -> None:
        self._database = database
        self._messages = messages
        self._stuck = stuck
        self._clock = clock
        self.senders = dict(senders)
        self._whom = whom

    @contextmanager
    def leaving_out(self, kind: str) -> Iterator[None]:
        """Within the block, rows of a kind go without anything being done about them."""
        before = self.senders.get(kind)
        self.senders[kind] = lambda identity, payload: None
        try:
            yield
        finally:
            if before is None:
                del self.senders[kind]
            else:
                self.senders[kind] = before

    def send(self, case_id: UUID, seq: int, number: int) -> bool:
        """Deliver one row if it is still there; whether it left."""
        row = (case_id, seq, number)
        with self._database.reading() as tx:
            found = tx.row(sql.read_outbox, {"case_id": case_id, "seq": seq, "n": number})
        if found is None:
            return False
        kind, payload, attempts, provenance, at = found
        origin = Origin(provenance=provenance, at=None if provenance == LIVE else at)
        try:
            self._deliver(row, kind, canonical.loads(bytes(payload)), origin)
        except Exception as error:
            if will_pass(error):
                raise
            _LOG.error("outbox row %s was not delivered: %s", row_id(row), error)
            self._put_off(row, attempts, error)
            return False
        if attempts:
            with self._database.transaction() as tx:
                self._stuck.done(tx, f"outbox/{row_id(row)}", case_id)
        return True

    def _deliver(
        self, row: tuple[UUID, int, int], kind: str, payload: dict[str, Any], origin: Origin
    ) -> None:
        if kind == "message":
            self._messages.send(
                payload["name"],
                payload["key"],
                payload["variables"],
                message_id=row_id(row),
                outbox=row,
                origin=origin,
            )
            return
        if kind == "signal":
            self._messages.broadcast(
                payload["name"], payload["variables"], signal_id=row_id(row), source=row[0], origin=origin
            )
        elif kind == "notice":
            self._tell(row, payload)
        elif kind in self.senders:
            self.senders[kind](row_id(row), payload)
        else:
            raise InvalidInput(
                code="outbox.kind",
                message_zh=f"没有配置“{kind}”的发送方式",
                message_en=f"nothing is configured to send {kind!r}",
            )
        with self._database.transaction() as tx:
            tx.write(delete_outbox, {"key_case_id": row[0], "key_seq": row[1], "key_n": row[2]})

    def _tell(self, row: tuple[UUID, int, int], payload: dict[str, Any]) -> None:
        """A notice is kept for its addressee, and sent by the channel configured for notices if there is one."""
        sender = self.senders.get("notice")
        if sender is not None:
            sender(row_id(row), payload)
        with self._database.transaction() as tx:
            for number, addressee in enumerate(self._whom(payload["to"])):
                tx.write(
                    sql.put_notice,
                    {
                        "case_id": row[0],
                        "notice_id": row_id(row) + (f"/{number}" if number else ""),
                        "kind": payload["kind"],
                        "addressee": addressee,
                        "content": canonical.dumps(payload["facts"]),
                        "sent_at": self._clock(),
                        "read_at": None,
                    },
                )

    def _put_off(self, row: tuple[UUID, int, int], attempts: int, error: Exception) -> None:
        with self._database.transaction() as tx:
            _, retry_at = self._stuck.failed(tx, f"outbox/{row_id(row)}", row[0], error)
            tx.write(
                sql.put_outbox_off,
                {
                    "key_case_id": row[0],
                    "key_seq": row[1],
                    "key_n": row[2],
                    "due_at": retry_at,
                    "attempts": attempts + 1,
                    "last_error": str(error)[:1000],
                },
            )


def row_id(row: tuple[UUID, int, int]) -> str:
    """The id under which a row is delivered, the same each time."""
    return f"{row[0]}/{row[1]}/{row[2]}"
