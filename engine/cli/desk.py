"""What a command works with: what was chosen, a screen, and the engine when it asks for one."""

from __future__ import annotations

import getpass
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from engine.cli import moments
from engine.cli.options import Chosen
from engine.cli.screen import Screen
from engine.cli.shipped import settings_folder
from engine.errors import InvalidInput, NotFound
from engine.i18n import Catalogue

if TYPE_CHECKING:
    from engine.cases.clock import Clock
    from engine.facade import Engine


class Desk:
    """Handed to every command."""

    def __init__(self, chosen: Chosen, say: Catalogue) -> None:
        self.chosen = chosen
        self.say = say
        self.screen = Screen(chosen)

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which times are shown."""
        return self.chosen.zone

    def time(self, micros: int | None) -> str:
        """A moment for a person."""
        return moments.shown(micros, self.zone)

    def iso(self, micros: int | None) -> str | None:
        """A moment for a program."""
        return moments.iso(micros, self.zone)

    @contextmanager
    def engine(self, *, create: bool = False, clock: Clock | None = None) -> Iterator[Engine]:
        """The engine on the chosen database. create: make an embedded database that does not exist yet.

        clock: where its time comes from, if not from the machine.

        Raises NotFound when the database, or the keyring of one that has sealed content, is not there, and
        InvalidInput when a server's keyring was not named: keys belong apart from the database.
        """
        from engine.cases.clock import wall_clock
        from engine.installation import open_engine
        from engine.runtime import Settings

        keyring = self.chosen.keyring
        file = _file_of(self.chosen.database)
        if file is not None:
            if not create and not file.exists():
                raise _missing("database.missing", "数据库文件不存在", "there is no database file", file)
            keyring = keyring or f"sqlite:///{file}.keys"
        elif keyring is None and not self.chosen.database.startswith("sqlite"):
            raise InvalidInput(
                code="keyring.unnamed",
                message_zh="请用 --keyring 或 BIHUAN_KEYRING 指定密钥库（sqlite:///路径），密钥不与数据库放在一起",
                message_en="name the keyring with --keyring or BIHUAN_KEYRING (sqlite:///path): "
                "keys are kept apart from the database",
            )
        if keyring is not None:
            _check_keyring(self.chosen.database, file, keyring)
        in_memory = file is None and self.chosen.database.startswith("sqlite")
        with open_engine(
            self.chosen.database,
            settings_folder(),
            clock=clock or wall_clock,
            create=create or in_memory,
            settings=Settings(zone=self.zone.key),
            keyring=keyring,
        ) as engine:
            yield engine


def actor() -> str:
    """Who acts: `BIHUAN_ACTOR`, else the name of the user on this machine."""
    chosen = os.environ.get("BIHUAN_ACTOR")
    if chosen:
        return chosen
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid:{os.getuid()}"


def program() -> str:
    """How the user may start this program again: its name, or its path where the shell would not find it."""
    path = Path(sys.argv[0])
    if shutil.which("bihuan") is not None or path.name != "bihuan":
        return "bihuan"
    return os.path.relpath(path)


def _file_of(url: str) -> Path | None:
    """The file of an embedded database or of a keyring; None for a server or one in memory."""
    scheme, _, place = url.partition("://")
    path = place.removeprefix("/").partition("?")[0]
    return Path(path) if scheme.startswith("sqlite") and path and path != ":memory:" else None


def _check_keyring(database: str, file: Path | None, keyring: str) -> None:
    # Opening a keyring makes it: a wrong path would pass off everything sealed as lawfully erased.
    keys = _file_of(keyring)
    if keys is None or keys.exists() or (file is not None and not file.exists()):
        return
    if _has_sealed(database):
        raise _missing(
            "keyring.missing", "密钥库文件不存在，请从备份恢复", "there is no keyring file; restore it", keys
        )


def _has_sealed(url: str) -> bool:
    import sqlalchemy as sa

    from engine.store import Database, SchemaMismatch
    from engine.store.tables import vault_entries

    try:
        database = Database.open(url)
    except SchemaMismatch:
        return False
    try:
        with database.reading() as tx:
            return tx.execute(sa.select(vault_entries.c.case_id).limit(1)).first() is not None
    finally:
        database.close()


def _missing(code: str, zh: str, en: str, path: Path) -> NotFound:
    return NotFound(
        code=code, message_zh=f"{zh}：{path}", message_en=f"{en}: {path}", place={"file": str(path)}
    )
