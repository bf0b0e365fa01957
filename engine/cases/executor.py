"""The transaction of a command: lock, restore, apply, write everything, commit; or nothing at all.

Nobody else writes the case tables. ARCHITECTURE §3 names the steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

import sqlalchemy as sa

from engine import canonical
from engine.cases import snapshot
from engine.cases import statements as sql
from engine.cases.cache import SessionCache
from engine.cases.clock import Clock
from engine.cases.command import BEHAVIOUR, CLOSED, CaseHead, Command, NewCase, Outcome, case_head
from engine.cases.definitions import Definitions
from engine.cases.log import GENESIS
from engine.cases.marks import SIMILAR, provider
from engine.cases.past import past_events
from engine.cases.sealing import Sealed
from engine.cases.writing import Applied, write, write_record, write_refusal
from engine.directory import Directory
from engine.errors import Conflict, NotFound, Refusal
from engine.runtime import LiveReads, Session, Settings
from engine.runtime import execute as run
from engine.state import CaseState
from engine.store import Database, Transaction

T = TypeVar("T")
Watcher: TypeAlias = Callable[[Outcome, CaseState], None]


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
        directory: Callable[[], Directory | None] = lambda: None,
    ) -> None:
        self._database = database
        self._definitions = definitions
        self._settings = settings
        self._clock = clock
        self._providers = {"definition": definitions.latest, **providers}
        self._cache = SessionCache(cache_size)
        self._directory = directory
        self._watchers: list[Watcher] = []

    def forget(self) -> None:
        """Drop every case kept in memory."""
        self._cache.clear()

    @contextmanager
    def watched(self, watcher: Watcher) -> Iterator[None]:
        """Tell `watcher` of each command of this process that has become durable, while the block runs.

        The state is the case's own: to be read at once and never to be changed.
        """
        self._watchers.append(watcher)
        try:
            yield
        finally:
            self._watchers.remove(watcher)

    def _durable(self, outcome: Outcome, session: Session) -> None:
        """A command was committed."""
        self._cache.put(outcome.case_id, outcome.seq, session)
        for watcher in self._watchers:
            watcher(outcome, session.state)

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
        self._durable(outcome, session)
        return outcome

    def execute(self, case_id: UUID, command: Command) -> Outcome:
        """Run a command on a case.

        Raises NotFound, Conflict, InvalidInput, or Refusal, which is also recorded in the case's log.
        """
        try:
            with self._database.transaction() as tx:
                head, used = self._lock(tx, case_id, command)
                if used is not None:
                    return _answered(used, case_id, command)
                now = self._clock()
                at = self._effective(head, command, now)
                _check_expected(case_id, head, command)
                _check_open(case_id, head)
                session = self._session(tx, case_id, head)
                outcome = self._apply(tx, case_id, head, session, command, at, now, None)
        except Refusal as refusal:
            self._record_refusal(case_id, command, refusal)
            raise
        except sa.exc.IntegrityError:
            # Two cases, one key, at the same moment: the other one was first.
            with self._database.reading() as tx:
                row = tx.row(sql.read_key, {"owner": command.actor, "key": command.key or ""})
            if row is None:
                raise
            return _answered(row, case_id, command)
        self._durable(outcome, session)
        return outcome

    def record(
        self,
        case_id: UUID,
        command: Command,
        seal: Callable[[UUID, int, dict[str, Any]], tuple[dict[str, Any], list[Sealed]]],
        check: Callable[[Transaction], None],
    ) -> Outcome:
        """Write something down about a case, also one that is suspended or has ended; its state stays as it is.

        command: of one of the kinds in `log.RECORDS`. seal: seals what people wrote. check: looks at the case under its
        lock and raises what forbids it. Raises NotFound, and what `check` raises; a Refusal is also recorded.
        """
        try:
            with self._database.transaction() as tx:
                head, used = self._lock(tx, case_id, command)
                if used is not None:
                    return _answered(used, case_id, command)
                check(tx)
                now = self._clock()
                given, sealed = seal(case_id, head.seq + 1, command.input)
                recorded = replace(command, input=given)
                return write_record(
                    tx, case_id, head, recorded, sealed, self._effective(head, command, now), now
                )
        except Refusal as refusal:
            self._record_refusal(case_id, command, refusal)
            raise

    def answered(self, case_id: UUID, actor: str, key: str) -> Outcome | None:
        """What came of a key before; None for a new one. Raises Conflict when it was used for another case."""
        with self._database.reading() as tx:
            row = tx.row(sql.read_key, {"owner": actor, "key": key})
        return None if row is None else _answered(row, case_id, Command(kind="", actor=actor, input={}))

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
        marks = [mark for entry in sealed for mark in entry.marks]
        providers = {**self._providers, SIMILAR: provider(tx, case_id, marks)}
        session.begin(at, LiveReads(providers), lambda: past_events(tx, case_id))
        run(session, command.kind, command.actor, given, on_behalf_of=command.on_behalf_of)
        return write(
            tx,
            Applied(
                case_id=case_id,
                before=head,
                command=command,
                session=session,
                given=given,
                sealed=sealed,
                at=at,
                now=now,
                new=new,
                directory=self._directory(),
            ),
        )

    def _record_refusal(self, case_id: UUID, command: Command, refusal: Refusal) -> None:
        """Write a refusal after the rollback of what was refused, in a transaction of its own."""
        with self._database.transaction() as tx:
            row = tx.row(sql.lock_case, {"case_id": case_id})
            if row is not None:
                write_refusal(tx, case_id, case_head(row), command, refusal, self._clock())


def _check_open(case_id: UUID, head: CaseHead) -> None:
    if head.status in CLOSED:
        raise Conflict(
            code="case.closed",
            message_zh="案件已经结束",
            message_en="the case has ended",
            place={"case": str(case_id)},
            current={"status": head.status},
        )


def _check_expected(case_id: UUID, head: CaseHead, command: Command) -> None:
    if command.expected is not None and command.expected != head.state_hash.hex():
        raise Conflict(
            code="case.changed",
            message_zh="案件已被他人更新，请刷新后重试",
            message_en="somebody else changed the case; look again",
            place={"case": str(case_id)},
            current={"status": head.status, "etag": head.state_hash.hex()},
        )


def _answered(row: tuple[Any, ...], case_id: UUID, command: Command) -> Outcome:
    """What came of a key before. Only a message may have reached another case than the one tried now."""
    if row[0] != case_id and command.message is None:
        raise Conflict(
            code="idempotency.reused",
            message_zh="幂等键已用于另一案件的操作",
            message_en="the idempotency key was used for another case",
            place={"case": str(case_id)},
        )
    return _repeated(row)


def _repeated(row: tuple[Any, ...]) -> Outcome:
    result = canonical.loads(bytes(row[2]))
    return Outcome(
        case_id=row[0],
        seq=row[1],
        status=result["status"],
        state_hash=result["state"],
        repeated=True,
    )
