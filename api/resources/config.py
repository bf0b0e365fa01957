"""What is configured: read, changed with a reason, and how running clocks follow."""

from __future__ import annotations

import csv
import io
import tomllib
from typing import Any

from flask.views import MethodView

from api.auth import current, requires
from api.blueprint import Blueprint
from api.schemas import config as schemas
from api.service import service
from api.values import shown
from engine.calendars.day import DayKind
from engine.cases.clock_changes import ClockChange
from engine.configuring import ConfigChange, Part

blueprint = Blueprint("config", __name__, description="配置 Calendars, limits, words, rights, privacy.")

_PART = "<any(calendars, limits, words, permissions, privacy, categories):part>"
_NUMBER = "<int(max=2147483647):number>"


@blueprint.route(f"/config/{_PART}")
class ConfigView(MethodView):
    """One part."""

    @requires("config:read")
    @blueprint.response(200, schemas.ConfigSchema)
    def get(self, part: str) -> Part:
        """A part of the settings as it is in the files."""
        return service().configuration.part(part)


@blueprint.route(f"/config/{_PART}/files/<string:file>")
class ConfigFileView(MethodView):
    """One file."""

    @requires("config:write")
    @blueprint.arguments(schemas.ConfigInSchema)
    @blueprint.response(200, schemas.ConfigChangeSchema)
    def put(self, body: dict[str, Any], part: str, file: str) -> ConfigChange:
        """Write a file anew. Rights and rules of privacy wait until somebody else approves.

        What is wrong is in `errors` by file and line. A version of a limit that is in force stays as it is.
        """
        return service().configuration.change(
            part, file, body["text"], tag=body["tag"], reason=body["reason"], actor=current().actor
        )


@blueprint.route(f"/config/{_PART}/rows")
class ConfigRowsView(MethodView):
    """One part as data."""

    @requires("config:read")
    @blueprint.response(200, schemas.ConfigRowsSchema)
    def get(self, part: str) -> dict[str, Any]:
        """A part of the settings as data instead of text, for tables; dates are texts."""
        files = service().configuration.part(part).files
        return {"files": {name: shown(_data(name, text)) for name, text in files.items()}}


def _data(name: str, text: str) -> dict[str, Any]:
    if name.endswith(".toml"):
        return tomllib.loads(text)
    return {"category": list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"), newline="")))}


@blueprint.route("/calendars/<string(maxlength=64):name>/days")
class CalendarDaysView(MethodView):
    """The days of a calendar."""

    @requires("config:read")
    @blueprint.arguments(schemas.YearQuery, location="query")
    @blueprint.response(200, schemas.CalendarDaysSchema)
    def get(self, query: dict[str, Any], name: str) -> dict[str, Any]:
        """Each day of a year: worked or free, its name, and whether the holidays of the year are published yet."""
        calendar = service().timetables().calendar(name)
        until = calendar.published_until
        items = [
            {
                "date": day.isoformat(),
                "kind": kind.value,
                "name": title,
                "is_exchanged": kind is DayKind.WORK and day.weekday() in calendar.rest,
                "is_provisional": until is not None and day > until,
                "hours": [f"{_clock(start)}-{_clock(end)}" for start, end in hours],
            }
            for day, kind, title, hours in calendar.days()
            if day.year == query["year"]
        ]
        return {
            "name": calendar.name,
            "published_until": None if until is None else until.isoformat(),
            "items": items,
        }


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}"


@blueprint.route("/config/changes")
class ConfigChangesView(MethodView):
    """Changes."""

    @requires("config:write")
    @blueprint.arguments(schemas.ConfigChangesQuery, location="query")
    @blueprint.response(200, schemas.ConfigChangesSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Who changed what, when and why, with the text before and after."""
        return {"items": service().configuration.all(**query)}


@blueprint.route(f"/config/changes/{_NUMBER}/approve")
class ApproveConfigView(MethodView):
    """Approving."""

    @requires("config:write")
    @blueprint.response(200, schemas.ConfigChangeSchema)
    def post(self, number: int) -> ConfigChange:
        """Apply what somebody else proposed."""
        return service().configuration.approve(number, actor=current().actor)


@blueprint.route(f"/config/changes/{_NUMBER}/reject")
class RejectConfigView(MethodView):
    """Rejecting."""

    @requires("config:write")
    @blueprint.response(200, schemas.ConfigChangeSchema)
    def post(self, number: int) -> ConfigChange:
        """Do not apply a proposal; one may take one's own back."""
        return service().configuration.reject(number, actor=current().actor)


@blueprint.route("/clock-changes")
class ClockChangesView(MethodView):
    """Running clocks."""

    @requires("config:read")
    @blueprint.response(200, schemas.ClockChangesSchema)
    def get(self) -> dict[str, Any]:
        """Changes that move clocks which run already, and how far they are."""
        return {"items": service().engine.clock_changes.all()}

    @requires("config:write")
    @blueprint.arguments(schemas.ClockChangeInSchema)
    @blueprint.response(201, schemas.ClockChangeSchema)
    def post(self, body: dict[str, Any]) -> ClockChange:
        """Propose that running clocks of a limit go over to another of its versions; somebody else approves."""
        return service().engine.clock_changes.propose(
            body["limit"], actor=current().actor, reason=body["reason"], version=body.get("version")
        )


@blueprint.route(f"/clock-changes/{_NUMBER}/approve")
class ApproveClockView(MethodView):
    """Approving."""

    @requires("config:write")
    @blueprint.response(200, schemas.ClockChangeSchema)
    def post(self, number: int) -> ClockChange:
        """Approve what somebody else proposed; the workers carry it out case by case."""
        return service().engine.clock_changes.approve(number, actor=current().actor)


@blueprint.route(f"/clock-changes/{_NUMBER}/reject")
class RejectClockView(MethodView):
    """Rejecting."""

    @requires("config:write")
    @blueprint.response(200, schemas.ClockChangeSchema)
    def post(self, number: int) -> ClockChange:
        """Reject a proposal, or take one's own back."""
        return service().engine.clock_changes.reject(number, actor=current().actor)
