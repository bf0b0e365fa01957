"""Forms as they are handed to a page: with the categories that their fields choose from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from api.service import service
from engine.categories import LEVELS, Category, parent_in
from engine.model.forms import inner


def today() -> date:
    """The day by the clock and in the zone of the installation."""
    engine = service().engine
    now = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=engine.clock())
    return now.astimezone(ZoneInfo(engine.settings.zone)).date()


def presented(schema: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """A form whose fields ask `categories(…)` with what they need to answer it in the browser, also without a network.

    The page puts `categories` among the form's data.
    """
    if schema is None or not any(parent_in(part) is not None for part in inner(schema)):
        return schema
    parts = [_rewritten(part) for part in inner(schema)]
    return {**schema, "components": parts, "categories": offered(today())}


def offered(day: date) -> list[dict[str, Any]]:
    """The categories that may be chosen on a day: `value`, `label`, and `above`, empty at the first level."""
    table = service().categories()
    found: list[Category] = []
    above = [""]
    for _ in range(LEVELS):
        below = [row for code in above for row in table.below(code, day)]
        found += below
        above = [row.code for row in below]
    return [{"value": row.code, "label": row.zh, "above": row.parent} for row in found]


def _rewritten(part: Mapping[str, Any]) -> Mapping[str, Any]:
    asked = parent_in(part)
    return part if asked is None else {**part, "valuesExpression": f"=categories[above = {asked}]"}
