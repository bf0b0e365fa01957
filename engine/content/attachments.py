"""Files attached to cases: typed by content, sealed, hashed into the log, never whole in memory."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from engine.blobs import BlobStore
from engine.cases import Outcome
from engine.cases.log import MADE
from engine.content.comments import check_task, own_unit
from engine.content.file import CaseFile
from engine.content.filetypes import HEAD, TYPES, FileType, file_type
from engine.content.scanning import Scan, Scanner
from engine.errors import InvalidInput, LimitExceeded, NotFound, Refusal
from engine.privacy import Eyes, Reader
from engine.store import Reading
from engine.store.tables import case_attachments
from engine.vault import Damaged

KEY_BYTES: Final = 16
LONGEST_NAME: Final = 200
DAY: Final = 86_400_000_000
CLASS: Final = "comment"
"""Masking class of a file's name and content."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AttachmentRules:
    """What may be attached. max_bytes: of one file. most: files of one case. types: endings of `TYPES`."""

    max_bytes: int = 50 * 1024 * 1024
    most: int = 500
    types: frozenset[str] = frozenset(TYPES)


@dataclass(frozen=True, kw_only=True, slots=True)
class Attachment:
    """A file of a case as its reader sees it. id: its number in the case. at: case time, microseconds.

    sha256: of the plain content, hex, as in the log. inline: whether a browser may show it without harm. is_masked:
    neither name nor content are shown to this reader. hidden: whether it was taken off.
    """

    id: int
    at: int
    author: str
    on_behalf_of: str | None
    task: int | None
    audience: str
    unit: str | None
    name: str
    kind: str
    content_type: str
    size: int
    sha256: str
    inline: bool
    is_masked: bool
    hidden: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Download:
    """The content of an attachment. chunks: its bytes, each piece proved; raises Damaged at the first that is not."""

    attachment: Attachment
    chunks: Iterator[bytes] = field(repr=False)


