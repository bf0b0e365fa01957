"""The inbox: boxes, counts, the next task to take."""

from __future__ import annotations

import hashlib
from dataclasses import fields
from typing import Any

from flask import json, make_response, request
from flask.views import MethodView

from api.acting import viewer
from api.auth import requires
from api.blueprint import Blueprint
from api.schemas import inbox as schemas
from api.schemas.pages import page_of
from api.service import service
from engine.calendars.calendar import Calendar
from engine.calendars.working_time import worked
from engine.errors import LimitExceeded
from engine.inbox import Box, InboxRow, Sort

blueprint = Blueprint("inbox", __name__, description="收件箱 The inbox.")

_SHOWN = tuple(each.name for each in fields(InboxRow) if each.name != "task_id")
_TAG = {"ETag": {"description": "Of the counts, for `If-None-Match`.", "schema": {"type": "string"}}}


@blueprint.route("/tasks")
class InboxView(MethodView):
    """A box."""

    @requires("tasks:read")
    @blueprint.arguments(schemas.InboxQuery, location="query")
    @blueprint.response(200, page_of("InboxPageSchema", schemas.InboxRowSchema, "The rows."))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """A page of a box of the inbox."""
        sort = query.get("sort")
        found = service().inbox.page(
            viewer(),
            Box(query["box"]),
            schemas.filters_of(query),
            sort=None if sort is None else Sort(sort),
            cursor=query.get("cursor"),
            limit=query["limit"],
        )
        calendar = service().timetables().calendar()
        return {"items": [row(each, calendar) for each in found.rows], "next": found.next}


@blueprint.route("/tasks/counts")
class CountsView(MethodView):
    """Counts."""

    @requires("tasks:read")
    @blueprint.response(200, schemas.CountsSchema, headers=_TAG)
    @blueprint.alt_response(304, description="Nothing has changed.")
    def get(self) -> Any:
        """How many rows each box has; with `If-None-Match` 304 while nothing has changed."""
        found = {box.value: count for box, count in service().inbox.counts(viewer()).items()}
        response = make_response(json.dumps(found), {"Content-Type": "application/json"})
        response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:32])
        return response.make_conditional(request)


@blueprint.route("/tasks/next")
class NextView(MethodView):
    """取下一件."""

    @requires("tasks:read")
    @blueprint.response(200, schemas.NextTaskSchema)
    def get(self) -> dict[str, Any]:
        """取下一件: the most urgent task the caller may take, by grade, due time and age."""
        found = service().inbox.next_task(viewer())
        calendar = service().timetables().calendar()
        return {"task": None if found is None else row(found, calendar)}


def row(found: InboxRow, calendar: Calendar) -> dict[str, Any]:
    """A row as its schema has it."""
    return {
        **{name: getattr(found, name) for name in _SHOWN},
        "id": None if found.task_id is None else f"{found.case_id}.{found.task_id}",
        "place_name": unit_name(found.place),
        "unit_name": unit_name(found.unit),
        "work_left": work_left(found.due_at, viewer().at, calendar),
    }


def work_left(due: int | None, now: int, calendar: Calendar) -> int | None:
    """Seconds of office hours until a due moment, negative after it; None without one or beyond the calendar."""
    if due is None:
        return None
    try:
        micros = worked(now, due, calendar) if due >= now else -worked(due, now, calendar)
    except LimitExceeded:
        return None
    return micros // 1_000_000


def unit_name(unit: str | None) -> str | None:
    """The name of a unit now."""
    here = viewer()
    found = None if unit is None else here.index.unit(unit, here.at)
    return None if found is None else found.name
