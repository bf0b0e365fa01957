"""Filters as conditions: on the row itself where it holds what is asked for, else on the case's header or place.

The conditions name their values (`with_…`) and hold none: `Narrowed` is all that decides how they read, so that a
query is put together once for each of them, and `values` is what one question is asked with.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from engine.cases.grams import pairs
from engine.directory.identity import after_subtree
from engine.errors import InvalidInput
from engine.inbox.boxes import GRADES
from engine.inbox.viewer import Viewer
from engine.store.tables import case_headers, case_places

Column = sa.ColumnElement[Any]
Condition = sa.ColumnElement[bool]

_ABOUT_HEADER: Final = frozenset({"flow", "grade", "confidentiality"})
"""Filters that need the header of a task somebody has; of a free one they are in the row."""

MARKED: Final = "marked"
"""The filter that is a query of its own and is joined to the kept one."""

_PLACES: Final = {"unit": "owner_path", "grid": "place_path"}
_TEXTS: Final = postgresql.ARRAY(sa.Text)


@dataclass(frozen=True, kw_only=True, slots=True)
class Narrowed:
    """How a query is narrowed, whatever the values.

    names: of the filters that are given. words: how many words the text has; paired: whether any has two letters.
    wide: those of unit and grid whose subtree holds so much that its cases are looked up one by one.
    """

    names: frozenset[str] = frozenset()
    words: int = 0
    paired: bool = False
    wide: frozenset[str] = frozenset()

    @property
    def needs_header(self) -> bool:
        """Whether a taken task's case header has to be looked at."""
        return not self.names.isdisjoint(_ABOUT_HEADER)

    def equal(self, name: str, column: Column) -> list[Condition]:
        """The condition that a column is what the filter of this name asks for, when it is given."""
        return [column == bound(name, column)] if name in self.names else []

    def between(self, start: str, end: str, column: Column) -> list[Condition]:
        """The conditions of a range, from its start to before its end, as far as they are given."""
        found = [column >= bound(start, column)] if start in self.names else []
        return [*found, column < bound(end, column)] if end in self.names else found


def bound(name: str, column: Column) -> sa.BindParameter[Any]:
    """The value of a filter."""
    return sa.bindparam(f"with_{name}", type_=column.type)


def narrowed(filters: Any, viewer: Viewer) -> Narrowed:
    """How a query reads that is narrowed so. filters: `Filters` or `CaseFilters`."""
    given = frozenset(
        each.name
        for each in fields(filters)
        if each.name != MARKED and getattr(filters, each.name) is not None
    )
    words = filters.text.split() if "text" in given else []
    return Narrowed(
        names=given,
        words=len(words),
        paired=bool(_wanted(words)),
        wide=frozenset(name for name in _PLACES if name in given and viewer.is_wide(getattr(filters, name))),
    )


def values(filters: Any, viewer: Viewer, names: Iterable[str]) -> dict[str, Any]:
    """What a narrowed query is asked with. Raises InvalidInput for a grade or a text that is none."""
    found: dict[str, Any] = {}
    for name in names:
        value = getattr(filters, name)
        if name == "grade":
            found["with_grade"] = rank_of(value)
        elif name == "confidentiality":
            found["with_confidentiality"] = value.rank
        elif name == "category":
            found |= {"with_category": value, "with_category_below": f"{_escaped(value)}/%"}
        elif name == "text":
            found |= _said(value)
        elif name == "code":
            found["with_code"] = value.strip().upper()
        elif name in _PLACES:
            path = viewer.path_of(value)
            # Nothing lies in an unknown unit.
            end = "" if path is None else after_subtree(path)
            found |= {f"with_{name}": path or "", f"with_{name}_end": end}
        else:
            found[f"with_{name}"] = value
    return found


def of_case(asked: Narrowed, case_id: Column, dialect: str) -> list[Condition]:
    """The conditions of category, text, unit and area, for any query with a case id."""
    found: list[Condition] = []
    if "category" in asked.names:
        found.append(_header_says(case_id, _category()))
    if "text" in asked.names:
        found.append(_header_says(case_id, _text_matches(asked, dialect)))
    return found + [_lies_in(asked, case_id, name) for name in _PLACES if name in asked.names]


def rank_of(grade: str) -> int:
    """The rank of a grade's name. Raises InvalidInput for another word."""
    rank = GRADES.get(grade)
    if rank is None:
        raise InvalidInput.at("grade", message_zh="没有这个分级", message_en="there is no such grade")
    return rank


def _said(text: str) -> dict[str, Any]:
    parts = pairs(text)
    if len(text.strip()) < 2 or not parts or len(parts[0]) < 2:
        raise InvalidInput.at("text", message_zh="请至少输入两个字", message_en="at least two characters")
    words, start = text.split(), text.strip().upper()
    return {
        **{f"with_word_{place}": f"%{_escaped(word)}%" for place, word in enumerate(words)},
        "with_pairs": _wanted(words),
        "with_start": start,
        "with_start_end": start + "\uffff",
    }


def _wanted(words: Iterable[str]) -> list[str]:
    return sorted({pair for word in words for pair in pairs(word) if len(pair) == 2})


def _text_matches(asked: Narrowed, dialect: str) -> Condition:
    """The condition that a title holds all words of a text, or a code begins with it.

    Every pair of neighbouring characters must be among the title's; the title itself decides.
    """
    columns = case_headers.c
    said = [
        columns.title.ilike(sa.bindparam(f"with_word_{place}", type_=sa.Text), escape="\\")
        for place in range(asked.words)
    ]
    if dialect == "postgresql" and asked.paired:
        wanted = sa.cast(sa.bindparam("with_pairs", type_=_TEXTS), _TEXTS)
        said.insert(0, columns.grams.bool_op("@>")(wanted))
    start, end = (sa.bindparam(name, type_=sa.Text) for name in ("with_start", "with_start_end"))
    return sa.or_(sa.and_(*said), sa.and_(columns.case_code >= start, columns.case_code < end))


def _category() -> Condition:
    column = case_headers.c.category
    below = sa.bindparam("with_category_below", type_=sa.Text)
    return sa.or_(column == bound("category", column), column.like(below, escape="\\"))


def _header_says(case_id: Column, condition: Condition) -> Condition:
    inner = sa.select(case_headers.c.case_id).where(condition).correlate(None)
    return case_id.in_(inner)


def _lies_in(asked: Narrowed, case_id: Column, name: str) -> Condition:
    places = case_places.alias()
    column = places.c[_PLACES[name]]
    inside = sa.and_(column >= bound(name, column), column < bound(f"{name}_end", column))
    if name in asked.wide:
        # As in engine.directory.scope: what holds much is looked up for each row, not gathered first.
        here = sa.select(places.c.case_id).where(places.c.case_id == case_id, inside)
        return here.correlate_except(places).scalar_subquery().is_not(None)
    return case_id.in_(sa.select(places.c.case_id).where(inside))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
