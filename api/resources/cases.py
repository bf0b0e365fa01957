"""Cases: starting one, its header, log and diagram, and commands on the whole case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask.views import MethodView

from api.acting import Asked, etag, give, reader, see_case, viewer
from api.auth import current, requires
from api.blueprint import Blueprint
from api.language import language
from api.observing import metrics
from api.resources.inbox import unit_name
from api.resources.tasks import Answer, done
from api.schemas import cases as schemas
from api.schemas.commands import ETAG, CommandHeaders, OutcomeSchema
from api.schemas.inbox import CaseRowSchema, CasesQuery, GradeCountsSchema, case_filters_of
from api.schemas.pages import page_of
from api.service import service
from api.values import shown
from engine import canonical
from engine.casepage import Told
from engine.cases.command import Outcome
from engine.cases.queries import Case
from engine.errors import NotFound
from engine.i18n import catalogue
from engine.inbox import CaseSort

DAY = 86_400_000_000

blueprint = Blueprint("cases", __name__, description="案件 Cases.")


@blueprint.route("/cases")
class CasesView(MethodView):
    """All cases."""

    @requires("cases:read")
    @blueprint.arguments(CasesQuery, location="query")
    @blueprint.response(200, page_of("CasesPageSchema", CaseRowSchema, "The cases."))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Cases in the caller's scope: newest first, or open ones by due time."""
        found = service().cases.page(
            viewer(),
            case_filters_of(query),
            sort=CaseSort(query["sort"]),
            cursor=query.get("cursor"),
            limit=query["limit"],
        )
        items = [{**asdict(row), "place_name": unit_name(row.place)} for row in found.rows]
        return {"items": items, "next": found.next}

    @requires("cases:start")
    @blueprint.arguments(CommandHeaders, location="headers")
    @blueprint.arguments(schemas.StartSchema)
    @blueprint.response(201, OutcomeSchema, headers=ETAG)
    def post(self, asked: Asked, body: dict[str, Any]) -> tuple[Outcome, int, dict[str, str]]:
        """Start a case; `Location` is its address."""
        caller = current()
        outcome = service().engine.start(
            body["key"],
            body["variables"],
            actor=caller.actor,
            on_behalf_of=caller.on_behalf_of,
            business_key=body.get("business_key"),
            version=body.get("version"),
            idempotency_key=asked.key,
        )
        metrics.commanded("start", "repeated" if outcome.repeated else "done")
        headers = {"Location": f"/api/v1/cases/{outcome.case_id}", **etag(outcome.state_hash)}
        return outcome, 201, headers


