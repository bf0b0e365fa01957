"""Changing the settings of a running installation: checked, logged with before and after, written at once or not at all.

The files of the settings folder stay the one truth: every process of the installation reads calendars and limits anew
when they change there, and its words, rights and rules of privacy when it starts; several machines share the folder.
What is changed through here is besides a row with who, when, why, before and after. Whoever edits a file by hand is not
hindered; the row before then tells that the file is another (`Part.edited`).

A limit that is in force stays as it is: a change is a further version from a later date (DOMAIN §1.3). Rights and rules
of privacy are changed by two people.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from engine.accounts.permissions import read_permissions
from engine.calendars.config_text import ConfigProblems
from engine.calendars.timetable import Timetable
from engine.cases.clock import Clock
from engine.categories import FILE as CATEGORIES
from engine.categories import check_kept, read_categories
from engine.directory.vocabulary import Vocabulary, read_vocabulary
from engine.errors import BihuanError, Conflict, InvalidInput, Message, NotFound, Refusal
from engine.privacy.rules import read_privacy
from engine.store import Database, Transaction
from engine.store.tables import config_changes

FOLDERS: Final = ("calendars", "limits")
FILES: Final[Mapping[str, str]] = {
    "words": "directory.toml",
    "permissions": "permissions.toml",
    "privacy": "privacy.toml",
    "categories": CATEGORIES,
}
PARTS: Final = (*FOLDERS, *FILES)
BY_TWO: Final = frozenset({"permissions", "privacy"})
"""What nobody changes alone."""
LONGEST: Final = 500_000
_C = config_changes.c
_NONE: Final = "编码,名称\n"
"""A table of categories without any."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A part as it is. tag: changes with it. edited: files that are others than the last change left them."""

    files: Mapping[str, str]
    tag: str
    edited: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ConfigChange:
    """A change of one file. status: `waiting`, `applied` or `rejected`. before: None where there was no such file.

    Times in microseconds.
    """

    number: int
    part: str
    file: str
    before: str | None
    after: str
    reason: str
    author: str
    made_at: int
    status: str
    decided_by: str | None
    decided_at: int | None