class Attachments:
    """Adds, lists, gives out and hides attachments. blobs: where their sealed content lies."""

    def __init__(
        self,
        file: CaseFile,
        blobs: BlobStore,
        *,
        rules: AttachmentRules | None = None,
        scanner: Scanner | None = None,
    ) -> None:
        self._file = file
        self._blobs = blobs
        self.rules = rules or AttachmentRules()
        self._scanner = scanner

    def add(
        self,
        reader: Reader,
        case_id: UUID,
        filename: str,
        chunks: Iterable[bytes],
        *,
        kind: str = "evidence",
        task: int | None = None,
        audience: str = "case",
        unit: str | None = None,
        on_behalf_of: str | None = None,
        idempotency_key: str | None = None,
    ) -> Outcome:
        """Attach a file; `Outcome.seq` is its id.

        chunks: its bytes, read once. kind: a code such as `evidence`, `before`, `after`, `signature`. Raises
        NotFound for a case or task that is not theirs to see, InvalidInput (field `file`) for a type that is not
        accepted or an infected file, LimitExceeded for one too large or one too many, ScanFailed when a scanner is
        configured and does not answer.
        """
        name = _file_name(filename)
        if kind in MADE.values():
            raise InvalidInput.at(
                "kind",
                message_zh="文书由案件步骤产生，不能上传",
                message_en="documents are made, not uploaded",
            )
        given: dict[str, Any] = {"filename": name, "kind": kind, "task": task, "audience": audience}
        if audience == "unit":
            given["unit"] = own_unit(reader, unit)
        engine = self._file.engine
        with engine.database.reading() as tx:
            reader.check(tx, case_id)
            check_task(self._file, tx, reader, case_id, task)
            self._check_number(tx, case_id)
        key = engine.config.random(KEY_BYTES).hex()
        incoming = _Incoming(chunks=iter(chunks), name=name, rules=self.rules, scanner=self._scanner)
        incoming.begin()
        try:
            self._blobs.put(key, engine.vault.seal_file(case_id, key, None, incoming.read()))
            given |= {
                "blob": key,
                "content_type": incoming.type.content_type,
                "size": incoming.size,
                "sha256": incoming.digest.hexdigest(),
            }
            outcome = engine.command(
                case_id,
                "attach",
                given,
                actor=reader.person,
                on_behalf_of=on_behalf_of,
                idempotency_key=idempotency_key,
            )
        finally:
            # A blob whose command failed is left to the sweep: when only its answer was lost, the blob is needed.
            incoming.close()
        if outcome.repeated:
            self._blobs.delete(key)
        return outcome

    def of(self, reader: Reader, case_id: UUID, *, hidden: bool = False) -> list[Attachment]:
        """The attachments of a case that somebody may see, oldest first. hidden: those taken off too."""
        with self._file.eyes(reader, case_id) as (tx, eyes):
            return attachments(tx, eyes, hidden=hidden)

    def open(self, reader: Reader, case_id: UUID, number: int) -> Download:
        """The content of an attachment; that it was opened is in the access log.

        Raises NotFound when it is not theirs to see, Refusal (`attachment.masked`) when they would have to give a
        reason first, Erased when its key was destroyed, Damaged as the chunks are read.
        """
        with self._file.eyes(reader, case_id) as (tx, eyes):
            rows = {row["seq"]: row for row in _rows(tx, eyes, hidden=True)}
            if number not in rows:
                raise NotFound(
                    code="attachments.gone",
                    message_zh="附件不存在",
                    message_en="there is no such attachment",
                    place={"id": number},
                )
            row = rows[number]
            eyes.prepare(tx, row["filename"])
            attachment = _attachment(eyes, row)
            if attachment.is_masked:
                raise Refusal(
                    rule="attachment.masked",
                    message_zh="查看该附件须先说明理由",
                    message_en="give a reason first to be shown this attachment",
                )
        sealed = self._blobs.open(row["blob"])
        content = self._file.engine.vault.open_file(case_id, row["blob"], None, sealed)
        return Download(attachment=attachment, chunks=_proved(content, bytes(row["digest"]), number))

    def hide(self, reader: Reader, case_id: UUID, number: int, reason: str, **options: Any) -> Outcome:
        """Take an attachment off, with the reason; its content stays where it is. Only its author may.

        Raises NotFound when it is gone or not theirs, InvalidInput without a reason.
        """
        with self._file.eyes(reader, case_id) as (tx, eyes):
            mine = [row for row in _rows(tx, eyes, hidden=True) if row["seq"] == number]
        if not mine:
            raise NotFound(
                code="attachments.gone",
                message_zh="附件不存在或已经撤下",
                message_en="the attachment does not exist or was taken off",
                place={"id": number},
            )
        if reader.person not in (mine[0]["author"], mine[0]["on_behalf_of"]):
            raise Refusal(
                rule="attachment.own",
                message_zh="只能撤下自己上传的附件",
                message_en="only one's own attachment can be taken off",
            )
        given = {"attachment": number, "reason": reason.strip()}
        return self._file.engine.command(case_id, "detach", given, actor=reader.person, **options)

    def sweep(self, now: int, *, age: int = DAY) -> int:
        """Delete blobs that no attachment names and that are older than `age` microseconds; how many."""
        swept = 0
        for key in self._blobs.keys(now - age):
            with self._file.engine.database.reading() as tx:
                query = sa.select(case_attachments.c.seq).where(case_attachments.c.blob == key).limit(1)
                if tx.execute(query).first() is not None:
                    continue
            self._blobs.delete(key)
            swept += 1
        return swept

    def _check_number(self, tx: Reading, case_id: UUID) -> None:
        count = sa.select(sa.func.count()).where(case_attachments.c.case_id == case_id)
        if int(tx.execute(count).scalar_one()) >= self.rules.most:
            raise LimitExceeded(
                code="attachment.most",
                message_zh=f"一个案件最多{self.rules.most}个附件",
                message_en=f"a case has at most {self.rules.most} attachments",
            )


