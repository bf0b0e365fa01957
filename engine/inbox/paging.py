"""Pages that follow each other by the key of the last row, however deep: a cursor is that key."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

import sqlalchemy as sa

from engine.errors import InvalidInput

R = TypeVar("R")

LARGEST: Final = 200
"""Rows of a page at most."""

_LONGEST: Final = 512


@dataclass(frozen=True, kw_only=True, slots=True)
class Page(Generic[R]):
    """Some rows of a list. next: the cursor of the rows after them, None at the end."""

    rows: Sequence[R]
    next: str | None


def write_cursor(kind: str, key: Sequence[Any]) -> str:
    """The cursor behind a row. kind: which list in which order; key: the row's values that order it."""
    plain = [str(value) if isinstance(value, UUID) else value for value in key]
    text = json.dumps([kind, *plain], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str | None, kind: str, types: Sequence[type]) -> list[Any] | None:
    """The key of a cursor. types: int, str or UUID for each value. Raises InvalidInput for one of another list."""
    if cursor is None:
        return None
    try:
        if len(cursor) > _LONGEST:
            raise ValueError(cursor)
        padded = cursor + "=" * (-len(cursor) % 4)
        found, *key = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if found != kind:
            raise ValueError(found)
        return [_value(kind_of, value) for kind_of, value in zip(types, key, strict=True)]
    except (ValueError, TypeError, AttributeError, binascii.Error, UnicodeDecodeError, RecursionError):
        raise InvalidInput.at(
            "cursor", message_zh="不是这个列表的游标", message_en="it is not a cursor of this list"
        ) from None


def after(columns: Sequence[sa.ColumnElement[Any]]) -> sa.ColumnElement[bool]:
    """The condition that a row comes after the key of `key_values`, in the ascending order of `columns`."""
    return sa.tuple_(*columns) > sa.tuple_(*_names(columns))


def before(columns: Sequence[sa.ColumnElement[Any]]) -> sa.ColumnElement[bool]:
    """The condition that a row comes after the key of `key_values`, in the descending order of `columns`."""
    return sa.tuple_(*columns) < sa.tuple_(*_names(columns))


def key_values(key: Sequence[Any] | None) -> dict[str, Any]:
    """The values that `after` and `before` name."""
    return {f"after_{place}": value for place, value in enumerate(key or ())}


def checked_limit(limit: int) -> int:
    """How many rows a page has. Raises InvalidInput unless it is 1 to `LARGEST`."""
    if not 1 <= limit <= LARGEST:
        raise InvalidInput.at(
            "limit", message_zh=f"应为 1 到 {LARGEST}", message_en=f"it must be 1 to {LARGEST}"
        )
    return limit


def _names(columns: Sequence[sa.ColumnElement[Any]]) -> list[sa.ColumnElement[Any]]:
    return [sa.bindparam(f"after_{place}", type_=column.type) for place, column in enumerate(columns)]


def _value(kind: type, value: Any) -> Any:
    if kind is UUID:
        return UUID(value)
    if kind is str:
        if type(value) is not str or "\0" in value:
            raise ValueError(value)
        return value
    if type(value) is not int or not -(2**63) <= value < 2**63:
        raise ValueError(value)
    return value
