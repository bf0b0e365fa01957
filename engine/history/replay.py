"""Replay: execute every command of a case again and compare, bit for bit.

Inputs, times and outside facts come from the log alone. What must be equal is what the original run left: the
reads it asked for, its effects in order, and the state hash after each event.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol
from uuid import UUID

from engine import canonical
from engine.cases.command import BEHAVIOUR
from engine.cases.definitions import Definitions
from engine.cases.log import RECORDS, EventContent, StoredEvent, unpack
from engine.cases.past import past_event
from engine.cases.reading import read_events
from engine.errors import BihuanError
from engine.history.findings import SENSELESS, HistoryFinding
from engine.history.verify import Opened, Report
from engine.runtime import ReplayReads, Session, Settings, execute
from engine.state import CaseState


class Executing(Opened, Protocol):
    """An engine that knows how it executes: with which bounds and domain functions."""

    @property
    def settings(self) -> Settings:
        """The settings its cases run under."""


class Replayer:
    """Re-executes histories.

    settings: those of the engine unless told. rebuild: throw the SpiffWorkflow tree away after every event and build it from the neutral state.
    """

    def __init__(self, engine: Executing, settings: Settings | None = None, *, rebuild: bool = False) -> None:
        self._engine = engine
        self._settings = settings or engine.settings
        self._rebuild = rebuild

    def replay_all(self) -> Iterator[Report]:
        """One report a case."""
        for case_id in self._engine.queries.case_ids():
            yield self.replay(case_id)

    def replay(self, case_id: UUID) -> Report:
        """Re-execute one case."""
        with self._engine.database.reading(snapshot=True) as tx:
            events = list(read_events(tx, case_id))
        return self.replay_events(case_id, events)

    def replay_events(self, case_id: UUID, events: list[StoredEvent]) -> Report:
        """Re-execute a log that was read before."""
        report = Report(cases=1)
        past: list[StoredEvent] = []
        session = Session(CaseState(), self._definitions.programs, self._settings)
        for event in events:
            report.events += 1
            try:
                content = event.open()
                if event.head.seq == 1 and content.input.get("behaviour") != BEHAVIOUR:
                    report.findings.append(_behaviour(event, content))
                    return report
                self._again(session, event, content, past)
            except BihuanError as error:
                report.findings.append(
                    _finding(event, "replay.failed", error.message_zh, error.message_en, error.code)
                )
                return report
            except SENSELESS as error:
                zh, en = "事件的内容无法执行", "the event's content cannot be executed"
                report.findings.append(_finding(event, "replay.failed", zh, en, type(error).__name__))
                return report
            found = self._compare(session, event, content)
            report.findings.extend(found)
            if found:
                return report
            past.append(event)
            if self._rebuild:
                state = CaseState.from_row(canonical.loads(canonical.dumps(session.state.row())))
                session = Session.restore(state, self._definitions.programs, self._settings)
        return report

    @property
    def _definitions(self) -> Definitions:
        return self._engine.definitions

    def _again(
        self, session: Session, event: StoredEvent, content: EventContent, past: list[StoredEvent]
    ) -> None:
        session.begin(event.head.effective_at, ReplayReads(content.reads), lambda: map(past_event, past))
        if event.head.kind not in RECORDS:
            head = event.head
            execute(session, head.kind, head.actor, content.input, on_behalf_of=head.on_behalf_of)

    def _compare(self, session: Session, event: StoredEvent, content: EventContent) -> list[HistoryFinding]:
        again = EventContent(
            input=content.input,
            reads=session.reads.record,
            effects=session.effects,
            state_hash=session.state.digest().hex(),
        )
        if again.canonical() == unpack(event.content):
            return []
        rule, place = "replay.state", "state"
        if again.reads != content.reads:
            rule, place = "replay.reads", "reads"
        for index, (new, old) in enumerate(zip(again.effects, content.effects, strict=False)):
            if canonical.dumps(new) != canonical.dumps(old):
                rule, place = "replay.effects", f"effects[{index}]"
                break
        else:
            if len(again.effects) != len(content.effects):
                shorter = min(len(again.effects), len(content.effects))
                rule, place = "replay.effects", f"effects[{shorter}]"
        return [
            _finding(
                event,
                rule,
                "重新执行的结果与记录不同",
                "executing the event again gives something else than was recorded",
                place,
            )
        ]


def _finding(event: StoredEvent, rule: str, zh: str, en: str, place: str) -> HistoryFinding:
    return HistoryFinding(
        rule=rule,
        case_id=event.head.case_id,
        seq=event.head.seq,
        place=place,
        message_zh=zh,
        message_en=en,
    )


def _behaviour(event: StoredEvent, content: EventContent) -> HistoryFinding:
    recorded = content.input.get("behaviour")
    return _finding(
        event,
        "replay.engine-differs",
        f"案件按第{recorded}版语义执行，本引擎为第{BEHAVIOUR}版：引擎不同，不等于被改动",
        f"the case ran under behaviour {recorded}, this engine has {BEHAVIOUR}: engine differs, not tampering",
        "behaviour",
    )