@blueprint.route("/cases/counts")
class CaseCountsView(MethodView):
    """Counts."""

    @requires("cases:read")
    @blueprint.arguments(CasesQuery, location="query")
    @blueprint.response(200, GradeCountsSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """How many cases of each grade; small numbers outside the caller's own area are not shown."""
        found = service().cases.by_grade(viewer(), case_filters_of(query))
        return {"counts": dict(found.cells), "total": found.total}


@blueprint.route("/cases/<case:case_id>/header")
class HeaderView(MethodView):
    """One case's header."""

    @requires("cases:read")
    @blueprint.response(200, schemas.CaseSchema, headers=ETAG)
    def get(self, case_id: UUID) -> tuple[dict[str, Any], int, dict[str, str]]:
        """The header of a case alone: status, clock and entity tag."""
        see_case(case_id)
        case = service().engine.case(case_id)
        return header(case), 200, etag(case.state_hash)


@blueprint.route("/cases/<case:case_id>/similar")
class SimilarView(MethodView):
    """Possible duplicates."""

    @requires("cases:read")
    @blueprint.arguments(schemas.SimilarQuery, location="query")
    @blueprint.response(200, schemas.SimilarCasesSchema)
    def get(self, query: dict[str, Any], case_id: UUID) -> dict[str, Any]:
        """Other cases in the caller's scope with the same telephone, person at the place, or address."""
        see_case(case_id)
        found = service().engine.duplicates(case_id, window=query["days"] * DAY, visible=viewer().sees)
        return {"items": found}


@blueprint.route("/cases/<case:case_id>/history")
class HistoryView(MethodView):
    """One case's log."""

    @requires("cases:read")
    @blueprint.arguments(schemas.LogQuery, location="query")
    @blueprint.response(200, schemas.LogSchema)
    def get(self, query: dict[str, Any], case_id: UUID) -> dict[str, Any]:
        """Who did what when, refusals included; masked by role."""
        limit = query["limit"]
        told = service().content.pages.history(
            reader(), case_id, catalogue(language()), after=query["after"], limit=limit
        )
        return {
            "items": [line(each) for each in told],
            "next": told[-1].seq if len(told) == limit else None,
        }


@blueprint.route("/cases/<case:case_id>/diagram")
class DiagramView(MethodView):
    """Where one case stands."""

    @requires("cases:read")
    @blueprint.response(200, schemas.DiagramsSchema)
    def get(self, case_id: UUID) -> dict[str, Any]:
        """The diagrams of a case with where its tokens are and what was completed."""
        found = service().content.pages.diagrams(reader(), case_id)
        items = []
        for state in found:
            file, xml = diagram_of(state.digest)
            items.append({**asdict(state), "file": file, "xml": xml})
        return {"items": items}


def header(case: Case) -> dict[str, Any]:
    """A case as its schema has it."""
    return {
        "id": case.id,
        "key": case.key,
        "version": case.version,
        "definition": case.definition,
        "business_key": case.business_key,
        "status": case.status,
        "provenance": case.provenance,
        "started_at": case.started_at,
        "ended_at": case.ended_at,
        "effective_at": case.effective_at,
        "seq": case.seq,
        "etag": case.state_hash,
    }


def diagram_of(digest: str) -> tuple[str, str]:
    """The file and the XML of a definition's process. Raises NotFound."""
    engine = service().engine
    file = engine.definitions.programs.get(digest).definition.file
    content = engine.definitions.files(digest).get(file)
    if content is None:
        raise NotFound(
            code="diagram.missing", message_zh="没有流程图", message_en="there is no diagram of it"
        )
    return file, content.decode("utf-8-sig")


def line(told: Told) -> dict[str, Any]:
    """A line of the history as its schema has it."""
    return {**asdict(told), "values": shown(told.values)}


def _on_case(case_id: UUID, kind: str, given: Mapping[str, Any], asked: Asked) -> Answer:
    see_case(case_id)
    return done(give(kind, case_id, given, asked))


@blueprint.route("/cases/<case:case_id>/commands/suspend")
class SuspendView(MethodView):
    """挂起."""

    @requires("cases:suspend")
    @blueprint.arguments(CommandHeaders, location="headers")
    @blueprint.arguments(schemas.SuspendSchema)
    @blueprint.response(200, OutcomeSchema, headers=ETAG)
    def post(self, asked: Asked, body: dict[str, Any], case_id: UUID) -> Answer:
        """挂起: nothing happens in the case until it is resumed."""
        given = {"reason": body["reason"], "reason_code": body.get("reason_code", "")}
        return _on_case(case_id, "suspend", given, asked)


@blueprint.route("/cases/<case:case_id>/commands/resume")
class ResumeView(MethodView):
    """恢复."""

    @requires("cases:suspend")
    @blueprint.arguments(CommandHeaders, location="headers")
    @blueprint.response(200, OutcomeSchema, headers=ETAG)
    def post(self, asked: Asked, case_id: UUID) -> Answer:
        """恢复 a suspended case."""
        return _on_case(case_id, "resume", {}, asked)


@blueprint.route("/cases/<case:case_id>/commands/cancel")
class CancelView(MethodView):
    """撤销."""

    @requires("cases:intervene")
    @blueprint.arguments(CommandHeaders, location="headers")
    @blueprint.arguments(schemas.WhySchema)
    @blueprint.response(200, OutcomeSchema, headers=ETAG)
    def post(self, asked: Asked, body: dict[str, Any], case_id: UUID) -> Answer:
        """End a case where it stands."""
        return _on_case(case_id, "cancel", body, asked)


@blueprint.route("/cases/<case:case_id>/commands/jump")
class JumpView(MethodView):
    """Jump."""

    @requires("cases:intervene")
    @blueprint.arguments(CommandHeaders, location="headers")
    @blueprint.arguments(schemas.JumpSchema)
    @blueprint.response(200, OutcomeSchema, headers=ETAG)
    def post(self, asked: Asked, body: dict[str, Any], case_id: UUID) -> Answer:
        """Put a token to another node where that strands and doubles nothing."""
        return _on_case(case_id, "jump", body, asked)


@blueprint.route("/cases/<case:case_id>/commands/set-variables")
class SetVariablesView(MethodView):
    """更正."""

    @requires("cases:intervene")
    @blueprint.arguments(CommandHeaders, location="headers")
    @blueprint.arguments(schemas.SetVariablesSchema)
    @blueprint.response(200, OutcomeSchema, headers=ETAG)
    def post(self, asked: Asked, body: dict[str, Any], case_id: UUID) -> Answer:
        """Correct variables of a case."""
        given = {"variables": canonical.to_wire(body["variables"]), "reason": body["reason"]}
        return _on_case(case_id, "set-variables", given, asked)
