"""Moving clocks that run already: another rule for a limit, decided by two people, or a corrected calendar.

A clock keeps the rule it started under (DOMAIN §1.3). That it shall go over to another version of its limit is
proposed by one person and approved by another; a corrected calendar is found by itself. What was decided is a row;
the worker carries it out case by case, in batches, and goes on where it was when it is interrupted. Each case that
moves has a `recalculate` event with the reason and those who decided.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from engine.cases.clock import Clock
from engine.cases.command import Outcome
from engine.errors import BihuanError, Conflict, InvalidInput, NotFound, Refusal
from engine.state.case import ACTIVE, SUSPENDED
from engine.store import Database
from engine.store.tables import cases, clock_changes

ACTOR: Final = "bihuan.clocks"
RULES: Final = "clock.rules"
CALENDARS: Final = "clock.calendars"
BATCH: Final = 200

Move = Callable[[UUID, Mapping[str, Any]], Outcome]
"""Runs `recalculate` on a case with this input."""

_C = clock_changes.c


@dataclass(frozen=True, kw_only=True, slots=True)
class ClockChange:
    """One change. kind: `limit` or `calendar`; status: `proposed`, `rejected`, `approved` or `done`.

    version: of the limit or calendar that clocks go over to. moved, failed: cases so far. Times in microseconds.
    """

    change: int
    kind: str
    subject: str
    version: str
    reason: str
    proposed_by: str
    proposed_at: int
    decided_by: str | None
    decided_at: int | None
    status: str
    moved: int
    failed: int
    finished_at: int | None


class ClockChanges:
    """Proposes, decides, lists and carries out changes. providers: say which rules and calendars there are."""

    def __init__(
        self, database: Database, move: Move, clock: Clock, providers: Mapping[str, Callable[[Any], Any]]
    ) -> None:
        self._database = database
        self._move = move
        self._clock = clock
        self._providers = providers

    def propose(self, limit: str, *, actor: str, reason: str, version: str | None = None) -> ClockChange:
        """Propose that running clocks of a limit go over to another version of it, by default the newest.

        Raises NotFound when there is no such limit or version, InvalidInput without a reason.
        """
        if not reason.strip():
            raise InvalidInput.at("reason", message_zh="请写明理由", message_en="a reason is required")
        versions = self._ask(RULES, limit) or []
        if not versions:
            raise NotFound(
                code="limit.unknown",
                message_zh=f"没有名为“{limit}”的时限",
                message_en=f"there is no limit named {limit!r}",
            )
        chosen = versions[-1] if version is None else version
        if chosen not in versions:
            raise NotFound(
                code="limit.version",
                message_zh=f"时限“{limit}”没有版本“{chosen}”",
                message_en=f"the limit {limit!r} has no version {chosen!r}",
            )
        return self._add("limit", limit, chosen, reason=reason, actor=actor, status="proposed")

    def approve(self, change: int, *, actor: str) -> ClockChange:
        """Approve what somebody else proposed. Raises NotFound, Conflict once decided, Refusal for one's own."""
        return self._decide(change, "approved", actor)

    def reject(self, change: int, *, actor: str) -> ClockChange:
        """Reject a proposal, or take one's own back. Raises NotFound, or Conflict once decided."""
        return self._decide(change, "rejected", actor)

    def get(self, change: int) -> ClockChange:
        """One change. Raises NotFound."""
        found = self._rows(sa.select(clock_changes).where(_C.change == change))
        if not found:
            raise _unknown(change)
        return found[0]

    def all(self, *, status: str | None = None, limit: int = 100) -> list[ClockChange]:
        """Changes, the latest first."""
        query = sa.select(clock_changes).order_by(_C.change.desc()).limit(limit)
        return self._rows(query if status is None else query.where(_C.status == status))

    def notice_calendars(self) -> list[ClockChange]:
        """Add a change for each calendar that is another than the last time; the first time notes them alone."""
        added = []
        for name, version in sorted((self._ask(CALENDARS, None) or {}).items()):
            query = (
                sa.select(clock_changes)
                .where(_C.kind == "calendar", _C.subject == name)
                .order_by(_C.change.desc())
                .limit(1)
            )
            known = self._rows(query)
            if known and known[0].version == version:
                continue
            if known:
                reason = f"日历“{name}”由版本 {known[0].version} 更正为 {version}"
                added.append(
                    self._add("calendar", name, version, reason=reason, actor=ACTOR, status="approved")
                )
            else:
                self._add("calendar", name, version, reason="首次登记", actor=ACTOR, status="done")
        return added

    def carry_out(self, *, batch: int = BATCH) -> int:
        """Carry on with the change approved first, for as many open cases; how many cases were looked at.

        A case that cannot be moved keeps its clocks and is counted as failed.
        """
        query = sa.select(clock_changes).where(_C.status == "approved").order_by(_C.change).limit(1)
        with self._database.reading() as tx:
            row = tx.execute(query).first()
            found = [] if row is None else self._next_cases(tx, row.reached, batch)
        if row is None:
            return 0
        change = _change(row)
        given = _input(change)
        moved = failed = 0
        for case_id in found:
            try:
                self._move(case_id, given)
                moved += 1
            except (NotFound, Conflict):
                # No clock of it moves, or it has ended meanwhile.
                continue
            except BihuanError:
                failed += 1
        values: dict[str, Any] = {"moved": _C.moved + moved, "failed": _C.failed + failed}
        if found:
            values["reached"] = found[-1]
        if len(found) < batch:
            values |= {"status": "done", "finished_at": self._clock()}
        with self._database.transaction() as tx:
            # Somebody else who was at the same batch has counted it.
            same = _C.reached.is_(None) if row.reached is None else _C.reached == row.reached
            tx.execute(clock_changes.update().where(_C.change == change.change, same).values(**values))
        return len(found)

    def _next_cases(self, tx: Any, reached: UUID | None, batch: int) -> list[UUID]:
        query = sa.select(cases.c.case_id).where(cases.c.status.in_((ACTIVE, SUSPENDED)))
        if reached is not None:
            query = query.where(cases.c.case_id > reached)
        return list(tx.execute(query.order_by(cases.c.case_id).limit(batch)).scalars())

    def _ask(self, kind: str, key: Any) -> Any:
        provider = self._providers.get(kind)
        return None if provider is None else provider(key)

    def _decide(self, change: int, status: str, actor: str) -> ClockChange:
        with self._database.transaction() as tx:
            row = tx.execute(sa.select(clock_changes).where(_C.change == change).with_for_update()).first()
            if row is None:
                raise _unknown(change)
            if row.status != "proposed":
                raise Conflict(
                    code="clock_change.decided",
                    message_zh="这项变更已有决定",
                    message_en="the change was decided before",
                    current={"status": row.status},
                )
            if status == "approved" and row.proposed_by == actor:
                raise Refusal(
                    rule="limits.two_people",
                    message_zh="提出人不能批准自己的变更，须由另一人批准",
                    message_en="a change must be approved by somebody other than who proposed it",
                )
            tx.execute(
                clock_changes.update()
                .where(_C.change == change)
                .values(status=status, decided_by=actor, decided_at=self._clock())
            )
        return self.get(change)

    def _add(
        self, kind: str, subject: str, version: str, *, reason: str, actor: str, status: str
    ) -> ClockChange:
        now = self._clock()
        decided = status != "proposed"
        with self._database.transaction() as tx:
            last = tx.execute(sa.select(sa.func.max(_C.change))).scalar()
            number: int = 1 + (last or 0)
            tx.execute(
                clock_changes.insert().values(
                    change=number,
                    kind=kind,
                    subject=subject,
                    version=version,
                    reason=reason,
                    proposed_by=actor,
                    proposed_at=now,
                    decided_by=actor if decided else None,
                    decided_at=now if decided else None,
                    status=status,
                    reached=None,
                    moved=0,
                    failed=0,
                    finished_at=now if status == "done" else None,
                )
            )
        return self.get(number)

    def _rows(self, query: sa.Select[Any]) -> list[ClockChange]:
        with self._database.reading() as tx:
            return [_change(row) for row in tx.execute(query)]


def _input(change: ClockChange) -> dict[str, Any]:
    given: dict[str, Any] = {"reason": change.reason}
    if change.kind == "limit":
        given["rule"] = {
            "limit": change.subject,
            "row": change.version,
            "change": change.change,
            "proposed_by": change.proposed_by,
            "approved_by": change.decided_by,
        }
    return given


def _change(row: Any) -> ClockChange:
    names = ClockChange.__dataclass_fields__
    return ClockChange(**{name: getattr(row, name) for name in names})


def _unknown(change: int) -> NotFound:
    return NotFound(
        code="clock_change.unknown",
        message_zh=f"没有编号为 {change} 的变更",
        message_en=f"there is no change {change}",
    )