class Configuration:
    """The settings of an installation. folder: where they are; None: the shipped ones, which are not changed."""

    def __init__(self, database: Database, folder: Path, clock: Clock, *, is_own: bool) -> None:
        self._database = database
        self._folder = folder
        self._clock = clock
        self._is_own = is_own

    def part(self, part: str) -> Part:
        """A part with its files. Raises NotFound for another word than those of `PARTS`."""
        files = self._read(part)
        left: dict[str, str] = {}
        for change in reversed(self.all(part=part, status="applied", limit=1_000)):
            left[change.file] = change.after
        edited = sorted(name for name, text in left.items() if files.get(name) != text)
        return Part(files=files, tag=_tag(files), edited=tuple(edited))

    def change(self, part: str, file: str, text: str, *, tag: str, reason: str, actor: str) -> ConfigChange:
        """Write a file anew, or propose it where that takes two people.

        tag: of the part the change was made from. Raises InvalidInput naming file, line and entry, Conflict when the part
        is another by now or the settings are the shipped ones, NotFound.
        """
        files = self._read(part)
        self._check_own()
        _check_current(files, tag)
        if not reason.strip():
            raise InvalidInput.at("reason", message_zh="请写明理由", message_en="a reason is required")
        self._check(part, file, files, text)
        waits = part in BY_TWO
        now = self._clock()
        with self._database.transaction() as tx:
            last = tx.execute(sa.select(sa.func.max(_C.number))).scalar()
            number = 1 + (last or 0)
            tx.execute(
                config_changes.insert().values(
                    number=number,
                    part=part,
                    file=file,
                    before=files.get(file),
                    after=text,
                    reason=reason.strip(),
                    author=actor,
                    made_at=now,
                    status="waiting" if waits else "applied",
                    decided_by=None if waits else actor,
                    decided_at=None if waits else now,
                )
            )
            if not waits:
                # Last, under the lock of the row: either both are there or neither is.
                self._write(part, file, text, files)
        return self.get(number)

    def approve(self, number: int, *, actor: str) -> ConfigChange:
        """Apply what somebody else proposed. Raises NotFound, Refusal for one's own, Conflict, InvalidInput."""
        self._check_own()
        change = self.get(number)
        if change.author == actor:
            raise Refusal(
                rule="config.two_people",
                message_zh="权限和隐私规则的变更须由另一人批准",
                message_en="rights and rules of privacy are changed by two people",
            )
        files = self._read(change.part)
        if files.get(change.file) != change.before:
            raise _changed(files)
        self._check(change.part, change.file, files, change.after)

        def write() -> None:
            self._write(change.part, change.file, change.after, files)

        return self._decide(number, "applied", actor, write)

    def reject(self, number: int, *, actor: str) -> ConfigChange:
        """Do not apply a proposal; its author may take it back so. Raises NotFound, Conflict once decided."""
        return self._decide(number, "rejected", actor, lambda: None)

    def get(self, number: int) -> ConfigChange:
        """One change. Raises NotFound."""
        found = self._rows(sa.select(config_changes).where(_C.number == number))
        if not found:
            raise _unknown(number)
        return found[0]

    def all(
        self, *, part: str | None = None, status: str | None = None, limit: int = 100
    ) -> list[ConfigChange]:
        """Changes, the latest first."""
        query = sa.select(config_changes).order_by(_C.number.desc()).limit(limit)
        for column, value in ((_C.part, part), (_C.status, status)):
            if value is not None:
                query = query.where(column == value)
        return self._rows(query)

    def _read(self, part: str) -> dict[str, str]:
        if part not in PARTS:
            raise NotFound(
                code="config.unknown", message_zh="没有这部分配置", message_en="there is no such part"
            )
        if part in FILES:
            paths = [self._folder / FILES[part]]
        else:
            paths = sorted((self._folder / part).glob("*.toml"))
        # A folder may be older than the part.
        return {path.name: path.read_bytes().decode("utf-8") for path in paths if path.exists()}

    def _write(self, part: str, file: str, text: str, seen: Mapping[str, str]) -> None:
        if self._read(part) != seen:
            raise _changed(self._read(part))
        path = self._folder / (file if part in FILES else f"{part}/{file}")
        handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{file}.")
        try:
            with os.fdopen(handle, "wb") as target:
                target.write(text.encode())
                target.flush()
                os.fsync(target.fileno())
            # As readable as the file it replaces: other processes may run as somebody else.
            Path(beside).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
            Path(beside).replace(path)
        except BaseException:
            Path(beside).unlink()
            raise

    def _check(self, part: str, file: str, files: Mapping[str, str], text: str) -> None:
        if len(text) > LONGEST:
            raise InvalidInput.at("text", message_zh="过长", message_en="it is too long")
        _check_name(part, file)
        try:
            _CHECKS[part](self, {**files, file: text}, files)
        except ConfigProblems as problems:
            raise InvalidInput(
                code="config.invalid",
                message_zh=problems.message_zh,
                message_en=problems.message_en,
                place=problems.place,
                fields={
                    f"{each.file}:{each.line}": (Message(zh=each.message_zh, en=each.message_en),)
                    for each in problems.problems
                },
            ) from None
        except BihuanError as error:
            if isinstance(error, InvalidInput):
                raise
            raise InvalidInput(
                code="config.invalid", message_zh=error.message_zh, message_en=error.message_en
            ) from error

    def _check_times(self, part: str, files: Mapping[str, str], before: Mapping[str, str]) -> None:
        both = {each: self._read(each) for each in FOLDERS}
        was, will = _timetable({**both, part: before}), _timetable({**both, part: files})
        now = self._clock()
        old, new = (
            {(row.name, row.effective_from): row for row in each.limits.rows()} for each in (was, will)
        )
        for name, since in sorted(set(old) | set(new)):
            row, other = old.get((name, since)), new.get((name, since))
            found = row or other
            if since <= now and row != other and found is not None:
                raise _in_force(name, found.version)

    def _check_words(self, files: Mapping[str, str], before: Mapping[str, str]) -> None:
        was, will = (read_vocabulary(each[FILES["words"]].encode()) for each in (before, files))
        gone = sorted(_codes(was) - _codes(will))
        if gone:
            raise InvalidInput(
                code="config.code_gone",
                message_zh=f"代码一经使用不能删除：{'、'.join(gone)}",
                message_en=f"codes stay once in use: {', '.join(gone)}",
            )
        # Rights are of the roles of these words.
        read_permissions(self._folder, will.roles.by_code)

    def _check_categories(self, files: Mapping[str, str], before: Mapping[str, str]) -> None:
        was, will = (read_categories(each.get(CATEGORIES, _NONE).encode()) for each in (before, files))
        check_kept(was, will)

    def _check_permissions(self, files: Mapping[str, str], _: Mapping[str, str]) -> None:
        words = read_vocabulary((self._folder / FILES["words"]).read_bytes())
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / FILES["permissions"]).write_text(files[FILES["permissions"]], "utf-8")
            read_permissions(Path(folder), words.roles.by_code)

    def _check_own(self) -> None:
        if not self._is_own:
            raise Conflict(
                code="config.shipped",
                message_zh="正在使用随产品提供的配置，请先用 BIHUAN_CONFIG 指定本单位的配置目录",
                message_en="the shipped settings are in use; name a folder of your own with BIHUAN_CONFIG first",
            )

    def _decide(self, number: int, status: str, actor: str, then: Callable[[], None]) -> ConfigChange:
        with self._database.transaction() as tx:
            self._close(tx, number, status, actor)
            then()
        return self.get(number)

    def _close(self, tx: Transaction, number: int, status: str, actor: str) -> None:
        values = {"status": status, "decided_by": actor, "decided_at": self._clock()}
        waiting = (_C.number == number, _C.status == "waiting")
        if tx.execute(config_changes.update().where(*waiting).values(**values)).rowcount:
            return
        row = tx.execute(sa.select(_C.status).where(_C.number == number)).first()
        if row is None:
            raise _unknown(number)
        raise Conflict(
            code="config.decided",
            message_zh="这项变更已有决定",
            message_en="the change was decided before",
            current={"status": row.status},
        )

    def _rows(self, query: sa.Select[Any]) -> list[ConfigChange]:
        names = ConfigChange.__dataclass_fields__
        with self._database.reading() as tx:
            return [ConfigChange(**{name: getattr(row, name) for name in names}) for row in tx.execute(query)]


