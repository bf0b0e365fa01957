"""Importing a file of requests: each row one case, driven through what the file records; never one twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import BinaryIO

from engine.errors import BihuanError
from engine.facade import Engine
from engine.intake.csvfile import RowErrors
from engine.intake.drive import PROCESS, Action, plan
from engine.intake.layout import Layout
from engine.intake.player import Case
from engine.intake.problem import Problem
from engine.intake.report import ImportReport
from engine.intake.rows import ImportedRequest, read_requests
from engine.state.case import ACTIVE

Progress = Callable[[int, int], None]
"""Called with the rows done and the rows in all."""


def import_requests(
    engine: Engine, stream: BinaryIO, layout: Layout, *, progress: Progress | None = None
) -> ImportReport:
    """Import every readable row of a file; the whistle flow must be deployed.

    stream: seekable, at its beginning; it is read twice, first for the snapshot. A row's idempotency key is its
    layout and key, so that a second run, or one after an interruption, only adds what is missing; a newer copy
    of the file brings open cases on. Rows that cannot be read are left out and reported; so is a row the engine
    refuses a step of, whose case stays where it stands. Raises FileRefused when the file as a whole cannot be
    read, NotFound when the flow is missing.
    """
    engine.definitions.find(PROCESS)
    total, seen = _survey(stream, layout)
    report = ImportReport(layout=layout.name, snapshot=seen)
    stream.seek(0)
    for done, row in enumerate(read_requests(stream, layout), start=1):
        if isinstance(row, RowErrors):
            report.refused += 1
            report.problems.extend(row.problems)
        elif seen is not None:
            report.warnings.extend(row.warnings)
            _import(engine, row, plan(row, layout, seen), layout, report)
        if progress is not None:
            progress(done, total)
    return report


def _survey(stream: BinaryIO, layout: Layout) -> tuple[int, datetime | None]:
    """The number of rows, and the snapshot: the latest time any row gives evidence of."""
    total, seen = 0, None
    for row in read_requests(stream, layout):
        total += 1
        if isinstance(row, ImportedRequest):
            seen = row.seen_at if seen is None else max(seen, row.seen_at)
    return total, seen


def _import(
    engine: Engine,
    request: ImportedRequest,
    actions: tuple[Action, ...],
    layout: Layout,
    report: ImportReport,
) -> None:
    key = f"import/{layout.name}/{request.key}"
    try:
        case, known = Case.start(engine, actions[0], provenance="imported", key=key)
        rest = _missing(case, actions) if known else actions[1:]
        for action in rest:
            case.do(action)
    except BihuanError as error:
        report.refused += 1
        report.problems.append(_refusal(request, error))
        return
    report.steps += len(rest) + (not known)
    if not known:
        report.imported += 1
    elif rest:
        report.continued += 1
    else:
        report.already_there += 1


def _missing(case: Case, actions: tuple[Action, ...]) -> tuple[Action, ...]:
    """The steps a case found again has still to take: from the first whose task is open."""
    if case.status != ACTIVE:
        return ()
    for place, action in enumerate(actions):
        if case.can(action):
            return actions[place:]
    return ()


def _refusal(request: ImportedRequest, error: BihuanError) -> Problem:
    return Problem(
        row=request.row,
        line=request.line,
        code=error.code,
        excerpt=request.key,
        message_zh=error.message_zh,
        message_en=error.message_en,
    )
