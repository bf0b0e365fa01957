"""What resources work with: the engine, the directory and the settings of this process, and what reads stand on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from flask import current_app

from engine.blobs import FolderBlobs
from engine.cli.shipped import settings_folder
from engine.content import CaseFile, Comments, Drafts, Links, SavedViews
from engine.directory import Directory
from engine.entitlement import Entitlement
from engine.facade import Engine
from engine.inbox import Cases, Inbox
from engine.privacy import AccessLog, Unmasking, load_privacy
from engine.settings import ServiceSettings

EXTENSION = "bihuan"


@dataclass(frozen=True, kw_only=True)
class Service:
    """One process's share of an installation."""

    engine: Engine
    directory: Directory
    settings: ServiceSettings

    @property
    def config(self) -> Path:
        """The folder of calendars, limits, words of the directory, rights and rules of privacy."""
        return Path(self.settings.config) if self.settings.config else settings_folder()

    @cached_property
    def entitlement(self) -> Entitlement:
        """Who may act on what."""
        return Entitlement(self.engine.database)

    @cached_property
    def inbox(self) -> Inbox:
        """The boxes."""
        return Inbox(self.engine.database)

    @cached_property
    def cases(self) -> Cases:
        """Lists of cases."""
        return Cases(self.engine.database)

    @cached_property
    def file(self) -> CaseFile:
        """The engine with the rules of privacy."""
        rules = load_privacy(self.config)
        log = AccessLog(self.engine.database, self.engine.config.random, keep_days=rules.keep_days)
        return CaseFile(engine=self.engine, rules=rules, log=log)

    @cached_property
    def comments(self) -> Comments:
        """Comments on cases."""
        return Comments(self.file)

    @cached_property
    def links(self) -> Links:
        """Links between cases."""
        return Links(self.file)

    @cached_property
    def drafts(self) -> Drafts:
        """Drafts of forms."""
        return Drafts(self.file)

    @cached_property
    def views(self) -> SavedViews:
        """Saved views."""
        return SavedViews(self.engine.database)

    @cached_property
    def unmasking(self) -> Unmasking:
        """Leave to see cases unmasked."""
        file = self.file
        return Unmasking(self.engine.database, file.rules, file.log, self.engine.config.random)

    @cached_property
    def blobs(self) -> FolderBlobs:
        """Where the content of attachments lies."""
        return FolderBlobs(Path(self.settings.data))


def service(app: Any = None) -> Service:
    """The service of an application, by default of the one that answers this request."""
    found: Service = (app or current_app).extensions[EXTENSION]
    return found
