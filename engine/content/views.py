"""Saved views: a box of the inbox with its filters, under a name of one's own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from engine.errors import InvalidInput, NotFound, Refusal
from engine.store import Database, delete, upsert
from engine.store.tables import saved_views

BOXES: Final = ("todo", "claimable", "due_soon", "overdue", "done", "cc", "started", "cases")
"""The boxes of the inbox, and the list of cases."""

MOST: Final = 50
LONGEST_NAME: Final = 60
LARGEST: Final = 4_096
_PUT: Final = upsert(saved_views)
_DROP: Final = delete(saved_views)


@dataclass(frozen=True, kw_only=True, slots=True)
class SavedView:
    """A view. filters: name to a text, a number, a yes or no, or a list of these. saved_at: microseconds."""

    name: str
    box: str
    filters: dict[str, Any]
    saved_at: int


class SavedViews:
    """Each person's own views."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, person: str, name: str, box: str, filters: Mapping[str, Any], *, at: int) -> SavedView:
        """Keep a view; replaces the one of that name.

        Raises InvalidInput for a name, box or filters that cannot be, Refusal (`views.most`) for one too many.
        """
        title = name.strip()
        if not title or len(title) > LONGEST_NAME:
            raise InvalidInput.at(
                "name",
                message_zh=f"应为 1 至 {LONGEST_NAME} 字",
                message_en=f"1 to {LONGEST_NAME} characters",
            )
        if box not in BOXES:
            listed = ", ".join(BOXES)
            raise InvalidInput.at("box", message_zh=f"应为 {listed} 之一", message_en=f"one of {listed}")
        text = _checked(filters)
        with self._database.transaction() as tx:
            names = {row[0] for row in tx.execute(_names(person))}
            if title not in names and len(names) >= MOST:
                raise Refusal(
                    rule="views.most", message_zh=f"最多保存{MOST}个视图", message_en=f"at most {MOST} views"
                )
            row = {"person_id": person, "name": title, "box": box, "filters": text, "saved_at": at}
            tx.write(_PUT, row)
        return SavedView(name=title, box=box, filters=json.loads(text), saved_at=at)

    def of(self, person: str) -> list[SavedView]:
        """Somebody's views in order of their names."""
        query = sa.select(saved_views).where(saved_views.c.person_id == person).order_by(saved_views.c.name)
        with self._database.reading() as tx:
            rows = [row._mapping for row in tx.execute(query)]
        return [
            SavedView(
                name=row["name"],
                box=row["box"],
                filters=json.loads(row["filters"]),
                saved_at=row["saved_at"],
            )
            for row in rows
        ]

    def drop(self, person: str, name: str) -> None:
        """Forget a view. Raises NotFound."""
        with self._database.transaction() as tx:
            if not tx.change(_DROP, {"key_person_id": person, "key_name": name}):
                raise NotFound(
                    code="view.unknown",
                    message_zh=f"没有视图“{name}”",
                    message_en=f"there is no view “{name}”",
                )


def _names(person: str) -> sa.Select[Any]:
    return sa.select(saved_views.c.name).where(saved_views.c.person_id == person)


def _checked(filters: Mapping[str, Any]) -> str:
    for name, value in filters.items():
        entries = value if isinstance(value, list) else [value]
        known = str(name).isidentifier() and len(name) <= LONGEST_NAME
        if not known or not all(entry is None or isinstance(entry, str | int) for entry in entries):
            raise InvalidInput.at(
                f"filters.{name}", message_zh="不是可以保存的筛选条件", message_en="not a filter to be kept"
            )
    text = json.dumps(dict(filters), ensure_ascii=False, sort_keys=True)
    if len(text.encode()) > LARGEST:
        raise InvalidInput.at("filters", message_zh="筛选条件过多", message_en="too many filters")
    return text
