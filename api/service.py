"""What resources work with: the engine, the directory and the settings of this process, and what reads stand on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from flask import current_app

from engine.casepage import CaseContent, open_content
from engine.categories import CategoryFile
from engine.cli.shipped import settings_folder
from engine.configuring import Configuration
from engine.directory import Directory
from engine.entitlement import Entitlement
from engine.facade import Engine
from engine.inbox import Cases, Inbox
from engine.installation import Timetables
from engine.reports import Reports, open_reports
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
    def configuration(self) -> Configuration:
        """The settings, and changing them."""
        engine, is_own = self.engine, bool(self.settings.config)
        return Configuration(engine.database, self.config, engine.clock, is_own=is_own)

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
    def categories(self) -> CategoryFile:
        """The categories of cases in force."""
        return CategoryFile(self.config)

    @cached_property
    def timetables(self) -> Timetables:
        """The calendars and limits in force."""
        return Timetables(self.config)

    @cached_property
    def reports(self) -> Reports:
        """Indicators and reports."""
        return open_reports(self.engine, self.config, self.timetables, shipped=settings_folder())

    @cached_property
    def content(self) -> CaseContent:
        """What belongs to cases beside their tasks, and their pages."""
        settings = self.settings
        return open_content(self.engine, self.config, Path(settings.data), scanner=settings.scanner)


def service(app: Any = None) -> Service:
    """The service of an application, by default of the one that answers this request."""
    found: Service = (app or current_app).extensions[EXTENSION]
    return found
