"""What kinds of files may be attached, told from their content and their name together."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import Final

import puremagic

from engine.errors import InvalidInput

HEAD: Final = 64 * 1024
"""Bytes of a file that are enough to tell what it is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FileType:
    """A type of file. inline: whether a browser may show it in the page without harm."""

    name: str
    content_type: str
    inline: bool = False


def _types(*rows: tuple[str, str, bool]) -> dict[str, FileType]:
    return {name: FileType(name=name, content_type=kind, inline=inline) for name, kind, inline in rows}


_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
TYPES: Final = _types(
    ("jpg", "image/jpeg", True),
    ("png", "image/png", True),
    ("gif", "image/gif", True),
    ("webp", "image/webp", True),
    ("heic", "image/heic", False),
    ("pdf", "application/pdf", True),
    ("ofd", "application/ofd", False),
    ("docx", f"{_OFFICE}.wordprocessingml.document", False),
    ("xlsx", f"{_OFFICE}.spreadsheetml.sheet", False),
    ("pptx", f"{_OFFICE}.presentationml.presentation", False),
    ("doc", "application/msword", False),
    ("xls", "application/vnd.ms-excel", False),
    ("wps", "application/vnd.ms-works", False),
    ("txt", "text/plain", False),
    ("csv", "text/csv", False),
    ("mp3", "audio/mpeg", False),
    ("wav", "audio/wav", False),
    ("m4a", "audio/mp4", False),
    ("amr", "audio/amr", False),
    ("mp4", "video/mp4", False),
    ("mov", "video/quicktime", False),
)
"""The types by ending; an operator may allow fewer of them. Nothing that runs: no HTML, SVG, archives or macros."""

_SAME: Final = {"jpeg": "jpg", "jpe": "jpg", "jfif": "jpg", "heif": "heic"}
_ZIPPED: Final = {"docx": b"word/", "xlsx": b"xl/", "pptx": b"ppt/", "ofd": b"OFD.xml"}
_OLE: Final = frozenset({"doc", "xls", "wps"})
_OLE_MAGIC: Final = bytes.fromhex("d0cf11e0a1b11ae1")
_TEXTS: Final = frozenset({"txt", "csv"})


def file_type(filename: str, head: bytes, allowed: frozenset[str]) -> FileType:
    """The type of a file, once its content is what its name says.

    head: its first `HEAD` bytes, or all there are. allowed: endings of `TYPES`. Raises InvalidInput for a type
    that is not allowed, and for content of another type than the name says.
    """
    ending = filename.rpartition(".")[2].lower() if "." in filename else ""
    name = _SAME.get(ending, ending)
    if name not in TYPES or name not in allowed:
        raise InvalidInput.at(
            "file",
            message_zh=f"不允许上传“{ending or '无扩展名'}”类文件",
            message_en=f"files ending in “{ending or 'nothing'}” are not accepted",
        )
    if not _agrees(name, head):
        raise InvalidInput.at(
            "file",
            message_zh=f"文件内容不是 {ending}",
            message_en=f"the content of the file is not {ending}",
        )
    return TYPES[name]


def _agrees(name: str, head: bytes) -> bool:
    if name in _ZIPPED:
        return head.startswith(b"PK\x03\x04") and _ZIPPED[name] in head and b"vbaProject" not in head
    if name in _OLE:
        return head.startswith(_OLE_MAGIC)
    if name in _TEXTS:
        return _is_text(head)
    return name in _found(head)


def _found(head: bytes) -> set[str]:
    try:
        matches = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return set()
    endings = {match.extension.removeprefix(".") for match in matches}
    return {_SAME.get(ending, ending) for ending in endings}


def _is_text(head: bytes) -> bool:
    if b"\0" in head:
        return False
    whole = len(head) < HEAD
    for encoding in ("utf-8", "gb18030"):
        try:
            # The head may end within a character.
            codecs.getincrementaldecoder(encoding)().decode(head, whole)
        except UnicodeDecodeError:
            continue
        return True
    return False
