"""Filters as conditions: on the row itself where it holds what is asked for, else on the case's header or place."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from engine.cases.grams import pairs
from engine.errors import InvalidInput
from engine.inbox.boxes import GRADES, Filters
from engine.inbox.viewer import Viewer
from engine.store.tables import case_headers, case_places

Column = sa.ColumnElement[Any]
Condition = sa.ColumnElement[bool]

_ABOUT_HEADER = ("flow", "grade", "confidentiality")
"""Filters that need the header of a task somebody has; of a free one they are in the row."""


def needs_header(filters: Filters) -> bool:
    """Whether a taken task's case header has to be looked at."""
    return any(getattr(filters, name) is not None for name in _ABOUT_HEADER)


def of_case(filters: Filters, viewer: Viewer, case_id: Column, dialect: str) -> list[Condition]:
    """The conditions of category, text, unit and area, for any query with a case id."""
    found: list[Condition] = []
    if filters.category is not None:
        found.append(_header_says(case_id, _category(filters.category)))
    if filters.text is not None:
        found.append(_header_says(case_id, text_matches(filters.text, dialect)))
    if filters.unit is not None:
        found.append(_lies_in(viewer, case_id, filters.unit, "owner_path"))
    if filters.grid is not None:
        found.append(_lies_in(viewer, case_id, filters.grid, "place_path"))
    return found


def rank_of(grade: str) -> int:
    """The rank of a grade's name. Raises InvalidInput for another word."""
    rank = GRADES.get(grade)
    if rank is None:
        raise InvalidInput.at("grade", message_zh="没有这个分级", message_en="there is no such grade")
    return rank


def text_matches(text: str, dialect: str, headers: Any = case_headers) -> Condition:
    """The condition that a title holds a text, or a code begins with it. Raises InvalidInput for one too short.

    Every pair of neighbouring characters must be among the title's; the title itself decides.
    """
    parts = pairs(text)
    if len(text.strip()) < 2 or not parts or len(parts[0]) < 2:
        raise InvalidInput.at("text", message_zh="请至少输入两个字", message_en="at least two characters")
    words = text.split()
    said = [headers.c.title.ilike(f"%{_escaped(word)}%", escape="\\") for word in words]
    grams = headers.c.grams
    if dialect == "postgresql":
        wanted = sorted({pair for word in words for pair in pairs(word) if len(pair) == 2})
        texts = postgresql.ARRAY(sa.Text)
        held = grams.bool_op("@>")(sa.cast(sa.literal(wanted, texts), texts))
        titled = sa.and_(held, *said) if wanted else sa.and_(*said)
    else:
        titled = sa.and_(*said)
    start = text.strip().upper()
    return sa.or_(titled, sa.and_(headers.c.case_code >= start, headers.c.case_code < start + "\uffff"))


def between(column: Any, start: int | None, end: int | None) -> list[Condition]:
    """The conditions of a range, from its start to before its end; None is open."""
    found = [] if start is None else [column >= start]
    return found if end is None else [*found, column < end]


def _category(category: str, headers: Any = case_headers) -> Condition:
    column = headers.c.category
    return sa.or_(column == category, column.like(f"{_escaped(category)}/%", escape="\\"))


def _header_says(case_id: Column, condition: Condition) -> Condition:
    inner = sa.select(case_headers.c.case_id).where(condition).correlate(None)
    return case_id.in_(inner)


def _lies_in(viewer: Viewer, case_id: Column, unit: str, column: str) -> Condition:
    places = case_places.alias()
    inside = viewer.within(unit, places.c[column])
    if viewer.is_wide(unit):
        # As in engine.directory.scope: what holds much is looked up for each row, not gathered first.
        here = sa.select(places.c.case_id).where(places.c.case_id == case_id, inside)
        return here.correlate_except(places).scalar_subquery().is_not(None)
    return case_id.in_(sa.select(places.c.case_id).where(inside))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
