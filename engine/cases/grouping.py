"""One command on each of several cases in one transaction: all of them become durable together, or none does.

Each case keeps its own log, lock and state, as if the commands had come one by one; what is saved are waits for the
database. It is for work of the engine itself that nobody waits for case by case. Whoever calls it goes on one by
one when a group fails, so that a case that cannot go on keeps nobody else waiting.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

from engine.cases import snapshot
from engine.cases import statements as sql
from engine.cases.command import CaseHead, Command, Outcome, case_head
from engine.cases.executor import Executor
from engine.runtime import Session
from engine.store import Statement
from engine.store.statement import Row

Query: TypeAlias = tuple[Statement, Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Locked:
    """A case that the group has locked. rows: what each of the group's own queries found about it."""

    case_id: UUID
    head: CaseHead
    rows: Sequence[Sequence[Row]]


class GroupExecutor(Executor):
    """Runs commands one by one, and for several cases at once."""

    def execute_together(
        self,
        cases: Sequence[UUID],
        ask: Callable[[UUID], Sequence[Query]],
        choose: Callable[[Locked], Command | None],
    ) -> list[Outcome]:
        """Lock the cases, ask about them and run what is chosen for each; the outcomes of those that ran.

        Two waits for the database however many cases there are. ask: queries about a case, made under its lock.
        choose: the command for it, None to leave it alone. Commands bring no key and no prepared input. Raises
        whatever one of them raises; nothing has happened then.
        """
        # Always in one order, so that two groups cannot wait for each other.
        ordered = sorted(set(cases))
        ran: list[tuple[Outcome, Session]] = []
        with self._database.transaction() as tx:
            asked = [[*ask(case_id), *snapshot.queries(case_id)] for case_id in ordered]
            locks: list[Query] = [(sql.lock_case, {"case_id": case_id}) for case_id in ordered]
            found = iter(tx.rows_of(*locks, *(query for queries in asked for query in queries)))
            heads = [next(found) for _ in ordered]
            now = self._clock()
            for case_id, rows, queries in zip(ordered, heads, asked, strict=True):
                *mine, state, scopes = [next(found) for _ in queries]
                if not rows:
                    continue
                head = case_head(rows[0])
                command = choose(Locked(case_id=case_id, head=head, rows=mine))
                if command is None:
                    continue
                session = self._cache.take(case_id, head.seq) or Session.restore(
                    snapshot.read(case_id, head.state_hash, state, scopes),
                    self._definitions.programs,
                    self._settings,
                )
                at = self._effective(head, command, now)
                outcome = self._apply(tx, case_id, head, session, command, at, now, None)
                ran.append((outcome, session))
        for outcome, session in ran:
            self._durable(outcome, session)
        return [outcome for outcome, _ in ran]
