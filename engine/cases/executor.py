"""The transaction of a command: lock, restore, apply, write everything, commit; or nothing at all.

Nobody else writes the case tables. ARCHITECTURE §3 names the steps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa

from engine import canonical
from engine.cases import mirror, snapshot
from engine.cases import statements as sql
from engine.cases.cache import SessionCache
from engine.cases.clock import Clock
from engine.cases.definitions import Definitions
from engine.cases.log import GENESIS, REFUSED, EventContent, EventHead, chain, pack
from engine.cases.past import past_events
from engine.cases.sealing import Sealed
from engine.errors import BihuanError, Conflict, NotFound, Refusal
from engine.runtime import LiveReads, Session, Settings
from engine.runtime import execute as run
from engine.state import CaseState
from engine.state.case import CANCELLED, COMPLETED
from engine.store import Database, Transaction, lock_correlation

BEHAVIOUR = 1
"""The version of execution semantics new cases run under; raised when a change of ours would alter replays."""

T = TypeVar("T")
CLOSED = (COMPLETED, CANCELLED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """What somebody wants done with a case.

    input: wire form. key: idempotency key, unique per actor. at: case time in microseconds, for imported and
    simulated cases only. prepare: turns the input into what is logged, seeing the case as it stands (seals
    masked fields). message: the buffered message this command consumes.
    """

    kind: str
    actor: str
    input: dict[str, Any]
    on_behalf_of: str | None = None
    key: str | None = None
    at: int | None = None
    prepare: Callable[[Session, UUID, int, dict[str, Any]], tuple[dict[str, Any], list[Sealed]]] | None = None
    message: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What a command did. `repeated` marks the answer to a key that was used before.

    state_hash: hex; also the case's ETag.
    """

    case_id: UUID
    seq: int
    status: str
    state_hash: str
    effects: list[list[Any]] = field(default_factory=list)
    repeated: bool = False
    awaited: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseHead:
    """The row of a case that every command starts from."""

    definition: bytes
    status: str
    provenance: str
    behaviour: int
    effective_at: int
    seq: int
    head: bytes
    state_hash: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class NewCase:
    """What a start command records about the case beside its variables."""

    case_id: UUID
    definition: str
    key: str
    version: int
    business_key: str | None
    provenance: str