@dataclass(kw_only=True)
class _Incoming:
    """A file on its way in: typed, measured, hashed and scanned as its bytes pass."""

    chunks: Iterator[bytes]
    name: str
    rules: AttachmentRules
    scanner: Scanner | None
    size: int = 0
    digest: Any = field(default_factory=hashlib.sha256)
    _head: bytes = b""
    _type: FileType | None = None
    _scan: Scan | None = None

    @property
    def type(self) -> FileType:
        assert self._type is not None
        return self._type

    def begin(self) -> None:
        """Read the head and tell the type, before anything is stored."""
        head = bytearray()
        for chunk in self.chunks:
            head += chunk
            if len(head) >= HEAD:
                break
        if not head:
            raise InvalidInput.at("file", message_zh="文件为空", message_en="the file is empty")
        self._head = bytes(head)
        self._type = file_type(self.name, self._head[:HEAD], self.rules.types)
        self._scan = None if self.scanner is None else self.scanner()

    def read(self) -> Iterator[bytes]:
        """All bytes; raises rather than ending when the file is not accepted."""
        yield self._pass(self._head)
        for chunk in self.chunks:
            yield self._pass(chunk)
        if self._scan is not None:
            self._scan.finish()

    def close(self) -> None:
        if self._scan is not None:
            self._scan.close()

    def _pass(self, chunk: bytes) -> bytes:
        self.size += len(chunk)
        if self.size > self.rules.max_bytes:
            raise LimitExceeded(
                code="attachment.size",
                message_zh=f"文件超过{self.rules.max_bytes // 1024 // 1024} MB",
                message_en=f"the file is larger than {self.rules.max_bytes // 1024 // 1024} MB",
            )
        self.digest.update(chunk)
        if self._scan is not None:
            self._scan.feed(chunk)
        return chunk


def attachments(tx: Reading, eyes: Eyes, *, hidden: bool = False) -> list[Attachment]:
    """The attachments these eyes may see."""
    rows = _rows(tx, eyes, hidden=hidden)
    eyes.prepare(tx, *(row["filename"] for row in rows))
    return [_attachment(eyes, row) for row in rows]


def _rows(tx: Reading, eyes: Eyes, *, hidden: bool) -> list[Any]:
    table = case_attachments
    # Documents lie here too; they have rules of their own (`engine.documents`).
    query = sa.select(table).where(table.c.case_id == eyes.case_id, table.c.kind.not_in(MADE.values()))
    query = query.order_by(table.c.seq)
    if not hidden:
        query = query.where(table.c.detached_seq.is_(None))
    rows = [row._mapping for row in tx.execute(query)]
    return [
        row
        for row in rows
        if eyes.sees_task(row["task_id"]) and eyes.hears(row["audience"], row["unit_id"], row["author"])
    ]


def _attachment(eyes: Eyes, row: Any) -> Attachment:
    path = f"attachments[{row['seq']}]"
    name = eyes.show(row["filename"], path, kind=CLASS)
    inline = any(each.inline for each in TYPES.values() if each.content_type == row["content_type"])
    return Attachment(
        id=row["seq"],
        at=row["made_at"],
        author=row["author"],
        on_behalf_of=row["on_behalf_of"],
        task=row["task_id"],
        audience=row["audience"],
        unit=row["unit_id"],
        name=name,
        kind=row["kind"],
        content_type=row["content_type"],
        size=row["size"],
        sha256=bytes(row["digest"]).hex(),
        inline=inline,
        is_masked=path in eyes.masked,
        hidden=row["detached_seq"] is not None,
    )


def _proved(chunks: Iterator[bytes], digest: bytes, number: int) -> Iterator[bytes]:
    """The chunks, the last of them only once the whole is what the log says."""
    found = hashlib.sha256()
    held: bytes | None = None
    for chunk in chunks:
        if held is not None:
            yield held
        found.update(chunk)
        held = chunk
    if not hmac.compare_digest(found.digest(), digest):
        raise Damaged(
            message_zh="附件内容与记录不符",
            message_en="the attachment is not what the log says",
            place={"id": number},
        )
    if held:
        yield held


def _file_name(text: str) -> str:
    """A file's own name without folders and control characters. Raises InvalidInput."""
    name = text.replace("\\", "/").rpartition("/")[2].strip()
    name = "".join(char for char in name if char.isprintable())
    if not name or len(name) > LONGEST_NAME:
        raise InvalidInput.at(
            "file",
            message_zh=f"文件名应为 1 至 {LONGEST_NAME} 字",
            message_en=f"a file name has 1 to {LONGEST_NAME} characters",
        )
    return name
