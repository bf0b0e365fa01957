"""The canonical bytes of a wire form."""

from __future__ import annotations

from hashlib import sha256
from typing import Any, Final

import orjson

from engine.canonical.values import Wire
from engine.errors import InvalidInput


def dumps(wire: Wire) -> bytes:
    """The canonical bytes of a wire form (RFC 8785)."""
    data = orjson.dumps(wire, option=_OPTIONS | orjson.OPT_SORT_KEYS)
    # Keys sorted by code point are in UTF-16 order unless a character beyond U+FFFF (lead bytes F0 to F4 in
    # UTF-8) meets one from U+E000 to U+FFFF.
    if data.isascii() or not any(lead in data for lead in _ASTRAL_LEADS):
        return data
    return orjson.dumps(_in_utf16_order(wire), option=_OPTIONS)


def loads(data: bytes) -> Any:
    """The wire form written as canonical bytes: a `Wire`, which whoever wrote it knows more closely.

    Raises InvalidInput when they are no JSON.
    """
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        raise InvalidInput(
            message_zh="数据不是有效的 JSON", message_en="the data is not valid JSON"
        ) from None


def digest(data: bytes) -> bytes:
    """The SHA-256 of canonical bytes: 32 bytes."""
    return sha256(data).digest()


_OPTIONS: Final = (
    orjson.OPT_STRICT_INTEGER
    | orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_SUBCLASS
)
_ASTRAL_LEADS: Final = (b"\xf0", b"\xf1", b"\xf2", b"\xf3", b"\xf4")


def _in_utf16_order(wire: Wire) -> Wire:
    if isinstance(wire, dict):
        return {
            key: _in_utf16_order(wire[key]) for key in sorted(wire, key=lambda key: key.encode("utf-16-be"))
        }
    if isinstance(wire, list):
        return [_in_utf16_order(item) for item in wire]
    return wire