class Executor:
    """Runs commands against a database."""

    def __init__(
        self,
        database: Database,
        definitions: Definitions,
        settings: Settings,
        clock: Clock,
        providers: Mapping[str, Callable[[Any], Any]],
        cache_size: int,
    ) -> None:
        self._database = database
        self._definitions = definitions
        self._settings = settings
        self._clock = clock
        self._providers = {"definition": definitions.latest, **providers}
        self._cache = SessionCache(cache_size)

    def forget(self) -> None:
        """Drop every case kept in memory."""
        self._cache.clear()

    def start(self, new: NewCase, command: Command) -> Outcome:
        """Start a case. A key used before gives the first outcome again."""
        try:
            return self._start(new, command)
        except sa.exc.IntegrityError:
            repeated = self._used(command)
            if repeated is None:
                raise
            return repeated

    def _used(self, command: Command) -> Outcome | None:
        if command.key is None:
            return None
        with self._database.reading() as tx:
            row = tx.row(sql.read_key, {"owner": command.actor, "key": command.key})
        return None if row is None else _repeated(row)

    def _start(self, new: NewCase, command: Command) -> Outcome:
        with self._database.transaction() as tx:
            if command.key is not None:
                row = tx.row(sql.read_key, {"owner": command.actor, "key": command.key})
                if row is not None:
                    return _repeated(row)
            now = self._clock()
            at = now if command.at is None else command.at
            session = Session(CaseState(), self._definitions.programs, self._settings)
            head = CaseHead(
                definition=bytes.fromhex(new.definition),
                status="active",
                provenance=new.provenance,
                behaviour=BEHAVIOUR,
                effective_at=at,
                seq=0,
                head=GENESIS,
                state_hash=b"",
            )
            outcome = self._apply(tx, new.case_id, head, session, command, at, now, new)
        self._cache.put(new.case_id, outcome.seq, session)
        return outcome

    def execute(self, case_id: UUID, command: Command) -> Outcome:
        """Run a command on a case.

        Raises NotFound, Conflict, InvalidInput, or Refusal, which is also recorded in the case's log.
        """
        try:
            with self._database.transaction() as tx:
                head, used = self._lock(tx, case_id, command)
                if used is not None:
                    return _repeated(used)
                now = self._clock()
                at = self._effective(head, command, now)
                _check_open(case_id, head)
                session = self._session(tx, case_id, head)
                outcome = self._apply(tx, case_id, head, session, command, at, now, None)
        except Refusal as refusal:
            self._record_refusal(case_id, command, refusal)
            raise
        self._cache.put(case_id, outcome.seq, session)
        return outcome

    def look(self, case_id: UUID, question: Callable[[Session], T]) -> T:
        """Ask an open case something that needs its session and its past; nothing is changed.

        Raises NotFound for an unknown case, Conflict for a closed one.
        """
        with self._database.reading(snapshot=True) as tx:
            row = tx.row(sql.read_case, {"case_id": case_id})
            if row is None:
                raise NotFound(
                    code="case.unknown", message_zh="案件不存在", message_en="there is no such case"
                )
            head = case_head(row)
            _check_open(case_id, head)
            state = snapshot.load(tx, case_id, head.state_hash)
            session = Session.restore(state, self._definitions.programs, self._settings)
            session.begin(
                max(self._clock(), head.effective_at),
                LiveReads(self._providers),
                lambda: past_events(tx, case_id),
            )
            return question(session)

    def _lock(
        self, tx: Transaction, case_id: UUID, command: Command
    ) -> tuple[CaseHead, tuple[Any, ...] | None]:
        queries: list[tuple[Any, Mapping[str, Any]]] = [(sql.lock_case, {"case_id": case_id})]
        if command.key is not None:
            queries.append((sql.read_key, {"owner": command.actor, "key": command.key}))
        found = tx.rows_of(*queries)
        if not found[0]:
            raise NotFound(code="case.unknown", message_zh="案件不存在", message_en="there is no such case")
        used = found[1][0] if command.key is not None and found[1] else None
        return case_head(found[0][0]), used

    def _effective(self, head: CaseHead, command: Command, now: int) -> int:
        if command.at is None:
            return max(now, head.effective_at)
        if head.provenance == "live":
            raise ValueError("only imported and simulated cases may be given another time")
        if command.at < head.effective_at:
            raise Conflict(
                code="clock.backwards",
                message_zh="案件时间不能倒退",
                message_en="the case clock cannot go back",
                current={"effective_at": head.effective_at},
            )
        return command.at

    def _session(self, tx: Transaction, case_id: UUID, head: CaseHead) -> Session:
        session = self._cache.take(case_id, head.seq)
        if session is None:
            state = snapshot.load(tx, case_id, head.state_hash)
            session = Session.restore(state, self._definitions.programs, self._settings)
        return session

    def _apply(
        self,
        tx: Transaction,
        case_id: UUID,
        head: CaseHead,
        session: Session,
        command: Command,
        at: int,
        now: int,
        new: NewCase | None,
    ) -> Outcome:
        seq = head.seq + 1
        given = command.input
        sealed: list[Sealed] = []
        if command.prepare is not None:
            # What a form's own expressions look at is no part of what the command did.
            session.begin(at, LiveReads(self._providers))
            given, sealed = command.prepare(session, case_id, seq, given)
        session.begin(at, LiveReads(self._providers), lambda: past_events(tx, case_id))
        run(session, command.kind, command.actor, given)
        return self._write(tx, case_id, head, session, command, given, sealed, at, now, new)

    def _write(
        self,
        tx: Transaction,
        case_id: UUID,
        before: CaseHead,
        session: Session,
        command: Command,
        given: dict[str, Any],
        sealed: list[Sealed],
        at: int,
        now: int,
        new: NewCase | None,
    ) -> Outcome:
        state = session.state
        state_hash = state.digest()
        content = EventContent(
            input=given, reads=session.reads.record, effects=session.effects, state_hash=state_hash.hex()
        )
        head, row = _event_row(case_id, before, command, command.kind, content, at, now)
        closed = state.status in CLOSED
        changed = {
            "status": state.status,
            "ended_at": at if closed else None,
            "effective_at": at,
            "seq": head.seq,
            "head": row["hash"],
            "state_hash": state_hash,
            "state": None if closed else snapshot.pack(state),
        }
        tx.write(sql.insert_event, row)
        if new is None:
            tx.write(sql.update_case, {"key_case_id": case_id, **changed})
        else:
            tx.write(sql.insert_case, {**_case_row(new, at), **changed})
        mirror.write(tx, case_id, session)
        self._write_outbox(tx, case_id, head.seq, session, at)
        for entry in sealed:
            tx.write(sql.insert_vault, {"case_id": case_id, **entry.row()})
        if command.message is not None and not tx.change(sql.delete_message, {"message_id": command.message}):
            raise Conflict(
                code="message.delivered",
                message_zh="消息已经送达",
                message_en="the message was delivered before",
            )
        awaited = mirror.new_messages_awaited(state)
        for name, key in awaited:
            lock_correlation(tx, name, key)
        outcome = Outcome(
            case_id=case_id,
            seq=head.seq,
            status=state.status,
            state_hash=state_hash.hex(),
            effects=session.effects,
            awaited=awaited,
        )
        if command.key is not None:
            tx.write(sql.insert_key, _key_row(command, outcome, now))
        return outcome

    def _write_outbox(self, tx: Transaction, case_id: UUID, seq: int, session: Session, at: int) -> None:
        leaving = [effect for effect in session.effects if effect[0] == "out"]
        for number, effect in enumerate(leaving):
            tx.write(
                sql.insert_outbox,
                {
                    "case_id": case_id,
                    "seq": seq,
                    "n": number,
                    "kind": effect[1],
                    "payload": canonical.dumps(effect[2]),
                    "due_at": at,
                    "attempts": 0,
                    "last_error": None,
                },
            )

    def _record_refusal(self, case_id: UUID, command: Command, refusal: Refusal) -> None:
        """A refusal is evidence: an event of its own, after the rollback, that leaves the state as it was."""
        with self._database.transaction() as tx:
            row = tx.row(sql.lock_case, {"case_id": case_id})
            if row is None:
                return
            before = case_head(row)
            now = self._clock()
            at = max(now if command.at is None else command.at, before.effective_at)
            content = EventContent(
                input={
                    "command": command.kind,
                    "rule": refusal.rule,
                    "message_zh": refusal.message_zh,
                    "message_en": refusal.message_en,
                    "target": {
                        name: value for name, value in command.input.items() if isinstance(value, int)
                    },
                    "place": dict(refusal.place),
                },
                state_hash=before.state_hash.hex(),
            )
            head, event = _event_row(case_id, before, command, REFUSED, content, at, now)
            tx.write(sql.insert_event, event)
            tx.write(
                sql.touch_case,
                {
                    "key_case_id": case_id,
                    "seq": head.seq,
                    "head": event["hash"],
                    "effective_at": at,
                },
            )


