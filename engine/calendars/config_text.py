"""Reading an operator's TOML so that every mistake is reported with file, line and key."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, Final, NoReturn, TypeAlias

from engine.errors import BihuanError
from engine.misreading import line_of, reason

Path: TypeAlias = tuple[str | int, ...]
"""Where a value stands: keys, and numbers (from 0) of tables in arrays."""

_HEADER: Final = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?")
_ENTRY: Final = re.compile(r"\s*([^=\[\]#]+?)\s*=(.*)")
_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'')


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One mistake: where, and what is wrong in both languages."""

    file: str
    line: int
    key: str
    message_zh: str
    message_en: str

    @property
    def place_zh(self) -> str:
        """File, line and key for people."""
        return f"{self.file} 第 {self.line} 行 {self.key}".rstrip()

    @property
    def place_en(self) -> str:
        """File, line and key for people."""
        return f"{self.file} line {self.line} {self.key}".rstrip()


class ConfigProblems(BihuanError):
    """Configuration of calendars or limits that cannot be used; `problems` lists every mistake found."""

    default_code: ClassVar[str] = "calendar.config"

    def __init__(self, problems: Sequence[Problem]) -> None:
        first = problems[0]
        super().__init__(
            message_zh="；".join(f"{each.place_zh}：{each.message_zh}" for each in problems),
            message_en="; ".join(f"{each.place_en}: {each.message_en}" for each in problems),
            place={"file": first.file, "line": first.line, "key": first.key},
        )
        self.problems = tuple(problems)


class Mistake(Exception):
    """What is wrong below one key; becomes a `Problem` where file and line are known."""

    def __init__(self, path: Path, message_zh: str, message_en: str) -> None:
        super().__init__(message_en)
        self.path = path
        self.message_zh = message_zh
        self.message_en = message_en


class Source:
    """One TOML file. Raises ConfigProblems when it is none."""

    def __init__(self, file: str, data: bytes) -> None:
        self.file = file
        try:
            text = data.decode("utf-8")
            self.table: dict[str, Any] = tomllib.loads(text)
        except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            told = reason(error, placed=False)
            raise ConfigProblems(
                [
                    Problem(
                        file=file,
                        line=line_of(error) or 1,
                        key="",
                        message_zh=f"不是有效的 TOML：{told.zh}",
                        message_en=f"not valid TOML: {told.en}",
                    )
                ]
            ) from None
        self._lines = dict(_lines(text))

    def problem(self, mistake: Mistake) -> Problem:
        """A mistake with its place."""
        path = mistake.path
        while path and path not in self._lines:
            path = path[:-1]
        return Problem(
            file=self.file,
            line=self._lines.get(path, 1),
            key=_shown(mistake.path),
            message_zh=mistake.message_zh,
            message_en=mistake.message_en,
        )


class Entries:
    """A TOML table being read: each key is asked for once, and what was never asked for is a mistake."""

    def __init__(self, table: object, path: Path) -> None:
        if not isinstance(table, dict):
            raise Mistake(path, "应是表", "must be a table")
        self._table: Mapping[str, Any] = table
        self._asked: set[str] = set()
        self.path = path

    def wrong(self, key: str, message_zh: str, message_en: str) -> NoReturn:
        """Raise a mistake about one key."""
        raise Mistake((*self.path, key), message_zh, message_en)

    def has(self, key: str) -> bool:
        """Whether a key is there."""
        return key in self._table

    def get(self, key: str) -> Any:
        """The raw value of a key, None where it is missing."""
        self._asked.add(key)
        return self._table.get(key)

    def text(self, key: str, default: str | None = None) -> str:
        """A text that is not empty; without a default the key must be there."""
        value = self.get(key)
        if value is None and default is not None:
            return default
        if value is None:
            self.wrong(key, "缺少", "is missing")
        if not isinstance(value, str) or not value.strip():
            self.wrong(key, "应是非空文本", "must be text that is not empty")
        return str(value)

    def choice(self, key: str, choices: Sequence[str], default: str | None = None) -> str:
        """One of some texts."""
        value = self.text(key, default)
        if value not in choices:
            known = "、".join(choices)
            self.wrong(key, f"“{value}”应是 {known} 之一", f"{value!r} must be one of {', '.join(choices)}")
        return value

    def day(self, key: str, default: date | None = None) -> date | None:
        """A date."""
        value = self.get(key)
        if value is None:
            return default
        if not isinstance(value, date) or isinstance(value, datetime):
            self.wrong(key, "应是日期，如 2027-02-05", "must be a date such as 2027-02-05")
        return value

    def whole(self, key: str, default: int) -> int:
        """A whole number of at least 0."""
        value = self.get(key)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            self.wrong(key, "应是不小于 0 的整数", "must be a whole number of at least 0")
        return int(value)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, empty where the key is missing."""
        return tuple(self._each(key, str, "应是文本列表", "must be a list of texts"))

    def numbers(self, key: str) -> tuple[int, ...]:
        """A list of whole numbers, empty where the key is missing."""
        return tuple(self._each(key, int, "应是整数列表", "must be a list of whole numbers"))

    def _each(self, key: str, kind: type, message_zh: str, message_en: str) -> list[Any]:
        value = self.get(key)
        if value is None:
            return []
        right = isinstance(value, list) and all(isinstance(each, kind) for each in value)
        if not right or any(isinstance(each, bool) for each in value):
            self.wrong(key, message_zh, message_en)
        return list(value)

    def tables(self, key: str) -> Iterator[Entries]:
        """The tables of an array of tables, none where the key is missing."""
        value = self.get(key)
        if value is None:
            return
        if not isinstance(value, list):
            self.wrong(key, "应是表的列表", "must be a list of tables")
        for number, each in enumerate(value):
            yield Entries(each, (*self.path, key, number))

    def table(self, key: str) -> Entries | None:
        """A table below, None where it is missing."""
        value = self.get(key)
        return None if value is None else Entries(value, (*self.path, key))

    def names(self) -> tuple[str, ...]:
        """All keys there are, in the order of the file."""
        return tuple(self._table)

    def done(self) -> None:
        """Raise a mistake when a key was never asked for."""
        for key in self._table:
            if key not in self._asked:
                self.wrong(key, "不认识的设置", "unknown setting")


def _shown(path: Path) -> str:
    text = ""
    for step in path:
        text += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def _lines(text: str) -> Iterator[tuple[Path, int]]:
    """The line (from 1) on which each table and each entry begins."""
    counts: dict[Path, int] = {}
    here: Path = ()
    open_brackets = 0
    for number, line in enumerate(text.splitlines(), start=1):
        if open_brackets > 0:
            open_brackets += _opened(line)
            continue
        header = _HEADER.fullmatch(line)
        if header is not None:
            here = _resolved(header[2], counts, is_array=header[1] == "[[")
            if here[-1] == 0:
                yield here[:-1], number
            yield here, number
            continue
        entry = _ENTRY.match(line)
        if entry is not None:
            yield (*here, *_keys(entry[1])), number
            open_brackets = _opened(entry[2])


def _resolved(name: str, counts: dict[Path, int], *, is_array: bool) -> Path:
    path: Path = ()
    keys = _keys(name)
    for place, key in enumerate(keys):
        path = (*path, key)
        if is_array and place == len(keys) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def _keys(name: str) -> list[str]:
    return [key.strip().strip("\"'") for key in name.split(".")]


def _opened(text: str) -> int:
    bare = _QUOTED.sub("", text).split("#", 1)[0]
    return bare.count("[") + bare.count("{") - bare.count("]") - bare.count("}")
