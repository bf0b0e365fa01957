"""What leaves the house in files: lists of cases and single cases, in scope, masked, marked with who took it out.

Each export is a line of the security log.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final
from uuid import UUID

from flask import Response
from flask.views import MethodView

from api.acting import etag, reader, see_case, viewer
from api.auth import requires
from api.blueprint import Blueprint
from api.language import language
from api.resources.casepage import page_body
from api.resources.cases import line
from api.schemas.base import iso
from api.schemas.commands import ETAG
from api.schemas.exports import CaseExportSchema
from api.schemas.inbox import CasesQuery, case_filters_of
from api.service import service
from api.watermark import Watermark, file_response, taken_out
from engine.history.xes import export_xes
from engine.i18n import Language, catalogue
from engine.inbox import CaseFilters, CaseRow, Cases, CaseSort, Page, Viewer
from engine.intake.formula import neutralise

blueprint = Blueprint("exports", __name__, description="导出 Exports, each with a watermark.")

_PAGE: Final = 200
_EVENTS: Final = 10_000_000
"""All events of a case; the log of one is bounded by what it does."""
_COLUMNS: Final = {
    "case_code": ("案件编码", "code"),
    "title": ("标题", "title"),
    "flow_name": ("流程", "process"),
    "category": ("类别", "category"),
    "grade": ("分级", "grade"),
    "confidentiality": ("密级", "confidentiality"),
    "lifecycle": ("阶段", "lifecycle"),
    "status": ("状态", "status"),
    "source": ("来源", "source"),
    "place_name": ("所在单位", "place"),
    "received_at": ("受理时间", "received"),
    "due_at": ("到期时间", "due"),
    "settled_at": ("办结时间", "settled"),
    "closed_at": ("销号时间", "closed"),
    "case_id": ("案件标识", "case id"),
}
_WATERMARK: Final = ("导出水印", "watermark")
_XES: Final = "application/xml"
_FILE: Final = {"type": "string", "format": "binary"}


@blueprint.route("/exports/cases.csv")
class CasesFileView(MethodView):
    """A list."""

    @requires("cases:read", "audit:export")
    @blueprint.arguments(CasesQuery, location="query")
    @blueprint.alt_response(
        200, description="The rows, UTF-8 with a mark.", schema=_FILE, content_type="text/csv"
    )
    def get(self, query: dict[str, Any]) -> Response:
        """The cases in the caller's scope as a table for spreadsheets; every row carries the watermark."""
        table = _Table(
            cases=service().cases,
            viewer=viewer(),
            filters=case_filters_of(query),
            sort=CaseSort(query["sort"]),
            which=0 if language() is Language.ZH else 1,
        )
        # Read before the answer begins, so that what is wrong with the query is an error and no broken file.
        first = table.page(query.get("cursor"))
        lines = table.lines(first, taken_out("cases.csv", ""))
        return file_response(lines, "text/csv; charset=utf-8", "cases.csv")


@blueprint.route("/cases/<case:case_id>/export.json")
class CaseFileView(MethodView):
    """One case."""

    @requires("cases:read", "audit:export")
    @blueprint.response(200, CaseExportSchema, headers=ETAG)
    def get(self, case_id: UUID) -> tuple[dict[str, Any], int, dict[str, str]]:
        """A case with its whole history, masked by role as on its page."""
        say, pages = catalogue(language()), service().content.pages
        page = pages.page(reader(), case_id, say)
        told = pages.history(reader(), case_id, say, limit=_EVENTS)
        body = {
            **page_body(case_id, page),
            "history": [line(each) for each in told],
            "watermark": asdict(taken_out("case.json", str(case_id))),
        }
        disposition = {"Content-Disposition": f'attachment; filename="{case_id}.json"'}
        return body, 200, {**etag(page.case.state_hash), **disposition}


@blueprint.route("/cases/<case:case_id>/export.xes")
class CaseXesView(MethodView):
    """One case for process mining."""

    @requires("cases:read", "audit:export")
    @blueprint.alt_response(200, description="The log (IEEE 1849).", schema=_FILE, content_type=_XES)
    def get(self, case_id: UUID) -> Response:
        """The tasks of a case as XES: who did which step when; no values."""
        see_case(case_id)
        # Who sees only their own part of a case has no business with everybody's steps.
        service().content.pages.history(reader(), case_id, catalogue(language()), limit=1)
        mark = taken_out("case.xes", str(case_id))
        target = io.BytesIO()
        export_xes(service().engine, target, [case_id], attributes={"bihuan:watermark": str(mark)})
        return file_response(target.getvalue(), _XES, f"{case_id}.xes")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Table:
    """A list being written; holds what it needs, as the request is over when its last lines leave."""

    cases: Cases
    viewer: Viewer
    filters: CaseFilters
    sort: CaseSort
    which: int

    def page(self, cursor: str | None) -> Page[CaseRow]:
        return self.cases.page(self.viewer, self.filters, sort=self.sort, cursor=cursor, limit=_PAGE)

    def lines(self, first: Page[CaseRow], mark: Watermark) -> Iterator[str]:
        heads = [names[self.which] for names in _COLUMNS.values()]
        yield "\ufeff" + _row([*heads, _WATERMARK[self.which]])
        found = first
        while True:
            for row in found.rows:
                yield _row([*self._cells(row), str(mark)])
            if found.next is None:
                return
            found = self.page(found.next)

    def _cells(self, row: CaseRow) -> list[str]:
        place = None if row.place is None else self.viewer.index.unit(row.place, self.viewer.at)
        values = {**asdict(row), "place_name": None if place is None else place.name}
        return [_cell(name, values[name]) for name in _COLUMNS]


def _cell(name: str, value: Any) -> str:
    if value is None:
        return ""
    return iso(value) if name.endswith("_at") else str(value)


def _row(cells: list[str]) -> str:
    target = io.StringIO()
    csv.writer(target).writerow([neutralise(cell) for cell in cells])
    return target.getvalue()
