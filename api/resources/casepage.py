"""The page of a case: everything its reader may see of it, in one call."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask.views import MethodView

from api.acting import etag, reader
from api.auth import requires
from api.blueprint import Blueprint
from api.language import either, language, said
from api.resources.cases import header, line
from api.schemas.commands import ETAG
from api.schemas.content import CasePageSchema
from api.service import service
from api.values import shown
from engine.casepage import CasePage, OpenTask
from engine.history.clocks import TaskClock
from engine.i18n import catalogue
from engine.runtime.verbs.returning import Target

blueprint = Blueprint("casepage", __name__, description="案件页 The page of a case.")

_SECOND = 1_000_000


@blueprint.route("/cases/<case:case_id>")
class CasePageView(MethodView):
    """One case."""

    @requires("cases:read")
    @blueprint.response(200, CasePageSchema, headers=ETAG)
    def get(self, case_id: UUID) -> tuple[dict[str, Any], int, dict[str, str]]:
        """Header, values, tasks, clocks, history, comments, files and links of a case, masked by role."""
        page = service().content.pages.page(reader(), case_id, catalogue(language()))
        return page_body(case_id, page), 200, etag(page.case.state_hash)


def page_body(case_id: UUID, page: CasePage) -> dict[str, Any]:
    """The page of a case as its schema has it."""
    return {
        "case": header(page.case),
        "header": page.header,
        "values": shown(page.values),
        "masked": page.masked,
        "partial": page.partial,
        "grant": page.grant,
        "diagrams": page.diagrams,
        "tasks": [_task(case_id, task) for task in page.tasks],
        "clocks": None if page.clocks is None else [_clock(clock) for clock in page.clocks],
        "history": [line(told) for told in page.history],
        "total": page.total,
        "comments": page.comments,
        "attachments": page.attachments,
        "links": page.links,
    }


def target(found: Target) -> dict[str, Any]:
    """An earlier step as its schema has it."""
    return {
        "element": found.element,
        "name": found.name,
        "seq": found.seq,
        "actor": found.actor,
        "legal": found.legal,
        "rule": found.rule,
        "reason": either(found.reason_zh, found.reason_en),
    }


def _task(case_id: UUID, task: OpenTask) -> dict[str, Any]:
    return {
        **asdict(task),
        "id": f"{case_id}.{task.id}",
        "returns": None if task.returns is None else [target(each) for each in task.returns],
        "unmet": [said(message) for message in task.unmet],
    }


def _clock(clock: TaskClock) -> dict[str, Any]:
    account = clock.ledger
    return {
        "task": clock.task,
        "element": clock.element,
        "limit": clock.limit,
        "stopped_at": clock.stopped,
        "counted": account.counted,
        "late": account.late,
        "remaining": account.remaining,
        "segments": [
            {
                "start": segment.start * _SECOND,
                "end": segment.end * _SECOND,
                "kind": segment.kind.value,
                "reason": segment.reason,
                "actor": segment.actor,
                "late": segment.late,
            }
            for segment in account.segments
        ],
    }
