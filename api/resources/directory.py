"""The directory: units and people for pickers, changes, import and export."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING, fields
from typing import Any, Final
from zoneinfo import ZoneInfo

import marshmallow as ma
from flask import Response, request
from flask.views import MethodView

from api.acting import actor
from api.auth import current, requires
from api.blueprint import Blueprint
from api.problems import body_of
from api.schemas import directory as schemas
from api.schemas.base import Moment
from api.service import service
from engine.directory import Index, Person, Unit, changes
from engine.directory.exchange import export_csv, export_workbook, import_directory, read_files
from engine.directory.records import Substitution
from engine.entitlement import NotEntitled
from engine.errors import BihuanError, InvalidInput, NotFound

blueprint = Blueprint("directory", __name__, description="通讯录 Units, people, roles, stand-ins.")

KINDS: Final[dict[str, Any]] = {name: getattr(changes, name) for name in changes.__all__}
_WORKBOOK: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FILE: Final = {"type": "string", "format": "binary"}


@blueprint.route("/directory/units")
class UnitsView(MethodView):
    """Units."""

    @requires("directory:read")
    @blueprint.arguments(schemas.UnitsQuery, location="query")
    @blueprint.response(200, schemas.UnitsSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Units by name, level or what they belong to; without any of these the roots."""
        index, at = _at(query)
        wanted = query.get("text", "").lower()
        parent = query.get("parent")
        if parent is None and not wanted and "level" not in query:
            parent = ""
        units = index.children(parent, at) if parent is not None else list(_units(index, at))
        found = [
            unit
            for unit in units
            if (not wanted or wanted in unit.name.lower() or wanted in unit.id.lower())
            and query.get("level", unit.level) == unit.level
        ]
        return {"items": found[: query["limit"]]}


@blueprint.route("/directory/units/<string:unit>")
class UnitView(MethodView):
    """One unit."""

    @requires("directory:read")
    @blueprint.arguments(schemas.AtQuery, location="query")
    @blueprint.response(200, schemas.UnitPageSchema)
    def get(self, query: dict[str, Any], unit: str) -> dict[str, Any]:
        """A unit with what is above and below it, and its people."""
        index, at = _at(query)
        found = index.unit(unit, at)
        if found is None:
            raise NotFound(code="unit.unknown", message_zh="没有这个单位", message_en="there is no such unit")
        return {
            **{
                name: getattr(found, name) for name in ("id", "parent", "level", "department", "name", "path")
            },
            "children": index.children(unit, at),
            "ancestors": index.ancestors(unit, at)[1:],
            "people": [person(index, each, at) for each in _staff(index, unit, at)],
        }


