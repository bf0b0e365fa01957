"""The dossier of a case: the list of everything in it, and sealing it once the case is closed.

The list (卷宗目录) is a document itself, with a number. The event that seals holds its hash and the head of the log
before it, so that nothing can be put under a sealed dossier: neither a document nor a signature, nor an event between.
A case that was reopened and is closed again gets a further version of the same number.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from engine import canonical
from engine.blobs import BlobStore
from engine.cases import Outcome
from engine.cases.log import SEAL_DOSSIER
from engine.content import CaseFile
from engine.content.attachments import attachments
from engine.content.file import case_variables
from engine.documents.content import moment, plain
from engine.documents.documents import COPY, MICROSECOND, Documents, Opened
from engine.documents.making import Plan, closed_since, make_file, sealed_now, stored
from engine.documents.numbers import next_number, printed
from engine.documents.papers import CATALOGUE, Papers
from engine.errors import Conflict, NotFound, Refusal
from engine.privacy import Eyes, Reader
from engine.runtime.session import EPOCH
from engine.store import Reading
from engine.typesetting import LAYOUT, Sheet, library, place_of, set_sheet

NOT_COUNTED: Final = "—"
SERVICE: Final = "bihuan.dossiers"
"""By whom the log says that a dossier was sealed by itself."""
BY_ITSELF: Final = "销号后自动封卷"
"""Who has sealed it, where nobody did: what is printed in the place of a name."""


class Dossiers:
    """Seals dossiers and gives out their lists."""

    def __init__(self, file: CaseFile, blobs: BlobStore, documents: Documents) -> None:
        self._file = file
        self._blobs = blobs
        self._documents = documents

    def seal(self, reader: Reader, case_id: UUID, **options: Any) -> Outcome:
        """Make what was not made yet, list everything, and seal the dossier of a case that is closed or has ended.

        Raises NotFound, Conflict while the case is open, Refusal (`dossier.sealed`) when it is sealed.
        """
        found, sealed = self._documents.of(reader, case_id)
        with self._file.eyes(reader, case_id) as (tx, eyes):
            _check_whole(eyes)
            _check_closed(tx, case_id)
        if sealed is None or not sealed.holds:
            for document in found:
                if not document.versions:
                    self._documents.make(reader, case_id, document.id)
        return make_file(
            self._file.engine,
            self._blobs,
            case_id,
            lambda: self._plan(reader, case_id),
            actor=reader.person,
            **options,
        )

    def open(self, reader: Reader, case_id: UUID) -> Opened:
        """The list as somebody may see it: as it was sealed, or a copy of what they may see of it.

        Raises NotFound while there is none, Erased, Damaged.
        """
        with self._file.eyes(reader, case_id) as (tx, eyes):
            _check_whole(eyes)
            papers = self._documents.papers(tx, eyes)
            told = papers.sealed
            if told is None:
                raise NotFound(
                    code="dossier.unsealed",
                    message_zh="卷宗尚未封卷",
                    message_en="the dossier is not sealed yet",
                )
            entries = list(self._entries(tx, papers, eyes, told["log_seq"]))
            masked = bool(eyes.masked) or len(entries) != told["entries"]
            sheet = self._sheet(papers, entries, told, COPY) if masked else None
        if sheet is not None:
            return Opened(name=f"{told['number']}.pdf", pdf=set_sheet(sheet), masked=True)
        return Opened(
            name=f"{told['number']}.pdf",
            pdf=stored(self._file.engine, self._blobs, case_id, told),
            masked=False,
        )

    def _plan(self, reader: Reader, case_id: UUID) -> Plan:
        with self._file.eyes(reader, case_id) as (tx, eyes):
            _check_closed(tx, case_id)
            papers = self._documents.papers(tx, eyes)
            if sealed_now(tx, case_id):
                raise Refusal(
                    rule="dossier.sealed",
                    message_zh="卷宗已经封卷",
                    message_en="the dossier is sealed already",
                )
            before = papers.sealed
            entries: list[Any] = list(self._entries(tx, papers, eyes.unhindered(), papers.last_seq))
            variables = case_variables(tx, case_id)
            unit, issuer = self._documents.issuer(reader, variables)
            if before is not None:
                unit, issuer = before["unit_of_number"], before["issuer"]
            at = max(self._file.engine.clock(), papers.last_at)
            year = (EPOCH + timedelta(microseconds=at)).astimezone(ZoneInfo(papers.zone)).year
            index = next_number(tx, unit, year, CATALOGUE)
        given = {
            "name": CATALOGUE,
            "number": printed(issuer, year, CATALOGUE, index) if before is None else before["number"],
            "version": 1 if before is None else before.get("version", 1) + 1,
            "issuer": issuer,
            "unit_of_number": unit,
            "dated": at,
            "title": _title(variables, papers),
            "by": BY_ITSELF if reader.person == SERVICE else self._documents.name(reader)(reader.person),
            "task": None,
            "entries": len(entries),
            "entries_digest": canonical.digest(canonical.dumps(entries)).hex(),
            "log_seq": papers.last_seq,
            "log_head": papers.last_head,
        }
        return Plan(
            kind=SEAL_DOSSIER,
            sheet=self._sheet(papers, entries, given, ""),
            given=given,
            seq=papers.last_seq,
            taking=(unit, year, CATALOGUE, index) if before is None else None,
        )

    def _entries(self, tx: Reading, papers: Papers, eyes: Eyes, until: int) -> Iterator[dict[str, Any]]:
        """What is in it: every version of every document, and every file, in the order of the log."""
        here = ZoneInfo(papers.zone)
        found: list[tuple[int, dict[str, Any]]] = []
        for document in papers.documents():
            for version in document.versions:
                entry = {
                    "name": document.name,
                    "number": document.number,
                    "version": version.number,
                    "pages": str(version.pages),
                    "date": _day(version.at, here),
                    "signers": [each.name for each in version.signatures if each.seq <= until],
                    "sha256": version.sha256,
                }
                found.append((version.seq, entry))
        name = self._documents.name(eyes.reader)
        for file in attachments(tx, eyes, hidden=True):
            entry = {
                "name": f"{file.name}（已撤下）" if file.hidden else file.name,
                "number": "",
                "version": 1,
                "pages": NOT_COUNTED,
                "date": _day(file.at, here),
                "signers": [name(file.author)],
                "sha256": file.sha256,
            }
            found.append((file.id, entry))
        for seq, entry in sorted(found, key=lambda each: each[0]):
            if seq <= until:
                yield entry

    def _sheet(self, papers: Papers, entries: list[dict[str, Any]], told: dict[str, Any], mark: str) -> Sheet:
        here = ZoneInfo(papers.zone)
        data: dict[str, Any] = {
            "case": {"code": papers.code, "title": told["title"], "category": ""},
            "fields": {},
            "values": {
                "entries": entries,
                "log": {"events": str(told["log_seq"]), "head": told["log_head"]},
            },
            "rows": [],
            "step": {
                "seq": told["log_seq"],
                "name": "封卷",
                "by": told["by"],
                "at": moment(told["dated"], here),
            },
        }
        data["document"] = {
            "name": CATALOGUE,
            "number": told["number"],
            "issuer": told["issuer"],
            "date": _day(told["dated"], here),
            "mark": mark,
            "version": told.get("version", 1),
        }
        data["document"]["digest"] = canonical.digest(canonical.dumps(data)).hex()
        files, place = papers.templates or library(), place_of(CATALOGUE)
        if place not in files or LAYOUT not in files:
            files = library()
        return Sheet(templates=files, template=place, data=data, at=told["dated"] // MICROSECOND)


def _title(variables: dict[str, Any], papers: Papers) -> str:
    """What the case is called; a title that is sealed stays so."""
    title = variables.get("title")
    return title if isinstance(title, str) and not title.startswith("@") else papers.title


def _day(at: int, zone: ZoneInfo) -> str:
    return str(plain((EPOCH + timedelta(microseconds=at)).astimezone(zone).date(), zone))


def _check_whole(eyes: Eyes) -> None:
    """Who sees only their own part of a case does not see its dossier."""
    if eyes.part is not None:
        raise NotFound(
            code="dossier.unsealed", message_zh="卷宗尚未封卷", message_en="the dossier is not sealed yet"
        )


def _check_closed(tx: Reading, case_id: UUID) -> None:
    if closed_since(tx, case_id) is None:
        raise Conflict(
            code="case.open",
            message_zh="案件尚未结束，销号或者结束后才能封卷",
            message_en="the case is open; a dossier is sealed once it is closed or has ended",
        )
