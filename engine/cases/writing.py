"""Writing what a command did: the event, the case row, mirror rows, outbox, vault, idempotency key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from engine import canonical
from engine.cases import beside, mirror, projections, snapshot
from engine.cases import statements as sql
from engine.cases.command import BEHAVIOUR, CLOSED, CaseHead, Command, NewCase, Outcome
from engine.cases.due_statements import sweep_timers_again
from engine.cases.lanes import LEISURELY, ORDINARY, lane_of_case
from engine.cases.log import MADE, REFUSED, EventContent, EventHead, chain, pack
from engine.cases.marks import keep
from engine.cases.sealing import Sealed
from engine.directory import Directory
from engine.errors import Conflict, Refusal
from engine.runtime import Session
from engine.runtime.dossier import REQUEST
from engine.runtime.verbs.beside import BESIDE
from engine.state.case import ACTIVE, SUSPENDED
from engine.store import Transaction, lock_correlation


@dataclass(frozen=True, kw_only=True, slots=True)
class Applied:
    """A command that has run in memory and is to be made durable.

    before: the case row it started from. given, sealed: the input as logged and the vault rows made of it.
    at: case time, now: the time of commit, both in microseconds. new: set when the command started the case.
    directory: whose staff the case concerns; None where there is none.
    """

    case_id: UUID
    before: CaseHead
    command: Command
    session: Session
    given: dict[str, Any]
    sealed: list[Sealed]
    at: int
    now: int
    new: NewCase | None = None
    directory: Directory | None = None


def write(tx: Transaction, applied: Applied) -> Outcome:
    """Write all rows of a command. Raises Conflict when the message it consumes is gone."""
    session, command = applied.session, applied.command
    state_hash = session.state.digest()
    content = EventContent(
        input=applied.given,
        reads=session.reads.record,
        effects=session.effects,
        state_hash=state_hash.hex(),
    )
    head, event = _event(applied.case_id, applied.before, command, command.kind, content, applied)
    tx.write(sql.insert_event, event)
    _write_case(tx, applied, head, event["hash"], state_hash)
    mirror.write(tx, applied.case_id, session)
    projections.write(tx, _happened(applied, head.seq), session, applied.directory)
    _write_outbox(tx, applied, head.seq)
    if command.kind in BESIDE:
        _write_beside(tx, applied, head)
    for entry in applied.sealed:
        tx.write(sql.insert_vault, {"case_id": applied.case_id, **entry.row()})
        keep(tx, applied.case_id, entry.marks, applied.at)
    if command.message is not None:
        _consume(tx, command.message)
    awaited = mirror.new_messages_awaited(session.state)
    for name, key in awaited:
        lock_correlation(tx, name, key)
    outcome = Outcome(
        case_id=applied.case_id,
        seq=head.seq,
        status=session.state.status,
        state_hash=state_hash.hex(),
        effects=session.effects,
        awaited=awaited,
    )
    if command.key is not None:
        tx.write(sql.insert_key, _key_row(command, outcome, applied.now))
    return outcome


def _happened(applied: Applied, seq: int) -> projections.Happened:
    command = applied.command
    return projections.Happened(
        case_id=applied.case_id,
        session=applied.session,
        seq=seq,
        actor=command.actor,
        on_behalf_of=command.on_behalf_of,
        task=applied.given["task"] if command.kind == "complete" else None,
        at=applied.at,
        now=applied.now,
        started=applied.new is not None,
    )


def write_refusal(
    tx: Transaction, case_id: UUID, before: CaseHead, command: Command, refusal: Refusal, now: int
) -> None:
    """A refusal is evidence: an event of its own that leaves the state, and so the ETag, as it was."""
    at = max(now if command.at is None else command.at, before.effective_at)
    content = EventContent(
        input={
            "command": command.kind,
            "rule": refusal.rule,
            "message_zh": refusal.message_zh,
            "message_en": refusal.message_en,
            "target": {name: value for name, value in command.input.items() if isinstance(value, int)},
            "place": dict(refusal.place),
        },
        state_hash=before.state_hash.hex(),
    )
    head, event = _event(case_id, before, command, REFUSED, content, _When(at, now))
    tx.write(sql.insert_event, event)
    tx.write(
        sql.touch_case,
        {"key_case_id": case_id, "seq": head.seq, "head": event["hash"], "effective_at": at},
    )


def write_record(
    tx: Transaction,
    case_id: UUID,
    before: CaseHead,
    command: Command,
    sealed: list[Sealed],
    at: int,
    now: int,
) -> Outcome:
    """Something written down about a case: an event of its own that leaves the state, and so the ETag, as it was."""
    content = EventContent(input=command.input, state_hash=before.state_hash.hex())
    head, event = _event(case_id, before, command, command.kind, content, _When(at, now))
    tx.write(sql.insert_event, event)
    tx.write(
        sql.touch_case,
        {"key_case_id": case_id, "seq": head.seq, "head": event["hash"], "effective_at": at},
    )
    if command.kind in MADE:
        beside.write_document(tx, _said(head, command.input))
    for entry in sealed:
        tx.write(sql.insert_vault, {"case_id": case_id, **entry.row()})
    outcome = Outcome(case_id=case_id, seq=head.seq, status=before.status, state_hash=before.state_hash.hex())
    if command.key is not None:
        tx.write(sql.insert_key, _key_row(command, outcome, now))
    return outcome


@dataclass(frozen=True, slots=True)
class _When:
    at: int
    now: int


def _event(
    case_id: UUID,
    before: CaseHead,
    command: Command,
    kind: str,
    content: EventContent,
    when: Applied | _When,
) -> tuple[EventHead, dict[str, Any]]:
    head = EventHead(
        case_id=case_id,
        seq=before.seq + 1,
        recorded_at=when.now,
        effective_at=when.at,
        kind=kind,
        actor=command.actor,
        on_behalf_of=command.on_behalf_of,
    )
    packed = pack(content.canonical())
    return head, {
        "case_id": case_id,
        "seq": head.seq,
        "recorded_at": when.now,
        "effective_at": when.at,
        "kind": kind,
        "actor": command.actor,
        "on_behalf_of": command.on_behalf_of,
        "content": packed,
        "hash": chain(before.head, head, packed),
    }


def _write_case(
    tx: Transaction, applied: Applied, head: EventHead, event_hash: bytes, state_hash: bytes
) -> None:
    state, at = applied.session.state, applied.at
    closed = state.status in CLOSED
    changed = {
        "status": state.status,
        "ended_at": at if closed else None,
        "effective_at": at,
        "seq": head.seq,
        "head": event_hash,
        "state_hash": state_hash,
        "state": None if closed else snapshot.pack(state),
    }
    new = applied.new
    if new is None:
        tx.write(sql.update_case, {"key_case_id": applied.case_id, **changed})
        if applied.before.status == SUSPENDED and state.status == ACTIVE:
            tx.write(sweep_timers_again, {"key_case_id": applied.case_id})
        return
    tx.write(
        sql.insert_case,
        {
            "case_id": new.case_id,
            "definition": bytes.fromhex(new.definition),
            "definition_key": new.key,
            "definition_version": new.version,
            "business_key": new.business_key,
            "provenance": new.provenance,
            "behaviour": BEHAVIOUR,
            "started_at": at,
            **changed,
        },
    )


def _write_outbox(tx: Transaction, applied: Applied, seq: int) -> None:
    leaving = [effect for effect in applied.session.effects if effect[0] == "out"]
    lane = lane_of_case(applied.session.state) if leaving else ORDINARY
    for number, effect in enumerate(leaving):
        tx.write(
            sql.insert_outbox,
            {
                "case_id": applied.case_id,
                "seq": seq,
                "n": number,
                "kind": effect[1],
                "payload": canonical.dumps(effect[2]),
                "due_at": applied.at,
                "attempts": 0,
                "last_error": None,
                "lane": LEISURELY if effect[1] == REQUEST else lane,
            },
        )


def _write_beside(tx: Transaction, applied: Applied, head: EventHead) -> None:
    beside.write(tx, _said(head, applied.given), applied.session.effects)


def _said(head: EventHead, given: dict[str, Any]) -> beside.Said:
    return beside.Said(
        case_id=head.case_id,
        seq=head.seq,
        at=head.effective_at,
        actor=head.actor,
        on_behalf_of=head.on_behalf_of,
        given=given,
    )


def _consume(tx: Transaction, message: str) -> None:
    if not tx.change(sql.delete_message, {"message_id": message}):
        raise Conflict(
            code="message.delivered",
            message_zh="消息已经送达",
            message_en="the message was delivered before",
        )


def _key_row(command: Command, outcome: Outcome, now: int) -> dict[str, Any]:
    return {
        "owner": command.actor,
        "key": command.key,
        "case_id": outcome.case_id,
        "seq": outcome.seq,
        "result": canonical.dumps({"status": outcome.status, "state": outcome.state_hash}),
        "created_at": now,
    }
