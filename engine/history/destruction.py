"""Lawful destruction of cases whose time is over: proposed by one person, approved by another, and proved for ever.

In this order, each step harmless when it is done again: a signed tombstone in the proof tree; the keys of the vault,
with which everything sealed is gone; the log and every row of the case. Triggers let go of the log of a case that has a
tombstone, and of no other. A legal hold overrides (DOMAIN §4). Nothing is destroyed by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from engine.cases.erasure import Erasure
from engine.errors import Conflict, InvalidInput, NotFound, Refusal
from engine.history.keeping import Keeping
from engine.history.signing import SigningKey
from engine.history.statements import Leaf, tombstone_entry
from engine.history.tree import ProofTree
from engine.state.case import CANCELLED, COMPLETED
from engine.store import Database, Reading, Transaction, insert
from engine.store.tables import (
    METADATA,
    access_log,
    case_headers,
    case_links,
    cases,
    destructions,
    due_destructions,
    erasures,
    legal_holds,
    proof_leaves,
    tombstones,
)
from engine.vault import Keyring

KEPT: Final = frozenset(
    {access_log.name, destructions.name, erasures.name, proof_leaves.name, tombstones.name}
)
"""What is kept of a destroyed case: who looked at it for as long as that log is kept, who decided, when its keys went,
and the proof."""
SHORTEST_YEAR: Final = 365 * 86_400 * 1_000_000
_D = destructions.c
_JUDGED: Final = tuple(
    case_headers.c[name]
    for name in ("case_id", "definition_key", "category", "grade", "request_type", "closed_at")
)
"""What of an ended case the rules look at."""
_insert_tombstone: Final = insert(tombstones)


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """A case whose time is over. rule: whose. Times in microseconds since 1970 UTC."""

    case_id: UUID
    rule: str
    ended_at: int
    due_at: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Destruction:
    """A proposal. status: `proposed`, `rejected`, `approved` (under way) or `done`."""

    number: int
    case_id: UUID
    rule: str
    due_at: int
    reason: str
    proposed_by: str
    proposed_at: int
    status: str
    decided_by: str | None
    decided_at: int | None
    finished_at: int | None


class Destructions:
    """Lists what is due, takes proposals and decisions, and carries them out. rules: see `engine.history.keeping`."""

    def __init__(
        self, database: Database, keyring: Keyring, clock: Callable[[], int], rules: Sequence[Keeping]
    ) -> None:
        self._database = database
        self._erasure = Erasure(database, keyring, clock)
        self._clock = clock
        self._rules = rules
        self._tree = ProofTree(database, clock)

    # -- what is due -------------------------------------------------------------------------------

    def list_due(self) -> int:
        """Make the list of what is due anew; how many cases. Nothing else happens to them."""
        now = self._clock()
        with self._database.transaction() as tx:
            tx.execute(due_destructions.delete())
            found = {}
            for flow, since in sorted(self._horizons(now).items()):
                header = case_headers.c
                query = sa.select(*_JUDGED).where(
                    header.definition_key == flow, header.closed_at.is_not(None), header.closed_at <= since
                )
                for row in tx.execute(query.where(~_held(header.case_id))):
                    due = self._due(row)
                    if due is not None and due.due_at <= now:
                        found[due.case_id] = due
            rows = [
                {
                    "case_id": due.case_id,
                    "rule": due.rule,
                    "ended_at": due.ended_at,
                    "due_at": due.due_at,
                    "listed_at": now,
                }
                for due in found.values()
            ]
            if rows:
                tx.execute(due_destructions.insert(), rows)
        return len(rows)

    def due(self, *, limit: int = 100) -> list[Due]:
        """The list as the last night made it, the longest overdue first."""
        with self._database.reading() as tx:
            return due_list(tx, limit=limit)

    # -- holds -------------------------------------------------------------------------------------

    def hold(self, case_id: UUID, *, actor: str, reason: str) -> None:
        """Keep a case whatever its time. Raises NotFound, InvalidInput without a reason."""
        _check_reason(reason)
        with self._database.transaction() as tx:
            _lock(tx, case_id)
            query = sa.select(sa.func.max(legal_holds.c.number)).where(legal_holds.c.case_id == case_id)
            number = 1 + (tx.execute(query).scalar() or 0)
            tx.execute(
                legal_holds.insert().values(
                    case_id=case_id,
                    number=number,
                    reason=reason.strip(),
                    placed_by=actor,
                    placed_at=self._clock(),
                )
            )

    def lift(self, case_id: UUID, *, actor: str) -> None:
        """Lift every hold of a case. Raises NotFound when there is none."""
        with self._database.transaction() as tx:
            done = tx.execute(
                legal_holds.update()
                .where(legal_holds.c.case_id == case_id, legal_holds.c.lifted_at.is_(None))
                .values(lifted_by=actor, lifted_at=self._clock())
            ).rowcount
        if not done:
            raise NotFound(
                code="hold.unknown", message_zh="案件没有冻结", message_en="the case is not on hold"
            )

    # -- decisions ---------------------------------------------------------------------------------

    def propose(self, case_id: UUID, *, actor: str, reason: str) -> Destruction:
        """Propose that a case be destroyed. Raises NotFound, Refusal when it must be kept, Conflict when it is proposed."""
        _check_reason(reason)
        with self._database.transaction() as tx:
            due = self._check(tx, case_id)
            query = sa.select(_D.number).where(_D.case_id == case_id, _D.status.in_(("proposed", "approved")))
            if tx.execute(query).first() is not None:
                raise Conflict(
                    code="destruction.proposed",
                    message_zh="已提出过销毁，尚未了结",
                    message_en="its destruction is proposed already",
                )
            number = 1 + (tx.execute(sa.select(sa.func.max(_D.number))).scalar() or 0)
            tx.execute(
                destructions.insert().values(
                    case_id=case_id,
                    number=number,
                    rule=due.rule,
                    due_at=due.due_at,
                    reason=reason.strip(),
                    proposed_by=actor,
                    proposed_at=self._clock(),
                    status="proposed",
                )
            )
        return self.get(number)

    def reject(self, number: int, *, actor: str) -> Destruction:
        """Reject a proposal, or take one's own back. Raises NotFound, Conflict once decided."""
        with self._database.transaction() as tx:
            self._decide(tx, number, "rejected", actor)
        return self.get(number)

    def approve(self, number: int, *, actor: str, key: SigningKey) -> Destruction:
        """Approve what somebody else proposed, and destroy. Raises NotFound, Refusal, Conflict, DamagedTree."""
        with self._database.transaction() as tx:
            found = self._decide(tx, number, "approved", actor)
            if found.proposed_by == actor:
                raise Refusal(
                    rule="destruction.two_people",
                    message_zh="提出人不能批准自己提出的销毁，须由另一人批准",
                    message_en="a destruction must be approved by somebody other than who proposed it",
                )
            self._check(tx, found.case_id)
            self._bury(tx, self._one(tx, number), key)
        return self.carry_out(number)

    def carry_out(self, number: int) -> Destruction:
        """Go on with what was approved: keys, then rows.

        Raises NotFound, Conflict when it is not approved or a hold was placed since.
        """
        found = self.get(number)
        if found.status == "done":
            return found
        if found.status != "approved":
            raise _decided(found.status)
        with self._database.transaction() as tx:
            if self._one(tx, number).status == "approved":
                by = found.decided_by or found.proposed_by
                self._erasure.erase_within(tx, found.case_id, actor=by, ground=f"destruction {number}")
                _remove(tx, found.case_id)
                tx.execute(
                    destructions.update()
                    .where(_D.number == number)
                    .values(status="done", finished_at=self._clock())
                )
        return self.get(number)

    def get(self, number: int) -> Destruction:
        """One. Raises NotFound."""
        with self._database.reading() as tx:
            return self._one(tx, number)

    def all(self, *, limit: int = 100) -> list[Destruction]:
        """All, the latest first."""
        with self._database.reading() as tx:
            query = sa.select(destructions).order_by(_D.number.desc()).limit(limit)
            return [_destruction(row) for row in tx.execute(query)]

    def _due(self, row: Any) -> Due | None:
        judged = (row.definition_key, row.category, row.grade, row.request_type)
        rule = next((each for each in self._rules if each.fits(*judged)), None)
        over = None if rule is None else rule.over(row.closed_at)
        if rule is None or over is None:
            return None
        return Due(case_id=row.case_id, rule=rule.name, ended_at=row.closed_at, due_at=over)

    def _horizons(self, now: int) -> dict[str, int]:
        """By flow: a case that ended later than this cannot be due by any rule."""
        found: dict[str, int] = {}
        for rule in self._rules:
            if rule.years is not None:
                found[rule.flow] = max(found.get(rule.flow, 0), now - rule.years * SHORTEST_YEAR)
        return found

    def _check(self, tx: Transaction, case_id: UUID) -> Due:
        """That the time of a case is over and nothing keeps it. Raises NotFound, Refusal."""
        status = _lock(tx, case_id)
        row = tx.execute(sa.select(*_JUDGED).where(case_headers.c.case_id == case_id)).first()
        due = None
        if row is not None and row.closed_at is not None and status in (COMPLETED, CANCELLED):
            due = self._due(row)
        if due is None or due.due_at > self._clock():
            raise Refusal(
                rule="destruction.not_due",
                message_zh="案件的保存期限没有届满，不能销毁",
                message_en="the time for which the case is kept is not over",
            )
        if tx.execute(sa.select(sa.literal(1)).where(_held(sa.literal(case_id, sa.Uuid)))).first():
            raise Refusal(
                rule="destruction.held",
                message_zh="案件已被依法冻结，不能销毁",
                message_en="the case is on legal hold",
            )
        return due

    def _decide(self, tx: Transaction, number: int, status: str, actor: str) -> Destruction:
        done = tx.execute(
            destructions.update()
            .where(_D.number == number, _D.status == "proposed")
            .values(status=status, decided_by=actor, decided_at=self._clock())
        ).rowcount
        found = self._one(tx, number)
        if not done:
            raise _decided(found.status)
        return found

    def _bury(self, tx: Transaction, found: Destruction, key: SigningKey) -> None:
        """Put the tombstone into the tree and sign the root over it."""
        growing = self._tree.take(tx, key)
        row = tx.execute(sa.select(cases.c.seq, cases.c.head).where(cases.c.case_id == found.case_id)).one()
        authority = {
            "rule": found.rule,
            "due_at": found.due_at,
            "reason": found.reason,
            "number": found.number,
            "proposed_by": found.proposed_by,
            "approved_by": found.decided_by,
        }
        head = bytes(row.head)
        statement = tombstone_entry(found.case_id, row.seq, head, authority=authority, at=self._clock())
        tx.write(
            _insert_tombstone,
            {
                "case_id": found.case_id,
                "seq": row.seq,
                "head": head,
                "statement": statement,
                "key_id": key.id,
                "signature": key.sign(statement),
            },
        )
        leaf = Leaf(
            place=growing.size,
            kind="tombstone",
            case_id=found.case_id,
            seq=row.seq,
            head=head,
            statement=statement,
        )
        self._tree.add(tx, key, growing, [leaf])

    def _one(self, tx: Reading, number: int) -> Destruction:
        row = tx.execute(sa.select(destructions).where(_D.number == number)).first()
        if row is None:
            raise NotFound(
                code="destruction.unknown",
                message_zh=f"没有编号为 {number} 的销毁",
                message_en=f"there is no destruction {number}",
            )
        return _destruction(row)


