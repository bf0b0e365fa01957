"""Everything beside a case's tasks, set up for an installation."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.blobs import BlobStore, FolderBlobs
from engine.casepage.page import CasePages
from engine.categories import CategoryFile
from engine.content import CaseFile, Comments, Drafts, Links, SavedViews
from engine.content.attachments import AttachmentRules, Attachments
from engine.content.scanning import scanner_of
from engine.documents import Documents, Dossiers, PicturedSeals, SealOnClosing, SealService
from engine.documents.sealing import FOLDER as SEALS
from engine.facade import Engine
from engine.installation import Timetables
from engine.privacy import AccessLog, Unmasking, load_privacy
from engine.runtime.dossier import REQUEST as DOSSIER

BLOBS = "blobs"


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseContent:
    """The services, one for each matter."""

    pages: CasePages
    comments: Comments
    attachments: Attachments
    documents: Documents
    dossiers: Dossiers
    drafts: Drafts
    views: SavedViews
    links: Links
    unmasking: Unmasking
    access: AccessLog
    file: CaseFile

    def sweep(self, now: int) -> int:
        """Remove what nobody needs any more: drafts of gone tasks, orphaned files, old lines of the access log."""
        return self.drafts.sweep() + self.attachments.sweep(now) + self.access.purge(now)


def open_content(
    engine: Engine,
    config: Path,
    data: Path,
    *,
    scanner: str = "",
    rules: AttachmentRules | None = None,
    blobs: BlobStore | None = None,
    seals: SealService | None = None,
) -> CaseContent:
    """The content of the cases of an engine, which seals the dossiers of closed cases with it.

    config: folder with `privacy.toml`, calendars and limits. data: folder under which files are kept, unless
    `blobs` are given. seals: the service for electronic seals; without one, pictures in the folder `seals` of the
    configuration. scanner: see `scanner_of`; empty for none. Raises InvalidInput for settings that are not sound.
    """
    privacy = load_privacy(config)
    log = AccessLog(engine.database, engine.config.random, keep_days=privacy.keep_days)
    file = CaseFile(engine=engine, rules=privacy, log=log)
    store = FolderBlobs(data / BLOBS) if blobs is None else blobs
    documents = Documents(
        file, store, seals=seals or PicturedSeals(config / SEALS), categories=CategoryFile(config)
    )
    dossiers = Dossiers(file, store, documents)
    engine.outbox.senders[DOSSIER] = SealOnClosing(engine, dossiers)
    return CaseContent(
        pages=CasePages(file, timetable=Timetables(config)),
        comments=Comments(file),
        attachments=Attachments(file, store, rules=rules, scanner=scanner_of(scanner)),
        documents=documents,
        dossiers=dossiers,
        drafts=Drafts(file),
        views=SavedViews(engine.database),
        links=Links(file),
        unmasking=Unmasking(engine.database, privacy, log, engine.config.random),
        access=log,
        file=file,
    )
