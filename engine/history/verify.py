"""Verify: do the log, the snapshots, the mirror rows and the definitions of a case say the same?"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol
from uuid import UUID

import sqlalchemy as sa

from engine.cases import snapshot
from engine.cases.command import CLOSED
from engine.cases.definitions import Definitions, read_stored
from engine.cases.log import EventContent, StoredEvent
from engine.cases.queries import Queries
from engine.cases.reading import read_events
from engine.errors import BihuanError
from engine.history.beside import BesideRows
from engine.history.bundle import Bundle
from engine.history.covered import check_tree, cover, gone, proof_of
from engine.history.findings import SENSELESS, HistoryFinding
from engine.history.fold import Fold
from engine.history.headers import compare_header, read_header
from engine.history.mirrors import compare_rows
from engine.history.sealed import check_erased, check_sealed
from engine.history.stored import StoredCase, read_case
from engine.model import ModelErrors
from engine.state import CaseState
from engine.store import Database
from engine.store.tables import cases, definition_resources, definitions, events, resources
from engine.vault import Keyring, Vault


class Opened(Protocol):
    """The parts of an engine that a check reads."""

    database: Database
    definitions: Definitions
    queries: Queries
    keyring: Keyring
    vault: Vault


@dataclass(slots=True)
class Report:
    """What was checked and what was found.

    unproven: events that no signed root covers. destroyed: cases that were lawfully destroyed.
    """

    cases: int = 0
    events: int = 0
    unproven: int = 0
    destroyed: int = 0
    findings: list[HistoryFinding] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    def add(self, other: Report) -> None:
        """Take another report in."""
        self.cases += other.cases
        self.events += other.events
        self.unproven += other.unproven
        self.destroyed += other.destroyed
        self.findings.extend(other.findings)


class Verifier:
    """Checks histories by their recorded effects and hashes, and by the signed roots that cover them.

    published: roots that were handed out. anchor: the name of the key that signs here; without either the keys in the
    database are taken at their word.
    """

    def __init__(
        self, engine: Opened, *, published: Iterable[Bundle] = (), anchor: str | None = None
    ) -> None:
        self._engine = engine
        self._definitions: dict[str, list[HistoryFinding]] = {}
        with engine.database.reading() as tx:
            self.covered = cover(tx, published, anchor)

    def verify_all(self) -> Iterator[Report]:
        """One report a case, then one for definitions and events that belong to no case, and one for the proof tree."""
        for case_id in self._engine.queries.case_ids():
            yield self.verify(case_id)
        yield self.verify_deployments()
        yield self.verify_tree()

    def verify_tree(self) -> Report:
        """Build the proof tree anew, compare it with every signed root, and look for cases that are gone."""
        report = Report()
        with self._engine.database.reading(snapshot=True) as tx:
            report.findings.extend(check_tree(tx, self.covered))
            for case_id in gone(tx, self.covered):
                found = list(proof_of(tx, case_id, self.covered).compare(tx, broken=False))
                report.destroyed += not found
                report.findings.extend(found)
        return report

    def verify(self, case_id: UUID) -> Report:
        """Check one case: chain, effects, header rows, snapshots, mirror rows, vault, definitions."""
        report = Report(cases=1)
        fold = Fold(case_id, CaseState())
        start: EventContent | None = None
        beside = BesideRows(case_id)
        erased: list[int] = []
        with self._engine.database.reading(snapshot=True) as tx:
            proof = proof_of(tx, case_id, self.covered)
            for event in read_events(tx, case_id):
                report.events += 1
                proof.note(event.head.seq, event.hash)
                content, found = fold.step(event)
                report.findings.extend(found)
                if event.head.seq == 1:
                    start = content
                if content is not None:
                    report.findings.extend(
                        check_sealed(tx, self._engine.vault, case_id, event, content, erased)
                    )
                    report.findings.extend(_judged(fold, partial(_note, beside, event, content)))
                if fold.broken:
                    break
            stored = read_case(tx, case_id)
            header = read_header(tx, case_id)
            if not fold.broken:
                report.findings.extend(_judged(fold, partial(beside.compare, tx)))
            against = list(proof.compare(tx, broken=fold.broken))
        report.findings.extend(against)
        if not proof.buried:
            report.findings.extend(check_erased(self._engine.database, self._engine.keyring, case_id, erased))
        report.unproven = max(0, report.events - proof.proved)
        if not report.events and proof.leaves and stored.row is None:
            report.destroyed = int(not against)
            return report
        report.findings.extend(_judged(fold, lambda: _check_row(stored.row, fold, start)))
        if not fold.broken:
            report.findings.extend(_judged(fold, lambda: _check_snapshots(stored, fold)))
            report.findings.extend(
                _judged(fold, lambda: compare_rows(stored.rows, fold, self._engine.definitions))
            )
            report.findings.extend(
                _judged(fold, lambda: compare_header(header, fold, self._engine.definitions))
            )
        for digest in sorted({scope.definition for scope in fold.state.scopes.values()}, key=str):
            report.findings.extend(_judged(fold, partial(self._definition, digest)))
        return report

    def verify_deployments(self) -> Report:
        """Check every stored definition, and that no event belongs to a case that is not there."""
        report = Report()
        expected: dict[str, int] = {}
        for digest, key, version in self._engine.definitions.all():
            report.findings.extend(self._definition(digest))
            expected[key] = expected.get(key, 0) + 1
            if version != expected[key]:
                zh, en = (
                    f"版本应为{expected[key]}，实际为{version}",
                    f"version {version} instead of {expected[key]}",
                )
                report.findings.append(_definition_finding(digest, "version", zh, en))
        with self._engine.database.reading() as tx:
            query = (
                sa.select(events.c.case_id)
                .where(~sa.exists().where(cases.c.case_id == events.c.case_id))
                .distinct()
            )
            for row in tx.execute(query):
                report.findings.append(
                    HistoryFinding(
                        rule="case.missing",
                        case_id=row[0],
                        message_zh="有事件记录但案件行不存在",
                        message_en="there are events but no row for the case",
                    )
                )
        return report

    def _definition(self, digest: str) -> list[HistoryFinding]:
        if digest not in self._definitions:
            self._definitions[digest] = list(_check_definition(self._engine, digest))
        return self._definitions[digest]


def _note(beside: BesideRows, event: StoredEvent, content: EventContent) -> tuple[()]:
    beside.add(event.head, content)
    return ()


def _judged(fold: Fold, check: Callable[[], Iterable[HistoryFinding]]) -> list[HistoryFinding]:
    """What a check finds; where it cannot make sense of what is stored, that is the finding."""
    try:
        return list(check())
    except SENSELESS as error:
        return [
            HistoryFinding(
                rule="case.senseless",
                case_id=fold.case_id,
                seq=fold.seq,
                place=type(error).__name__,
                message_zh="存储的内容没有意义，无法核对",
                message_en="what is stored makes no sense and cannot be compared",
            )
        ]


def _check_row(row: dict[str, Any] | None, fold: Fold, start: EventContent | None) -> list[HistoryFinding]:
    if row is None:
        return [_row_finding(fold, "case_id", "案件行不存在", "there is no row for the case")]
    expected: dict[str, Any] = {"seq": fold.seq, "head": fold.head, "effective_at": fold.effective_at}
    if not fold.broken:
        expected |= _expected_outcome(fold)
    if start is not None:
        expected |= _expected_start(fold, start.input)
    return [
        _row_finding(
            fold, name, f"案件行的{name}与日志不符", f"{name} of the case row is not what the log says"
        )
        for name, value in expected.items()
        if row[name] != value
    ]


def _expected_outcome(fold: Fold) -> dict[str, Any]:
    closed = fold.state.status in CLOSED
    return {
        "state_hash": fold.state.digest(),
        "status": fold.state.status,
        "started_at": fold.first_effective_at,
        "ended_at": fold.last_changed_at if closed else None,
    }


def _expected_start(fold: Fold, given: dict[str, Any]) -> dict[str, Any]:
    expected = {
        "definition": bytes.fromhex(given["definition"]),
        "definition_version": given["version"],
        "business_key": given["business_key"],
        "provenance": given["provenance"],
        "behaviour": given["behaviour"],
    }
    if not fold.broken and fold.state.scopes:
        expected["definition_key"] = fold.state.root.element
    return expected


def _check_snapshots(stored: StoredCase, fold: Fold) -> Iterator[HistoryFinding]:
    state = fold.state
    if not state.scopes:
        return
    closed = state.status in CLOSED
    expected_root = None if closed else snapshot.pack(state)
    if stored.row is not None and stored.row["state"] != expected_root:
        yield _snapshot_finding(fold, "cases.state")
    root = state.root.id
    expected = {} if closed else {key: scope.content() for key, scope in state.scopes.items() if key != root}
    for scope_id in sorted(expected.keys() | stored.scopes.keys()):
        if expected.get(scope_id) != stored.scopes.get(scope_id):
            yield _snapshot_finding(fold, f"scopes[{scope_id}]")


def _check_definition(engine: Opened, digest: str) -> Iterator[HistoryFinding]:
    with engine.database.reading() as tx:
        row = tx.execute(
            sa.select(definitions.c.key, definitions.c.name).where(
                definitions.c.digest == bytes.fromhex(digest)
            )
        ).first()
        files = tx.execute(
            sa.select(definition_resources.c.name, resources.c.digest, resources.c.content)
            .join(resources, resources.c.digest == definition_resources.c.resource)
            .where(definition_resources.c.definition == bytes.fromhex(digest))
        ).fetchall()
    if row is None:
        yield _definition_finding(digest, "definitions", "流程定义不存在", "the definition does not exist")
        return
    altered = [
        name for name, stated, content in files if hashlib.sha256(bytes(content)).digest() != bytes(stated)
    ]
    for name in altered:
        yield _definition_finding(digest, str(name), "文件内容被改动", "the file was altered")
    if altered:
        return
    try:
        package = read_stored({name: bytes(content) for name, _, content in files})
    except (ModelErrors, BihuanError):
        yield _definition_finding(
            digest, "resources", "定义的文件不完整", "files of the definition are missing"
        )
        return
    found = next((item for item in package.definitions if item.digest == digest), None)
    if found is None or (found.key, found.name or found.key) != (row[0], row[1]):
        yield _definition_finding(
            digest, str(row[0]), "流程定义与其摘要不符", "the definition does not match its digest"
        )


def _definition_finding(digest: str, place: str, zh: str, en: str) -> HistoryFinding:
    return HistoryFinding(
        rule="definition.digest", place=f"{digest[:12]}/{place}", message_zh=zh, message_en=en
    )


def _row_finding(fold: Fold, column: str, zh: str, en: str) -> HistoryFinding:
    return HistoryFinding(
        rule="row.cases", case_id=fold.case_id, place=f"cases.{column}", message_zh=zh, message_en=en
    )


def _snapshot_finding(fold: Fold, place: str) -> HistoryFinding:
    return HistoryFinding(
        rule="snapshot",
        case_id=fold.case_id,
        seq=fold.seq,
        place=place,
        message_zh="状态快照与日志不符",
        message_en="the snapshot is not what the log leads to",
    )


def summed(reports: Iterable[Report]) -> Report:
    """All reports in one."""
    total = Report()
    for report in reports:
        total.add(report)
    return total
