"""Cases: starting one, its header, log and diagram, and commands on the whole case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask.views import MethodView

from api.acting import Asked, etag, give, see_case, viewer
from api.auth import current, requires
from api.blueprint import Blueprint
from api.language import either
from api.observing import metrics
from api.resources.inbox import unit_name
from api.resources.tasks import Answer, done
from api.schemas import cases as schemas
from api.schemas.commands import ETAG, CommandHeaders, OutcomeSchema
from api.schemas.inbox import CaseRowSchema, CasesQuery, GradeCountsSchema, case_filters_of
from api.schemas.pages import page_of
from api.service import service
from engine import canonical
from engine.cases.command import Outcome
from engine.cases.log import REFUSED, StoredEvent
from engine.cases.queries import Case
from engine.errors import NotFound
from engine.inbox import CaseSort
from engine.state.items import ARMED

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


@blueprint.route("/cases/<case:case_id>/history")
class HistoryView(MethodView):
    """One case's log."""

    @requires("cases:read")
    @blueprint.arguments(schemas.LogQuery, location="query")
    @blueprint.response(200, schemas.LogSchema)
    def get(self, query: dict[str, Any], case_id: UUID) -> dict[str, Any]:
        """Who did what when, refusals included. What people entered is on the case's page, masked by role."""
        see_case(case_id)
        page: list[dict[str, Any]] = []
        for event in service().engine.queries.events(case_id, query["after"]):
            page.append(_event(event))
            if len(page) == query["limit"]:
                break
        more = len(page) == query["limit"]
        return {"items": page, "next": page[-1]["seq"] if more else None}


@blueprint.route("/cases/<case:case_id>/diagram")
class DiagramView(MethodView):
    """Where one case stands."""

    @requires("cases:read")
    @blueprint.response(200, schemas.DiagramSchema)
    def get(self, case_id: UUID) -> dict[str, Any]:
        """The diagram of a case with where its tokens are and what was completed."""
        see_case(case_id)
        engine = service().engine
        case = engine.case(case_id)
        file, xml = diagram_of(case.definition)
        return {
            "definition": case.definition,
            "file": file,
            "xml": xml,
            "elements": _marks(case_id),
        }


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


def _marks(case_id: UUID) -> dict[str, dict[str, int]]:
    """By element: the tokens there now, and how often one came by, from the log."""
    active: Counter[str] = Counter()
    visited: Counter[str] = Counter()
    engine = service().engine
    if engine.case(case_id).ended_at is None:
        for scope in engine.queries.state(case_id).scopes.values():
            active.update(token.element for token in scope.tokens.values() if token.status != ARMED)
    for event in engine.queries.events(case_id):
        for effect in event.open().effects:
            if effect[0] == "move":
                visited[effect[4]] += 1
            elif effect[0] == "token+" and effect[4] != ARMED:
                visited[effect[3]] += 1
    names = sorted(set(active) | set(visited))
    return {name: {"active": active[name], "visited": visited[name]} for name in names}


def _event(event: StoredEvent) -> dict[str, Any]:
    head, content = event.head, event.open()
    opened = [effect[2][2] for effect in content.effects if effect[0] == "task+"]
    refusal = None
    if head.kind == REFUSED:
        refusal = {
            "command": content.input["command"],
            "rule": content.input["rule"],
            "message": either(content.input["message_zh"], content.input["message_en"]),
        }
    return {
        "seq": head.seq,
        "kind": head.kind,
        "actor": head.actor,
        "on_behalf_of": head.on_behalf_of,
        "recorded_at": head.recorded_at,
        "effective_at": head.effective_at,
        "hash": event.hash.hex(),
        "elements": sorted(set(opened)),
        "refusal": refusal,
    }


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
