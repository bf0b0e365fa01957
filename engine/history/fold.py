"""Folding a log: the chain of hashes, the effects, the state after every event. No SpiffWorkflow here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from engine.cases.log import GENESIS, RECORDS, CorruptEvent, EventContent, StoredEvent, chain
from engine.history.findings import SENSELESS, HistoryFinding
from engine.state import CaseState, EffectError, apply


@dataclass(slots=True)
class Fold:
    """A case's log read so far. `broken` stops the fold: what follows cannot be judged."""

    case_id: UUID
    state: CaseState
    head: bytes = GENESIS
    seq: int = 0
    effective_at: int = -(2**63)
    first_effective_at: int | None = None
    last_changed_at: int = 0
    broken: bool = False

    def step(self, event: StoredEvent) -> tuple[EventContent | None, list[HistoryFinding]]:
        """Check one event and apply its effects; its content when it could be read."""
        found = list(self._check_head(event))
        self.head = event.hash
        self.seq = event.head.seq
        self.effective_at = event.head.effective_at
        if self.first_effective_at is None:
            self.first_effective_at = event.head.effective_at
        try:
            content = event.open()
            for effect in content.effects:
                apply(self.state, effect)
            state_hash = self.state.digest().hex()
        except (CorruptEvent, EffectError) as error:
            self.broken = True
            found.append(self._finding("event.content", event.head.seq, error.message_zh, error.message_en))
            return None, found
        except SENSELESS as error:
            self.broken = True
            kind = type(error).__name__
            zh, en = f"记录的变化没有意义：{kind}", f"the recorded effects make no sense: {kind}"
            found.append(self._finding("event.content", event.head.seq, zh, en))
            return None, found
        self.state.changes.clear()
        if content.effects:
            self.last_changed_at = event.head.effective_at
        if event.head.kind in RECORDS and content.effects:
            found.append(
                self._finding(
                    "event.refused",
                    event.head.seq,
                    "只作记录的事件不应改变状态",
                    "an event that only records must not change the state",
                )
            )
        if state_hash != content.state_hash:
            found.append(
                self._finding(
                    "state.hash",
                    event.head.seq,
                    "记录的变化推不出记录的状态",
                    "the recorded effects do not lead to the recorded state",
                )
            )
        return content, found

    def _check_head(self, event: StoredEvent) -> Iterator[HistoryFinding]:
        seq = event.head.seq
        if seq != self.seq + 1:
            yield self._finding(
                "event.gap",
                seq,
                f"第{self.seq}号事件之后应为第{self.seq + 1}号",
                f"event {self.seq + 1} is missing after event {self.seq}",
            )
        if chain(self.head, event.head, event.content) != event.hash:
            yield self._finding(
                "event.hash",
                seq,
                "事件与其哈希不符，该行或前一行被改动",
                "the event does not match its hash: this row or the one before was altered",
            )
        if event.head.effective_at < self.effective_at:
            yield self._finding("event.clock", seq, "案件时间倒退", "the case clock goes back")

    def _finding(self, rule: str, seq: int, zh: str, en: str) -> HistoryFinding:
        return HistoryFinding(rule=rule, case_id=self.case_id, seq=seq, message_zh=zh, message_en=en)


def fold(case_id: UUID, events: Iterable[StoredEvent]) -> tuple[Fold, list[HistoryFinding]]:
    """Fold a whole log; the result and all findings."""
    result = Fold(case_id, CaseState())
    found: list[HistoryFinding] = []
    for event in events:
        _, findings = result.step(event)
        found.extend(findings)
        if result.broken:
            break
    return result, found
