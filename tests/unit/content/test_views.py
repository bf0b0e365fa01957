"""Saved views: one's own, validated."""

from __future__ import annotations

from typing import Any

import pytest

from engine.content.views import MOST, SavedViews
from engine.errors import InvalidInput, NotFound, Refusal
from engine.store import Database


def test_views_are_ones_own_and_replaced_by_name(database: Database) -> None:
    views = SavedViews(database)
    views.save("li", " 红色案件 ", "todo", {"grade": ["red"]}, at=1)
    views.save("li", "红色案件", "overdue", {"grade": ["red"], "limit": 20}, at=2)
    (view,) = views.of("li")
    assert (view.name, view.box, view.filters) == ("红色案件", "overdue", {"grade": ["red"], "limit": 20})
    assert views.of("wang") == []
    with pytest.raises(NotFound):
        views.drop("wang", "红色案件")
    views.drop("li", "红色案件")
    assert views.of("li") == []


@pytest.mark.parametrize(
    ("name", "box", "filters"),
    [
        ("", "todo", {}),
        ("x" * 61, "todo", {}),
        ("a", "everything", {}),
        ("a", "todo", {"a b": 1}),
        ("a", "todo", {"a": {"b": 1}}),
        ("a", "todo", {"a": "x" * 5_000}),
    ],
)
def test_a_view_that_cannot_be_is_refused(
    database: Database, name: str, box: str, filters: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInput):
        SavedViews(database).save("li", name, box, filters, at=1)


def test_there_are_only_so_many_views(database: Database) -> None:
    views = SavedViews(database)
    for number in range(MOST):
        views.save("li", f"v{number}", "todo", {}, at=1)
    views.save("li", "v0", "cc", {}, at=2)
    with pytest.raises(Refusal):
        views.save("li", "one more", "todo", {}, at=1)
