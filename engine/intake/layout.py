"""What the columns of a file mean: a small table an operator writes for each kind of file (TOML)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.errors import BihuanError
from engine.misreading import reason

REQUIRED = ("key", "code", "type", "agency", "status", "created_at")
OPTIONAL = ("due_at", "closed_at", "seen_at", "address")
DELIMITERS = (",", ";", "\t")
ISO = "iso"
"""Stands for ISO 8601 in `date_formats`."""

RESERVED = frozenset({"layout", "key", "type", "agency", "status"})
"""Names every imported case already has in its `source` variable."""

_FIELD = re.compile(r"[a-z][a-z0-9_]{0,63}")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_DIRECTIVE = re.compile(r"%(.)")
_DIRECTIVES = frozenset("YmdHIMSp%")
_SECTIONS = frozenset(
    {
        "name",
        "title",
        "encoding",
        "delimiter",
        "date_formats",
        "timezone",
        "case",
        "columns",
        "fields",
        "status",
    }
)


class LayoutRefused(BihuanError):
    """A layout that says something we do not understand, or leaves out what is needed."""

    default_code: ClassVar[str] = "layout_refused"


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """How one kind of file is read.

    columns: our name of a value (`REQUIRED`, `OPTIONAL`) → column header. fields: name of a further value →
    column header. status: the file's status text → whether it means closed. Times without an offset are wall
    clock time in `timezone`. village and whistle_type: what every case of the file starts with.
    """

    name: str
    title: str
    encoding: str
    delimiter: str
    date_formats: tuple[str, ...]
    timezone: ZoneInfo
    columns: Mapping[str, str]
    fields: Mapping[str, str]
    status: Mapping[str, bool]
    village: str
    whistle_type: str

    def headers(self) -> tuple[str, ...]:
        """The column headers the file must have, each once, in the order of the layout."""
        return tuple(dict.fromkeys([*self.columns.values(), *self.fields.values()]))


def read_layout(data: bytes) -> Layout:
    """Read a layout from TOML. Raises LayoutRefused naming the entry that is wrong."""
    try:
        table = tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _refused(
            "toml", f"不是有效的 TOML：{reason(error).zh}", f"not valid TOML: {reason(error).en}"
        ) from None
    unknown = sorted(set(table) - _SECTIONS)
    if unknown:
        raise _refused(unknown[0], "不认识的设置", "unknown setting")
    columns = _texts(table, "columns")
    for name in REQUIRED:
        if name not in columns:
            raise _refused(f"columns.{name}", "缺少", "is missing")
    for name in columns:
        if name not in REQUIRED + OPTIONAL:
            raise _refused(f"columns.{name}", "不认识的列名", "unknown name of a column")
    case = _texts(table, "case")
    layout = Layout(
        name=_text(table, "name"),
        title=_text(table, "title"),
        encoding=_text(table, "encoding", "auto"),
        delimiter=_text(table, "delimiter", ","),
        date_formats=_formats(table),
        timezone=_zone(_text(table, "timezone")),
        columns=columns,
        fields=_fields(table),
        status=_status(table),
        village=_text(case, "village"),
        whistle_type=_text(case, "whistle_type", "daily"),
    )
    if _NAME.fullmatch(layout.name) is None:
        raise _refused("name", "只能用小写字母、数字和 . _ -", "only lower-case letters, digits and . _ -")
    if layout.delimiter not in DELIMITERS:
        raise _refused("delimiter", "只能是逗号、分号或制表符", "must be a comma, a semicolon or a tab")
    return layout


def _refused(entry: str, zh: str, en: str) -> LayoutRefused:
    return LayoutRefused(message_zh=f"布局 {entry}：{zh}", message_en=f"layout {entry}: {en}")


def _text(table: Mapping[str, object], name: str, default: str | None = None) -> str:
    value = table.get(name, default)
    if not isinstance(value, str) or not value:
        raise _refused(name, "应是文本", "must be text")
    return value


def _texts(table: Mapping[str, object], name: str) -> dict[str, str]:
    section = table.get(name, {})
    if not isinstance(section, dict):
        raise _refused(name, "应是一组 名称 = 文本", "must be a table of name = text")
    return {key: _text(section, key) for key in section}


def _fields(table: Mapping[str, object]) -> dict[str, str]:
    fields = _texts(table, "fields")
    for name in fields:
        if name in RESERVED or _FIELD.fullmatch(name) is None:
            raise _refused(f"fields.{name}", "不能用作字段名", "cannot be the name of a field")
    return fields


def _list(table: Mapping[str, object], name: str) -> list[str]:
    value = table.get(name, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _refused(name, "应是文本列表", "must be a list of texts")
    return value


def _formats(table: Mapping[str, object]) -> tuple[str, ...]:
    formats = _list(table, "date_formats") or [ISO]
    for text in formats:
        strange = [letter for letter in _DIRECTIVE.findall(text) if letter not in _DIRECTIVES]
        if strange or (text != ISO and "%Y" not in text):
            raise _refused("date_formats", f"不能用的日期格式 {text}", f"date format {text} cannot be used")
    return tuple(formats)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise _refused("timezone", f"不认识的时区 {name}", f"unknown time zone {name}") from None


def _status(table: Mapping[str, object]) -> dict[str, bool]:
    section = table.get("status", {})
    if not isinstance(section, dict) or not set(section) <= {"open", "closed"}:
        raise _refused("status", "只能有 open 和 closed", "may only have open and closed")
    means = dict.fromkeys(_list(section, "open"), False)
    for text in _list(section, "closed"):
        if text in means:
            raise _refused("status", f"{text} 既是 open 又是 closed", f"{text} is both open and closed")
        means[text] = True
    if not means:
        raise _refused("status", "缺少", "is missing")
    return means
