"""Lists, makes, opens and signs the documents of cases.

A document is made in full and sealed like an attachment; its hash goes into the log. Who opens it gets these very bytes
if everything in it is theirs to see, and otherwise a copy of its own, masked by the same rules as the case's page and
marked as a copy. A corrected document is a further version: none is ever replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from engine import canonical
from engine.blobs import BlobStore
from engine.cases import Outcome
from engine.cases.log import DOCUMENT, SIGN_DOCUMENT
from engine.cases.reading import read_events
from engine.categories import Categories
from engine.content import CaseFile
from engine.documents.content import Printed, content_of, mentioned
from engine.documents.making import Plan, check_unsealed, make_file, sealed_now, stored
from engine.documents.numbers import next_number, printed
from engine.documents.papers import Document, Dossier, Papers, read_papers
from engine.documents.sealing import NoSeal, SealService
from engine.documents.steps import Step
from engine.errors import Conflict, InvalidInput, Refusal
from engine.model.definition import Definition
from engine.privacy import Eyes, Reader
from engine.runtime.session import EPOCH
from engine.store import Reading
from engine.typesetting import LAYOUT, Sheet, library, place_of, set_sheet
from engine.typesetting.library import GENERAL

MICROSECOND: Final = 1_000_000
COPY: Final = "脱敏副本"
PREVIEW: Final = "预览"
UNNUMBERED: Final = "（生成时编号）"
SEAL: Final = "seal.json"
LONGEST_REASON: Final = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """The bytes of a document. masked: whether they are a copy in which something is not shown."""

    name: str
    pdf: bytes
    masked: bool


class Documents:
    """The documents of cases. blobs: where their sealed bytes lie. seals: where seals come from."""

    def __init__(
        self,
        file: CaseFile,
        blobs: BlobStore,
        *,
        seals: SealService | None = None,
        categories: Callable[[], Categories] = Categories,
    ) -> None:
        self._file = file
        self._blobs = blobs
        self._seals = seals or NoSeal()
        self._categories = categories

    def of(self, reader: Reader, case_id: UUID) -> tuple[list[Document], Dossier | None]:
        """The documents of a case that somebody may see, in order, and its sealed dossier. Raises NotFound."""
        with self._file.eyes(reader, case_id) as (tx, eyes):
            papers = self.papers(tx, eyes)
            versions = [told for made in papers.made.values() for told in made]
            eyes.prepare(tx, *(told["reason"] for told in versions))
            for told in versions:
                told["reason"] = eyes.show(told["reason"], f"documents[{told['seq']}].reason", kind="text")
            holds = papers.sealed is not None and sealed_now(tx, case_id)
            items = [
                replace(each, actions=() if holds else self._actions(tx, papers, eyes, each))
                for each in papers.documents()
            ]
            return items, papers.dossier(holds=holds) if eyes.part is None else None

    def make(
        self, reader: Reader, case_id: UUID, number: int, *, reason: str = "", **options: Any
    ) -> Outcome:
        """Set a document, seal it and put its hash into the log.

        Its content is what the log says of its step. reason: why the version that was made is not right; the next
        one has the step's data as they were corrected since. Raises NotFound, TemplateFailed, LimitExceeded, Refusal
        (`dossier.sealed`), Conflict (`document.made`) without a reason, InvalidInput when nothing was corrected.
        """
        return make_file(
            self._file.engine,
            self._blobs,
            case_id,
            lambda: self._plan(reader, case_id, number, reason.strip()),
            actor=reader.person,
            **options,
        )

    def preview(self, reader: Reader, case_id: UUID, number: int) -> Opened:
        """What a document would be if it were made now, as somebody may see it, marked as such. Raises NotFound."""
        with self._file.eyes(reader, case_id) as (tx, eyes):
            papers = self.papers(tx, eyes)
            step, _ = papers.corrected(papers.step(number))
            made = papers.made.get(number, [])
            self._look(tx, papers, step, eyes)
            print_ = Printed(
                number=made[0]["number"] if made else UNNUMBERED,
                issuer=made[0]["issuer"] if made else self.issuer(reader, step.seen)[1],
                version=len(made) + 1,
                mark=COPY if eyes.masked else PREVIEW,
            )
            sheet = self._sheet(tx, papers, step, eyes, print_)
        return Opened(name=f"{step.name}.pdf", pdf=set_sheet(sheet), masked=bool(eyes.masked))

    def open(self, reader: Reader, case_id: UUID, number: int, version: int | None = None) -> Opened:
        """A version of a document as somebody may see it, the last one unless told; what was shown is in the access log.

        Raises NotFound, Erased, Damaged.
        """
        with self._file.eyes(reader, case_id) as (tx, eyes):
            papers = self.papers(tx, eyes)
            step = papers.step(number)
            made = papers.version(number, version)
            step, _ = papers.corrected(step, made["as_of"])
            self._look(tx, papers, step, eyes)
            masked = bool(eyes.masked)
            print_ = Printed(number=made["number"], issuer=made["issuer"], version=made["version"], mark=COPY)
            sheet = self._sheet(tx, papers, step, eyes, print_) if masked else None
        if sheet is not None:
            return Opened(name=f"{made['number']}.pdf", pdf=set_sheet(sheet), masked=True)
        return Opened(
            name=f"{made['number']}.pdf",
            pdf=stored(self._file.engine, self._blobs, case_id, made),
            masked=False,
        )

    def sign(self, reader: Reader, case_id: UUID, number: int, sha256: str, **options: Any) -> Outcome:
        """Sign the last version, whose bytes have this hash: name, time and hash go into the log, and the proof of the
        unit's seal where there is a service for it.

        Only who completed the step, or sees everything in the document, can sign it. Raises NotFound, InvalidInput
        (field `sha256`) for another hash than the document's, Refusal (`document.masked`, `dossier.sealed`), Conflict
        when they signed before.
        """
        with self._file.eyes(reader, case_id) as (tx, eyes):
            papers = self.papers(tx, eyes)
            step = papers.step(number)
            made = papers.version(number, None)
            step, _ = papers.corrected(step, made["as_of"])
            self._look(tx, papers, step, eyes)
            if eyes.masked and reader.person not in (step.actor, step.on_behalf_of):
                raise Refusal(
                    rule="document.masked",
                    message_zh="文书内容对您脱敏，不能签名",
                    message_en="what is masked for you cannot be signed by you",
                )
        if made["sha256"] != sha256:
            raise InvalidInput.at(
                "sha256",
                message_zh="不是这份文书最新一版的校验值，请重新打开后签名",
                message_en="not the hash of this document's last version; open it again",
            )
        engine = self._file.engine
        unit = str(made["unit_of_number"])
        proof = self._seals.seal(sha256=sha256, number=made["number"], unit=unit, person=reader.person)
        given = {
            "of": number,
            "document": made["seq"],
            "sha256": sha256,
            "task": step.task,
            "name": made["number"],
            "signer": self.name(reader)(reader.person),
            "seal": None if proof is None else {**proof.wire(), "unit": unit},
        }

        def check(tx: Reading) -> None:
            check_unsealed(tx, case_id)
            self._check_unsigned(tx, case_id, number, reader.person, sha256)

        return engine.record(case_id, SIGN_DOCUMENT, given, actor=reader.person, check=check, **options)

    # -- for the dossier ----------------------------------------------------------------------------

    def papers(self, tx: Reading, eyes: Eyes) -> Papers:
        """What is to be read of a case."""
        return read_papers(eyes.case_id, read_events(tx, eyes.case_id), self._definition, eyes.sees_task)

    @staticmethod
    def name(reader: Reader) -> Callable[[str], str]:
        """How people and units are called."""

        def name(code: str) -> str:
            if reader.index is None:
                return code
            person = reader.index.person(code, reader.at)
            if person is not None:
                return person.name
            unit = reader.index.unit(code, reader.at)
            return code if unit is None else unit.name

        return name

    def _named(self, reader: Reader) -> Callable[[str], str]:
        name, categories = self.name(reader), self._categories().by_code
        return lambda code: categories[code].zh if code in categories else name(code)

    # -- making -------------------------------------------------------------------------------------

    def _plan(self, reader: Reader, case_id: UUID, number: int, reason: str) -> Plan:
        with self._file.eyes(reader, case_id) as (tx, eyes):
            papers = self.papers(tx, eyes)
            first = papers.step(number)
            made = papers.made.get(number, [])
            step, as_of = papers.corrected(first)
            self._check_wanted(made, reason, as_of)
            unit, issuer = self.issuer(reader, first.seen)
            year = (EPOCH + timedelta(microseconds=step.at)).astimezone(ZoneInfo(papers.zone)).year
            index = next_number(tx, unit, year, step.name)
            print_ = Printed(
                number=made[0]["number"] if made else printed(issuer, year, step.name, index),
                issuer=made[0]["issuer"] if made else issuer,
                version=len(made) + 1,
            )
            sheet = self._sheet(tx, papers, step, eyes.unhindered(), print_, seal=unit)
        used = {sheet.template: sheet.templates[sheet.template], LAYOUT: sheet.templates[LAYOUT]}
        given = {
            "of": number,
            "name": step.name,
            "number": print_.number,
            "version": print_.version,
            "issuer": print_.issuer,
            "unit_of_number": made[0]["unit_of_number"] if made else unit,
            "element": step.element,
            "task": step.task,
            "as_of": as_of,
            "reason": reason if made else "",
            "template": sheet.template,
            "template_digest": canonical.digest(
                canonical.dumps({name: canonical.digest(each).hex() for name, each in used.items()})
            ).hex(),
            "content_digest": sheet.data["document"]["digest"],
        }
        return Plan(
            kind=DOCUMENT,
            sheet=sheet,
            given=given,
            seq=papers.last_seq,
            taking=None if made else (unit, year, step.name, index),
        )

    @staticmethod
    def _check_wanted(made: list[dict[str, Any]], reason: str, as_of: int) -> None:
        if not made:
            return
        if not reason:
            raise Conflict(
                code="document.made",
                message_zh="文书已经生成；要更正，请写明理由",
                message_en="the document was made already; give a reason for a corrected version",
            )
        if len(reason) > LONGEST_REASON:
            raise InvalidInput.at(
                "reason",
                message_zh=f"理由最多 {LONGEST_REASON} 字",
                message_en=f"a reason has at most {LONGEST_REASON} characters",
            )
        if made[-1]["as_of"] == as_of:
            raise InvalidInput.at(
                "reason",
                message_zh="案件数据没有更正，新的一版会与现在的相同；请先更正数据",
                message_en="nothing was corrected: another version would be the same; correct the data first",
            )

    def _check_unsigned(self, tx: Reading, case_id: UUID, number: int, person: str, sha256: str) -> None:
        for event in read_events(tx, case_id):
            kind = event.head.kind
            if kind not in (DOCUMENT, SIGN_DOCUMENT):
                continue
            given = event.open().input
            if given["of"] != number:
                continue
            if kind == DOCUMENT:
                last = given["sha256"]
            elif event.head.actor == person and given["sha256"] == sha256:
                raise Conflict(
                    code="document.signed",
                    message_zh="您已在这份文书上签名",
                    message_en="you have signed this document",
                )
        if last != sha256:
            raise Conflict(
                code="document.corrected",
                message_zh="文书刚刚更正过，请重新打开后签名",
                message_en="the document was just corrected; open it again",
            )

    def _actions(self, tx: Reading, papers: Papers, eyes: Eyes, document: Document) -> tuple[str, ...]:
        """What somebody may do with a document of a dossier that is open; whether they may write is asked elsewhere."""
        if document.state == "due":
            return ("make",)
        last = document.versions[-1]
        _, as_of = papers.corrected(papers.step(document.id))
        found = ["correct"] if as_of != last.as_of else []
        has_signed = any(
            each.person == eyes.reader.person and each.sha256 == last.sha256 for each in last.signatures
        )
        if not has_signed and self._may_sign(tx, papers, eyes, document.id, last.as_of):
            found.append("sign")
        return tuple(found)

    def _may_sign(self, tx: Reading, papers: Papers, eyes: Eyes, number: int, as_of: int) -> bool:
        step, _ = papers.corrected(papers.step(number), as_of)
        if eyes.reader.person in (step.actor, step.on_behalf_of):
            return True
        looking = eyes.aside()
        self._look(tx, papers, step, looking)
        return not looking.masked

    def _definition(self, digest: str) -> Definition:
        return self._file.engine.definitions.programs.get(digest).definition

    @staticmethod
    def issuer(reader: Reader, variables: Mapping[str, Any]) -> tuple[str, str]:
        """The unit whose document it is, and its name: the case's own, else that of whoever makes it."""
        own = variables.get("owner_unit")
        for unit in (own, min(reader.units, default=None)):
            if reader.index is not None and isinstance(unit, str):
                known = reader.index.unit(unit, reader.at)
                if known is not None:
                    return unit, known.name
        return "", ""

    def _look(self, tx: Reading, papers: Papers, step: Step, eyes: Eyes) -> None:
        """Show everything of a step, so that the eyes know what of it is masked."""
        eyes.prepare(tx, step.given, step.seen)
        eyes.masked.clear()
        self._data(papers, step, eyes, Printed(number="", issuer=""))

    def _data(self, papers: Papers, step: Step, eyes: Eyes, print_: Printed) -> dict[str, Any]:
        files, template = _templates(step)
        names = mentioned(files[template])
        return content_of(step, eyes, papers.code, papers.zone, print_, names, name=self._named(eyes.reader))

    def _sheet(
        self, tx: Reading, papers: Papers, step: Step, eyes: Eyes, print_: Printed, *, seal: str | None = None
    ) -> Sheet:
        eyes.prepare(tx, step.given, step.seen)
        data = self._data(papers, step, eyes, print_)
        picture = None if seal is None else self._seals.picture(seal)
        if picture is not None:
            data["document"]["seal"] = SEAL
        files, template = _templates(step)
        return Sheet(
            templates=files,
            template=template,
            data=data,
            at=step.at // MICROSECOND,
            images=None if picture is None else {SEAL: picture},
        )


def _templates(step: Step) -> tuple[Mapping[str, bytes], str]:
    """The templates of the case's version, and which of them it is; a case begun before there were any takes those
    that come along.
    """
    if step.template is None:
        return library(), _general(step.name)
    held = {name: each for name, each in step.definition.resources.items() if name.endswith(".typ")}
    return held, step.template


def _general(name: str) -> str:
    own = place_of(name)
    return own if own in library() else place_of(GENERAL)
