"""Importing the directory: row by row, every refusal with its row, column and value; all rows or the good ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal
from zoneinfo import ZoneInfo

from engine.directory.directory import Directory
from engine.directory.draft import Change, Draft, refused
from engine.directory.exchange.layout import FROM, LAYOUTS, UNTIL, Layout
from engine.directory.exchange.moments import read_moment
from engine.directory.exchange.report import DirectoryReport, TableReport
from engine.directory.exchange.sheets import SheetRow, Tables
from engine.directory.exchange.wanted import Wanted, plan
from engine.errors import InvalidInput
from engine.intake.problem import Problem, excerpt

ZONE: Final = ZoneInfo("Asia/Shanghai")

Outcome = Literal["added", "changed", "unchanged", "refused"]


def import_directory(
    directory: Directory,
    tables: Tables,
    *,
    actor: str,
    at: int,
    reason: str,
    zone: ZoneInfo = ZONE,
    partial: bool = False,
    dry_run: bool = False,
) -> DirectoryReport:
    """Bring the directory to what the tables say; the account of it.

    tables: as `read_files` gives them. at: the present, in microseconds. zone: of dates without an offset.
    partial: keep the good rows although others are refused; otherwise one refused row keeps all from being
    written. A row that is refused because its `valid_until` cannot be met has its other values kept. dry_run: write nothing. The same tables again change nothing. Raises Conflict when somebody else
    changed the directory at the same time.
    """
    if dry_run:
        draft = directory.rehearse(at)
        report = _Run(draft, at, zone).tables(tables)
        report.version = directory.index.version
        return report
    try:
        with directory.drafting(actor=actor, recorded_at=at, reason=reason) as draft:
            report = _Run(draft, at, zone).tables(tables)
            if report.refused and not partial:
                raise _Unwritten(report)
    except _Unwritten as unwritten:
        unwritten.report.version = directory.index.version
        return unwritten.report
    report.written = True
    report.version = draft.register.version
    return report


class _Unwritten(Exception):
    """Nothing is to be written; carries the account out of the transaction."""

    def __init__(self, report: DirectoryReport) -> None:
        super().__init__("nothing is written")
        self.report = report


@dataclass(kw_only=True, slots=True)
class _Line:
    """A row on its way, and what has become of it."""

    table: str
    row: SheetRow
    outcome: Outcome = "unchanged"
    endings: tuple[Change, ...] = ()
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, layout: Layout, error: InvalidInput) -> None:
        self.outcome = "refused"
        for name, messages in (error.fields or {"": (error.message,)}).items():
            column = _column(layout, name)
            value = self.row.values.get(column or "", "")
            for message in messages:
                self.note(error.code, message.zh, message.en, layout.columns.get(column or ""), value)

    def note(self, code: str, zh: str, en: str, column: str | None, value: str) -> None:
        self.problems.append(
            Problem(
                row=self.row.number,
                line=self.row.line,
                code=code,
                column=column,
                excerpt=excerpt(value) if value else None,
                message_zh=zh,
                message_en=en,
            )
        )


_FIELDS: Final = {"at": FROM, "valid_from": FROM, "valid_until": UNTIL}


def _column(layout: Layout, name: str) -> str | None:
    code = _FIELDS.get(name, name)
    return code if code in layout.columns else None


@dataclass(slots=True)
class _Run:
    """One pass over all tables on one draft."""

    draft: Draft
    at: int
    zone: ZoneInfo

    def tables(self, tables: Tables) -> DirectoryReport:
        lines = {
            name: [_Line(table=name, row=row) for row in tables[name]] for name in LAYOUTS if name in tables
        }
        for name, found in lines.items():
            for line in _parents_first(found) if name == "units" else found:
                if line.outcome != "refused":
                    self._bring_in(line)
        self._end([*lines.get("people", []), *reversed(lines.get("units", []))])
        report = DirectoryReport()
        for name, found in lines.items():
            report.tables[name] = _account(found)
        return report

    def _bring_in(self, line: _Line) -> None:
        layout = LAYOUTS[line.table]
        if line.row.problems:
            line.outcome = "refused"
            line.problems.extend(line.row.problems)
            return
        wanted = self._wanted(line, layout)
        if wanted is None:
            return
        try:
            planned = plan(line.table, wanted, self.draft)
            self.draft.apply_all(planned.changes)
        except InvalidInput as error:
            line.refuse(layout, error)
            return
        line.endings = planned.endings
        if planned.changes or planned.endings:
            line.outcome = "added" if planned.new else "changed"

    def _wanted(self, line: _Line, layout: Layout) -> Wanted | None:
        dates: dict[str, int | None] = {}
        for column in (FROM, UNTIL):
            text = line.row.values.get(column, "")
            dates[column] = read_moment(text, self.zone) if text else None
            if text and dates[column] is None:
                line.outcome = "refused"
                title = layout.columns[column]
                line.note("bad_date", "日期读不出来", "is not a date", title, text)
        if line.outcome == "refused":
            return None
        return Wanted(values=line.row.values, start=dates[FROM], end=dates[UNTIL], at=self.at)

    def _end(self, lines: Sequence[_Line]) -> None:
        """Endings come last: a unit can be closed once those below it and all roles in it have ended."""
        waiting = [(line, change) for line in lines for change in line.endings]
        progress = True
        while waiting and progress:
            progress = False
            for entry in list(waiting):
                line, change = entry
                try:
                    self.draft.apply(change)
                except InvalidInput as error:
                    line.problems.clear()
                    line.refuse(LAYOUTS[line.table], error)
                    continue
                line.problems.clear()
                line.outcome = "changed"
                waiting.remove(entry)
                progress = True


def _parents_first(lines: Sequence[_Line]) -> Iterator[_Line]:
    """Units after the units they are below; those in a circle are refused."""
    by_parent: dict[str, list[_Line]] = {}
    here = {line.row.values.get("unit", "") for line in lines}
    ready: list[_Line] = []
    for line in lines:
        parent = line.row.values.get("parent", "")
        if parent in here and parent:
            by_parent.setdefault(parent, []).append(line)
        else:
            ready.append(line)
    for line in ready:
        yield line
        ready.extend(by_parent.pop(line.row.values.get("unit", ""), ()))
    circle = refused("unit.cycle", "parent", "上级关系成环", "the parents go round in a circle")
    for rest in by_parent.values():
        for line in rest:
            line.refuse(LAYOUTS["units"], circle)


def _account(lines: Sequence[_Line]) -> TableReport:
    report = TableReport()
    for line in lines:
        setattr(report, line.outcome, getattr(report, line.outcome) + 1)
        report.problems.extend(line.problems)
        report.warnings.extend(_formulas(line))
    return report


def _formulas(line: _Line) -> Iterator[Problem]:
    layout = LAYOUTS[line.table]
    for column in line.row.formulas:
        yield Problem(
            row=line.row.number,
            line=line.row.line,
            code="formula",
            column=layout.columns[column],
            excerpt=excerpt(line.row.values[column]),
            message_zh="看起来像表格公式，按文本保存，不会执行",
            message_en="looks like a spreadsheet formula; kept as text, never run",
            severity="warning",
        )