@blueprint.route("/directory/people")
class PeopleView(MethodView):
    """People."""

    @requires("directory:read")
    @blueprint.arguments(schemas.PeopleQuery, location="query")
    @blueprint.response(200, schemas.PeopleSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """People by name, unit, or the candidate group they are there for."""
        index, at = _at(query)
        wanted = query.get("text", "").lower()
        found = []
        for each in _people(index, at, query):
            if not wanted or wanted in each.name.lower() or wanted in each.id.lower():
                found.append(person(index, each, at))
                if len(found) == query["limit"]:
                    break
        return {"items": found}


@blueprint.route("/directory/people/<string:person_id>")
class PersonView(MethodView):
    """One person."""

    @requires("directory:read")
    @blueprint.arguments(schemas.AtQuery, location="query")
    @blueprint.response(200, schemas.PersonSchema)
    def get(self, query: dict[str, Any], person_id: str) -> dict[str, Any]:
        """A member of staff with their roles."""
        index, at = _at(query)
        found = index.person(person_id, at)
        if found is None:
            raise NotFound(
                code="person.unknown", message_zh="没有这名人员", message_en="there is no such person"
            )
        return person(index, found, at)


@blueprint.route("/directory/people/<string:person_id>/substitutions")
class SubstitutionsView(MethodView):
    """Stand-ins of one person."""

    @requires("directory:read")
    @blueprint.arguments(schemas.AtQuery, location="query")
    @blueprint.response(200, schemas.SubstitutionsSchema)
    def get(self, query: dict[str, Any], person_id: str) -> dict[str, Any]:
        """Who stands in for somebody, and for whom they stand in: now and planned."""
        index, at = _at(query)
        if index.person(person_id, at) is None:
            raise NotFound(
                code="person.unknown", message_zh="没有这名人员", message_en="there is no such person"
            )
        register = index.register
        rows = [*register.absences.get(person_id, ()), *register.standing_in.get(person_id, ())]
        current = sorted((row for row in rows if row.valid_until > at), key=lambda row: row.valid_from)
        return {"items": [_substitution(index, row, at) for row in current]}


def _substitution(index: Index, row: Substitution, at: int) -> dict[str, Any]:
    absent, stand_in = index.person(row.absent, at), index.person(row.stand_in, at)
    return {
        "absent": row.absent,
        "absent_name": row.absent if absent is None else absent.name,
        "stand_in": row.stand_in,
        "stand_in_name": row.stand_in if stand_in is None else stand_in.name,
        "role": row.role,
        "reason": row.reason,
        "since": row.valid_from,
        "until": row.valid_until,
    }


@blueprint.route("/directory/changes")
class ChangesView(MethodView):
    """Changes."""

    @requires("directory:read")
    @blueprint.arguments(schemas.LogQuery, location="query")
    @blueprint.response(200, schemas.DirectoryLogSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Who changed what, when and why."""
        found = service().directory.log(
            subject=query.get("subject"),
            after=query["after"],
            before=query.get("before"),
            limit=query["limit"],
        )
        return {"items": found, "next": found[-1].change if len(found) == query["limit"] else None}

    @requires("directory:write")
    @blueprint.arguments(schemas.ChangesSchema)
    @blueprint.response(200, schemas.VersionSchema)
    def post(self, body: dict[str, Any]) -> dict[str, Any]:
        """Change the directory: all changes or none."""
        now = service().engine.clock()
        made = [_change(place, each, now) for place, each in enumerate(body["changes"])]
        version = service().directory.change(
            *made, actor=current().actor, recorded_at=now, reason=body["reason"]
        )
        return {"version": version}


@blueprint.route("/directory/import")
class ImportView(MethodView):
    """Import."""

    @requires("directory:write")
    @blueprint.arguments(schemas.ImportFormSchema, location="form")
    @blueprint.arguments(schemas.ImportFilesSchema, location="files")
    @blueprint.response(200, schemas.ImportReportSchema)
    def post(self, body: dict[str, Any], _: dict[str, Any]) -> dict[str, Any]:
        """Import CSV files or a workbook; every refused row with its reason."""
        here = service()
        files = {
            upload.filename or field: upload.read()
            for field, uploads in request.files.lists()
            for upload in uploads
        }
        report = import_directory(
            here.directory,
            read_files(files),
            actor=current().actor,
            at=here.engine.clock(),
            reason=body["reason"],
            dry_run=body["dry_run"],
            partial=body["partial"],
        )
        return report.to_json()


@blueprint.route("/directory/export")
class ExportView(MethodView):
    """Export."""

    @requires("directory:write")
    @blueprint.arguments(schemas.ExportQuery, location="query")
    @blueprint.response(200, _FILE, content_type=_WORKBOOK, description="All tables as a workbook.")
    @blueprint.alt_response(200, schema=_FILE, content_type="text/csv", description="One table.")
    def get(self, query: dict[str, Any]) -> Response:
        """The directory as it is imported."""
        index, at = _at(query)
        zone = ZoneInfo(service().settings.zone)
        table = query.get("table")
        if table is not None:
            content, kind, name = export_csv(index, at, zone=zone)[f"{table}.csv"], "text/csv", f"{table}.csv"
        else:
            content, kind, name = export_workbook(index, at, zone=zone), _WORKBOOK, "directory.xlsx"
        disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(content, content_type=kind, headers=disposition)


@blueprint.route("/directory/hand-over")
class HandOverView(MethodView):
    """离职转办."""

    @requires("directory:hand-over")
    @blueprint.arguments(schemas.HandOverSchema)
    @blueprint.response(200, schemas.HandOverResultSchema)
    def post(self, body: dict[str, Any]) -> dict[str, Any]:
        """离职转办: all open tasks of somebody go to another person."""
        here = service()
        if here.directory.index.person(body["to"], here.engine.clock()) is None:
            raise InvalidInput.at("to", message_zh="没有这名人员", message_en="there is no such person")
        _check_superior(here.directory.index, body["leaving"], here.engine.clock())
        results = here.engine.hand_over(
            body["leaving"], body["to"], actor=current().actor, reason=body["reason"]
        )
        refused = [body_of(each) for each in results if isinstance(each, BihuanError)]
        return {"moved": len(results) - len(refused), "refused": refused}


def person(index: Index, found: Person, at: int) -> dict[str, Any]:
    """A person as their schema has it; login and phone are not shown."""
    posts = [post.membership for post in index.posts(found.id, at) if post.behalf_of is None]
    names = {row.unit: index.unit(row.unit, at) for row in posts}
    return {
        "id": found.id,
        "name": found.name,
        "posts": [
            {
                "unit": row.unit,
                "unit_name": unit.name if (unit := names[row.unit]) else None,
                "role": row.role,
            }
            for row in posts
        ],
        "away": any(index.is_away(found.id, row.role, at) for row in posts),
    }


def _check_superior(index: Index, leaving: str, at: int) -> None:
    """Raise NotEntitled unless the caller administrates, or leads wherever somebody works."""
    if current().has_role("admin"):
        return
    scope = actor().scope
    posts = [post.membership for post in index.posts(leaving, at) if post.behalf_of is None]
    units = [unit for row in posts if (unit := index.unit(row.unit, at)) is not None]
    led = () if scope is None else tuple(scope.subtrees)
    if not units or not all(unit.path.startswith(led) for unit in units):
        raise NotEntitled(
            message_zh="只能转办本辖区人员的任务",
            message_en="only the tasks of people in one's own area",
            place={"person": leaving},
        )


def _at(query: dict[str, Any]) -> tuple[Index, int]:
    here = service()
    return here.directory.index, query.get("at", here.engine.clock())


def _units(index: Index, at: int) -> Iterator[Unit]:
    for name in sorted(index.register.units):
        unit = index.unit(name, at)
        if unit is not None:
            yield unit


def _staff(index: Index, unit: str, at: int) -> list[Person]:
    names = {row.person for row in index.register.roles_in.get(unit, ()) if row.holds(at)}
    return [found for name in sorted(names) if (found := index.person(name, at)) is not None]


def _people(index: Index, at: int, query: dict[str, Any]) -> Iterator[Person]:
    if "group" in query:
        names = index.members(query["group"], at)
    elif "unit" in query:
        names = [each.id for each in _staff(index, query["unit"], at)]
    else:
        names = sorted(index.register.people)
    for name in names:
        found = index.person(name, at)
        if found is not None:
            yield found


def _change(place: int, given: dict[str, Any], now: int) -> Any:
    """A change from its kind and fields. Raises InvalidInput, by field."""
    kind = KINDS[given["kind"]]
    known = {each.name: each for each in fields(kind)}
    values: dict[str, Any] = {"at": now}
    for name, value in given["given"].items():
        where = f"changes.{place}.given.{name}"
        if name not in known:
            raise InvalidInput.at(where, message_zh="没有这个字段", message_en="there is no such field")
        if name in ("at", "until"):
            try:
                value = Moment().deserialize(value)
            except ma.ValidationError:
                raise InvalidInput.at(
                    where, message_zh="应为 ISO 8601 时间", message_en="not a moment"
                ) from None
        elif value is not None and not isinstance(value, str):
            raise InvalidInput.at(where, message_zh="应为文本", message_en="must be a text")
        values[name] = value
    for name, each in known.items():
        if name not in values and each.default is MISSING:
            raise InvalidInput.at(
                f"changes.{place}.given.{name}", message_zh="必填", message_en="is required"
            )
        if values.get(name, "") is None and "None" not in str(each.type):
            raise InvalidInput.at(
                f"changes.{place}.given.{name}", message_zh="不能为空", message_en="must not be null"
            )
    return kind(**values)
