"""Pages of lists by number, where lists are short, and what lists share."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Any, TypeVar

import marshmallow as ma
from marshmallow import fields

from api.schemas.base import Output, Query, described
from engine.errors import InvalidInput

T = TypeVar("T")


class PageQuery(Query):
    """Which page of a list."""

    cursor = described(
        fields.String, "`next` of the page before.", "eyJhZnRlciI6MTJ9", validate=ma.validate.Length(1, 500)
    )
    limit = described(
        fields.Integer,
        "Items a page has at most.",
        50,
        load_default=50,
        validate=ma.validate.Range(1, 200),
    )


def page_of(name: str, item: type[Output], what: str) -> type[Output]:
    """The schema of a page. name: of the schema. item: schema of an item. what: describes the items."""
    found: type[Output] = Output.from_dict(
        {
            "items": described(fields.List, what, cls_or_instance=fields.Nested(item), required=True),
            "next": described(
                fields.String,
                "`cursor` of the next page; null at the end.",
                "eyJhZnRlciI6MTJ9",
                required=True,
                allow_none=True,
            ),
        },
        name=name,
    )  # type: ignore[assignment]  # from_dict promises only a Schema
    return found


def cut(items: Sequence[T], query: dict[str, Any]) -> tuple[Sequence[T], str | None]:
    """A page of a list that is whole in memory, and the cursor of the next."""
    start = position(query)
    end = start + query["limit"]
    return items[start:end], cursor(end) if end < len(items) else None


def position(query: dict[str, Any]) -> int:
    """Where a page begins. Raises InvalidInput for a cursor no page gave."""
    given = query.get("cursor")
    if given is None:
        return 0
    try:
        found = json.loads(base64.urlsafe_b64decode(given.encode("ascii", "replace")))["after"]
        if not isinstance(found, int) or not 0 <= found < 2**31:
            raise ValueError
    except (ValueError, KeyError, TypeError, binascii.Error, RecursionError):
        raise InvalidInput.at("cursor", message_zh="不是有效的游标", message_en="not a cursor") from None
    return found


def cursor(after: int) -> str:
    """The cursor of what comes after a number."""
    return base64.urlsafe_b64encode(json.dumps({"after": after}).encode()).decode()