_Check = Callable[[Configuration, Mapping[str, str], Mapping[str, str]], object]
_CHECKS: Final[Mapping[str, _Check]] = {
    "calendars": lambda here, files, before: here._check_times("calendars", files, before),
    "limits": lambda here, files, before: here._check_times("limits", files, before),
    "words": Configuration._check_words,
    "permissions": Configuration._check_permissions,
    "categories": Configuration._check_categories,
    "privacy": lambda _, files, __: read_privacy(files[FILES["privacy"]].encode()),
}


def _timetable(files: Mapping[str, Mapping[str, str]]) -> Timetable:
    calendars, limits = ({name: text.encode() for name, text in files[each].items()} for each in FOLDERS)
    return Timetable.read(calendars, limits)


def _codes(words: Vocabulary) -> set[str]:
    return {code for kind in (words.levels, words.departments, words.roles) for code in kind.by_code}


def _tag(files: Mapping[str, str]) -> str:
    digest = hashlib.sha256()
    for name, text in sorted(files.items()):
        digest.update(f"{name}\0{len(text)}\0{text}".encode())
    return digest.hexdigest()


def _check_name(part: str, file: str) -> None:
    stem = file.removesuffix(".toml")
    plain = stem.isascii() and stem.replace("-", "a").replace("_", "a").isalnum()
    known = file == FILES[part] if part in FILES else file.endswith(".toml") and plain and len(file) <= 60
    if not known:
        raise NotFound(
            code="config.unknown",
            message_zh="没有这个配置文件",
            message_en="there is no such file of settings",
        )


def _check_current(files: Mapping[str, str], tag: str) -> None:
    if _tag(files) != tag:
        raise _changed(files)


def _changed(files: Mapping[str, str]) -> Conflict:
    return Conflict(
        code="config.changed",
        message_zh="配置已被他人修改，请重新读取",
        message_en="somebody else changed the settings first; read them again",
        current={"tag": _tag(files)},
    )


def _in_force(name: str, version: str) -> InvalidInput:
    return InvalidInput(
        code="config.in_force",
        message_zh=f"时限“{name}”的版本 {version} 已经生效，不能修改、删除或补设；请增加以后生效的新版本",
        message_en=f"version {version} of the limit {name!r} is in force; add one that takes effect later",
        place={"limit": name, "version": version},
    )


def _unknown(number: int) -> NotFound:
    return NotFound(
        code="config.change_unknown",
        message_zh=f"没有编号为 {number} 的配置变更",
        message_en=f"there is no change {number} of the settings",
    )
