"""For auditors: proofs of histories, and who looked at what."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask.views import MethodView

from api.acting import reader, see_case, viewer
from api.auth import requires
from api.blueprint import Blueprint
from api.language import either, language
from api.resources.cases import line
from api.schemas import content as schemas
from api.schemas.steps import StepSchema
from api.service import service
from api.values import shown
from engine.casepage import CaseStep
from engine.history import Replayer, Verifier
from engine.history.verify import Report
from engine.i18n import catalogue

blueprint = Blueprint("audit", __name__, description="审计 Proofs and the access log.")


@blueprint.route("/audit/cases/<case:case_id>/verify")
class VerifyView(MethodView):
    """Verify."""

    @requires("audit:read")
    @blueprint.response(200, schemas.FindingsSchema)
    def get(self, case_id: UUID) -> dict[str, Any]:
        """核验: do the log, its hashes and the rows of a case say the same?"""
        engine = service().engine
        see_case(case_id)
        return _report(Verifier(engine).verify(case_id))


@blueprint.route("/audit/cases/<case:case_id>/replay")
class ReplayView(MethodView):
    """Replay."""

    @requires("audit:read")
    @blueprint.response(200, schemas.FindingsSchema)
    def get(self, case_id: UUID) -> dict[str, Any]:
        """复演: execute every command of a case again and compare, bit for bit."""
        engine = service().engine
        see_case(case_id)
        return _report(Replayer(engine).replay(case_id))


@blueprint.route("/audit/cases/<case:case_id>/steps/<int(max=2147483647):seq>")
class StepView(MethodView):
    """One step."""

    @requires("audit:read")
    @blueprint.response(200, StepSchema)
    def get(self, case_id: UUID, seq: int) -> dict[str, Any]:
        """One event of a case's log and how the case stood right after it, masked by role."""
        return _step(service().content.pages.step(reader(), case_id, catalogue(language()), seq))


@blueprint.route("/audit/access")
class AccessView(MethodView):
    """The access log."""

    @requires("audit:read")
    @blueprint.arguments(schemas.AccessQuery, location="query")
    @blueprint.response(200, schemas.AccessLogSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Who saw which fields of which case in the caller's scope, on what basis and why."""
        found = service().content.access.page(**query, within=viewer().sees)
        items = [
            {
                "id": each.id,
                "at": each.at,
                "person": each.person,
                "case_id": each.case_id,
                "fields_": each.fields,
                "basis": each.basis,
                "reason": each.reason,
                "request": each.request,
            }
            for each in found
        ]
        return {"items": items, "next": found[-1].id if len(found) == query["limit"] else None}


def _step(step: CaseStep) -> dict[str, Any]:
    standing = step.standing
    return {
        "seq": standing.event.head.seq,
        "total": step.total,
        "status": standing.status,
        "told": None if step.told is None else line(step.told),
        "hash": standing.event.hash.hex(),
        "diagrams": standing.diagrams,
        "entered": [{"digest": digest, "element": element} for digest, element in standing.entered],
        "left": [{"digest": digest, "element": element} for digest, element in standing.left],
        "tasks": standing.tasks,
        "finished": standing.finished,
        "values": [
            {**asdict(each), **shown({"value": each.value, "before": each.before})}
            for each in standing.values
        ],
        "masked": step.masked,
    }


def _report(report: Report) -> dict[str, Any]:
    return {
        "events": report.events,
        "is_sound": report.is_sound,
        "findings": [
            {
                "rule": finding.rule,
                "seq": finding.seq,
                "place": finding.place,
                "message": either(finding.message_zh, finding.message_en),
            }
            for finding in report.findings
        ],
    }