def due_list(tx: Reading, *, limit: int = 100) -> list[Due]:
    """The list as the last night made it, the longest overdue first."""
    names = Due.__dataclass_fields__
    query = sa.select(due_destructions).order_by(due_destructions.c.due_at, due_destructions.c.case_id)
    return [Due(**{name: getattr(row, name) for name in names}) for row in tx.execute(query.limit(limit))]


def _remove(tx: Transaction, case_id: UUID) -> None:
    for table in METADATA.sorted_tables:
        if "case_id" in table.c and table.name not in KEPT:
            tx.execute(table.delete().where(table.c.case_id == case_id))
    tx.execute(case_links.delete().where(case_links.c.other_id == case_id))


def _held(case_id: Any) -> sa.ColumnElement[bool]:
    return sa.exists().where(legal_holds.c.case_id == case_id, legal_holds.c.lifted_at.is_(None))


def _lock(tx: Transaction, case_id: UUID) -> str:
    row = tx.execute(sa.select(cases.c.status).where(cases.c.case_id == case_id).with_for_update()).first()
    if row is None:
        raise NotFound(code="case.unknown", message_zh="案件不存在", message_en="there is no such case")
    return str(row.status)


def _destruction(row: Any) -> Destruction:
    return Destruction(**{name: getattr(row, name) for name in Destruction.__dataclass_fields__})


def _decided(status: str) -> Conflict:
    return Conflict(
        code="destruction.decided",
        message_zh="这项销毁已有决定",
        message_en="the destruction was decided before",
        current={"status": status},
    )


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise InvalidInput.at("reason", message_zh="请写明理由", message_en="a reason is required")
