"""What the caller was told: reminders, cards, orders of supervision, mentions; to them or to a post of theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask.views import MethodView

from api.acting import person, viewer
from api.auth import requires
from api.blueprint import Blueprint
from api.language import language
from api.resources.inbox import unit_name
from api.schemas import notices as schemas
from api.service import service
from engine.cases.notices import Notice, sentence, word_of
from engine.directory.identity import parse_group
from engine.errors import NotFound
from engine.i18n import Language, catalogue
from engine.inbox.paging import read_cursor, write_cursor

blueprint = Blueprint("notices", __name__, description="通知 What the caller was told.")

_LIST: Final = "notices"


@blueprint.route("/notices")
class NoticesView(MethodView):
    """Notices."""

    @requires("views:own")
    @blueprint.arguments(schemas.NoticesQuery, location="query")
    @blueprint.response(200, schemas.NoticesSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """One's own notices and those of one's posts, the latest first."""
        limit = query["limit"]
        key = read_cursor(query.get("cursor"), _LIST, [int, str])
        after = None if key is None else (key[0], key[1])
        found = service().engine.notices.of(person(), unread=query["unread"], after=after, limit=limit + 1)
        rows, more = found[:limit], len(found) > limit
        last = write_cursor(_LIST, [rows[-1].sent_at, rows[-1].id]) if more else None
        return {"items": _told(rows), "next": last}


@blueprint.route("/notices/count")
class UnreadView(MethodView):
    """Unread."""

    @requires("views:own")
    @blueprint.response(200, schemas.UnreadSchema)
    def get(self) -> dict[str, Any]:
        """How many of them nobody has read."""
        return {"unread": service().engine.notices.unread(person())}


@blueprint.route("/notices/read")
class ReadView(MethodView):
    """Reading."""

    @requires("views:own")
    @blueprint.arguments(schemas.ReadSchema)
    @blueprint.response(200, schemas.UnreadSchema)
    def post(self, body: dict[str, Any]) -> dict[str, Any]:
        """Mark notices as read, for everybody they came to; 404 for one that did not come to the caller."""
        notices = service().engine.notices
        if "until" in body:
            notices.read_all(person(), until=body["until"])
        else:
            notices.read(*body["ids"], person=person())
        return {"unread": notices.unread(person())}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Words:
    """How things are called in the caller's language."""

    zone: ZoneInfo

    def moment(self, micros: int) -> str:
        return f"{datetime.fromtimestamp(micros / 1e6, tz=self.zone):%Y-%m-%d %H:%M}"

    def limit(self, name: str, at: int) -> str:
        try:
            row = service().timetables().limits.row(name, at)
        except NotFound:
            return name
        return (row.title_en if language() is Language.EN else row.title) or name

    def post(self, addressee: str) -> str | None:
        group = parse_group(addressee.removeprefix("group:"))
        if group is None:
            return None
        role = service().directory.index.vocabulary.roles.by_code.get(group.role)
        names = (group.role,) if role is None else role.names
        return f"{unit_name(group.unit) or group.unit} {names[-1 if language() is Language.EN else 0]}"

    def unit(self, facts: Mapping[str, Any]) -> str | None:
        groups = [group for name in facts.get("groups", ()) if (group := parse_group(name)) is not None]
        return unit_name(groups[0].unit) if groups else None

    def named(self, facts: Mapping[str, Any], sent_at: int) -> dict[str, Any]:
        """The facts with names for what they carry as ids."""
        found = dict(facts)
        if "limit" in found:
            found["limit"] = self.limit(found["limit"], sent_at)
        if "by" in found:
            here = service()
            known = here.directory.index.person(found["by"], here.engine.clock())
            found["by"] = found["by"] if known is None else known.name
        return found


def _told(rows: Sequence[Notice]) -> list[dict[str, Any]]:
    say = catalogue(language())
    words = _Words(zone=ZoneInfo(service().settings.zone))
    ids = list(dict.fromkeys(row.case_id for row in rows if row.case_id is not None))
    seen = {case.case_id: case for case in service().cases.among(viewer(), ids)}
    return [
        {
            "id": row.id,
            "kind": row.kind,
            "word": word_of(row.kind, say),
            "text": sentence(row.kind, words.named(row.facts, row.sent_at), say, words.moment),
            "post": words.post(row.addressee),
            "unit": words.unit(row.facts),
            "case": None if row.case_id is None else seen.get(row.case_id),
            "sent_at": row.sent_at,
            "read_at": row.read_at,
        }
        for row in rows
    ]
