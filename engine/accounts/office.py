"""Everything about accounts of one installation, put together."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from engine.accounts.foreign import ForeignSignIns
from engine.accounts.lockout import Lockout
from engine.accounts.opaque import Random
from engine.accounts.passwords import Hasher
from engine.accounts.permissions import Permissions, read_permissions
from engine.accounts.register import Register
from engine.accounts.security_log import SecurityLog
from engine.accounts.sessions import Sessions
from engine.accounts.settings import AccountSettings, read_settings
from engine.accounts.signing_in import SigningIn
from engine.accounts.tokens import Tokens
from engine.cases.clock import Clock
from engine.directory import Directory
from engine.store import Database


class Office:
    """The accounts office. directory: of the same database; whose people accounts belong to."""

    def __init__(
        self,
        database: Database,
        directory: Directory,
        settings: AccountSettings,
        permissions: Permissions,
        *,
        clock: Clock,
        random: Random,
    ) -> None:
        self.database = database
        self.directory = directory
        self.settings = settings
        self.permissions = permissions
        self.clock = clock
        self.random = random
        self.log = SecurityLog(database, clock, random)
        self.lockout = Lockout(settings.lockout)
        self.hasher = Hasher(settings.passwords)
        self.sessions = Sessions(database, settings.sessions, random)
        self.tokens = Tokens(database, self.log, clock=clock, random=random)
        self.foreign = ForeignSignIns(database, clock=clock, random=random)
        self.register = Register(
            database, settings, self.log, self.lockout, self.hasher, clock=clock, random=random
        )
        self.signing_in = SigningIn(
            database,
            self.log,
            self.lockout,
            self.hasher,
            self.sessions,
            clock=clock,
            employed=self.is_employed,
        )

    @classmethod
    def open(
        cls,
        database: Database,
        directory: Directory,
        config: Path,
        *,
        clock: Clock,
        random: Random,
        environment: Mapping[str, str] = os.environ,
        settings: AccountSettings | None = None,
    ) -> Self:
        """The office with what a folder of settings says. settings: other ones than those of the folder.

        Raises InvalidInput naming what is wrong in the folder.
        """
        return cls(
            database,
            directory,
            settings or read_settings(config, environment),
            read_permissions(config, directory.vocabulary.roles.by_code),
            clock=clock,
            random=random,
        )

    def is_employed(self, person: str) -> bool:
        """Whether a person is on the staff now."""
        return self.directory.refresh().person(person, self.clock()) is not None