def case_head(row: tuple[Any, ...]) -> CaseHead:
    """The case row as `statements.lock_case` and `read_case` give it."""
    return CaseHead(
        definition=bytes(row[0]),
        status=row[1],
        provenance=row[2],
        behaviour=row[3],
        effective_at=row[4],
        seq=row[5],
        head=bytes(row[6]),
        state_hash=bytes(row[7]),
    )


def _check_open(case_id: UUID, head: CaseHead) -> None:
    if head.status in CLOSED:
        raise Conflict(
            code="case.closed",
            message_zh="案件已经结束",
            message_en="the case has ended",
            place={"case": str(case_id)},
            current={"status": head.status},
        )


def _event_row(
    case_id: UUID, before: CaseHead, command: Command, kind: str, content: EventContent, at: int, now: int
) -> tuple[EventHead, dict[str, Any]]:
    head = EventHead(
        case_id=case_id,
        seq=before.seq + 1,
        recorded_at=now,
        effective_at=at,
        kind=kind,
        actor=command.actor,
        on_behalf_of=command.on_behalf_of,
    )
    packed = pack(content.canonical())
    return head, {
        "case_id": case_id,
        "seq": head.seq,
        "recorded_at": now,
        "effective_at": at,
        "kind": kind,
        "actor": command.actor,
        "on_behalf_of": command.on_behalf_of,
        "content": packed,
        "hash": chain(before.head, head, packed),
    }


def _case_row(new: NewCase, at: int) -> dict[str, Any]:
    return {
        "case_id": new.case_id,
        "definition": bytes.fromhex(new.definition),
        "definition_key": new.key,
        "definition_version": new.version,
        "business_key": new.business_key,
        "provenance": new.provenance,
        "behaviour": BEHAVIOUR,
        "started_at": at,
    }


def _key_row(command: Command, outcome: Outcome, now: int) -> dict[str, Any]:
    return {
        "owner": command.actor,
        "key": command.key,
        "case_id": outcome.case_id,
        "seq": outcome.seq,
        "result": canonical.dumps({"status": outcome.status, "state": outcome.state_hash}),
        "created_at": now,
    }


def _repeated(row: tuple[Any, ...]) -> Outcome:
    result = canonical.loads(bytes(row[2]))
    return Outcome(
        case_id=row[0],
        seq=row[1],
        status=result["status"],
        state_hash=result["state"],
        repeated=True,
    )


__all__ = ["BEHAVIOUR", "BihuanError", "CaseHead", "Command", "Executor", "NewCase", "Outcome", "case_head"]
